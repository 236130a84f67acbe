"""Terminal output to transcript: what remains to be read, and what the shell says."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unstuck.core import screen
from unstuck.core.screen import REACH
from unstuck.core.shell_marks import Cleared, CommandEnded, CommandStarted, CwdChanged
from unstuck.core.stream import Edit, Event, Stream
from unstuck.core.text import Text


class Transcript:
    """A stream with its edits applied, as the server applies them."""

    def __init__(self, columns: int | None = None, limit: int = 10_000_000, rows: int | None = None) -> None:
        self.stream = Stream(columns, limit, rows)
        self.text = Text()
        self.events: list[Event] = []

    def feed(self, *chunks: str) -> Transcript:
        for chunk in chunks:
            for step in self.stream.feed(chunk):
                if isinstance(step, Edit):
                    assert self.text.clamp(step.span.start) == step.span.start
                    assert self.text.clamp(step.span.end) == step.span.end
                    self.text.replace(step.span, step.new)
                else:
                    self.events.append(step)
            assert 0 <= self.stream.line < len(self.text)
        return self


OSC_LINK = "\x1b]8;;https://docs.example.com/a b\x1b\\page\x1b]8;;\x1b\\"
SCREEN_PROGRAM = (
    "$ vim\r\n\x1b[?1049h\x1b[22;0;0t\x1b[1;24r\x1b[H\x1b[2J~\r\n~\x1b[24;1H:q\r\n\x1b[?1049l\x1b[23;0;0t$ "
)

SEEN = {
    "lines": ("a\r\nb\nc", "a\nb\nc"),
    "colours": ("\x1b[1;31mERROR:\x1b[0m no\x1b[K\r\n\x1b[0mnext", "ERROR: no\nnext"),
    "link": (f"see {OSC_LINK}.", "see page."),
    "title, bell, charset": ("\x1b]0;a title\x07\x07\x1b(Bok", "ok"),
    "unterminated title": ("\x1b]0;pip ERROR: no\r\nnext", " ERROR: no\nnext"),
    "pip bar": (
        "  |##      | 10%\r\x1b[K  |####    | 50%\r\x1b[K  |########| 100%\r\nDone\r\n",
        "  |########| 100%\nDone\n",
    ),
    "pip spinner": ("Building ... \x1b[?25l-\b\\\b|\b/\bdone\r\n\x1b[?25h", "Building ... done\n"),
    "rich bar": ("\x1b[?25l   ━━━╸   1/9 MB\r\x1b[2K   ━━━━━━ 9/9 MB\r\n\x1b[?25h", "   ━━━━━━ 9/9 MB\n"),
    "uv": ("⠋ Resolving...\r\x1b[2K\x1b[2mResolved \x1b[1m1 package\x1b[0m\r\n", "Resolved 1 package\n"),
    "uv bars": (
        "a ---- 0 B/1 MB\r\nb ---- 0 B/2 MB\x1b[1A\r\x1b[2Ka ##-- \x1b[1B\r\x1b[2Kb ##--"
        "\x1b[1A\r\x1b[J\x1b[32mInstalled\x1b[0m 2 packages\r\n",
        "Installed 2 packages\n",
    ),
    "docker": (
        "abc: Pulling\r\ndef: Pulling\r\n\x1b[2A\x1b[2K\rabc: Pull complete\r\x1b[2B\x1b[1A"
        "\x1b[2K\rdef: Extracting\r\x1b[1B",
        "abc: Pull complete\ndef: Extracting\n",
    ),
    "cargo": ("   Compiling a\r\n    Building [=> ] 1/2\r\x1b[K   Compiling b\r\n", "   Compiling a\n   Compiling b\n"),
    "npm": ("⠙\x1b[1G\x1b[0K⠹\x1b[1G\x1b[0Knpm error code E404\r\n", "npm error code E404\n"),
    "previous line": ("one\r\ntwo\r\n\x1b[2Funo\x1b[Edos", "uno\ndos\n"),
    "screen program": (SCREEN_PROGRAM, "$ vim\n$ "),
    "clear keeps what scrolled": ("a\r\nb\r\n$ \x1b[H\x1b[2Jnew", "a\nb\n$ \nnew"),
    "clear without 2J": ("a\r\nb\r\n$ \x1b[H\x1b[Jnew", "a\nb\n$ \nnew"),
    "clear with scrollback": ("a\r\nb\r\n$ \x1b[H\x1b[2J\x1b[3Jnew", "new"),
    "redrawn after clear": ("a\r\n\x1b[H\x1b[2Jone\r\ntwo\r\n\x1b[Huno\r\ndos", "a\nuno\ndos\n"),
    "reset": ("a\r\nb\x1bcnew", "new"),
    "apt bar": (
        "Unpacking\r\n\x1b7\x1b[24;0f\x1b[42mProgress: [ 10%]\x1b[49m\x1b8Setting up\r\n",
        "Unpacking\nSetting up\n",
    ),
    "delete and insert lines": ("a\r\nb\r\nc\x1b[2A\r\x1b[M\x1b[Lx", "x\nb\nc"),
    "insert and delete characters": ("acd\x1b[2D\x1b[@b\r\x1b[2C\x1b[P", "abd"),
    "wide rewritten": ("下载 10%\r下载 99%\r\n", "下载 99%\n"),
    "windows, cursor forward": ("error:\x1b[1Cno\x1b[5X\x1b[5C!\r\n", "error: no     !\n"),
    "up beyond the top": ("a\r\nb\x1b[99A\rx", "x\nb"),
    "back beyond the start": ("ab\x1b[9Dx\b\b\by", "yb"),
    "form feed is no line end": ("a\x0cb\u2028c\x85d\r\n", "a\x0cb\u2028cd\n"),
    "broken pair": ("a\ud83db", "a\ufffdb"),
    "broken pair in a string": ("\x1b]0;\ud83da\x07b", "b"),
    "line ends twice": ("a\r\r\nb", "a\nb"),
}


@pytest.mark.parametrize("name", SEEN)
def test_seen(name: str) -> None:
    written, expected = SEEN[name]
    assert Transcript().feed(written).text.content == expected
    assert Transcript().feed(*written).text.content == expected, "one character at a time"


WRAPPED = {
    "return goes to the row's start": ("abcdefghijklm\rX", "abcdefghijXlm"),
    "return at the border": ("abcdefghij\rX", "Xbcdefghij"),
    "shell wraps its input": ("abcdefghij \rk", "abcdefghijk"),
    "up within a line": ("abcdefghijklm\x1b[1A\rX", "Xbcdefghijklm"),
    "up over a wrapped line": ("one\r\nabcdefghijklm\r\ntwo\x1b[3A\rX", "Xne\nabcdefghijklm\ntwo"),
    "erase only the row": ("abcdefghijklm\x1b[1A\r\x1b[KX", "X         klm"),
    "next row, then next line": ("abcdefghijklm\r\nx\x1b[2A\r1\r\n2\r\n3", "1bcdefghij2lm\n3"),
    "zsh's missing newline": ("abc%         \r \rabc", "abc%      abc"),
}


@pytest.mark.parametrize("name", WRAPPED)
def test_wrapped_at_the_width(name: str) -> None:
    written, expected = WRAPPED[name]
    assert Transcript(columns=10).feed(written).text.content == expected
    assert Transcript(columns=10).feed(*written).text.content == expected, "one character at a time"


def test_height_bounds_the_cursor() -> None:
    lines = "".join(f"{number}\r\n" for number in range(10))
    assert Transcript(rows=4).feed(lines, "\x1b[Htop").text.line(7) == "top"
    assert Transcript(rows=4).feed(lines, "\x1b[99Atop").text.line(7) == "top"


def test_home_after_much_output_does_not_overwrite_it() -> None:
    transcript = Transcript().feed("".join(f"{number}\r\n" for number in range(1000)), "\x1b[Htop\r\n")
    assert transcript.text.content == "".join(f"{number}\n" for number in range(1000)) + "top\n"


def test_command_marks() -> None:
    transcript = Transcript().feed(
        "\x1b]633;A\x07$ \x1b]633;B\x07pip install demo\r\n"
        "\x1b]633;E;pip install demo\\x3b true;nonce\x07\x1b]633;C\x07"
        "ERROR: no\r\n\x1b]633;D;1\x07\x1b]633;P;Cwd=C:\\\\src\x07\x1b]633;A\x07$ \x1b]633;B\x07"
    )
    assert transcript.events == [
        CommandStarted(1, "pip install demo; true"),
        CommandEnded(2, 1),
        CwdChanged("C:\\src"),
    ]
    assert transcript.text.content == "$ pip install demo\nERROR: no\n$ "


def test_command_line_as_typed() -> None:
    transcript = Transcript().feed(
        "\x1b]7;file://host/home/a%20b\x1b\\\x1b]133;A\x07$ \x1b]133;B\x07pip instal\blx\b \bl demo\r\n"
        "\x1b]133;C\x07ok\r\n"
        "\x1b]133;D\x07\x1b]133;A\x07$ \x1b]133;B\x07"
    )
    assert transcript.events == [CwdChanged("/home/a b"), CommandStarted(1, "pip install demo"), CommandEnded(2, None)]


def test_directory_of_a_drive() -> None:
    assert Transcript().feed("\x1b]7;file:///C:/src\x07\x1b]7;http://x/y\x07\x1b]7;file://[\x07").events == [
        CwdChanged("C:/src")
    ]


def test_cleared_is_told() -> None:
    assert Transcript().feed("a\r\n\x1b[H\x1b[2J").events == [Cleared(1)]


def test_prompt_ends_the_alternate_screen() -> None:
    assert Transcript().feed("\x1b[?1049hgone\r\n\x1b]133;A\x07$ ").text.content == "$ "


@pytest.mark.parametrize("size", [1, 7, 100, 5_000])
def test_oldest_lines_go(size: int) -> None:
    written = "".join(f"line {number}\r\n" for number in range(5_000))
    transcript = Transcript(limit=10_000)
    transcript.feed(*(written[at : at + size] for at in range(0, len(written), size)))
    content = transcript.text.content
    assert content.endswith("line 4998\nline 4999\n")
    assert 9_000 <= len(content) <= 10_000 + REACH * 11
    assert content == Transcript(limit=10_000).feed(written).text.content
    assert written.replace("\r\n", "\n").endswith(content)


def test_a_line_without_an_end_is_broken() -> None:
    transcript = Transcript().feed("x" * 200_000)
    assert len(transcript.text) == 4
    assert transcript.text.content.replace("\n", "") == "x" * 200_000


@pytest.mark.parametrize(
    "written",
    [
        "\x1b]0;" + "x" * 1_000_000 + "\x07",
        "\x1bP" + "x" * 1_000_000 + "\x1b\\",
        "\x1b[" + "1;" * 1_000_000 + "m\r\n",
        "\x1b[9999@" * 5_000,
        "a\x1b[65535Cb\x1b[1D" * 100,
        "\x1b[200L" * 2_000,
        "e" + "\u0301" * 500_000 + "\r" + "\u0301" * 10,
        "\x1b[9999;9999Hx" * 500,
        "x\r\n\x1b[2J" * 5_000,
        "y" * 50_000 + "-\b/\b" * 20_000,
    ],
    ids=[
        "title",
        "device",
        "parameters",
        "insert",
        "forward",
        "insert lines",
        "combining",
        "position",
        "clear",
        "spinner",
    ],
)
def test_hostile_output_stays_bounded(written: str) -> None:
    transcript = Transcript(limit=1_000_000)
    for at in range(0, len(written), 4096):
        transcript.feed(written[at : at + 4096])
    assert len(transcript.text.content) < 1_000_000 + REACH * 65_536
    assert "\nok\n" in transcript.feed("\r\nok\r\n").text.content


PIECES = st.one_of(
    st.sampled_from(["a", "ERROR: no", "x" * 9, "\t", " ", "下", "載入", "\u0301", "😀", "\x0c", "\x85"]),
    st.sampled_from(["\r\n", "\n", "\r", "\b", "\x07", "\r\r\n", "\0"]),
    st.sampled_from(
        ["\x1b[K", "\x1b[1K", "\x1b[2K", "\x1b[J", "\x1b[1J", "\x1b[2J", "\x1b[3J", "\x1b[H", "\x1b[3;2H", "\x1bc"]
    ),
    st.sampled_from(
        ["\x1b[A", "\x1b[2A", "\x1b[B", "\x1b[3C", "\x1b[2D", "\x1b[5G", "\x1b[F", "\x1b[E", "\x1bM", "\x1b[2d"]
    ),
    st.sampled_from(["\x1b[2P", "\x1b[2@", "\x1b[2X", "\x1b[L", "\x1b[2M", "\x1b7", "\x1b8", "\x1b[s", "\x1b[u"]),
    st.sampled_from(
        ["\x1b[31m", "\x1b[0m", "\x1b]8;;http://a\x1b\\", "\x1b]0;t t\x07", "\x1b(B", "\x1b[?25l", "\x9b1m"]
    ),
    st.sampled_from(
        ["\x1b[?1049h", "\x1b[?1049l", "\x1b]133;A\x07", "\x1b]133;B\x07", "\x1b]133;C\x07", "\x1b]133;D;1\x07"]
    ),
    st.sampled_from(
        ["\x1b", "\x1b[", "\x1b[1;", "\x1b]", "\x1b]8;;", "\x1b\\", "\x9b", "\x90", "\x9c", "\ud83d", "\ude00"]
    ),
)
WRITTEN = st.lists(PIECES, max_size=40).map("".join)


@settings(max_examples=400, deadline=None)
@given(WRITTEN, st.lists(st.integers(0, 200), max_size=12), st.sampled_from([None, 4, 10]), st.sampled_from([None, 5]))
def test_any_chunking_gives_the_same(written: str, cuts: list[int], columns: int | None, rows: int | None) -> None:
    whole = Transcript(columns, 40, rows).feed(written)
    edges = [0, *sorted(min(cut, len(written)) for cut in cuts), len(written)]
    parts = Transcript(columns, 40, rows).feed(*(written[a:b] for a, b in pairwise(edges)))
    single = Transcript(columns, 40, rows).feed(*written)
    assert parts.text.content == whole.text.content
    assert single.text.content == whole.text.content
    assert "\x1b" not in whole.text.content
    assert [type(event) for event in parts.events] == [type(event) for event in whole.events]


@settings(max_examples=400, deadline=None)
@given(WRITTEN, st.integers(1, 60), st.sampled_from([None, 4, 10]), st.sampled_from([None, 5]))
def test_a_line_whose_cells_are_kept_reads_the_same(
    written: str, size: int, columns: int | None, rows: int | None
) -> None:
    parts = [written[at : at + size] for at in range(0, len(written), size)]
    plain = Transcript(columns, 40, rows).feed(*parts)
    before, screen.MOST_CELLS = screen.MOST_CELLS, 2
    try:
        kept = Transcript(columns, 40, rows).feed(*parts)
    finally:
        screen.MOST_CELLS = before
    assert kept.text.content == plain.text.content


@settings(max_examples=50, deadline=None)
@given(st.lists(st.one_of(PIECES, st.just("line\r\n" * 150)), max_size=25).map("".join), st.integers(1, 600))
def test_any_chunking_gives_the_same_beyond_the_reach(written: str, size: int) -> None:
    whole = Transcript(limit=2_000).feed(written)
    parts = Transcript(limit=2_000).feed(*(written[at : at + size] for at in range(0, len(written), size)))
    assert parts.text.content == whole.text.content
