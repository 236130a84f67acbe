"""A stretch of raw text as the prefilter sees it: what a person sees of it, lowered.

Most text is as it is seen: one translation lowers it and finds control characters, and the prefilter's own pass finds
the rest of what makes a closer look necessary. Only where there is any, the text is decoded and rendered.
"""

from __future__ import annotations

import re
import string
import sys
from itertools import product
from operator import itemgetter
from typing import NamedTuple

from unstuck.core import commands, escapes
from unstuck.core.commands import shown_in
from unstuck.core.literals import LOOKALIKES, folded
from unstuck.core.prefilter import Found, Lowered, Prefilter

# Controls become NUL; what is white space to a pattern stays.
_CONTROLS = bytes({*range(0x20), 0x7F} - set(b"\t\n\v\f\r"))
_UPPER, _LOWER = string.ascii_uppercase.encode(), string.ascii_lowercase.encode()
_FOLD = bytes.maketrans(_UPPER + _CONTROLS + b"\r", _LOWER + bytes(len(_CONTROLS)) + b" ")

# What changes nothing of a line on which the cursor never moves back: colours, moves between lines, erasing what is
# behind the cursor, or all while it stands at the start.
# All begin with the same byte, which is searched for quickly.
_EASY = re.compile(rb"\x1b(?:\[(?:[0-9;]*m|0?K|[0-9]*[AB]|\?25[hl])|\(B|(?<![^\n]\x1b)\[2K)")

_COLORS = [*range(31, 38), *range(90, 98)]
# Escape sequences that lost their escape byte, as `escapes` knows them.
_LOST = (
    *("\\u001b[", "\\x1b[", "\\033[", "\\e[", "^[[", "\u241b["),
    *(f"{before}{color}m" for before, color in product("[;", _COLORS)),
    *("[0m", "[39m", "[49m", "[22m"),
)
# What needs a rendering, eight-bit controls as well; and what is only another character for an ASCII one.
_HARD = tuple(mark.encode() for mark in (*_LOST, *map(chr, range(0x80, 0xA0))))
_FOLDED = [(chr(code).encode(), plain.encode()) for code, plain in LOOKALIKES.items()]
_CLOSER = (*_HARD, *(letter for letter, _ in _FOLDED))

MARKS = (*_CLOSER, *commands.marks())
"""What the prefilter looks for besides its keys."""


class Reading(NamedTuple):
    """A text as the prefilter sees it, and what it found."""

    lowered: Lowered
    found: Found
    commands: list[int]
    """The lines that may show a command, in order."""
    ends: list[int]
    """Where each line of the text itself ends."""


def encoded(text: str) -> bytes:
    """UTF-8 in which what was not decodable is what it was; lone surrogates of other origin survive as well."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def decoded(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def read(raw: bytes, prefilter: Prefilter) -> Reading:
    """Look through UTF-8 whose lines all end in "\n"."""
    lowered = Lowered.of(raw.translate(_FOLD))
    ends = lowered.ends
    commands: list[int] = []
    if b"\0" in lowered.text:
        numbers = [number for number, row in enumerate(lowered.rows) if b"\0" in row]
        lines = [raw[ends[number] - len(lowered.rows[number]) : ends[number]].rstrip(b"\n") for number in numbers]
        # A command is looked for in the raw text.
        commands = [numbers[shown.line] for shown in shown_in(b"\n".join(lines))]
        lowered = _with_rows(lowered, numbers, _rendered(lines))
    found = prefilter.search(lowered.text)
    first, last = len(prefilter.keys), len(prefilter.keys) + len(_CLOSER)
    closer = [(number, lowered.line(start)) for number, start, _ in found if first <= number < last]
    if closer:
        hard = {line for number, line in closer if number < first + len(_HARD)}
        folded_only = {line for _, line in closer} - hard
        lowered, found = _looked_at_closer(raw, ends, lowered, found, (sorted(hard), sorted(folded_only)), prefilter)
    marked = {lowered.line(start) for number, start, _ in found if number >= last}
    return Reading(lowered, found, sorted(marked.union(commands)), ends)


def _with_rows(text: Lowered, numbers: list[int], rows: list[bytes]) -> Lowered:
    """A text with others in the place of some of its lines, which are given without their ends."""
    new = list(text.rows)
    for number, row in zip(numbers, rows, strict=True):
        new[number] = row + b"\n" if new[number].endswith(b"\n") else row
    return Lowered.joined(new)


def _looked_at_closer(
    raw: bytes, ends: list[int], text: Lowered, found: Found, numbers: tuple[list[int], list[int]], prefilter: Prefilter
) -> tuple[Lowered, Found]:
    """Some lines rendered whatever they hold, others with their characters folded, and what is found then."""
    hard, folded_only = numbers
    lines = [raw[ends[number - 1] if number else 0 : ends[number]].rstrip(b"\n") for number in hard]
    rows = encoded(seen(b"\n".join(lines))).lower().split(b"\n") if hard else []
    folded_rows = b"\n".join([text.rows[number].rstrip(b"\n") for number in folded_only])
    for letter, plain in _FOLDED:
        folded_rows = folded_rows.replace(letter, plain)
    told = [*zip(hard, rows, strict=True), *zip(folded_only, folded_rows.split(b"\n"), strict=False)]
    changed = sorted((number, row) for number, row in told if row != text.rows[number].rstrip(b"\n"))
    if not changed:
        return text, found
    new = _with_rows(text, [number for number, _ in changed], [row for _, row in changed])
    # What was found on other lines moves, what was found on these is looked for again.
    kept: Found = []
    places = iter([(text.ends[number] - len(text.rows[number]), text.ends[number], number) for number, _ in changed])
    begin, end, line = next(places)
    moved = 0
    for key, start, stop in sorted(found, key=itemgetter(1)):
        while start >= end:
            moved = new.ends[line] - end
            begin, end, line = next(places, (sys.maxsize, sys.maxsize, 0))
        if start < begin:
            kept.append((key, start + moved, stop + moved))
    rows_alone = Lowered.joined([row + b"\n" for _, row in changed])
    for key, start, stop in prefilter.search(rows_alone.text):
        row_number = rows_alone.line(start)
        number = changed[row_number][0]
        shift = (
            new.ends[number] - len(new.rows[number]) - rows_alone.ends[row_number] + len(rows_alone.rows[row_number])
        )
        kept.append((key, start + shift, stop + shift))
    return new, kept


def _rendered(lines: list[bytes]) -> list[bytes]:
    """What a person sees of lines with control characters, lowered."""
    # Most hold nothing but easy ones, or controls without a meaning.
    plain = _EASY.sub(b"", b"\n".join(lines))
    result = plain.translate(_FOLD, _CONTROLS).split(b"\n")
    if b"\x1b" in plain or b"\b" in plain:
        hard = [place for place, line in enumerate(plain.split(b"\n")) if b"\x1b" in line or b"\b" in line]
        moved = [place for place in hard if b"\x1b" not in lines[place]]
        escaped = [place for place in hard if b"\x1b" in lines[place]]
        for places in (moved, escaped):
            drawn = encoded(seen(b"\n".join([lines[place] for place in places]))).lower().split(b"\n")
            for place, line in zip(places, drawn, strict=False):
                result[place] = line
    return result


def seen(raw: bytes) -> str:
    """What a person sees of a text, with the letters folded that stand for ASCII ones."""
    return folded(escapes.render_lines(decoded(raw)))
