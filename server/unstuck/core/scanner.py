"""Findings: which signatures a stretch of text holds, and where.

A prefilter names the lines worth a look, the pattern confirms under a time limit. A line that a console or a tool
wrapped is tried joined with its neighbours, but only where the prefilter named it and it did not match alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from unstuck.core.catalog import Catalog, Pattern
from unstuck.core.haystack import Reading, encoded, read, seen
from unstuck.core.joins import Join, joins_of
from unstuck.core.literals import Alternative, folded, squeeze
from unstuck.core.prefilter import LONG_LINE, WRAPPED_BELOW
from unstuck.core.signature import Kind, Signature
from unstuck.core.text import Position, Span, Text
from unstuck.core.view import LogicalLine, View, Width

MOST_WINDOWS = 200
# A capture longer than this is of no use to a message or a fix.
LONGEST_CAPTURE = 4_000
# So many lines are put before the prefilter at once. A character beyond ASCII makes all of them wider in memory and
# slower to search: few enough that most are without one, many enough that a call costs nothing.
LINES_AT_ONCE = 1_000
# A pattern that ran out of time this often is left out for the rest of the session.
MOST_TIMEOUTS = 3
# A pattern over several lines is tried with so many ways in which its line may be one with those around it.
MOST_JOINS_ACROSS = 6

# The bytes of UTF-8 that begin no character.
_CONTINUATION = bytes(range(0x80, 0xC0))


@dataclass(frozen=True, slots=True)
class Options:
    """What a user may change about recognising."""

    muted: frozenset[str] = frozenset()
    """Ids and domains that stay silent, with what follows from them."""
    time_limit: float = 0.1
    """Seconds that one pattern may take on one stretch of text."""

    @property
    def mutes(self) -> Callable[[Signature], bool] | None:
        """Whether a signature stays silent; None where none does."""
        if not self.muted:
            return None
        return lambda signature: signature.id in self.muted or signature.domain in self.muted


@dataclass(frozen=True, slots=True)
class Finding:
    """One signature matched at one span of a document.

    `span` is what is marked, in the document's own lines and code points; it may cover several physical lines where
    the telling text is wrapped. `text` is the logical line it stands on. `captures` hold the named groups that took
    part, as the tool printed them: they are hostile until their use has checked them.
    """

    signature: Signature
    span: Span
    text: str
    captures: dict[str, str] = field(default_factory=dict)
    pattern: int = 0


@dataclass(slots=True)
class Candidate:
    """A pattern that may match on a line: the alternatives whose trigger stands there, and where."""

    pattern: Pattern
    line: int
    alternatives: list[Alternative] = field(default_factory=list)
    offsets: list[int] = field(default_factory=list)


class Scanner:
    """Scans texts with one catalog. It remembers which patterns are too slow, so one serves a whole session."""

    def __init__(self, catalog: Catalog, options: Options | None = None) -> None:
        self.catalog = catalog
        self.options = options or Options()
        self.timeouts: Counter[str] = Counter()
        self.spent: dict[str, float] = {}
        """For each id that was looked for in a file, the seconds of processor time that its candidates took."""

    def without(self, ids: Collection[str]) -> Scanner:
        """A scanner of the same session that no longer looks for some signatures."""
        other = Scanner(self.catalog.without(ids), self.options)
        other.timeouts, other.spent = self.timeouts, self.spent
        return other

    @property
    def reach(self) -> int:
        """How far from a finding's first line the text has a say in it, in physical lines, wrapping aside."""
        return 2 * max(self.catalog.reach, WRAPPED_BELOW)

    @property
    def given_up(self) -> frozenset[str]:
        """The ids whose patterns ran out of time too often."""
        return frozenset(id for id, count in self.timeouts.items() if count >= MOST_TIMEOUTS)

    def scan(
        self, text: Text, kind: Kind, first: int = 0, last: int | None = None, *, widths: frozenset[Width] = frozenset()
    ) -> list[Finding]:
        """The findings whose trigger stands on the physical lines `first` up to and without `last`, in order.

        `widths` are the columns at which a terminal broke lines. A finding may begin before `first`: what a pattern
        requires may stand below its first line.
        """
        last = len(text) if last is None else min(last, len(text))
        view = View(text, widths)
        found: dict[tuple[str, int], Finding] = {}
        # What a pattern requires besides its trigger may stand on the lines around.
        margin = self.reach // 2
        for start in range(max(first, 0), last, LINES_AT_ONCE):
            end = min(start + LINES_AT_ONCE, last)
            above = max(0, start - margin)
            raw = encoded(_haystack(view, text, above, min(len(text), end + margin)))
            for candidate in self.candidates(read(raw, self.catalog.prefilter), raw, kind, wrapped=view.is_wrapped):
                candidate.line += above
                if start <= candidate.line < end:
                    for finding in self.confirm(view, candidate):
                        key = finding.signature.id, finding.span.start.line
                        found[key] = better(found.get(key), finding)
        return sorted(found.values(), key=in_order)

    def candidates(self, reading: Reading, raw: bytes, kind: Kind, *, wrapped: bool = False) -> Iterator[Candidate]:
        """Where in the text `raw`, of which `reading` is, which patterns may match: in order of lines, the patterns
        that require nothing at the end. `wrapped`: its lines are the rows of a terminal."""
        given_up = self.given_up
        at: dict[int, Candidate] = {}
        line = -1
        for hit in self.catalog.prefilter.hits(reading.lowered, reading.found, wrapped=wrapped):
            if hit.line != line:
                yield from at.values()
                line, at = hit.line, {}
            candidate = at.get(id(hit.pattern))
            if candidate is None:
                signature = hit.pattern.signature
                if kind not in signature.documents or signature.id in given_up:
                    continue
                candidate = at[id(hit.pattern)] = Candidate(hit.pattern, line)
            if hit.alternative not in candidate.alternatives:
                candidate.alternatives.append(hit.alternative)
            candidate.offsets.append(hit.offset)
        yield from at.values()
        if self.catalog.unfiltered:
            yield from self._unfiltered(seen(raw), kind)

    def _unfiltered(self, haystack: str, kind: Kind) -> Iterator[Candidate]:
        """Candidates of patterns that require nothing: each is searched for in the whole text."""
        for pattern in self.catalog.unfiltered:
            signature = pattern.signature
            if kind not in signature.documents or signature.id in self.given_up:
                continue
            named, line, at = -1, 0, 0
            for match in self._matches(pattern, haystack, factor=20):
                line += haystack.count("\n", at, match.start())
                at = match.start()
                if line != named:
                    yield Candidate(pattern, line, [()], [0])
                named = line

    def confirm(self, view: View, candidate: Candidate) -> Iterator[Finding]:
        """The findings of a candidate, whose line is one of `view`."""
        if candidate.pattern.newlines:
            yield from self._across_lines(view, candidate)
            return
        logical = view.line(candidate.line)
        found = self._on_line(logical, candidate)
        if found is None and logical.last > logical.first:
            found = self._on_line(view.alone(candidate.line), candidate)
        if found is None:
            found = self._on_wrapped(view, candidate)
        if found is not None:
            yield found

    def _on_line(self, logical: LogicalLine, candidate: Candidate) -> Finding | None:
        pattern = candidate.pattern
        if len(logical.text) <= LONG_LINE:
            if not _holds(candidate.alternatives, logical.text):
                return None
            match = self._search(pattern, logical.text)
            return _finding(pattern, match, logical) if match else None
        seen: set[int] = set()
        for offset in _columns(logical.text, candidate.offsets):
            start = max(0, offset - LONG_LINE // 4)
            if start // 4096 in seen or len(seen) >= MOST_WINDOWS:
                continue
            seen.add(start // 4096)
            window = logical.text[start : start + LONG_LINE // 2]
            if _holds(candidate.alternatives, window) and (match := self._search(pattern, window)):
                return _finding(pattern, match, logical, start)
        return None

    def _on_wrapped(self, view: View, candidate: Candidate) -> Finding | None:
        """The candidate tried on its line joined with those around it, where they look like one that was wrapped."""
        for join in self._joins(view, candidate.line):
            if not _in_squeezed(candidate.alternatives, join.squeezed(view)):
                continue
            joined = join.line(view)
            match = self._search(candidate.pattern, joined.text)
            # What stands on the later lines alone is those lines' own.
            if match and joined.span(match.start(), match.start()).start.line == join.first:
                return _finding(candidate.pattern, match, joined)
        return None

    def _joins(self, view: View, at: int) -> list[Join]:
        joins = view.joins.get(at)
        if joins is None:
            joins = view.joins[at] = list(joins_of(view, at))
        return joins

    def _across_lines(self, view: View, candidate: Candidate) -> Iterator[Finding]:
        """The candidate tried on its line with as many around it as its pattern may span, and where it does not match
        there on its line joined with those around it."""
        found = False
        for finding in self._around(view, candidate, view.line(candidate.line)):
            found = True
            yield finding
        if found:
            return
        # The longest that begins on each line: a pattern over several lines costs more than another.
        longest = {(join.first, join.breaks_words): join for join in self._joins(view, candidate.line)}
        for join in list(longest.values())[:MOST_JOINS_ACROSS]:
            joined = join.line(view)
            for finding in self._around(view, candidate, joined):
                if finding.span.start.line == join.first:
                    yield finding
                    return

    def _around(self, view: View, candidate: Candidate, line: LogicalLine) -> Iterator[Finding]:
        pattern = candidate.pattern
        lines: list[LogicalLine] = [line]
        for _ in range(pattern.newlines):
            above, below = view.above(lines[0]), view.below(lines[-1])
            if above:
                lines.insert(0, above)
            if below:
                lines.append(below)
        text = "\n".join(line.text[:LONG_LINE] for line in lines)
        if not _holds(candidate.alternatives, text):
            return
        for match in self._matches(pattern, text):
            start, _ = _marked(match)
            at = text.count("\n", 0, start)
            before = sum(min(len(line.text), LONG_LINE) + 1 for line in lines[:at])
            yield _finding(pattern, match, lines[at], -before)

    def _search(self, pattern: Pattern, text: str) -> Any:
        try:
            for shown in _as_typed(text):
                match = pattern.compiled.search(shown, timeout=self.options.time_limit, concurrent=len(text) > 2000)
                if match:
                    return match
        except TimeoutError:
            self.timeouts[pattern.signature.id] += 1
        return None

    def _matches(self, pattern: Pattern, text: str, factor: int = 1) -> Iterator[Any]:
        try:
            for shown in _as_typed(text):
                found = False
                for match in pattern.compiled.finditer(
                    shown, timeout=self.options.time_limit * factor, concurrent=True
                ):
                    found = True
                    yield match
                if found:
                    return
        except TimeoutError:
            self.timeouts[pattern.signature.id] += 1


def _as_typed(text: str) -> Iterator[str]:
    """A text, and the same with the blanks and quotes that a tool had before a page or an editor beautified them."""
    yield text
    typed = folded(text)
    if typed is not text:
        yield typed


def _haystack(view: View, text: Text, first: int, last: int) -> str:
    """The lines as the prefilter takes them, one for each physical line; a wrapped line stands whole on its first."""
    content = "".join(text.raw_lines(first, last))
    if "\r" in content:
        content = content.replace("\r\n", "\n").replace("\r", "\n")
    return _with_joined_lines(content, view, first, last) if view.is_wrapped else content


def _with_joined_lines(content: str, view: View, first: int, last: int) -> str:
    lines = content.split("\n")
    for index in range(min(len(lines), last - first)):
        logical = view.line(first + index)
        if logical.last > logical.first and (logical.first == first + index or index == 0):
            lines[index] = logical.text
    return "\n".join(lines)


def _columns(text: str, offsets: list[int]) -> Iterator[int]:
    """Offsets in the bytes of a line, in order, as code points of it."""
    if text.isascii():
        yield from offsets
        return
    data = encoded(folded(text))
    column = at = 0
    for offset in offsets:
        column += len(data[at:offset].translate(None, _CONTINUATION))
        at = max(at, offset)
        yield column


def _holds(alternatives: list[Alternative], text: str) -> bool:
    return _in_squeezed(alternatives, squeeze(folded(text)))


def _in_squeezed(alternatives: list[Alternative], squeezed: str) -> bool:
    """Whether an alternative holds in a text that is squeezed already."""
    for alternative in alternatives:
        for clause in _without_blanks(alternative):
            for literal in clause:
                if literal in squeezed:
                    break
            else:
                break
        else:
            return True
    return False


@lru_cache(maxsize=20_000)
def _without_blanks(alternative: Alternative) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple("".join(literal.split()) for literal in sorted(clause)) for clause in alternative)


def _marked(match: Any) -> tuple[int, int]:
    """What of a match is marked: its group `telling` where it has one, without white space around it."""
    start, end = match.span()
    if "telling" in match.re.groupindex and match.start("telling") >= 0:
        start, end = match.span("telling")
    text = match.string[start:end]
    start += len(text) - len(text.lstrip())
    return start, max(start, start + len(text.strip()))


def _finding(pattern: Pattern, match: Any, logical: LogicalLine, offset: int = 0) -> Finding:
    """The finding of a match in `logical`, whose text starts at `-offset` in what was searched."""
    start, end = _marked(match)
    line_end = match.string.find("\n", start)
    if line_end >= 0:
        end = min(end, line_end)
    captures = {
        name: value.strip()[:LONGEST_CAPTURE]
        for name, value in match.groupdict().items()
        if value is not None and name != "telling"
    }
    text = logical.text if len(logical.text) <= LONG_LINE else match.string
    return Finding(pattern.signature, logical.span(start + offset, end + offset), text, captures, pattern.index)


def better(one: Finding | None, other: Finding) -> Finding:
    """Of two findings of a signature on a line the one of the earlier pattern, with the captures of both."""
    if one is None:
        return other
    first, second = (one, other) if one.pattern <= other.pattern else (other, one)
    return Finding(first.signature, first.span, first.text, {**second.captures, **first.captures}, first.pattern)


def in_order(finding: Finding) -> tuple[Position, Position, str]:
    return finding.span.start, finding.span.end, finding.signature.id
