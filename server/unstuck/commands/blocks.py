"""A file of any size in bounded memory: block by block, each with the lines around it that a match may need.

What is kept of a block is its findings, and the lines that they stand on. A line without a candidate costs no Python.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from unstuck.core.analysis import PRINTED
from unstuck.core.diagnosis import Diagnosis, diagnose
from unstuck.core.haystack import decoded
from unstuck.core.prefilter import LONG_LINE
from unstuck.core.scanner import Finding, Scanner, in_order
from unstuck.core.signature import Kind
from unstuck.core.stretch import Runs, look, unified
from unstuck.core.text import Position, Span, units_of
from unstuck.report.model import Place
from unstuck.report.places import Quote, TextPlaces

# Bytes that are scanned at once; a longer line is scanned in pieces that overlap.
BLOCK = 1 << 20
OVERLAP = 2 * LONG_LINE
# So many findings are kept whatever they are; beyond that so many with the same captures, and so many in all. What is
# beyond is counted.
ENOUGH = 5_000
MOST_ALIKE = 200
MOST_FINDINGS = 50_000
# A signature may take so many seconds in all, or for each byte that was read: the slowest of the shipped ones took a
# quarter to a half of that in mixed logs.
LEAST_SPENT, SLOWEST = 0.25, 5e-9
# So many of the commands that a log shows are kept; the last ones divide what is found best.
MOST_COMMANDS = 100_000


class Block(NamedTuple):
    """A stretch of a file: its text begins on `line` and, inside a line too long for one block, at `column`.

    `units` is that column in utf-16 units. Findings that begin before line `first` of the block, or at `last` and
    later, are another block's.
    """

    raw: bytes
    line: int
    column: int
    units: int
    first: int
    last: int


@dataclass
class Scan:
    """The diagnoses of a file, in the file's own positions, and what a report needs of their lines."""

    diagnoses: tuple[Diagnosis, ...] = ()
    unlisted: int = 0
    left_out: frozenset[str] = frozenset()
    """Signatures that were no longer looked for after a while: they had matched over and over, always alike, or took as
    long as all others together."""
    _places: dict[Span, Place] = field(default_factory=dict)
    _quotes: dict[Span, Quote] = field(default_factory=dict)

    def place(self, span: Span) -> Place:
        return self._places[span]

    def quote(self, span: Span) -> Quote:
        return self._quotes[span]

    def keep(self, span: Span, place: Place, quote: Quote) -> None:
        self._places[span] = place
        self._quotes[span] = quote


def scan_blocks(chunks: Iterable[bytes], kind: Kind, scanner: Scanner) -> Scan:
    """Scan a file that comes in chunks of UTF-8; memory does not grow with the file, only with what is found."""
    scan = Scan()
    findings: dict[tuple[str, Position], Finding] = {}
    runs = Runs(MOST_COMMANDS)
    alike: Counter[tuple[str, tuple[tuple[str, str], ...]]] = Counter()
    noisy = _Noisy(scanner)
    for block in blocks(chunks, scanner.reach):
        stretch = look(block.raw, kind, noisy.scanner)
        runs.take(stretch, block.line, block.first, block.last)
        places = TextPlaces(stretch.lines, block.units)
        for finding in stretch.findings:
            if not block.first <= finding.span.start.line < block.last:
                continue
            span = _in_file(finding.span, block)
            # The pieces of a long line overlap, and both may hold a finding.
            if (finding.signature.id, span.start) in findings:
                continue
            key = finding.signature.id, tuple(sorted(finding.captures.items()))
            noisy.see(*key)
            if (alike[key] >= MOST_ALIKE and len(findings) > ENOUGH) or len(findings) >= MOST_FINDINGS:
                scan.unlisted += 1
                continue
            alike[key] += 1
            findings[finding.signature.id, span.start] = replace(finding, span=span)
            scan.keep(span, places.place(finding.span).moved(block.line), places.quote(finding.span))
        repeated = (id for (id, _), count in alike.items() if count >= MOST_ALIKE) if len(findings) > ENOUGH else ()
        noisy.leave_out(repeated, len(block.raw))
    scan.left_out = noisy.ids
    ordered = sorted(findings.values(), key=in_order)
    commands = runs.commands if kind in PRINTED else []
    scan.diagnoses = diagnose(ordered, scanner.catalog.leads_to, commands, scanner.options.mutes)
    return scan


