"""Whether a log was hard-wrapped at a width: most logs say soon that they were not."""

from __future__ import annotations

from collections import Counter

from unstuck.core.haystack import decoded
from unstuck.core.text import bare, split_lines
from unstuck.core.view import Widths


class Wrapping:
    """Looks at a log chunk by chunk. A line longer than any terminal's is reason enough to know."""

    def __init__(self) -> None:
        self.is_out = False
        """Whether the log's lines were not wrapped, whatever is still to come."""
        self._rest = b""

    def see(self, chunk: bytes) -> None:
        """Take a chunk of UTF-8."""
        if self.is_out:
            return
        lines = (self._rest + chunk.replace(b"\r", b"\n")).split(b"\n")
        self._rest = lines.pop()
        most = Widths.MOST
        self.is_out = max(map(len, lines), default=0) > most and any(
            len(decoded(line)) > most for line in lines if len(line) > most
        )


def widths_of(raw: bytes) -> frozenset[int]:
    """The widths at which the lines of a whole log were broken, as `Widths` infers them; empty for most."""
    lines = [bare(line) for line in split_lines(decoded(raw))] if b"\r" in raw else decoded(raw).split("\n")
    lengths = Counter(map(len, lines))
    # The widest lines of all must stand out, or nothing does.
    if lengths[max(lengths)] < Widths.WITNESSES:
        return frozenset()
    widths = Widths()
    widths.add(lines)
    return widths.inferred
