"""Reading what an output says of a failure: any text is read, and none takes long."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unstuck.core.locks import above, generated, graph, via
from unstuck.core.said import Said, asked_for, collecting, conflicting, offset_in, parents, places, said_around
from unstuck.core.text import Text

PIECES = [
    "Collecting demo", " (from ", "-r x.txt", " (line 3)", ")", "->", "parent", " depends on ", "`demo`", "==1.0",
    ">=2,<3",    " (v1.0)", "you require ", " and ", "your project depends on both ",
    "Because ", ", version solving failed.", "\n",
    " ", "The user requested ", "Cannot install ", " because these package versions", "in `x.txt` at position ", 
    "12", "x.txt:3:4",
    "from line 2 of x.txt", "'a' [line  3]", "=", "[", "(", "🦊", "\u2028", "a" * 200, "-", ".", 
    "# via", "    # ", "error:",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)


def read(text: str) -> None:
    said = said_around(Text(text), 0, 0)
    both = Said(text, tuple(text.split("\n")))
    for one in (said, both):
        list(places(one.text))
        offset_in(one.text)
        conflicting(one.text)
        asked_for(one)
        list(collecting(one, "demo"))
        assert "demo" not in parents(["demo"], one) or "(from" in text
    generated(text)
    above("demo", via(text))
    graph(text)


@given(TEXTS)
def test_any_text_is_read(text: str) -> None:
    read(text)


@pytest.mark.parametrize(
    "piece",
    [
        "=", "a=", "a", "a ", "-r ", "-r a ", "(from ", "a depends on ", "a==1 depend", "[", "`", "you require a and ",
        "because a depends on ", " (", "1.", "x.txt:", "in `", "Cannot install ", "# via ", "a[", "a>=1,", "a (1",
    ],
)  # fmt: skip
def test_no_text_takes_long(piece: str) -> None:
    line = piece * (2_000 // len(piece))
    text = "\n".join([line] * 24)
    began = time.perf_counter()
    read(text)
    # A pattern that tries every way to read it would take hours.
    assert time.perf_counter() - began < 20
