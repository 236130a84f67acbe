"""The prefilter: one pass over a text that names the patterns worth trying, and where.

Every alternative of a pattern is searched for by its rarest clause. Around a key that is found the rest of its literal
must stand, unless the line is broken there; the other clauses are asked for on the lines around, word by word, because
a line may be broken between words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
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
# What stands before a line's own text is no longer than this.
LONGEST_PREFIX = 400
# A line longer than this is searched in windows around the prefilter's hits.
LONG_LINE = 20_000
# A message that was wrapped is looked for over this many lines above and below one.
WRAPPED_ABOVE, WRAPPED_BELOW = 4, 8

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
    return tuple(tuple(_encoded(word) for word in literal.split()) for literal in sorted(clause))


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
    first: tuple[Words, ...]
    then: tuple[Words, ...]
    above: int
    below: int


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
            above, below = max(pattern.newlines, WRAPPED_ABOVE), max(pattern.newlines, WRAPPED_BELOW)
            for key, number, first, then, before, after in pattern.triggers:
                target = _Target(pattern, alternatives[number], first, then, above, below)
                groups.setdefault(key, {}).setdefault((before, after), []).append(target)
        self.keys = list(groups)
        self._groups: list[list[_Group]] = [
            [(before, after, targets) for (before, after), targets in of_key.items()] for of_key in groups.values()
        ]
        keys = [*self.keys, *marks]
        small = sum(map(len, keys)) <= MOST_DFA_BYTES
        implementation = Implementation.DFA if small else Implementation.ContiguousNFA
        self._automaton = BytesAhoCorasick(keys, implementation=implementation) if keys else None

    def search(self, lowered: bytes) -> Found:
        """The keys and marks in a text, in the order in which they end."""
        if self._automaton is None:
            return []
        # Overlapping, or a key inside another would hide a signature.
        return self._automaton.find_matches_as_indexes(lowered, overlapping=True)

    def hits(self, lowered: bytes, found: Found | None = None) -> Iterator[Hit]:
        """The places in `lowered` worth a look, in order of lines; `found` is what `search` found in it.

        `lowered` has A to Z lowered, which keeps offsets; its lines end in "\\n". A pattern is named once for a line
        and alternative, but at each place of a very long line.
        """
        found = self.search(lowered) if found is None else found
        found.sort(key=itemgetter(1))
        groups, keys = self._groups, len(self.keys)
        line = line_start = at = 0
        line_end = -1
        seen: set[int] = set()
        for number, start, end in found:
            if number >= keys:
                continue
            for before, after, targets in groups[number]:
                if after and not lowered.startswith(after, end) and not _breaks_after(lowered, end, after):
                    continue
                beside = start - len(before)
                if before and not lowered.startswith(before, beside) and not _breaks_before(lowered, start, before):
                    continue
                if start > line_end:
                    line += lowered.count(b"\n", at, start)
                    at = start
                    line_start = lowered.rfind(b"\n", 0, start) + 1
                    line_end = lowered.find(b"\n", start)
                    line_end = len(lowered) if line_end < 0 else line_end
                    seen.clear()
                far = start - line_start > LONG_LINE
                for target in targets:
                    if id(target) in seen and not far:
                        continue
                    if target.first and not _stands_above(target, lowered, end, line_start):
                        continue
                    if target.then and not _stands_below(target, lowered, start, line_end):
                        continue
                    seen.add(id(target))
                    yield Hit(line, start - line_start, target.pattern, target.alternative)


def _breaks_after(lowered: bytes, end: int, after: bytes) -> bool:
    """Whether the line ends at `end` or within `after`, which then may go on below."""
    newline = lowered.find(b"\n", end, end + len(after) + 1)
    return newline >= 0 and after.startswith(lowered[end:newline].rstrip())


def _breaks_before(lowered: bytes, start: int, before: bytes) -> bool:
    """Whether the line begins at `start` or within `before`, after what a CI system or a gutter put there."""
    line_start = lowered.rfind(b"\n", max(0, start - LONGEST_PREFIX - len(before)), start) + 1
    if not line_start and start > LONGEST_PREFIX + len(before):
        return False
    own = lowered[line_start:start].lstrip()
    if before.endswith(own):
        return True
    line = lowered[line_start:start].decode("utf-8", "replace")
    # A prefix may end in a blank, or ask for what stands behind it.
    own = line[prefix_length(f"{line}x", lowered=True) :].lstrip().encode("utf-8", "replace")
    return before.endswith(own)


def _stands_above(target: _Target, lowered: bytes, end: int, line_start: int) -> bool:
    """Whether what a pattern requires before its key stands there, on its line or on those above."""
    line = lowered[max(line_start, end - LONG_LINE) : end]
    missing = [clause for clause in target.first if not _there(clause, line)]
    if not missing:
        return True
    start = line_start
    for _ in range(target.above):
        if start <= 0:
            break
        least = max(0, start - 1 - LONG_LINE)
        start = max(lowered.rfind(b"\n", least, start - 1) + 1, least)
    window = lowered[start:end]
    return all(_there(clause, window) for clause in missing)


def _stands_below(target: _Target, lowered: bytes, start: int, line_end: int) -> bool:
    """Whether what a pattern requires behind its key stands there, on its line or on those below."""
    line = lowered[start : min(line_end, start + LONG_LINE)]
    missing = [clause for clause in target.then if not _there(clause, line)]
    if not missing:
        return True
    end = line_end
    for _ in range(target.below):
        end = lowered.find(b"\n", end + 1, end + 1 + LONG_LINE)
        if end < 0:
            break
    window = lowered[start : end if end >= 0 else min(len(lowered), line_end + LONG_LINE)]
    return all(_there(clause, window) for clause in missing)


def _there(clause: Words, window: bytes) -> bool:
    # Loops, for this is asked more often than anything else here.
    for literal in clause:
        for word in literal:
            if word not in window:
                break
        else:
            return True
    return False
