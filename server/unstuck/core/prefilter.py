"""The prefilter: one pass over a text that names the patterns worth trying, and where.

Every alternative of a pattern is searched for by its rarest clause. Around a key that is found the rest of its literal
must stand, unless the line is broken there; the other clauses are asked for on the lines around, word by word, because
a line may be broken between words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import repeat
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from ahocorasick_rs import BytesAhoCorasick, Implementation

from unstuck.core import literals
from unstuck.core.literals import Alternative, Clause
from unstuck.core.view import prefix_length

if TYPE_CHECKING:
    from unstuck.core.catalog import Pattern

# A DFA is 2 to 5 times as fast as the other automata, and grows with its keys' length.
MOST_DFA_BYTES = 60_000
# It takes some time to make, too: it is not worth it for the first few texts.
FIRST_BYTES = 100_000
# What stands before a line's own text is no longer than this.
LONGEST_PREFIX = 400
# A line longer than this is searched in windows around the prefilter's hits.
LONG_LINE = 20_000
# A message that was wrapped is looked for over this many lines above and below one, none longer than a terminal's.
WRAPPED_ABOVE, WRAPPED_BELOW = 4, 8
WIDEST_ROW = 1_000
MOST_ROWS_OF_LINE = 5

MOST_OF_ROW = 4 * WIDEST_ROW

# A clause as the prefilter asks for it: of one of these literals every word is there.
Words = tuple[tuple[bytes, ...], ...]
Trigger = tuple[bytes, int, tuple[Words, ...], tuple[Words, ...], bytes, bytes]
"""A key, the number of its alternative, what is asked for before and behind it, and the text that stands beside it."""


class Plan(NamedTuple):
    """What can be told of a regex without a text, which takes a while to find out: plain values, made to be cached."""

    source: str
    newlines: int
    alternatives: tuple[Alternative, ...] | None
    triggers: tuple[Trigger, ...]


def plan(source: str, *, ignore_case: bool = False) -> Plan:
    """Read a regex; it may be none, and then requires nothing."""
    alternatives = literals.requirements(source, ignore_case=ignore_case)
    triggers: list[Trigger] = []
    for number, alternative in enumerate(alternatives or ()):
        rarest = literals.trigger(alternative)
        place = alternative.index(rarest)
        above = tuple(map(_words, alternative[:place]))
        below = tuple(map(_words, alternative[place + 1 :]))
        for literal in sorted(rarest):
            triggers += _triggers(literal, number, above, below)
    known = tuple(alternatives) if alternatives else None
    return Plan(source, literals.newlines(source), known, tuple(triggers))


def _triggers(literal: str, number: int, first: tuple[Words, ...], then: tuple[Words, ...]) -> Iterator[Trigger]:
    """The literal's key with the text beside it, and what stands for the key where it is broken."""
    key = literals.search_key(literal)
    before, after = literal[: key.at], literal[key.at + len(key.text) :]
    yield _encoded(key.text), number, first, then, _encoded(before), _encoded(after)
    for text, place in key.broken:
        yield _encoded(text), number, first, (_words(frozenset({literal[place:]})), *then), b"", b""


def _encoded(literal: str) -> bytes:
    return literal.encode("utf-8", "surrogatepass")


def _words(clause: Clause) -> Words:
    # A word that a literal begins or ends with may be the part of one, which is found inside it all the same.
    # The longest word is looked for first: it is most likely to be missing.
    return tuple(
        tuple(sorted(map(_encoded, dict.fromkeys(literal.split())), key=len, reverse=True))
        for literal in sorted(clause)
    )


class Hit(NamedTuple):
    """A place where a pattern may match: what is required stands there, as far as the prefilter looks."""

    line: int
    offset: int
    """In bytes of the lowered text, from the start of the line."""
    pattern: Pattern
    alternative: Alternative


class _Target(NamedTuple):
    pattern: Pattern
    alternative: Alternative
    first: _Side | None
    then: _Side | None
    rows: int


class _Side(NamedTuple):
    """What is asked for on one side of a key: all of these words, and of each clause one literal."""

    words: tuple[bytes, ...]
    clauses: tuple[Words, ...]

    @classmethod
    def of(cls, clauses: tuple[Words, ...]) -> _Side | None:
        words = {word for clause in clauses if len(clause) == 1 for word in clause[0]}
        # The longest is most likely to be missing.
        found = cls(tuple(sorted(words, key=len, reverse=True)), tuple(clause for clause in clauses if len(clause) > 1))
        return found if clauses else None

    def stands_in(self, window: bytes) -> bool:
        for word in self.words:
            if word not in window:
                return False
        return all(map(_there, self.clauses, repeat(window)))


# What stands beside a key, and for what: `before`, `after`, targets.
_Group = tuple[bytes, bytes, list[_Target]]
Found = list[tuple[int, int, int]]
"""Occurrences of keys: the key's number, where it starts and ends."""


