"""The real machine as a world."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from unstuck.io import environment
from unstuck.io.environment import find_venv, machine, read_file, workspace_files


def test_files_are_read_as_they_are(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes(b"\xef\xbb\xbfa\r\n\xff\r")
    assert read_file(str(file)) == "\ufeffa\r\n\udcff\r"
    assert read_file(str(tmp_path / "none")) is None
    assert read_file(str(file / "below a file")) is None


def test_what_cannot_be_read_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(OSError, match="not a regular file"):
        read_file(str(tmp_path))
    with pytest.raises(OSError, match="no such path"):
        read_file("a\0b")
    monkeypatch.setattr(environment, "LARGEST", 3)
    (tmp_path / "big").write_bytes(b"1234")
    with pytest.raises(OSError, match="larger"):
        read_file(str(tmp_path / "big"))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pip.conf")
    with pytest.raises(OSError, match="not a regular file"):
        read_file(str(tmp_path / "pip.conf"))


def test_an_open_document_counts_before_the_disk(tmp_path: Path) -> None:
    file = tmp_path / "requirements.txt"
    file.write_text("disk")
    world = machine((str(tmp_path),), read={str(file): "editor"}.get)
    assert world.read(str(file)) == "editor"
    assert world.read(str(tmp_path / "other")) is None


def test_the_environment_whose_pip_it_is(tmp_path: Path) -> None:
    assert find_venv({}, (str(tmp_path),)) is None
    made = tmp_path / "venv"
    made.mkdir()
    assert find_venv({}, (str(tmp_path),)) is None, "a folder of that name is not one"
    (made / "pyvenv.cfg").touch()
    assert find_venv({}, (str(tmp_path),)) == str(made)
    active = tmp_path / "active"
    active.mkdir()
    assert find_venv({"VIRTUAL_ENV": str(active)}, (str(tmp_path),)) == str(active)
    assert find_venv({"VIRTUAL_ENV": str(tmp_path / "gone")}, (str(tmp_path),)) == str(made)


def test_the_workspace_is_listed_without_what_is_not_its_own(tmp_path: Path) -> None:
    for name in ("a.txt", "sub/b.txt", ".git/c", "node_modules/d", "venv/pyvenv.cfg", "venv/e", "sub/.hidden/f"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    if os.name != "nt":
        (tmp_path / "loop").symlink_to(tmp_path, target_is_directory=True)
    found = [Path(path).relative_to(tmp_path).as_posix() for path in workspace_files((str(tmp_path),))]
    assert found == ["a.txt", "sub/b.txt"]


def test_an_empty_variable_is_not_set() -> None:
    assert machine(environ={"PIP_CERT": "", "REQUESTS_CA_BUNDLE": "/x"}).variable("PIP_CERT") is None
