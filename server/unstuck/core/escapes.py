"""Terminal control on one line: what a person sees of it, and from which column each character came.

Only what stays within a line is applied: SGR and other colours, links and titles vanish; carriage returns,
backspaces, cursor moves along the line and erase-in-line are carried out by column. Moves between lines belong to
`stream.py`, which knows the lines.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain, groupby, pairwise

# One control function each, in the order of ECMA-48: CSI; strings (OSC, DCS, SOS, PM, APC) up to BEL or ST; escapes
# with intermediates (character sets); two-character escapes. A sequence that breaks off is taken as far as it goes:
# an unterminated string only to the next blank, so that a lost terminator does not hide the rest of the line.
ESCAPE = (
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]?"
    r"|[\]PX^_](?:[^\x00-\x08\x0e-\x1f\x9c\r\n]*(?:\x07|\x1b\\|\x9c)|[^\x00-\x20\x7f\x9c]*)"
    r"|[ -/]+[0-~]?|[0-~])?"
)
# The same with eight-bit introducers, read more strictly: text in a legacy encoding holds the same code points.
ESCAPE_8BIT = (
    r"(?:\x9b[0-9;?]*[@-~]?|[\x90\x98\x9d-\x9f][0-9A-Za-z;][^\x00-\x08\x0e-\x1f\x9c\r\n]{0,4096}(?:\x07|\x1b\\|\x9c))"
)
# Controls without a meaning on a line. Tab, vertical tab and form feed stay: they are white space to a pattern.
_CONTROL = r"[\x00-\x07\n\x0e-\x1a\x1c-\x1f\x7f-\x9a\x9c-\x9f]"

# Colours whose escape byte was lost on the way: written out (JSON, `cat -v`, `%q`), or gone without a trace. The
# latter only where no duration or index looks alike: a reset anywhere, a colour right before a word. All start with
# one of four characters, which the search skips to.
_LOST = re.compile(
    r"[\[\\^\u241b](?:"
    r"(?:(?<=\\)(?:u001[bB]|x1[bB]|033|e)|(?<=\^)\[|(?<=\u241b))\[[0-9;?]*[A-HJKSTfhlmsu]"
    r"|(?<=\[)(?<![\\\x1b]\[)(?:(?:0?[01];)?(?:3[1-7]|9[0-7])m(?=[^\W\d_]|[\"'(<\[*-])|(?:0|39|49|22)m(?![\]\\]))"
    r")"
)
_SEEN = re.compile(r"[\x00-\x08\r\x0e-\x1f\x7f-\x9f]")
_SEEN_BUT_ESCAPE = re.compile(r"[\x00-\x08\r\x0e-\x1a\x1c-\x1f\x7f-\x9f]")
_ESCAPE = re.compile(ESCAPE)
_ANY = rf"{ESCAPE}|{ESCAPE_8BIT}|{_CONTROL}|{_LOST.pattern}"
_GONE = re.compile(_ANY)
_GONE_IN_LINES = re.compile(_ANY.replace(_CONTROL, _CONTROL.replace(r"\n", "")))
# What moves the cursor, or erases other than from the end: CUB, CUF, CHA, HPA, HPR, ICH, DCH, ECH, EL 1 and 2.
_MOVES = re.compile(r"\x1b\[(?:[0-9;]*[CDG`a@PX]|\??[12]K)")
_MOVES_8BIT = re.compile(r"[\r\x08]|\x9b(?:[0-9;]*[CDG`a@PX]|\??[12]K)")
_MOVE = re.compile(r"(?:\x1b\[|\x9b)\??([0-9]*)[0-9;]*([CDGK`a@PX])\Z")
# A line without these is rewritten by backspaces alone.
_MARKS_OF_MORE = re.compile(rf"[\r\x80-\x9f]|{_LOST.pattern}")
_MEANINGLESS = dict.fromkeys([*range(8), 10, *range(0x0E, 0x20), 0x7F])
_TOKEN = re.compile(rf"({_ANY})|([\r\x08])|[^\x00-\x08\x0d-\x1f\x7f-\x9f\[\\^\u241b]+|.", re.DOTALL)

# A hostile move must not allocate a line as wide as it says.
WIDEST_MOVE = 4096
# So many combining characters stay on one: Unicode's stream-safe text has no more (UAX 15), and what is hostile has.
MOST_MARKS = 30


class Rendered:
    """What a person sees of a line, with the column of the physical line that each character came from.

    A blank where nothing was printed (a cursor moved past it, half a wide character gave way) has the column of what
    left it; every other character of `text` equals the character at its column. Columns fall only where the line was
    rewritten.
    """

    __slots__ = ("_columns", "_gone", "_line", "_runs", "text")

    def __init__(
        self, text: str, columns: Sequence[int] | None = None, *, line: str = "", gone: re.Pattern[str] | None = None
    ) -> None:
        """Without `columns`, `text` is `line` without what `gone` matches, or as it was drawn where `gone` is None.

        Most lines are never asked for their columns: they are worked out then.
        """
        self.text = text
        self._line = line
        self._gone = gone
        self._columns = columns
        self._runs: list[tuple[int, int]] | None = None

    @property
    def columns(self) -> Sequence[int]:
        """For each character of `text` its column in the physical line, in code points."""
        if self._columns is None:
            if self._gone is None:
                self._columns = _drawn(self._line).located()
            else:
                runs = [*self._pieces(), (len(self.text), 0)]
                parts = (range(column, column + end - start) for (start, column), (end, _) in pairwise(runs))
                self._columns = list(chain.from_iterable(parts))
        return self._columns

    def _pieces(self) -> list[tuple[int, int]]:
        """Where the pieces of the line that stayed begin: in the text, and in the line."""
        if self._runs is None:
            assert self._gone is not None
            self._runs = []
            at = length = 0
            for match in self._gone.finditer(self._line):
                start, end = match.span()
                if start > at:
                    self._runs.append((length, at))
                    length += start - at
                at = end
            if at < len(self._line):
                self._runs.append((length, at))
        return self._runs

    def column(self, index: int) -> int:
        """The physical column of character `index`; the one past the last character for an index past the end."""
        if not self.text:
            return 0
        if index >= len(self.text):
            return self.column(len(self.text) - 1) + 1
        if self._gone is not None and self._columns is None:
            pieces = self._pieces()
            start, column = pieces[bisect_right(pieces, (index, 1 << 62)) - 1]
            return column + index - start
        return self.columns[index]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The half-open range of physical columns that holds the characters `start` to `end` of `text`."""
        if end <= start:
            column = self.column(start)
            return column, column
        if self._gone is not None:
            return self.column(start), self.column(end - 1) + 1
        columns = self.columns[start:end]
        return min(columns), max(columns) + 1


