"""What a fix may know of the machine: a snapshot, so that planning a fix stays pure."""

from __future__ import annotations

import ntpath
import posixpath
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import ModuleType


def _nothing(_path: str) -> str | None:
    return None


def _no_folder(_path: str) -> bool:
    return False


def _no_files() -> Sequence[str]:
    return ()


@dataclass(frozen=True)
class World:
    """The machine and the workspace, as the failed command saw them.

    `platform` is sys.platform's word (linux, darwin, win32). All paths are absolute and in the platform's own form.
    `environ` is the environment of the failed command as far as it is known. `read` gives a file's text (UTF-8, a BOM
    kept, undecodable bytes as lone surrogates), None where there is no such file, and raises OSError where it cannot
    be read. `files` lists the workspace's files, without those of version control, packages and environments.
    `document` is the file that the diagnosis stands in, where it is one; `shell` is the terminal's, as its editor
    calls it.
    """

    platform: str = "linux"
    home: str = "/"
    environ: Mapping[str, str] = field(default_factory=dict)
    cwd: str = "/"
    folders: tuple[str, ...] = ()
    venv: str | None = None
    read: Callable[[str], str | None] = _nothing
    files: Callable[[], Sequence[str]] = _no_files
    is_folder: Callable[[str], bool] = _no_folder
    document: str | None = None
    shell: str | None = None

    @property
    def windows(self) -> bool:
        return self.platform == "win32"

    @property
    def path(self) -> ModuleType:
        """The path module of that platform."""
        return ntpath if self.windows else posixpath

    def variable(self, name: str) -> str | None:
        """An environment variable; Windows does not mind the case."""
        value = self.environ.get(name)
        if value is None and self.windows:
            return next((value for key, value in self.environ.items() if key.upper() == name.upper()), None)
        return value

    def join(self, *parts: str) -> str:
        """`parts` joined below the working directory, normalised."""
        return str(self.path.normpath(self.path.join(self.cwd, *parts)))

    def same(self, one: str, other: str) -> bool:
        """Whether two paths are written for the same file; links are not followed."""
        first, second = self.join(one), self.join(other)
        return bool(self.path.normcase(first) == self.path.normcase(second))

    def inside(self, path: str) -> bool:
        """Whether a path lies below a workspace folder or the working directory."""
        place = self.path.normcase(self.join(path))
        roots = [self.path.normcase(root).rstrip("/\\") for root in (*self.folders, self.cwd)]
        return any(root and place.startswith(root + self.path.sep) for root in roots)

    def exists(self, path: str) -> bool:
        """Whether there is such a file; one that cannot be read exists."""
        try:
            return self.read(path) is not None
        except OSError:
            return True

    def text(self, path: str) -> str | None:
        """The text of a file, None where there is none or it cannot be read."""
        try:
            return self.read(path)
        except OSError:
            return None

    def short(self, path: str) -> str:
        """A path as a person would write it: below a workspace folder, or below ~."""
        for folder in self.folders:
            if path.startswith(folder.rstrip("/\\") + self.path.sep):
                return str(self.path.relpath(path, folder))
        home = self.home.rstrip("/\\")
        if home and path.startswith(home + self.path.sep):
            return "~" + path[len(home) :]
        return path
