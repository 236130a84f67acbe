"""Logical lines: what the tool printed, with a map back to the document's own lines.

Escape sequences are gone, a hard-wrapped line is rejoined, and what a CI system or a tool's gutter put before the
line is set aside. A view computes only the lines that are asked for: a scan asks for those around its hits.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING
from zlib import crc32

from unstuck.core import frames
from unstuck.core.escapes import Rendered, needs_rendering, render
from unstuck.core.frames import prefix_length as prefix_length
from unstuck.core.text import Position, Span, Text

Width = int | tuple[str, int]
"""At how many columns lines were broken: a terminal's number; `("words", n)` where PowerShell filled its records with
words; `("step", n)` for BuildKit's last lines of a step, which take so much of the terminal with their frame."""

if TYPE_CHECKING:
    from unstuck.core.joins import Join

# A logical line longer than this many rows is cut: a wrapped line is not a whole file.
MOST_ROWS = 400


class LogicalLine:
    """One line as the tool printed it, from the physical lines `first` to `last`."""

    __slots__ = ("_parts", "_starts", "first", "last", "text")

    def __init__(self, parts: list[tuple[int, Rendered, int]]) -> None:
        """`parts`: physical line, what is seen of it, and how many of its first characters are set aside."""
        self._parts = parts
        self._starts: list[int] = []
        pieces: list[str] = []
        length = 0
        for _, rendered, skip in parts:
            self._starts.append(length)
            pieces.append(rendered.text[skip:])
            length += len(pieces[-1])
        # Consoles pad lines with blanks, which are no tool's words; `cat -v` shows a carriage return.
        self.text = "".join(pieces).rstrip().removesuffix("^M")
        self.first = parts[0][0]
        self.last = parts[-1][0]

    @property
    def own(self) -> tuple[int, Rendered, int]:
        """The first physical line: its number, what is seen of it, and how many characters of that were set aside."""
        return self._parts[0]

    @property
    def prefix(self) -> int:
        """How many characters of the first physical line were set aside."""
        return self._parts[0][2]

    def span(self, start: int, end: int) -> Span:
        """The place in the document of the characters `start` to `end`."""
        return Span(self._place(start), self._after(max(end, start + 1) - 1) if end > start else self._place(start))

    def _part(self, column: int) -> tuple[int, Rendered, int]:
        at = max(bisect_right(self._starts, column) - 1, 0)
        line, rendered, skip = self._parts[at]
        return line, rendered, column - self._starts[at] + skip

    def _place(self, column: int) -> Position:
        line, rendered, index = self._part(column)
        return Position(line, rendered.column(index))

    def _after(self, column: int) -> Position:
        line, rendered, index = self._part(column)
        return Position(line, rendered.span(index, index + 1)[1])


