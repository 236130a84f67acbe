"""Dirty lines: whatever is edited, every line that is not what it was is in a range."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from unstuck.core.dirty import MOST, NEAR, DirtyLines
from unstuck.core.text import Dirty

EDITS = st.lists(st.tuples(st.integers(0, 900), st.integers(0, 40), st.integers(0, 40)), max_size=30)


@given(EDITS)
def test_every_new_line_is_in_a_range(edits: list[tuple[int, int, int]]) -> None:
    lines = ["old"] * 1000
    dirty = DirtyLines()
    for first, removed, added in edits:
        first = min(first, len(lines))
        removed = min(removed, len(lines) - first)
        lines[first : first + removed] = ["new"] * added
        dirty.note(Dirty(first, removed, added))
    ranges = dirty.take()
    assert not dirty
    assert len(ranges) <= MOST
    assert all(one[1] + NEAR < other[0] for one, other in pairwise(ranges))
    covered = {line for first, last in ranges for line in range(first, last)}
    assert [line for line, text in enumerate(lines) if text == "new" and line not in covered] == []


def test_edits_far_apart_stay_apart() -> None:
    dirty = DirtyLines()
    dirty.note(Dirty(5000, 1, 3))
    dirty.note(Dirty(0, 1000, 0))
    assert len(dirty) == 3
    assert dirty.take() == [(0, 0), (4000, 4003)]


def test_a_place_is_dirty_where_lines_went() -> None:
    dirty = DirtyLines()
    dirty.note(Dirty(7, 2, 0))
    assert dirty
    assert dirty.take() == [(7, 7)]
