"""A log that is too big to keep has the diagnoses of the whole text, however it comes."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.core.small_catalog import CATALOG
from unstuck.core import growing_log
from unstuck.core.analysis import analyse
from unstuck.core.growing_log import LONGEST_LINE, MOST_FINDINGS, MOST_KNOWN, GrowingLog
from unstuck.core.scanner import Scanner
from unstuck.core.wrapping import Head, widths_of

LINES = st.sampled_from(
    [
        "frob: host a.example.com is refused",
        "frob: host b.example.com is refused",
        "  😀 frob: host a.example.com is refused, again",
        "frob: giving up",
        "frob: first half",
        "frob: second half",
        "$ pip install demo",
        "$ pip install demo",
        "$ pip list",
        "Successfully installed demo-1.0",
        "nothing of note on this line",
        "",
        "\x1b[31mfrob: host a.example.com\x1b[0m is refused",
    ]
)
ENDS = st.sampled_from(["\n", "\n", "\n", "\r\n", "\r"])


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(LINES, st.integers(0, 30), ENDS), max_size=25),
    st.lists(st.integers(0, 3000), max_size=12),
    st.booleans(),
)
def test_any_chunking_gives_what_the_whole_gives(
    parts: list[tuple[str, int, str]], cuts: list[int], bare_end: bool
) -> None:
    text = "".join(line + end + f"step done{end}" * padding for line, padding, end in parts)
    text = text.rstrip("\r\n") if bare_end else text
    log = GrowingLog(Scanner(CATALOG))
    edges = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    for start, end in pairwise(edges):
        log.feed(text[start:end])
    assert log.diagnoses == analyse(CATALOG, "log", text)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    assert len(log.text) == len(lines)
    for diagnosis in log.diagnoses:
        for span in diagnosis.spans:
            assert log.text.line(span.start.line) == lines[span.start.line]


# A console of 40 columns: words are broken, and the telling line with them.
WRAPPED = "".join(
    f"{line[at : at + 40]}\n"
    for line in (
        "alpha: the first of the long lines that a narrow console broke where it had to",
        "bravo: something else that is far too long for what the console is able to show",
        "charlie: and a third one that begins with another word but is as long as those",
        "the console goes on, frob: host a.example.com is refused, and it says so at length",
        "delta: what comes last is just as long as all the others are, which is enough",
    )
    for at in range(0, len(line), 40)
)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, len(WRAPPED)), max_size=8), ENDS)
def test_wrapped_lines_are_joined_as_in_a_document(cuts: list[int], end: str) -> None:
    text = WRAPPED.replace("\n", end)
    log = GrowingLog(Scanner(CATALOG))
    for first, last in pairwise([0, *sorted(cuts), len(text)]):
        log.feed(text[first:last])
    assert log.diagnoses == analyse(CATALOG, "log", text)
    [diagnosis] = log.diagnoses
    assert diagnosis.span.start.line < diagnosis.span.end.line
    lines = WRAPPED.split("\n")
    assert [log.text.line(at.line) for at in diagnosis.span] == [lines[at.line] for at in diagnosis.span]


def test_a_log_too_long_to_have_been_wrapped_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growing_log, "MOST_WRAPPED", 200_000)
    log = GrowingLog(Scanner(CATALOG))
    log.feed(WRAPPED)
    assert log.diagnoses
    assert log._joined is not None
    log.feed("a line of its own\n" * (200_000 // 18))
    assert log._joined is None
    assert log._head.is_out


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.sampled_from([*WRAPPED.splitlines(), "x" * 40, "y" * 41, "é" * 40, "", "$ pip", "z" * 501]), max_size=40
    ),
    st.lists(st.integers(0, 1600), max_size=8),
    ENDS,
)
@example(
    [
        "h another word but is as long as those",
        "charlie: and a third one that begins wit",
        "h another word but is as long as those",
        "the console goes on, frob: host a.exampl",
        "alpha: the first of the long lines that ",
        "a",
    ],
    [],
    "\n",
)
def test_the_widths_of_a_head_are_those_of_its_text(lines: list[str], cuts: list[int], end: str) -> None:
    text = end.join(lines)
    head = Head(1_000_000)
    at = 0
    for cut in [*sorted(min(cut, len(text)) for cut in cuts), len(text)]:
        head.add(text[at:cut])
        at = cut
        if not head.is_out:
            assert head.text == text[:cut]
            assert head.widths == widths_of(text[:cut].encode())
    if max(map(len, lines), default=0) > 500:
        assert head.is_out


def test_failures_on_huge_lines_are_counted() -> None:
    log = GrowingLog(Scanner(CATALOG))
    for number in range(20):
        log.feed(f"frob: host h{number}.example.com is refused " + "x" * (MOST_KNOWN // 10) + "\n" + "fine\n" * 50)
    assert sum(map(len, log._known.values())) <= MOST_KNOWN
    assert len(log.diagnoses) == 9
    assert log.unlisted == 11


def test_diagnoses_wait_while_more_is_on_its_way() -> None:
    log = GrowingLog(Scanner(CATALOG))
    assert not log.feed("frob: host a.example.com is refused\n", more=True)
    assert not log.diagnoses
    assert not log.feed("fine\n" * 100, more=True)
    assert log.feed("fine\n")
    assert [diagnosis.span.start.line for diagnosis in log.diagnoses] == [0]
    assert not log.update()


def test_what_is_kept_does_not_grow_with_the_log() -> None:
    log = GrowingLog(Scanner(CATALOG))
    piece = "frob: host a.example.com is refused\n" + "$ pip install demo\nfine\n" * 100
    for _ in range(300):
        log.feed(piece)
    assert len(log.diagnoses) == 200
    assert log.unlisted == 100
    assert len(log._known) <= 200
    assert len(log._runs.commands) <= 500
    assert len(log._kept) < 10_000


def test_failures_without_end_are_counted() -> None:
    log = GrowingLog(Scanner(CATALOG))
    for first in range(0, MOST_FINDINGS + 2000, 1000):
        log.feed("".join(f"frob: host h{number}.example.com is refused\n" for number in range(first, first + 1000)))
    assert MOST_FINDINGS <= len(log.diagnoses) <= MOST_FINDINGS + 100
    assert log.unlisted > 1500


def test_a_line_without_end_is_bounded() -> None:
    log = GrowingLog(Scanner(CATALOG))
    for _ in range(50):
        log.feed("x" * 100_000)
    log.feed("\nfrob: host a.example.com is refused")
    assert [diagnosis.span.start.line for diagnosis in log.diagnoses] == [1]
    log.feed("\n" + "y" * 3 * LONGEST_LINE + "\nz\n")
    assert len(log._kept) < 3 * LONGEST_LINE
