"""Escapes on one line: what is seen, and where each character came from."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unstuck.core.escapes import MOST_MARKS, _drawn, _overwritten, needs_rendering, render, render_lines

SEEN = {
    "plain": ("ERROR: no", "ERROR: no"),
    "sgr": ("\x1b[31mERROR:\x1b[0m \x1b[1;38;5;9mno\x1b[m", "ERROR: no"),
    "sgr with colons": ("\x1b[38:2::1:2:3mred\x1b[m", "red"),
    "eight-bit CSI": ("\x9b31mERROR\x9b0m", "ERROR"),
    "legacy quote is no CSI": ("a \x9b b", "a  b"),
    "gcc": (
        "\x1b[01m\x1b[Ka.c:1:10:\x1b[m\x1b[K \x1b[01;31m\x1b[Kfatal:\x1b[m\x1b[K no",
        "a.c:1:10: fatal: no",
    ),
    "link": ("see \x1b]8;;https://docs.example.com/x\x1b\\the page\x1b]8;;\x1b\\.", "see the page."),
    "link ended by BEL": ("\x1b]8;id=1;https://docs.example.com\x07page\x1b]8;;\x07", "page"),
    "title and prompt marks": ("\x1b]0;~/src dir\x07\x1b]133;A\x07$ \x1b]633;E;pip install demo\x07pip", "$ pip"),
    "a string ends at its first BEL": ("\x1b]0;a\x07$ ls\x07!", "$ ls!"),
    "charset": ("\x1b(B\x1b[mok\x1b(0", "ok"),
    "keypad and cursor": ("\x1b=\x1b[?25l\x1b7ok\x1b8\x1b[?25h\x1b>", "ok"),
    "device string": ("\x1bP1$r0m\x1b\\ok", "ok"),
    "rewritten": ("Downloading 10%\rDownloading 90%", "Downloading 90%"),
    "rewritten by less": ("abcdef\rXY", "XYcdef"),
    "erased and rewritten": ("progress 99%\r\x1b[Kdone", "done"),
    "erased first": ("progress 99%\x1b[2K\rdone", "done"),
    "erased by column": ("progress\x1b[1G\x1b[0Kdone", "done"),
    "spinner": ("Building wheel ... -\b \b\\\b \bdone", "Building wheel ... done"),
    "overstrike": ("N\bNA\bAM\bME\bE", "NAME"),
    "end of a Windows line twice": ("ERROR: no\r", "ERROR: no"),
    "cursor forward": ("error:\x1b[1Cno such\x1b[2Cfile", "error: no such  file"),
    "erase characters": ("abcdef\x1b[4D\x1b[2Xx", "abx ef"),
    "delete characters": ("abcdef\x1b[4D\x1b[2P", "abef"),
    "insert characters": ("abef\x1b[2D\x1b[2@cd", "abcdef"),
    "erase to here": ("abcdef\x1b[4D\x1b[1K", "   def"),
    "wide": ("下载 10%\r下载 99%", "下载 99%"),
    "half of a wide one": ("下载\r\x1b[1Cx", " x载"),
    "combining": ("e\u0301x\re", "ex"),
    "combining across a colour": ("\re\x1b[1m\u0301\x1b[m!", "e\u0301!"),
    "broken off": ("ERROR: no\x1b[3", "ERROR: no"),
    "lone escape": ("ERROR: no\x1b", "ERROR: no"),
    "link broken off": ("ERROR: no \x1b]8;;https://docs.exam", "ERROR: no "),
    "title without an end": ("\x1b]0;pip ERROR: no matching", " ERROR: no matching"),
    "NUL": ("E\0R\0R", "ERR"),
    "tab, form feed stay": ("a\tb\x0cc\x0bd", "a\tb\x0cc\x0bd"),
    "lost escape": ("[31mERROR: no[0m", "ERROR: no"),
    "lost, bold": ("[1;31merror[39m: no", "error: no"),
    "durations and lists stay": ("took [5m 3s] of [30m] [1m] [31m20s]", "took [5m 3s] of [30m] [1m] [31m20s]"),
    "an index stays": ("sys.modules[mod] = names[0]", "sys.modules[mod] = names[0]"),
    "written as JSON": ("\\u001b[31mERROR\\u001b[0m", "ERROR"),
    "written by cat -v": ("^[[31mERROR^[[0m", "ERROR"),
    "written by a shell": ("\\033[31mERROR\\e[0m", "ERROR"),
    "a regex stays": (r"expected [a-z]+ \[m\] ^[a]", r"expected [a-z]+ \[m\] ^[a]"),
    "hostile move": ("a\x1b[999999999Cb\r\x1b[999999999@\r\x1b[999999999Gz", None),
}


@pytest.mark.parametrize("name", SEEN)
def test_seen(name: str) -> None:
    line, expected = SEEN[name]
    rendered = render(line)
    if expected is None:
        assert len(rendered.text) < 20_000
    else:
        assert rendered.text == expected
    check_map(line)


def check_map(line: str) -> None:
    """The column map leads from each seen character to the same character of the line."""
    rendered = render(line)
    text, columns = rendered.text, rendered.columns
    assert len(text) == len(columns)
    assert not set(text) & set("\x1b\x9b\b\r")
    for index, (character, column) in enumerate(zip(text, columns, strict=True)):
        assert 0 <= column < len(line)
        assert line[column] == character or character == " ", (line, text, index)
        assert rendered.column(index) == column
        assert rendered.span(index, index + 1) == (column, column + 1)
    if text:
        assert rendered.span(0, len(text)) == (min(columns), max(columns) + 1)
    printed = [at for at, column in enumerate(columns) if line[column] == text[at] != " "]
    assert len({columns[at] for at in printed}) == len(printed), "a character of the line is seen twice"
    if not needs_rendering(line):
        assert text == line


PARTS = st.one_of(
    st.sampled_from(["ERROR: no", " ", "x", "\r", "\b", "\t", ";", "1", "m", "\0", "\x85", "\x07"]),
    st.sampled_from(["\x1b", "\x1b[", "\x1b[31m", "\x1b[0m", "\x1b[K", "\x1b[1K", "\x1b[2K", "\x1b[3D", "\x1b[2C"]),
    st.sampled_from(["\x1b[5G", "\x1b[2P", "\x1b[2@", "\x1b[2X", "\x1b[A", "\x1b[2J", "\x1b\\", "\x1b(B", "\x1bP"]),
    st.sampled_from(["\x1b]8;;http://a\x1b\\", "\x1b]8;;", "\x1b]0;t\x07", "\x9b1m", "\x9b", "\x90q", "\x9c"]),
    st.sampled_from(["[31m", "[0m", "^[[1m", "\\u001b[1m"]),
    st.sampled_from(["下", "載", "\u0301", "\u200d", "😀", "\ud800", "\U0001f3fd"]),
)


@given(st.lists(PARTS, max_size=24).map("".join))
def test_map_leads_back(line: str) -> None:
    check_map(line)


@given(st.text(st.characters(exclude_characters="\n"), max_size=60))
def test_map_leads_back_for_any_text(line: str) -> None:
    check_map(line)


@given(st.text(st.characters(exclude_categories=("Cc",), exclude_characters="[\\^\u241b"), max_size=60))
def test_plain_text_is_left_alone(line: str) -> None:
    assert not needs_rendering(line)
    assert render(line).text == line


@given(st.lists(st.lists(PARTS, max_size=8).map("".join), max_size=8))
def test_many_lines_at_once(lines: list[str]) -> None:
    assert render_lines("\n".join(lines)) == "\n".join(render(line).text for line in lines)


@given(st.lists(PARTS, max_size=24).map("".join))
def test_quick_and_exact_drawing_agree(line: str) -> None:
    quick = _overwritten(line)
    assert quick is None or quick == "".join(_drawn(line).cells)


def test_marks_without_end_on_one_character() -> None:
    line = "a" + "\u0301" * 500_000 + "b\b" + "\u0302" * 500_000
    rendered = render(line)
    assert rendered.text == "a" + "\u0301" * MOST_MARKS + "b"
    assert rendered.column(len(rendered.text) - 1) == 500_001
