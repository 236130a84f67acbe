"""Neovims, and an index that pip refuses; every test runs in both Neovims."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from unstuck.demo.certificates import private_root
from unstuck.demo.index import Index
from unstuck.demo.packages import wheel

sys.path.insert(0, str(Path(__file__).parent))
from editor import VERSIONS, Editor, binary, pynvim

LIMIT = 120  # seconds for one test: a hanging editor is a failure, not a hanging suite


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "version" in metafunc.fixturenames:
        metafunc.parametrize("version", VERSIONS)


def _missing(version: str) -> str | None:
    if binary(version) is None:
        return f"Neovim {version} is missing: run tests/editors/nvim/install.sh"
    try:
        pynvim()
    except ImportError as error:
        return f"{error}: run tests/editors/nvim/install.sh with this Python"
    return None


@pytest.fixture(autouse=True)
def _limit() -> Iterator[None]:
    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise TimeoutError(f"the test took more than {LIMIT} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(LIMIT)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture
def start(version: str, tmp_path: Path) -> Iterator[Callable[..., Editor]]:
    """Starts a Neovim of the test's version; all are closed at the end."""
    if reason := _missing(version):
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    editors: list[Editor] = []

    def start(**options: Any) -> Editor:
        folder = tmp_path / f"editor{len(editors)}"
        (folder / ".git").mkdir(parents=True)
        editors.append(Editor(version, folder, **options))
        return editors[-1]

    yield start
    for editor in editors:
        editor.close()


@dataclass
class Company:
    """An index whose certificate pip does not trust, and how pip is told to use it."""

    index: Index
    root: Path

    def pip(self, package: str = "demo") -> str:
        """A command line that fails after two attempts, in a folder where it leaves nothing behind."""
        return f"{sys.executable} -m pip install --retries 1 -t out -i {self.index.simple} {package}"


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    context, root = private_root(tmp_path, "localhost")
    with Index(context=context).add(wheel("demo", "1.0")) as index:
        yield Company(index, root)
