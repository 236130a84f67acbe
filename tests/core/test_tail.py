"""Reading what is new of a file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from unstuck.io.globs import compile_glob, find, split_glob
from unstuck.io.tail import Piece, Tail


def all_of(tail: Tail, most: int = 1000) -> Piece:
    text, restarted = "", False
    while True:
        piece = tail.read(most)
        restarted = restarted or piece.restarted
        text = piece.text if piece.restarted else text + piece.text
        if not piece.left:
            return Piece(text, restarted, piece.gone)


def test_only_what_is_new(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_text("one\n")
    tail = Tail(str(path))
    assert tail.changed()
    assert tail.read(1000) == Piece("one\n", restarted=True)
    assert not tail.changed()
    with path.open("a") as stream:
        stream.write("two\n")
    assert tail.changed()
    assert tail.read(1000) == Piece("two\n")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("most", [4, 7, 1000])
def test_characters_are_whole_in_any_slices(tmp_path: Path, encoding: str, most: int) -> None:
    path = tmp_path / "a.log"
    path.write_bytes("aé 下载 😀\r\n".encode(encoding))
    if encoding == "utf-16-le":
        path.write_bytes(("log of ASCII mostly\r\n" * 9 + "é😀").encode(encoding))
        most = 1000
    assert all_of(Tail(str(path)), most).text == path.read_bytes().decode(encoding)


def test_what_is_no_text_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_bytes(b"a\xff\xc3b\n")
    assert all_of(Tail(str(path))).text == "a\ufffd\ufffdb\n"


def test_another_file_of_that_name(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_text("one\n")
    tail = Tail(str(path))
    tail.read(1000)
    path.rename(tmp_path / "a.log.1")
    assert tail.changed()
    assert tail.read(1000).gone
    assert not tail.changed()
    path.write_text("other\nfile\n")
    assert tail.read(1000) == Piece("other\nfile\n", restarted=True)


def test_truncated_and_rewritten(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_text("one\ntwo\n")
    tail = Tail(str(path))
    tail.read(1000)
    os.truncate(path, 0)
    assert tail.read(1000) == Piece("", restarted=True)
    path.write_text("three\n")
    assert tail.read(1000) == Piece("three\n")
    # Longer than what was read, and another text: only a look at what was read tells.
    path.write_text("four\n" * 100)
    assert tail.read(1000) == Piece("four\n" * 100, restarted=True)


def test_what_is_left_out_stays_out(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_text("x" * 5000)
    tail = Tail(str(path))
    assert tail.read(1000).left == 4000
    tail.skip_to_end()
    assert not tail.changed()
    with path.open("a") as stream:
        stream.write("new")
    assert tail.read(1000) == Piece("new")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    assert Tail(str(tmp_path)).read(1000).gone
    assert not Tail(str(tmp_path / "none")).changed()


@pytest.mark.parametrize(
    ("glob", "names", "others"),
    [
        ("*.log", ["a.log", ".log"], ["a.logs", "b/a.log", "a.LOG.1"]),
        ("**/*.log", ["a.log", "b/a.log", "b/c/a.log"], ["a.txt"]),
        ("logs/**", ["logs/a", "logs/b/c"], ["log/a"]),
        ("{a,b}/?.{log,out}", ["a/x.log", "b/y.out"], ["c/x.log", "a/xy.log"]),
        ("[ab].log", ["a.log"], ["c.log", "/.log"]),
        ("[!ab].log", ["c.log"], ["a.log", "/.log"]),
        ("a+(b).log", ["a+(b).log"], ["aab.log"]),
        ("}.log", ["}.log"], [".log"]),
    ],
)
def test_globs(glob: str, names: list[str], others: list[str]) -> None:
    pattern = compile_glob(glob)
    assert [name for name in names if not pattern.fullmatch(name)] == []
    assert [name for name in others if pattern.fullmatch(name)] == []


def test_a_glob_that_is_none() -> None:
    with pytest.raises(ValueError, match="brace"):
        compile_glob("{a,b")


@pytest.mark.parametrize(
    ("glob", "parts"),
    [
        ("/var/log/**/*.log", ("/var/log", "**/*.log")),
        ("/*.log", ("/", "*.log")),
        ("a/b.log", ("a", "b.log")),
        ("*.log", ("", "*.log")),
    ],
)
def test_fixed_folders(glob: str, parts: tuple[str, str]) -> None:
    assert split_glob(glob) == parts


def test_finding(tmp_path: Path) -> None:
    for name in ("a.log", "b/a.log", "b/c/a.log", "node_modules/a.log"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    found = [Path(path).relative_to(tmp_path).as_posix() for path in find(str(tmp_path), "**/*.log", 10)]
    assert sorted(found) == ["a.log", "b/a.log", "b/c/a.log"]
    assert len(list(find(str(tmp_path), "**/*.log", 2))) == 2
    assert [Path(path).name for path in find(str(tmp_path), "b/*.log", 9)] == ["a.log"]