def needs_rendering(line: str) -> bool:
    """Whether `render` would change this line (without its terminator) or its columns."""
    return _SEEN.search(line) is not None or _has_lost(line)


def render(line: str) -> Rendered:
    """What a person sees of a physical line, given without its terminator; a lone "\\r" may stand inside."""
    rare = _SEEN_BUT_ESCAPE.search(line) is not None
    lost = _has_lost(line)
    escape = "\x1b" in line
    if (escape and _MOVES.search(line)) or (rare and _MOVES_8BIT.search(line)):
        text = _overwritten(line)
        return Rendered("".join(_drawn(line).cells) if text is None else text, line=line)
    gone = _GONE if rare or lost else _ESCAPE
    return Rendered(gone.sub("", line) if rare or lost or escape else line, line=line, gone=gone)


def render_lines(content: str) -> str:
    """The text of many lines rendered, each ended by "\n"."""
    if _SEEN.search(content) is None:
        return _LOST.sub("", content)
    starts: dict[int, int] = {}
    for pattern in (_MOVES_8BIT, *([_MOVES] if "\x1b" in content else [])):
        match = pattern.search(content)
        while match:
            end = content.find("\n", match.end())
            end = len(content) if end < 0 else end
            starts[content.rfind("\n", 0, match.start()) + 1] = end
            match = pattern.search(content, end)
    pieces: list[str] = []
    at = 0
    for start, end in sorted(starts.items()):
        pieces += (_GONE_IN_LINES.sub("", content[at:start]), render(content[start:end]).text)
        at = end
    pieces.append(_GONE_IN_LINES.sub("", content[at:]))
    return "".join(pieces)


def _has_lost(line: str) -> bool:
    return "[" in line and ("m" in line or "\\" in line or "^" in line) and _LOST.search(line) is not None


def _overwritten(line: str) -> str | None:
    """The text of a line that was rewritten, where all its characters are one cell wide and moves are simple."""
    if not line.isascii() and any(width_of(character) != 1 for character in set(line)):
        return None
    text, at = "", 0
    if "\x1b" not in line and _MARKS_OF_MORE.search(line) is None:
        for part in line.translate(_MEANINGLESS).split("\b"):
            text = text[:at].ljust(at) + part + text[at + len(part) :]
            at = max(0, at + len(part) - 1)
        return text
    for match in _TOKEN.finditer(line):
        if match[1] is not None:
            move = _MOVE.match(match[1])
            if move is None:
                continue
            if move[2] != "K" or move[1] not in ("", "0", "2"):
                return None
            text = "" if move[1] == "2" else text[:at]
        elif match[2] == "\r":
            at = 0
        elif match[2] is not None:
            at = max(0, at - 1)
        else:
            run = match[0]
            text = text[:at].ljust(at) + run + text[at + len(run) :]
            at += len(run)
    return text


