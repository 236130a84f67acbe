"""The prefilter sees of a text what a person sees of it: line by line, whatever its control characters do."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from unstuck.core.catalog import Catalog
from unstuck.core.escapes import render
from unstuck.core.haystack import decoded, encoded, read
from unstuck.core.literals import ascii_lower, folded
from unstuck.core.signature import Signature

PREFILTER = Catalog([Signature(id="example/one", domain="example", signature="x", regex="needle found")]).prefilter
PIECES = [
    *("needle found", "Needle", " ", "É", "漢字", "e\u0301", "\u212a", "\ufffd", "\t", "\v", "\x0c", "[0m", "[31mred"),
    *("\b", "\b\b", "\0", "\x07", "\x1b[31m", "\x1b[0K", "\x1b[K", "\x1b[2K", "\x1b[1K", "\x1b[1A", "\x1b[?25l"),
    *("\x1b(B", "\x1b[3D", "\x1b[2C", "\x1b[1G", "\x1b]8;;x\x07", "\x1b", "\x85", "\x9b31m", "\\x1b[32m", "\n", "\n\n"),
    *("$ pip install x", "+ pip install", "error: ", "\u2019", "\u201c", "\u00a0"),
]


@given(st.lists(st.sampled_from(PIECES), max_size=24).map("".join))
def test_every_line_is_what_is_seen_of_it(text: str) -> None:
    raw = encoded(text)
    reading = read(raw, PREFILTER)
    expected = [ascii_lower(folded(render(line).text)) for line in text.split("\n")]
    found = [decoded(row.rstrip(b"\n")) for row in reading.lowered.rows] + [""] * (not text or text.endswith("\n"))
    assert found == expected
    lines = [raw[start:end] for start, end in zip([0, *reading.ends], reading.ends, strict=False)]
    assert lines == raw.splitlines(keepends=True)
    again = PREFILTER.search(reading.lowered.text)
    keys = len(PREFILTER.keys)
    assert sorted(hit for hit in reading.found if hit[0] < keys) == sorted(hit for hit in again if hit[0] < keys)