class View:
    """The logical lines of a text, computed as they are asked for. It is good until the text's next edit."""

    def __init__(self, text: Text, widths: frozenset[Width] = frozenset()) -> None:
        """`widths`: the widths, in columns, at which a terminal broke lines; a line of such a width goes on below."""
        self._text = text
        self._widths = widths
        told = [width for width in widths if isinstance(width, tuple)]
        self._filled = max((width for how, width in told if how == "words"), default=0)
        self._step = max((width for how, width in told if how == "step"), default=0)
        self._alone: dict[int, LogicalLine] = {}
        self._joined: dict[int, LogicalLine] = {}
        self.joins: dict[int, list[Join]] = {}
        """The scanner's own: for a line the ways in which it may be one with those around it."""
        self.goes_on: dict[int, bool] = {}
        """The scanner's own: whether a message on a line may go on below."""

    def __len__(self) -> int:
        return len(self._text)

    @property
    def is_wrapped(self) -> bool:
        """Whether any line may go on below."""
        return bool(self._widths)

    def raw(self, number: int) -> str:
        return self._text.line(number)

    def alone(self, number: int) -> LogicalLine:
        """Physical line `number` by itself."""
        line = self._alone.get(number)
        if line is None:
            rendered = _rendered(self._text.line(number))
            line = self._alone[number] = LogicalLine([(number, rendered, prefix_length(rendered.text))])
        return line

    def line(self, number: int) -> LogicalLine:
        """The logical line that physical line `number` belongs to."""
        if not self._widths:
            return self.alone(number)
        line = self._joined.get(number)
        if line is None:
            first = last = number
            while first > 0 and number - first < MOST_ROWS and self.is_full(first - 1):
                first -= 1
            while last + 1 < len(self._text) and last - number < MOST_ROWS and self.is_full(last):
                last += 1
            glues = [self._glue(row) or "" for row in range(first, last)]
            line = self.join(range(first, last + 1), glues) if last > first else self.alone(number)
            for row in range(first, last + 1):
                self._joined[row] = line
        return line

    def is_full(self, number: int) -> bool:
        """Whether this physical line is as wide as the terminal was, so that the next one continues it."""
        return self._glue(number) is not None

    def _glue(self, number: int) -> str | None:
        """What stood between this physical line and the next where both were one, which a terminal broke: nothing, or
        a blank; None where they were not."""
        if not self._widths:
            return None
        row = _rendered(self._text.line(number)).text
        if self._step and row.startswith(frames.STEP):
            # At the end of a row that is not padded a blank may be gone.
            width = width_of(row.rstrip())
            below = self._text.line(number + 1) if number + 1 < len(self._text) else ""
            return {self._step: "", self._step - 1: " "}.get(width) if frames.STEP in below else None
        if width_of(row) in self._widths:
            return ""
        if self._filled and number + 1 < len(self._text):
            after = _rendered(self._text.line(number + 1)).text
            if not frames.kept_apart(after) and frames.goes_on(row, after, self._filled):
                return frames.glue_of(row, after, self._filled)
        return None

    def below(self, line: LogicalLine) -> LogicalLine | None:
        """The logical line that the tool printed next."""
        number = self._record_end(line.last + 1)
        return self.line(number) if number < len(self._text) else None

    def above(self, line: LogicalLine) -> LogicalLine | None:
        """The logical line that the tool printed before."""
        number = line.first
        if number > frames.LEAST_RECORD and not self.raw(number - 1).strip():
            for first in range(number - frames.LEAST_RECORD, max(-1, number - frames.MOST_OF_RECORD), -1):
                if self._record_end(first) == number:
                    number = first
                    break
        return self.line(number - 1) if number > 0 else None

    def _record_end(self, first: int) -> int:
        """The line after those on which PowerShell tells of an error's place and kind, where they begin on `first`."""
        last = min(len(self._text), first + frames.MOST_OF_RECORD)
        # The place takes two rows at the most before the command is shown.
        if not any(self.raw(row).startswith("+ ") for row in range(first + 1, min(last, first + 3))):
            return first
        at = first + 1
        for beginning in (frames.CATEGORY, "    + F"):
            while at < last and not self.raw(at).startswith(beginning):
                at += 1
        while at < last and self.raw(at).strip():
            at += 1
        return at + 1 if at < last else first

    def join(self, numbers: Sequence[int], glues: Sequence[str]) -> LogicalLine:
        """Physical lines as one, glued by what stood between each two: nothing, or a blank.

        Where it is a blank, the line after it loses its indentation and gutter; where it is nothing, only a prefix that
        stood before the line's first row as well.
        """
        parts: list[tuple[int, Rendered, int]] = []
        before = ""
        for number, glue in zip(numbers, ("", *glues), strict=True):
            _, rendered, skip = self.alone(number).own
            text = rendered.text
            if not parts:
                before = text[:skip]
            elif glue:
                skip = len(text) - len(text[skip:].lstrip())
                if parts[-1][1].text[-1:] not in ("", " "):
                    parts.append((parts[-1][0], _blank(parts[-1][1]), 0))
            elif not (before and frames.same_frame(before, text[:skip])):
                skip = 0
            parts.append((number, rendered, skip))
        return LogicalLine(parts)


def _blank(after: Rendered) -> Rendered:
    """The blank at which a line was broken: it stands where the line before it ends."""
    return Rendered(" ", [after.column(len(after.text))])


def _rendered(raw: str) -> Rendered:
    return render(raw) if needs_rendering(raw) else Rendered(raw, range(len(raw)))


