"""Wheels and source distributions, made in memory: what a package index serves in the demo and in the lab."""

from __future__ import annotations

import base64
import hashlib
import io
import tarfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

# A fixed time, so that the same arguments give the same bytes and so the same hash.
_EPOCH = (2024, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Distribution:
    """One file of an index.

    `requires_python` and `yanked` are what the index says about it; `digest` is the sha256 that the index publishes,
    None for the true one, "" for none.
    """

    project: str
    filename: str
    content: bytes
    requires_python: str = ""
    yanked: str | None = None
    digest: str | None = None

    @property
    def sha256(self) -> str:
        """The true hash of the content."""
        return hashlib.sha256(self.content).hexdigest()


def metadata(
    name: str,
    version: str,
    requires: Sequence[str] = (),
    requires_python: str = "",
    extras: Sequence[str] = (),
    extra_lines: Sequence[str] = (),
) -> str:
    """The text of a METADATA or PKG-INFO file."""
    lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
    if requires_python:
        lines.append(f"Requires-Python: {requires_python}")
    lines += [f"Requires-Dist: {entry}" for entry in requires]
    lines += [f"Provides-Extra: {extra}" for extra in extras]
    lines += extra_lines
    return "\n".join(lines) + "\n"


def wheel(
    name: str,
    version: str,
    *,
    requires: Sequence[str] = (),
    requires_python: str = "",
    extras: Sequence[str] = (),
    tag: str = "py2.py3-none-any",
    files: Mapping[str, str | bytes] | None = None,
    scripts: Mapping[str, str] | None = None,
    filename: str | None = None,
    metadata_text: str | None = None,
    record: bool = True,
    yanked: str | None = None,
    digest: str | None = None,
) -> Distribution:
    """A wheel of `name` that holds one module, or `files` (path -> content).

    `scripts` are console entry points (name -> "module:function"). `filename` and `metadata_text` replace what
    would be right, for wheels that contradict themselves; `record=False` leaves RECORD out.
    """
    stem = name.replace("-", "_").replace(".", "_")
    folder = f"{stem}-{version}.dist-info"
    members: dict[str, bytes] = {}
    for path, content in (files if files is not None else {f"{stem}.py": f"__version__ = {version!r}\n"}).items():
        members[path] = content.encode() if isinstance(content, str) else content
    text = metadata_text if metadata_text is not None else metadata(name, version, requires, requires_python, extras)
    members[f"{folder}/METADATA"] = text.encode()
    members[f"{folder}/WHEEL"] = f"Wheel-Version: 1.0\nGenerator: unstuck\nRoot-Is-Purelib: true\nTag: {tag}\n".encode()
    if scripts:
        entries = "".join(f"{script} = {target}\n" for script, target in scripts.items())
        members[f"{folder}/entry_points.txt"] = f"[console_scripts]\n{entries}".encode()
    if record:
        lines = []
        for path, content in members.items():
            digest_text = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            lines.append(f"{path},sha256={digest_text},{len(content)}")
        members[f"{folder}/RECORD"] = ("\n".join([*lines, f"{folder}/RECORD,,"]) + "\n").encode()
    return Distribution(
        project=name,
        filename=filename or f"{stem}-{version}-{tag}.whl",
        content=_zip(members),
        requires_python=requires_python,
        yanked=yanked,
        digest=digest,
    )


def sdist(
    name: str,
    version: str,
    *,
    setup_py: str | None = None,
    pyproject: str | None = None,
    files: Mapping[str, str | bytes] | None = None,
    requires: Sequence[str] = (),
    requires_python: str = "",
    filename: str | None = None,
    pkg_info: bool = True,
    yanked: str | None = None,
    digest: str | None = None,
) -> Distribution:
    """A source distribution with the given setup.py and pyproject.toml texts and further `files`."""
    folder = f"{name}-{version}"
    members: dict[str, bytes] = {}
    if pkg_info:
        members["PKG-INFO"] = metadata(name, version, requires, requires_python).encode()
    if setup_py is not None:
        members["setup.py"] = setup_py.encode()
    if pyproject is not None:
        members["pyproject.toml"] = pyproject.encode()
    for path, content in (files or {}).items():
        members[path] = content.encode() if isinstance(content, str) else content
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz", format=tarfile.PAX_FORMAT) as archive:
        for path, content in members.items():
            entry = tarfile.TarInfo(f"{folder}/{path}")
            entry.size = len(content)
            entry.mode = 0o644
            archive.addfile(entry, io.BytesIO(content))
    return Distribution(
        project=name,
        filename=filename or f"{folder}.tar.gz",
        content=buffer.getvalue(),
        requires_python=requires_python,
        yanked=yanked,
        digest=digest,
    )


def _zip(members: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in members.items():
            entry = zipfile.ZipInfo(path, _EPOCH)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return buffer.getvalue()
