"""Commands that a caller tells of stay with their lines, whatever is edited above, below and between them."""

from __future__ import annotations

import pytest

from unstuck.core.analysis import Analysis
from unstuck.core.catalog import Catalog
from unstuck.core.text import Position, Span

TEXT = "one\ntwo\n$ build\nfailed\n$ \n\n"

# What is replaced (lines from, up to), by what; where the command on lines 2 up to 4 stands then.
EDITS = {
    "above, fewer lines": ((0, 1), "", (1, 3)),
    "above, more lines": ((0, 1), "a\nb\nc\n", (4, 6)),
    "above, right up to it": ((0, 2), "", (0, 2)),
    "its output, fewer lines": ((2, 4), "$ build failed\n", (2, 3)),
    "its output, more lines": ((2, 4), "$ bu\nild\nfai\nled\n", (2, 6)),
    "below, fewer lines": ((4, 6), "$ \n", (2, 4)),
    "below, more lines": ((4, 6), "$ \n\n\n\n", (2, 4)),
    "all of it": ((0, 6), "", None),
}


@pytest.mark.parametrize("name", EDITS)
def test_told_commands_move_with_their_lines(name: str) -> None:
    (first, last), new, expected = EDITS[name]
    analysis = Analysis(Catalog(), "terminal", TEXT)
    analysis.start_command("build", 2)
    analysis.end_command(1, 4)
    analysis.edit(Span(Position(first, 0), Position(last, 0)), new)
    found = [(command.first, command.last) for command in analysis._told or []]
    assert found == ([] if expected is None else [expected])