def _drawn(line: str) -> Row:
    """The line as a terminal draws it."""
    row = Row()
    for match in _TOKEN.finditer(line):
        column = match.start()
        if match[1] is not None:
            move = _MOVE.match(match[1])
            if move:
                row.move(move[2], int(move[1][:5]) if move[1] else None, column)
        elif match[2] == "\r":
            row.at = 0
        elif match[2] is not None:
            row.at = max(0, row.at - 1)
        else:
            row.write(match[0], column)
    return row


class Row:
    """One row of a screen: cells with a cursor.

    A cell holds a character with what combines with it; the second cell of a wide character is empty. `columns` has
    for each cell the physical column of its character, or those of all its characters.
    """

    __slots__ = ("at", "cells", "columns")

    def __init__(self) -> None:
        self.cells: list[str] = []
        self.columns: list[int | tuple[int, ...]] = []
        self.at = 0

    def write(self, run: str, column: int) -> None:
        """Put printable characters, which stand at `column` and following of the physical line, at the cursor."""
        if self.at > len(self.cells):
            missing = self.at - len(self.cells)
            self.cells += [" "] * missing
            self.columns += [column] * missing
        if run.isascii():
            self._put(list(run), list(range(column, column + len(run))))
            return
        for width, same in groupby(run, width_of):
            characters = list(same)
            columns = list(range(column, column + len(characters)))
            column += len(characters)
            if width == 1:
                self._put(characters, columns)
                continue
            for character, place in zip(characters, columns, strict=True):
                if width or not self.at:
                    self._put([character, ""][: max(1, width)], [place, place][: max(1, width)])
                else:
                    self._combine(character, place)

    def move(self, final: str, count: int | None, column: int) -> None:
        """Carry out the CSI function `final`, which stands at `column`; `count` None where it has no parameter."""
        if final == "K":
            self._erase(count or 0, column)
            return
        count = min(count or 1, WIDEST_MOVE)
        end = len(self.cells)
        if final in "Ca":
            self.at = min(self.at + count, max(end, WIDEST_MOVE))
        elif final == "D":
            self.at = max(0, self.at - count)
        elif final in "G`":
            self.at = count - 1
        elif self.at < end:
            if final == "P":
                self._cut(self.at, self.at + count)
            elif final == "X":
                self.blank(self.at, min(self.at + count, end), column)
            else:
                self._split(self.at)
                self.cells[self.at : self.at] = [" "] * count
                self.columns[self.at : self.at] = [column] * count

    def located(self) -> list[int]:
        """The columns of all characters."""
        columns: list[int] = []
        for cell, column in zip(self.cells, self.columns, strict=True):
            if isinstance(column, tuple):
                columns += column
            elif cell:
                columns.append(column)
        return columns

    def _put(self, cells: list[str], columns: Sequence[int]) -> None:
        end = self.at + len(cells)
        self._split(self.at)
        self._split(end)
        self.cells[self.at : end] = cells
        self.columns[self.at : end] = columns
        self.at = end

    def _combine(self, character: str, column: int) -> None:
        """Add a combining character to the one before the cursor."""
        at = min(self.at, len(self.cells)) - 1
        while at > 0 and not self.cells[at]:
            at -= 1
        had = self.columns[at]
        if isinstance(had, int):
            had = (had,)
        if len(had) <= MOST_MARKS:
            self.cells[at] += character
            self.columns[at] = (*had, column)

    def _split(self, at: int) -> None:
        """Where a wide character lies across the border before cell `at`, give way to two blanks."""
        if 0 < at < len(self.cells) and not self.cells[at]:
            had = self.columns[at - 1]
            self.blank(at - 1, at + 1, had[0] if isinstance(had, tuple) else had)

    def blank(self, start: int, end: int, column: int) -> None:
        """Put blanks, which came of what stands at `column`, in the place of the cells `start` up to `end`."""
        if start and not self.cells[start]:
            start -= 1
        if end < len(self.cells) and not self.cells[end]:
            end += 1
        self.cells[start:end] = [" "] * (end - start)
        self.columns[start:end] = [column] * (end - start)

    def _cut(self, start: int, end: int) -> None:
        self._split(start)
        self._split(end)
        del self.cells[start:end], self.columns[start:end]

    def _erase(self, mode: int, column: int) -> None:
        if mode == 0:
            self._split(self.at)
            del self.cells[self.at :], self.columns[self.at :]
        elif mode == 2:
            self.cells.clear()
            self.columns.clear()
        elif mode == 1 and self.cells:
            self.blank(0, min(self.at + 1, len(self.cells)), column)


@lru_cache(maxsize=8_192)
def width_of(character: str) -> int:
    """How many cells a character takes: 0, 1 or 2."""
    if character < "\u0300":
        return 1
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1
