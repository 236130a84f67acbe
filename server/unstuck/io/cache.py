"""A cache on disk for what takes long to work out: plain values, in one file for each name.

A file that another version wrote, that is damaged, or that belongs to somebody else is as good as none. Where nothing
can be written there is no cache, and nobody is told: everything works without it, only slower.
"""

from __future__ import annotations

import contextlib
import gc
import hashlib
import marshal
import os
import sys
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

# What stands in a file: this, the version of the code that wrote it, the values' digest, the values.
_MAGIC = b"unstuck cache 1\n"
_DIGEST = 32
MOST_BYTES = 512_000_000
# Catalogs come and go: the files that were used last stay.
MOST_FILES = 32
# What a writer that was killed left behind.
LEFT_BEHIND = 24 * 3600.0
_SUFFIX = ".cache"
# It names another folder; where it is empty nothing is kept.
VARIABLE = "UNSTUCK_CACHE_DIR"


def read(name: str) -> Any:
    """What `write` kept under this name, or None."""
    folder = _folder()
    if folder is None:
        return None
    try:
        with (folder / _file_name(name)).open("rb") as stream:
            found = os.fstat(stream.fileno())
            if not _is_ours(found) or found.st_size > MOST_BYTES:
                return None
            content = stream.read()
    except OSError:
        return None
    head = _MAGIC + _version()
    values = memoryview(content)[len(head) + _DIGEST :]
    digest = content[len(head) : len(head) + _DIGEST]
    if not content.startswith(head) or hashlib.sha256(values).digest() != digest:
        return None
    try:
        # Values only: what it reads is never run, and whole as it was written, as the digest says.
        return marshal.loads(values)
    except (ValueError, EOFError, TypeError):
        return None


def write(name: str, values: Any) -> None:
    """Keep numbers, strings, bytes, tuples, lists and dictionaries of such; in one piece, whoever else writes."""
    folder = _folder()
    if folder is None:
        return
    import tempfile

    content = marshal.dumps(values, 4)
    path = folder / _file_name(name)
    with contextlib.suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _is_ours(folder.stat()):
            return
        handle, written = tempfile.mkstemp(dir=folder, prefix=path.stem, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(_MAGIC + _version() + hashlib.sha256(content).digest())
                stream.write(content)
            Path(written).replace(path)
        except BaseException:
            Path(written).unlink(missing_ok=True)
            raise
        _clean(folder)


@contextlib.contextmanager
def many_objects() -> Iterator[None]:
    """Without the collector, which would look again and again through what is only being made."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _folder() -> Path | None:
    chosen = os.environ.get(VARIABLE)
    if chosen is not None:
        return Path(chosen) if chosen.strip() else None
    if sys.platform == "linux":
        # As platformdirs has it, which takes as long to import as the cache to be read.
        home = os.environ.get("XDG_CACHE_HOME", "").strip() or os.path.expanduser("~/.cache")  # noqa: PTH111
        return Path(home, "unstuck")
    from platformdirs import user_cache_path

    try:
        return user_cache_path("unstuck", appauthor=False)
    except (RuntimeError, OSError, KeyError):
        return None


def _file_name(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:32] + _SUFFIX


def _is_ours(found: os.stat_result) -> bool:
    """Whether nobody but this user (and the system's own) can have put it there."""
    if not hasattr(os, "geteuid"):
        return True
    return found.st_uid == os.geteuid() and not found.st_mode & 0o022


def _clean(folder: Path) -> None:
    files = []
    for path in folder.iterdir():
        with contextlib.suppress(OSError):
            age = time.time() - path.stat().st_mtime
            if path.suffix == ".part" and age > LEFT_BEHIND:
                path.unlink()
            elif path.suffix == _SUFFIX:
                files.append((age, path))
    for _, path in sorted(files)[MOST_FILES:]:
        path.unlink(missing_ok=True)


@cache
def _version() -> bytes:
    """Of the code that makes what is kept, and of the Python that reads patterns."""
    version = hashlib.sha256(f"{sys.version} {sys.byteorder}".encode())
    package = Path(__file__).parent.parent
    for folder in ("core", "io"):
        with contextlib.suppress(OSError):
            for entry in sorted(os.scandir(package / folder), key=lambda entry: entry.name):
                if entry.name.endswith((".py", ".txt")):
                    version.update(entry.name.encode())
                    with open(entry.path, "rb", buffering=0) as stream:  # noqa: PTH123
                        version.update(stream.read())
    return version.digest()
