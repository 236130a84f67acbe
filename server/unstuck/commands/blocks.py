"""A file of any size in bounded memory: block by block, each with the lines around it that a match may need.

What is kept of a block is its findings, and the lines that they stand on. A line without a candidate costs no Python.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from unstuck.core.commands import shown_in
from unstuck.core.diagnosis import Command, Diagnosis, diagnose
from unstuck.core.haystack import encoded, read
from unstuck.core.prefilter import LONG_LINE
from unstuck.core.scanner import Finding, Scanner, better
from unstuck.core.signature import Kind
from unstuck.core.text import Position, Span, Text, units_of
from unstuck.core.view import View
from unstuck.report.model import Place
from unstuck.report.places import Quote, TextPlaces

# Characters that are scanned at once; a longer line is scanned in pieces that overlap.
BLOCK = 4_000_000
OVERLAP = 2 * LONG_LINE
# So many findings with the same captures are kept of a signature, and so many in all; what is beyond is counted.
MOST_ALIKE = 200
MOST_FINDINGS = 50_000
# So many of the commands that a log shows are kept; the last ones divide what is found best.
MOST_COMMANDS = 100_000


class Block(NamedTuple):
    """A stretch of a file: its text begins on `line` and, inside a line too long for one block, at `column`.

    `units` is that column in utf-16 units. Findings that begin before line `first` of the block, or at `last` and
    later, are another block's.
    """

    text: str
    line: int
    column: int
    units: int
    first: int
    last: int


class Lines(Text):
    """The lines of a block; no edit is made to them, so they need no terminators."""

    __slots__ = ()

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines


@dataclass
class Scan:
    """The diagnoses of a file, in the file's own positions, and what a report needs of their lines."""

    diagnoses: tuple[Diagnosis, ...] = ()
    unlisted: int = 0
    _places: dict[Span, Place] = field(default_factory=dict)
    _quotes: dict[Span, Quote] = field(default_factory=dict)

    def place(self, span: Span) -> Place:
        return self._places[span]

    def quote(self, span: Span) -> Quote:
        return self._quotes[span]

    def keep(self, span: Span, place: Place, quote: Quote) -> None:
        self._places[span] = place
        self._quotes[span] = quote


def scan_blocks(chunks: Iterable[str], kind: Kind, scanner: Scanner) -> Scan:
    """Scan a file that comes in chunks; memory does not grow with the file, only with what is found."""
    scan = Scan()
    findings: dict[tuple[str, Position], Finding] = {}
    commands: list[Command] = []
    alike: Counter[tuple[str, tuple[tuple[str, str], ...]]] = Counter()
    for block in blocks(chunks, scanner.reach):
        text, lowered = _prepared(block.text)
        commands += [
            Command(shown.line, None, shown.command)
            for shown in shown_in([block.text], block.line)
            if block.first <= shown.line - block.line < block.last
        ]
        del commands[:-MOST_COMMANDS]
        places = TextPlaces(text, block.units)
        for finding in _findings(text, lowered, kind, scanner):
            if not block.first <= finding.span.start.line < block.last:
                continue
            span = _in_file(finding.span, block)
            # The pieces of a long line overlap, and both may hold a finding.
            if (finding.signature.id, span.start) in findings:
                continue
            key = finding.signature.id, tuple(sorted(finding.captures.items()))
            if alike[key] >= MOST_ALIKE or len(findings) >= MOST_FINDINGS:
                scan.unlisted += 1
                continue
            alike[key] += 1
            findings[finding.signature.id, span.start] = replace(finding, span=span)
            scan.keep(span, places.place(finding.span).moved(block.line), places.quote(finding.span))
    ordered = sorted(findings.values(), key=lambda finding: finding.span)
    scan.diagnoses = diagnose(ordered, scanner.catalog.leads_to, commands, scanner.options.mutes)
    return scan


def _prepared(content: str) -> tuple[Text, bytes]:
    """The lines of a block, and the block as the prefilter takes it."""
    if "\r" in content:
        content = content.replace("\r\n", "\n").replace("\r", "\n")
    return Lines(content.split("\n")), encoded(content)


def _findings(text: Text, raw: bytes, kind: Kind, scanner: Scanner) -> list[Finding]:
    view = View(text)
    found: dict[tuple[str, int], Finding] = {}
    for candidate in scanner.candidates(read(raw, scanner.catalog.prefilter), raw, kind):
        for finding in scanner.confirm(view, candidate):
            key = finding.signature.id, finding.span.start.line
            found[key] = better(found.get(key), finding)
    return list(found.values())


def _in_file(span: Span, block: Block) -> Span:
    start, end = (Position(line + block.line, column + (0 if line else block.column)) for line, column in span)
    return Span(start, end)


def blocks(chunks: Iterable[str], margin: int, size: int = BLOCK, overlap: int = OVERLAP) -> Iterator[Block]:
    """The file in blocks of about `size` characters, with `margin` lines around those that each is asked for."""
    kept = ""
    fresh = line = column = units = first = 0
    for chunk in chunks:
        kept += chunk
        fresh += len(chunk)
        if fresh < size or kept.endswith("\r"):  # which may be half of a line end
            continue
        fresh = 0
        total = _line_ends(kept)
        starts = _last_starts(kept, 2 * margin)
        if len(kept) - starts[0] > size:
            # The last line fills a block: it goes through in pieces, without its neighbours.
            yield Block(kept, line, column, units, first, total + 1)
            cut = len(kept) - overlap
            passed = kept[starts[0] : cut]
            column = len(passed) + (0 if total else column)
            units = units_of(passed, len(passed), "utf-16") + (0 if total else units)
            line, first, kept = line + total, 0, kept[cut:]
            continue
        # Lines so long that the margin would fill memory get less of it.
        back = max(index for index, start in enumerate(starts) if len(kept) - start <= 2 * size)
        last = max(total - back // 2, first)
        yield Block(kept, line, column, units, first, last)
        gone = total - back
        if gone:
            column = units = 0
        line, first, kept = line + gone, last - gone, kept[starts[back] :]
    yield Block(kept, line, column, units, first, _line_ends(kept) + 1)


def _last_starts(text: str, count: int) -> list[int]:
    """Where the last `count` + 1 lines begin, the last one first; fewer where the text has fewer."""
    returns = "\r" in text
    starts: list[int] = []
    at = len(text)
    while len(starts) <= count:
        newline = text.rfind("\n", 0, at)
        if returns:
            newline = max(newline, text.rfind("\r", 0, at))
        starts.append(newline + 1)
        if newline < 0:
            break
        at = newline - 1 if text[max(newline - 1, 0) : newline + 1] == "\r\n" else newline
    return starts


def _line_ends(text: str) -> int:
    returns = text.count("\r")
    return text.count("\n") + (returns - text.count("\r\n") if returns else 0)
