"""Logical lines: what the tool printed, with a map back to the document's own lines.

Escape sequences are gone, a hard-wrapped line is rejoined, and what a CI system or a tool's gutter put before the
line is set aside. A view computes only the lines that are asked for: a scan asks for those around its hits.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING
from zlib import crc32

from unstuck.core.escapes import Rendered, needs_rendering, render
from unstuck.core.text import Position, Span, Text

if TYPE_CHECKING:
    from unstuck.core.joins import Join

_DATE = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?"

# What stands before a line that a tool printed, in the order in which systems nest it.
_PREFIX = re.compile(
    rf"""(?:
      \ufeff
    | [^\t\n]{{1,80}}\t[^\t\n]{{1,80}}\t(?={_DATE})      # gh run view --log: job, step
    | {_DATE}[ ](?:\d\d[OE][+ ]?)?                       # GitHub, Azure, GitLab, pip --log
    | \[{_DATE}\][ ]                                     # Jenkins timestamps
    | \[?\d\d:\d\d:\d\d\.\d{{3}}(?:\][ ]|[ ]\|[ ])         # Vercel
    | \d\d:\d\d:\d\d(?:[.,]\d+)?[ ]{{1,2}}               # Jenkins timestamps, short
    | \#\d+[ ](?:\d+\.\d+[ ])?                           # Docker BuildKit: step and seconds
    | [\w.-]*[-_]\d+[ ]+\|[ ]                            # Compose: service-1  |
    | \#\#\[(?:error|warning|debug|section|command)\]    # GitHub Actions, Azure: commands
    | ::(?:error|warning|debug)::
    | \[(?:\w+[-_])?(?:stdout|stderr|out|err)\][ ]
    | [ ]?(?:=>[ ]){{2}}\#[ ]                            # Docker BuildKit on a terminal: the last lines of a step
    | \d{{1,2}}:\d\d:\d\d[ ][AP]M:[ ]                      # Netlify
    | Step[ ]\#\d+(?:[ ]-[ ]"[^"\n]{{1,60}}")?:[ ]         # Google Cloud Build
    | remote:[ ]{{8}}(?=\S)                               # Heroku, in the output of git push
    | \[pipenv\.exceptions\.\w{{1,40}}\]:[ ]
    | (?:DEBUG[ ]ssh:[ ])?std(?:err|out):[ ](?=\S)        # Vagrant, and scripts that show what they ran
    | >[ ]{{1,2}}(?=[^\W\d]\S|\[)                          # quoted, as people paste it
    | [\w.+-]{{2,32}}(?:\.exe)?[ ]:[ ](?=\S)             # PowerShell: the program before its first line on stderr
    )+""",
    re.VERBOSE,
)
_PREFIX_LOWERED = re.compile(_PREFIX.pattern, re.VERBOSE | re.IGNORECASE)
# pip's and uv's boxes, also as they look on terminals without box characters.
_GUTTER = re.compile(r"(?:[ ]{0,8}(?:│|╰─[>▶]|├─[>▶]|\+->)[ ]?|[ ]{1,8}\|(?=[ ]{1,6}\S)[ ])+")

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
        self.text = "".join(pieces)
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

    def __init__(self, text: Text, widths: frozenset[int] = frozenset()) -> None:
        """`widths`: the widths, in columns, at which a terminal broke lines; a line of such a width goes on below."""
        self._text = text
        self._widths = widths
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
            line = self.join(range(first, last + 1), glue="") if last > first else self.alone(number)
            for row in range(first, last + 1):
                self._joined[row] = line
        return line

    def is_full(self, number: int) -> bool:
        """Whether this physical line is as wide as the terminal was, so that the next one continues it."""
        return bool(self._widths) and width_of(_rendered(self._text.line(number)).text) in self._widths

    def join(self, numbers: Iterable[int], *, glue: str) -> LogicalLine:
        """Physical lines as one. With a `glue`, continuations lose their indentation and gutter and are glued by it."""
        parts: list[tuple[int, Rendered, int]] = []
        for number in numbers:
            _, rendered, stripped = self.alone(number).own
            if not parts:
                skip = stripped
            elif glue:
                skip = len(rendered.text) - len(rendered.text[stripped:].lstrip())
                if parts[-1][1].text[-1:] not in ("", " "):
                    parts.append((parts[-1][0], _blank(parts[-1][1]), 0))
            else:
                skip = 0
            parts.append((number, rendered, skip))
        return LogicalLine(parts)


def _blank(after: Rendered) -> Rendered:
    """The blank at which a line was broken: it stands where the line before it ends."""
    return Rendered(" ", [after.column(len(after.text))])


def _rendered(raw: str) -> Rendered:
    return render(raw) if needs_rendering(raw) else Rendered(raw, range(len(raw)))


def prefix_length(text: str, *, lowered: bool = False) -> int:
    """How many characters at the start of a rendered line are a CI system's or a gutter's."""
    match = (_PREFIX_LOWERED if lowered else _PREFIX).match(text)
    start = match.end() if match else 0
    gutter = _GUTTER.match(text, start)
    return gutter.end() if gutter else start


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
    if line[:8] == after[:8] or (first.isupper() and not last.isupper()):
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
    USUAL = 80
    # Beginnings are told apart by a small number: the counters stay small whatever the document holds.
    BEGINNINGS = 64

    def __init__(self) -> None:
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
            if length >= self.LEAST:
                length = min(length, self.MOST + 1)
                self._counts[length] += one
                beginnings = self._beginnings.setdefault(length, Counter())
                beginnings[crc32(line[:8].encode("utf-8", "surrogatepass")) % self.BEGINNINGS] += one

    @property
    def inferred(self) -> frozenset[int]:
        """The widths that stand out; empty for a document whose lines were not wrapped."""
        found: set[int] = set()
        longer = self._counts[self.MOST + 1]
        for length in sorted((length for length, count in self._counts.items() if count > 0), reverse=True):
            if length > self.MOST:
                continue
            count = self._counts[length]
            witnesses = sum(each > 0 for each in self._beginnings[length].values())
            near = [self._counts[length + step] for step in (-3, -2, -1, 1, 2, 3)]
            # The widest lines of all; below them a length that its neighbours do not come near. Two beginnings do for
            # the width that most terminals have.
            stands_out = count >= 2 * max(near[:3]) if longer == 0 else bool(found) and count >= 6 * max(1, *near)
            enough = witnesses >= (2 if length == self.USUAL and count >= 4 else self.WITNESSES)
            broken = self._broken[length]
            if enough and stands_out and broken and 2 * broken >= self._ended[length]:
                found.add(length)
            else:
                longer += count
        return frozenset(found)
