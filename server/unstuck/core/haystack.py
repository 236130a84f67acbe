"""A stretch of raw text as the prefilter sees it: what a person sees of it, lowered.

Most text is as it is seen: one translation lowers it and finds control characters, and the prefilter's own pass finds
the rest of what makes a closer look necessary. Only where there is any, the text is decoded and rendered.
"""

from __future__ import annotations

import re
import string
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate, product
from typing import NamedTuple

from unstuck.core import commands, escapes
from unstuck.core.literals import LOOKALIKES, folded
from unstuck.core.prefilter import Found, Prefilter

# Controls become NUL; what is white space to a pattern stays.
_CONTROLS = bytes({*range(0x20), 0x7F} - set(b"\t\n\v\f\r"))
_UPPER, _LOWER = string.ascii_uppercase.encode(), string.ascii_lowercase.encode()
_FOLD = bytes.maketrans(_UPPER + _CONTROLS, _LOWER + bytes(len(_CONTROLS)))

# What changes nothing of a line on which the cursor never moves back: colours, moves between lines, erasing what is
# behind the cursor, or all while it stands at the start.
_EASY = re.compile(rb"\x1b(?:\[(?:[0-9;]*m|0?K|[0-9]*[AB]|\?25[hl])|\(B)|^\x1b\[2K", re.MULTILINE)

_COLORS = [*range(31, 38), *range(90, 98)]
# Escape sequences that lost their escape byte, as `escapes` knows them.
_LOST = (
    *("\\u001b[", "\\x1b[", "\\033[", "\\e[", "^[[", "\u241b["),
    *(f"{before}{color}m" for before, color in product("[;", _COLORS)),
    *("[0m", "[39m", "[49m", "[22m"),
)
# Eight-bit controls, and letters that are folded to ASCII ones.
_LETTERS = (*map(chr, range(0x80, 0xA0)), *map(chr, LOOKALIKES))
_CLOSER = tuple(mark.encode() for mark in (*_LOST, *_LETTERS))

MARKS = (*_CLOSER, *commands.marks())
"""What the prefilter looks for besides its keys."""


class Reading(NamedTuple):
    """A text as the prefilter sees it, and what it found."""

    lowered: bytes
    found: Found
    commands: list[int]
    """The lines that may show a command, in order."""


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
    lowered = raw.translate(_FOLD)
    shown: list[int] = []
    if b"\0" in lowered:
        lines = _with_controls(lowered)
        shown += _shown_on(raw, lowered, lines)
        lowered = _replaced(lowered, lines, _rendered([raw[start:end] for start, end in lines]))
    found = prefilter.search(lowered)
    first, last = len(prefilter.keys), len(prefilter.keys) + len(_CLOSER)
    closer = [start for number, start, _ in found if first <= number < last]
    if closer:
        lowered, found = _looked_at_closer(raw, lowered, found, sorted(closer), prefilter)
    marked = sorted(start for number, start, _ in found if number >= last)
    return Reading(lowered, found, sorted({*shown, *_numbers(lowered, marked)}))


def _looked_at_closer(
    raw: bytes, lowered: bytes, found: Found, places: list[int], prefilter: Prefilter
) -> tuple[bytes, Found]:
    """The lines around some places rendered whatever they hold, and what is found then."""
    numbers = list(dict.fromkeys(_numbers(lowered, places)))
    all_raw = raw.split(b"\n")
    rendered = encoded(seen(b"\n".join([all_raw[number] for number in numbers]))).lower().split(b"\n")
    lines: list[tuple[int, int]] = []
    for place in places:
        if not lines or place > lines[-1][1]:
            end = lowered.find(b"\n", place)
            lines.append((lowered.rfind(b"\n", 0, place) + 1, len(lowered) if end < 0 else end))
    # What was found on other lines moves, what was found on these is looked for again.
    starts = [start for start, _ in lines]
    grown = [0, *accumulate(len(line) - (end - start) for line, (start, end) in zip(rendered, lines, strict=True))]
    kept: Found = []
    for number, start, end in found:
        at = bisect_right(starts, start)
        if not at or start >= lines[at - 1][1]:
            kept.append((number, start + grown[at], end + grown[at]))
    for start, line, moved in zip(starts, rendered, grown, strict=False):
        begin = start + moved
        kept += ((number, begin + at, begin + end) for number, at, end in prefilter.search(line + b"\n"))
    return _replaced(lowered, lines, rendered), kept


def _numbers(text: bytes, offsets: list[int]) -> Iterator[int]:
    """The lines that offsets, in order, stand on."""
    line = at = 0
    for offset in offsets:
        line += text.count(b"\n", at, offset)
        at = offset
        yield line


def _with_controls(folded: bytes) -> list[tuple[int, int]]:
    """Where the lines with control characters begin and end."""
    lines: list[tuple[int, int]] = []
    at, end = folded.find(b"\0"), 0
    while at >= 0:
        start = folded.rfind(b"\n", end, at) + 1 or end
        end = folded.find(b"\n", at)
        end = len(folded) if end < 0 else end
        lines.append((start, end))
        at = folded.find(b"\0", end)
    return lines


def _rendered(lines: list[bytes]) -> list[bytes]:
    """What a person sees of lines with control characters, lowered."""
    # Most hold nothing but easy ones, or controls without a meaning.
    plain = _EASY.sub(b"", b"\n".join(lines))
    result = plain.translate(_FOLD, _CONTROLS).split(b"\n")
    if b"\x1b" in plain or b"\b" in plain:
        hard = [place for place, line in enumerate(plain.split(b"\n")) if b"\x1b" in line or b"\b" in line]
        drawn = encoded(seen(b"\n".join([lines[place] for place in hard]))).lower().split(b"\n")
        for place, line in zip(hard, drawn, strict=True):
            result[place] = line
    return result


def _replaced(lowered: bytes, lines: list[tuple[int, int]], others: list[bytes]) -> bytes:
    """A text with others in the place of some of its lines."""
    pieces: list[bytes] = []
    at = 0
    for (start, end), line in zip(lines, others, strict=True):
        pieces += (lowered[at:start], line)
        at = end
    pieces.append(lowered[at:])
    return b"".join(pieces)


def _shown_on(raw: bytes, folded: bytes, lines: list[tuple[int, int]]) -> Iterator[int]:
    """The numbers of those of some lines that may show a command, which is looked for in the raw text."""
    found = commands.shown_in(b"\n".join([raw[start:end] for start, end in lines]))
    return _numbers(folded, [lines[shown.line][0] for shown in found])


def seen(raw: bytes) -> str:
    """What a person sees of a text, with the letters folded that stand for ASCII ones."""
    return folded(escapes.render_lines(decoded(raw)))