class Prefilter:
    """The keys of many patterns in one automaton.

    `marks` are searched for in the same pass on behalf of the caller: their numbers follow those of the keys.
    """

    def __init__(self, patterns: Iterable[Pattern], marks: Iterable[bytes] = ()) -> None:
        groups: dict[bytes, dict[tuple[bytes, bytes], list[_Target]]] = {}
        for pattern in patterns:
            alternatives = pattern.alternatives or ()
            # Each line that a match may span may take several rows of a narrow terminal.
            rows = MOST_ROWS_OF_LINE * pattern.newlines
            for key, number, first, then, before, after in pattern.triggers:
                target = _Target(pattern, alternatives[number], _Side.of(first), _Side.of(then), rows)
                groups.setdefault(key, {}).setdefault((before, after), []).append(target)
        self.keys = list(groups)
        self._groups: list[list[_Group]] = [
            [(before, after, targets) for (before, after), targets in of_key.items()] for of_key in groups.values()
        ]
        keys = self._keys = [*self.keys, *marks]
        self._worth_more = 0 < sum(map(len, keys)) <= MOST_DFA_BYTES
        self._searched = 0
        self._automaton = BytesAhoCorasick(keys, implementation=Implementation.ContiguousNFA) if keys else None

    def search(self, lowered: bytes) -> Found:
        """The keys and marks in a text, in the order in which they end."""
        if self._automaton is None:
            return []
        if self._worth_more:
            self._searched += len(lowered)
            if self._searched > FIRST_BYTES:
                self._worth_more = False
                self._automaton = BytesAhoCorasick(self._keys, implementation=Implementation.DFA)
        # Overlapping, or a key inside another would hide a signature.
        return self._automaton.find_matches_as_indexes(lowered, overlapping=True)

    def hits(self, lowered: bytes, found: Found | None = None) -> Iterator[Hit]:
        """The places in `lowered` worth a look, in order of lines; `found` is what `search` found in it.

        `lowered` has A to Z lowered, which keeps offsets; its lines end in "\n". A pattern is named once for a line
        and alternative, but at each place of a very long line.
        """
        found = self.search(lowered) if found is None else found
        found.sort(key=itemgetter(1))
        groups, keys = self._groups, len(self.keys)
        line = at = 0
        around = _Around(lowered, 0)
        seen: set[int] = set()
        for number, start, end in found:
            if number >= keys:
                continue
            for before, after, targets in groups[number]:
                if after and not lowered.startswith(after, end):
                    # The line may be broken within what stands behind the key.
                    newline = lowered.find(b"\n", end, end + len(after) + 1)
                    if newline < 0 or not after.startswith(lowered[end:newline].rstrip()):
                        continue
                if start > around.end:
                    line += lowered.count(b"\n", at, start)
                    at = start
                    around = _Around(lowered, start)
                    seen.clear()
                if before and not lowered.startswith(before, start - len(before)) and not around.breaks(before, start):
                    continue
                far = start - around.start > LONG_LINE
                for target in targets:
                    if id(target) in seen and not far:
                        continue
                    if target.first and not around.above(target.first, target.rows, end):
                        continue
                    if target.then and not around.below(target.then, target.rows, start):
                        continue
                    seen.add(id(target))
                    yield Hit(line, start - around.start, target.pattern, target.alternative)


class _Around:
    """The line around a place, and those next to it: found once for all that stands on the line."""

    __slots__ = ("_above", "_below", "_lowered", "_own", "end", "start")

    def __init__(self, lowered: bytes, at: int) -> None:
        self._lowered = lowered
        self.start = lowered.rfind(b"\n", 0, at) + 1
        self.end = lowered.find(b"\n", at)
        if self.end < 0:
            self.end = len(lowered)
        self._above: dict[int, int] = {}
        self._below: dict[int, int] = {}
        self._own = -1

    def breaks(self, before: bytes, at: int) -> bool:
        """Whether the line begins at `at` or within `before`, after what a CI system or a gutter put there."""
        if at - self.start > LONGEST_PREFIX + len(before):
            return False
        lowered = self._lowered
        if before.endswith(lowered[self.start : at].lstrip()):
            return True
        if self._own < 0:
            line = lowered[self.start : self.start + LONGEST_PREFIX].decode("utf-8", "replace")
            self._own = self.start + len(line[: prefix_length(line, lowered=True)].encode("utf-8", "replace"))
        # The key itself may look like a prefix.
        return self._own > self.start and before.endswith(lowered[min(self._own, at) : at].lstrip())

    def above(self, side: _Side, rows: int, end: int) -> bool:
        """Whether what is asked for stands before `end`: on the line or on some above."""
        start = self._above.get(rows)
        if start is None:
            start = self._above[rows] = self._start_of(rows or WRAPPED_ABOVE, LONG_LINE if rows else MOST_OF_ROW)
        window = self._lowered[start if end - self.start <= LONG_LINE else end - LONG_LINE : end]
        return side.stands_in(window)

    def below(self, side: _Side, rows: int, start: int) -> bool:
        """Whether what is asked for stands behind `start`: on the line or on some below."""
        end = self._below.get(rows)
        if end is None:
            end = self._below[rows] = self._end_of(rows or WRAPPED_BELOW, LONG_LINE if rows else MOST_OF_ROW)
        window = self._lowered[start : end if self.end - start <= LONG_LINE else start + LONG_LINE]
        return side.stands_in(window)

    def _start_of(self, lines: int, most: int) -> int:
        start = self.start
        if self.end - start > most:
            return start
        for _ in range(lines):
            above = self._lowered.rfind(b"\n", max(0, start - 1 - most), start - 1) + 1
            if start <= 0 or (not above and start > most):
                break
            start = above
        return start

    def _end_of(self, lines: int, most: int) -> int:
        end = self.end
        if end - self.start > most:
            return end
        for _ in range(lines):
            below = self._lowered.find(b"\n", end + 1, end + 2 + most)
            if below < 0:
                return end if len(self._lowered) - end > most else len(self._lowered)
            end = below
        return end


def _there(clause: Words, window: bytes) -> bool:
    # Loops, for this is asked more often than anything else here.
    for literal in clause:
        for word in literal:
            if word not in window:
                break
        else:
            return True
    return False
