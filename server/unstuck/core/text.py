"""A document's text as physical lines, edits to it, and columns in the protocol's encodings.

Positions in the core count Unicode code points. The protocol counts utf-8, utf-16 or utf-32 units; only
`units_of` and `column_of` know the difference.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

Encoding = Literal["utf-8", "utf-16", "utf-32"]

# The protocol's line ends and no others: str.splitlines() also splits at form feeds and U+2028, which logs contain.
_LINES = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+\Z")

# So many characters are split into lines at once.
AT_ONCE = 500_000


class Position(NamedTuple):
    """A place in a document: line and column, both from 0, the column in code points."""

    line: int
    column: int


class Span(NamedTuple):
    """A half-open range of a document."""

    start: Position
    end: Position

    def touches(self, other: Span) -> bool:
        """Whether the two share a character or a border, as an editor's cursor at the end of a word does."""
        return self.start <= other.end and other.start <= self.end


class Dirty(NamedTuple):
    """What an edit did to the lines: `removed` lines from `first` on gave way to `added` new ones."""

    first: int
    removed: int
    added: int


def split_lines(content: str) -> list[str]:
    """The lines with their terminators, as the protocol counts them: the last one has none and may be empty."""
    if len(content) <= AT_ONCE:
        lines = _LINES.findall(content)
    else:
        lines = [line for part in _parts(content) for line in _LINES.findall(part)]
    if not lines or lines[-1].endswith(("\n", "\r")):
        lines.append("")
    return lines


def _parts(content: str) -> Iterator[str]:
    """Stretches of whole lines: findall lets no other thread in before it is done."""
    start = 0
    while start < len(content):
        end = content.find("\n", start + AT_ONCE) + 1 or len(content)
        yield content[start:end]
        start = end


def bare(line: str) -> str:
    """A line without its terminator."""
    if line.endswith("\n"):
        return line[:-2] if line.endswith("\r\n") else line[:-1]
    return line.removesuffix("\r")


class Text:
    """The lines of one document. An edit costs what it touches, not what the document holds."""

    __slots__ = ("_lines",)

    def __init__(self, content: str = "") -> None:
        self._lines = split_lines(content)

    def __len__(self) -> int:
        """The number of lines, at least 1."""
        return len(self._lines)

    @property
    def content(self) -> str:
        return "".join(self._lines)

    @property
    def end(self) -> Position:
        return Position(len(self._lines) - 1, len(self._lines[-1]))

    def line(self, number: int) -> str:
        """Line `number` without its terminator."""
        return bare(self._lines[number])

    def raw_line(self, number: int) -> str:
        """Line `number` with its terminator."""
        return self._lines[number]

    def raw_lines(self, first: int = 0, last: int | None = None) -> list[str]:
        """Lines `first` up to and without `last`, with their terminators."""
        return self._lines[first:last]

    def clamp(self, position: Position) -> Position:
        """The nearest position that exists: the protocol lets a client point past a line's or the text's end."""
        line, column = position
        if line < 0:
            return Position(0, 0)
        if line >= len(self._lines):
            return self.end
        return Position(line, min(max(column, 0), len(self.line(line))))

    def slice(self, span: Span) -> str:
        """The text of a span."""
        start, end = self.clamp(span.start), self.clamp(span.end)
        if start.line == end.line:
            return self._lines[start.line][start.column : end.column]
        middle = self._lines[start.line + 1 : end.line]
        return self._lines[start.line][start.column :] + "".join(middle) + self._lines[end.line][: end.column]

    def replace(self, span: Span, new: str) -> Dirty:
        """Put `new` in the place of `span`; positions that do not exist are clamped first."""
        start, end = self.clamp(span.start), self.clamp(span.end)
        if end < start:
            start, end = end, start
        first, last = start.line, end.line
        head, tail = self._lines[first][: start.column], self._lines[last][end.column :]
        # A "\r" and a "\n" that an edit brings together are one line end.
        if first > 0 and not head and self._lines[first - 1].endswith("\r") and (new or tail)[:1] == "\n":
            first -= 1
            head = self._lines[first]
        if last + 1 < len(self._lines) and (head + new + tail).endswith("\r") and self._lines[last + 1] == "\n":
            last += 1
            tail += "\n"
        fresh = split_lines(head + new + tail)
        # split_lines adds an empty last line after a terminator; only the document's own last line is one.
        if last + 1 < len(self._lines):
            fresh.pop() if fresh[-1] == "" else None
        self._lines[first : last + 1] = fresh
        return Dirty(first, last + 1 - first, len(fresh))


def units_of(line: str, column: int, encoding: Encoding) -> int:
    """A code point column of `line` in units of `encoding`."""
    if encoding == "utf-32" or line.isascii():
        return column
    head = line[:column]
    if encoding == "utf-16":
        return len(head) + sum(character > "\uffff" for character in head)
    return len(head.encode("utf-8", "surrogatepass"))


def column_of(line: str, units: int, encoding: Encoding) -> int:
    """The code point column of `units` in `encoding`; a place inside a character is that character's start."""
    if units <= 0:
        return 0
    if encoding == "utf-32" or line.isascii():
        return min(units, len(line))
    count = 0
    for column, character in enumerate(line):
        if encoding == "utf-16":
            count += 2 if character > "\uffff" else 1
        else:
            count += len(character.encode("utf-8", "surrogatepass"))
        if count > units:
            return column
    return len(line)
