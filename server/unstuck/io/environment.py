"""The real machine as a `World`: where its files are, what its environment says, and how they are read."""

from __future__ import annotations

import os
import stat
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from unstuck.core.fixes.world import World

# Folders that hold no file of the project's own.
_SKIPPED = frozenset(
    {"node_modules", "__pycache__", "site-packages", "dist-packages", "build", "dist", "target", "htmlcov"}
)
_VENV_NAMES = (".venv", "venv", "env", ".env")
MOST_FILES = 20_000
DEEPEST = 8
FRESH = 2.0
"""Seconds that a listing of the workspace is taken for true."""
LARGEST = 8_000_000
"""Bytes: a configuration or requirements file beyond this is not one."""


def machine(
    folders: Sequence[str] = (),
    *,
    environ: Mapping[str, str] | None = None,
    cwd: str | None = None,
    read: Callable[[str], str | None] | None = None,
    document: str | None = None,
    shell: str | None = None,
) -> World:
    """The world of a command that ran in `cwd` with `environ` (this process's where they are not known).

    `read` answers before the disk does, None where it does not know the path: an editor's open documents. Values in
    `environ` complete those of this process; an empty one stands for a variable that is not set.
    """
    variables = {**os.environ, **(environ or {})}
    variables = {name: value for name, value in variables.items() if value}
    places = tuple(str(Path(folder).absolute()) for folder in folders)
    directory = str(Path(cwd or (places[0] if places else Path.cwd())).absolute())

    def first_open_then_disk(path: str) -> str | None:
        known = read(path) if read is not None else None
        return known if known is not None else read_file(path)

    @lru_cache(maxsize=1)
    def files() -> Sequence[str]:
        return _recent_files(places)

    return World(
        platform=sys.platform,
        home=variables.get("USERPROFILE" if sys.platform == "win32" else "HOME") or str(Path.home()),
        environ=variables,
        cwd=directory,
        folders=places,
        venv=find_venv(variables, (directory, *places)),
        read=first_open_then_disk,
        files=files,
        is_folder=lambda path: Path(path).is_dir(),
        document=document,
        shell=shell,
    )


_listed: dict[tuple[str, ...], tuple[float, tuple[str, ...]]] = {}


def _recent_files(folders: tuple[str, ...]) -> tuple[str, ...]:
    """The workspace's files as of a moment ago: an editor asks for actions at every move of the cursor."""
    now = time.monotonic()
    known = _listed.get(folders)
    if known is None or now - known[0] > FRESH:
        if len(_listed) > 20:
            _listed.clear()
        known = _listed[folders] = now, workspace_files(folders)
    return known[1]


def read_file(path: str) -> str | None:
    """A file's text with its BOM and line ends, undecodable bytes as lone surrogates; None where there is none.

    Raises OSError where it is no regular file, may not be read, or is too large.
    """
    file = Path(path)
    try:
        # Asked first: opening a pipe would wait for its writer.
        if not stat.S_ISREG(file.stat().st_mode):
            raise OSError(0, "it is not a regular file")
        with file.open("rb") as stream:
            data = stream.read(LARGEST + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except ValueError as error:
        raise OSError(0, "no such path can exist") from error
    if len(data) > LARGEST:
        raise OSError(0, f"it is larger than {LARGEST // 1_000_000} MB")
    return data.decode("utf-8", "surrogateescape")


def find_venv(environ: Mapping[str, str], folders: Sequence[str]) -> str | None:
    """The environment whose pip it is: the active one, or the one that lies in the first folder that has one."""
    active = environ.get("VIRTUAL_ENV") or environ.get("CONDA_PREFIX")
    if active and Path(active).is_dir():
        return str(Path(active).absolute())
    for folder in folders:
        for name in _VENV_NAMES:
            place = Path(folder) / name
            if (place / "pyvenv.cfg").is_file():
                return str(place)
    return None


def workspace_files(folders: Sequence[str]) -> tuple[str, ...]:
    """The files below `folders`, nearest first, no hidden folders or environments; bounded in number and depth."""
    found: list[str] = []
    level = list(dict.fromkeys(folders))
    for _ in range(DEEPEST):
        deeper: list[str] = []
        for folder in level:
            try:
                with os.scandir(folder) as scan:
                    entries = sorted(scan, key=lambda entry: entry.name)
            except OSError:
                continue
            if any(entry.name == "pyvenv.cfg" for entry in entries):
                continue
            for entry in entries:
                try:
                    if entry.is_dir(follow_symlinks=False):
                        if not entry.name.startswith(".") and entry.name not in _SKIPPED:
                            deeper.append(entry.path)
                    elif entry.is_file():
                        found.append(entry.path)
                except OSError:
                    continue
            if len(found) >= MOST_FILES:
                return tuple(found[:MOST_FILES])
        level = deeper
    return tuple(dict.fromkeys(found))