def width_of(text: str) -> int:
    """The columns that `text` takes on a terminal."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )


_LETTERS = re.compile(r"[A-Za-z]+")
_DIGITS = re.compile(r"\d+")
_WITHIN = frozenset("_-./:=@'\"(,%+&?")


def _breaks(line: str, after: str) -> bool | None:
    """Whether a word may go on from a line to the one after it; None where a blank stands between the two."""
    if not after:
        return False
    last, first = line[-1], after[0]
    if last.isspace() or first.isspace():
        return None
    if not (last.isalnum() or last in _WITHIN) or not (first.isalnum() or first in _WITHIN):
        return False
    if line[:8] == after[:8] or (first.isupper() and not last.isupper()) or frames.kept_apart(after):
        return False
    # Lines of one make, with a time or a number in front, are no continuations of each other.
    shape = _DIGITS.sub("0", _LETTERS.sub("a", line[:12]))
    if not shape.replace(" ", "").isalpha() and shape == _DIGITS.sub("0", _LETTERS.sub("a", after[:12])):
        return False
    return not prefix_length(after)


class Widths:
    """Infers at which widths a document was hard-wrapped, from how long its lines are.

    A terminal that wraps leaves many lines of exactly its width and few or none that are longer; where its width
    changed, several such lengths stand out. Lines that begin alike (five retries of one warning) are one witness, and
    of those that are followed some must break within a word: many logs have lines of one length. It counts lengths, so
    that an edit costs what it touches.
    """

    LEAST, MOST = 20, 500
    WITNESSES = 3
    USUAL = frozenset({80, 100, 120, 132})
    # Beginnings are told apart by a small number: the counters stay small whatever the document holds.
    BEGINNINGS = 64

    def __init__(self) -> None:
        # How wide the rows are on which a record of PowerShell begins to name its category; 0 where it names it whole.
        self._records: Counter[int] = Counter()
        # How wide the rows are on which BuildKit tells of a step: as wide as those of its output.
        self._steps: Counter[int] = Counter()
        self._counts: Counter[int] = Counter()
        self._beginnings: dict[int, Counter[int]] = {}
        # Of the lines that another one follows: how many may go on there, and how many do not.
        self._broken: Counter[int] = Counter()
        self._ended: Counter[int] = Counter()

    def add(self, lines: Iterable[str]) -> None:
        self._count(lines, 1)

    def remove(self, lines: Iterable[str]) -> None:
        self._count(lines, -1)

    def _count(self, lines: Iterable[str], one: int) -> None:
        before = ""
        for line in lines:
            if self.LEAST <= len(before) <= self.MOST:
                broken = _breaks(before, line)
                if broken is not None:
                    (self._broken if broken else self._ended)[len(before)] += one
            before = line
            length = len(line)
            if line.startswith(frames.CATEGORY):
                self._records[0 if line.rstrip().endswith("Exception") else length] += one
            elif line.startswith(" => ") and (width := frames.step_width(line)):
                self._steps[width] += one
            if length >= self.LEAST:
                length = min(length, self.MOST + 1)
                self._counts[length] += one
                beginnings = self._beginnings.setdefault(length, Counter())
                beginnings[crc32(line[:8].encode("utf-8", "surrogatepass")) % self.BEGINNINGS] += one

    @property
    def inferred(self) -> frozenset[Width]:
        """The widths that stand out; empty for a document whose lines were not wrapped."""
        found: set[Width] = set()
        longer = self._counts[self.MOST + 1]
        for length in sorted((length for length, count in self._counts.items() if count > 0), reverse=True):
            if length > self.MOST:
                continue
            count = self._counts[length]
            witnesses = sum(each > 0 for each in self._beginnings[length].values())
            near = [self._counts[length + step] for step in (-3, -2, -1, 1, 2, 3)]
            # The widest lines of all; below them a length that its neighbours do not come near. One line will do where
            # it is as wide as terminals often are and breaks within a word.
            stands_out = count >= 2 * max(near[:3]) if longer == 0 else bool(found) and count >= 6 * max(1, *near)
            broken = self._broken[length]
            usual = longer == 0 and length in self.USUAL and broken > self._ended[length] and not self._records.total()
            enough = usual or witnesses >= self.WITNESSES
            if enough and stands_out and broken and 2 * broken >= self._ended[length]:
                found.add(length)
            else:
                longer += count
        for how, lengths in (("words", self._records), ("step", self._steps)):
            if width := max((length for length, count in lengths.items() if count > 0), default=0):
                found.add((how, width))
        if self._records[0] > 0 and not any(isinstance(width, tuple) for width in found):
            # Wider than its category takes: the widest lines of all end there.
            widest = max((length for length, count in self._counts.items() if count > 0), default=self.MOST + 1)
            found |= {("words", widest)} if widest <= self.MOST else set()
        return frozenset(found)
