"""Where a span stands, in the protocol's units, and the line to quote for it."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from unstuck.core.text import Span, Text, units_of
from unstuck.report.model import Place

# A telling line longer than this is quoted in part.
LONGEST_QUOTE = 20_000


class Quote(NamedTuple):
    """A physical line, or the part of a very long one around its mark, and the marked columns in it."""

    text: str
    start: int
    end: int


class Places(Protocol):
    """What a report needs of a document."""

    def place(self, span: Span) -> Place: ...

    def quote(self, span: Span) -> Quote: ...


class TextPlaces:
    """The places of a text at hand, which begins `units` utf-16 units (and `column` code points) into its line."""

    def __init__(self, text: Text, units: int = 0) -> None:
        self._text = text
        self._units = units

    def place(self, span: Span) -> Place:
        return Place(*self._position(*span.start), *self._position(*span.end))

    def _position(self, line: int, column: int) -> tuple[int, int]:
        units = units_of(self._text.line(line), column, "utf-16")
        return line, units if line else units + self._units

    def quote(self, span: Span) -> Quote:
        line = self._text.line(span.start.line)
        start = span.start.column
        end = span.end.column if span.end.line == span.start.line else len(line)
        if len(line) <= LONGEST_QUOTE:
            return Quote(line, start, end)
        begin = max(0, start - LONGEST_QUOTE // 2)
        text = line[begin : begin + LONGEST_QUOTE]
        return Quote(text, start - begin, min(end - begin, len(text)))