class _Noisy:
    """Leaves out signatures that always say the same, which would not be listed, and those that starve the others."""

    def __init__(self, scanner: Scanner) -> None:
        self.scanner = scanner
        self.ids: frozenset[str] = frozenset()
        self._whole = scanner
        self._said: dict[str, tuple[tuple[str, str], ...]] = {}
        self._several: set[str] = set()
        self._read = self._waited = self._changes = 0

    def see(self, id: str, captures: tuple[tuple[str, str], ...]) -> None:
        if self._said.setdefault(id, captures) != captures:
            self._several.add(id)

    def leave_out(self, repeated: Iterable[str], size: int) -> None:
        """Called after each block with its size: no longer look for those of `repeated` that have always said the
        same, nor for what takes too long."""
        self._read += size
        self._waited += 1
        # Another automaton takes some time to make: the later, the more blocks go by before the next.
        if self._waited <= self._changes:
            return
        allowed = max(LEAST_SPENT, SLOWEST * self._read)
        slow = {id for id, seconds in self._whole.spent.items() if seconds > allowed}
        found = self.ids | slow | (set(repeated) - self._several)
        if found != self.ids:
            self._waited, self._changes = 0, self._changes + 1
            self.ids = found
            self.scanner = self._whole.without(self.ids)


def _in_file(span: Span, block: Block) -> Span:
    start, end = (Position(line + block.line, column + (0 if line else block.column)) for line, column in span)
    return Span(start, end)


def blocks(chunks: Iterable[bytes], margin: int, size: int = BLOCK, overlap: int = OVERLAP) -> Iterator[Block]:
    """The file in blocks of about `size` bytes, with `margin` lines around those that each is asked for.

    Their lines end in "\n", whatever the file's do.
    """
    kept = b""
    fresh = line = column = units = first = 0
    for chunk in _unified(chunks):
        kept += chunk
        fresh += len(chunk)
        if fresh < size:
            continue
        fresh = 0
        starts = _last_starts(kept, 2 * margin)
        if len(kept) - starts[0] > size:
            # The last line fills a block: it goes through in pieces, without its neighbours.
            total = kept.count(b"\n")
            yield Block(kept, line, column, units, first, total + 1)
            cut = _before_character(kept, len(kept) - overlap)
            passed = decoded(kept[starts[0] : cut])
            column = len(passed) + (0 if total else column)
            units = units_of(passed, len(passed), "utf-16") + (0 if total else units)
            line, first, kept = line + total, 0, kept[cut:]
            continue
        # Lines so long that the margin would fill memory get less of it.
        back = max(index for index, start in enumerate(starts) if len(kept) - start <= 2 * size)
        total = kept.count(b"\n")
        last = max(total - back // 2, first)
        yield Block(kept, line, column, units, first, last)
        gone = total - back
        if gone:
            column = units = 0
        line, first, kept = line + gone, last - gone, kept[starts[back] :]
    yield Block(kept, line, column, units, first, kept.count(b"\n") + 1)


def _unified(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The chunks with all line ends as "\n"."""
    half = b""
    for chunk in chunks:
        chunk = half + chunk if half else chunk
        # Which may be half of a line end.
        half = b"\r" if chunk.endswith(b"\r") else b""
        yield unified(chunk[:-1] if half else chunk)
    if half:
        yield b"\n"


def _before_character(raw: bytes, at: int) -> int:
    """The start of the character of UTF-8 that stands at `at`."""
    for start in range(at, at - 4, -1):
        if raw[start] & 0xC0 != 0x80:
            return start
    return at


def _last_starts(raw: bytes, count: int) -> list[int]:
    """Where the last `count` + 1 lines begin, the last one first; fewer where the text has fewer."""
    starts: list[int] = []
    at = len(raw)
    while len(starts) <= count:
        newline = raw.rfind(b"\n", 0, at)
        starts.append(newline + 1)
        if newline < 0:
            break
        at = newline
    return starts
