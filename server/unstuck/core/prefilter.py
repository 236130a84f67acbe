"""The prefilter: one pass over a text that names the patterns worth trying, and where.

Every alternative of a pattern is searched for by its rarest clause. Around a key that is found the rest of its literal
must stand, unless the line is broken there; the other clauses are asked for on the lines around, word by word, because
a line may be broken between words.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import accumulate
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from ahocorasick_rs import BytesAhoCorasick, Implementation

from unstuck.core import literals
from unstuck.core.frames import LINE_STARTS_BEHIND, prefix_length
from unstuck.core.literals import Alternative, Clause

if TYPE_CHECKING:
    from unstuck.core.catalog import Pattern

# A DFA is 2 to 5 times as fast as the other automata, and grows with its keys' length and the bytes it tells apart.
MOST_DFA_BYTES = 250_000
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

# From so many literals on, of which one is asked for, a search for any of them is quicker than one for each.
FEW = 3

MOST_OF_ROW = 4 * WIDEST_ROW


def _classes() -> bytes:
    """Which bytes beyond ASCII the automaton takes for the same: it has half the size where it tells fewer apart.

    Those stay apart that a mark of two or three bytes is told by.
    """
    table = bytearray(range(256))
    apart = {0x80, 0x84, 0x98, 0x99, 0x9C, 0x9D, 0xA0, 0xAA, 0xAF, 0xB0, 0xB1, 0xBF}
    for byte in {*range(0x80, 0xC0)} - apart:
        table[byte] = 0x81 if byte < 0xA0 else 0xA1 + byte % 8
    for byte in range(0xC6, 0xE0):
        table[byte] = 0xD0 + byte % 2
    for byte in range(0xF0, 0x100):
        table[byte] = 0xF0
    return bytes(table)


_CLASSES = _classes()

# A clause as the prefilter asks for it: of one of these literals every word is there.
Words = tuple[tuple[bytes, ...], ...]
Trigger = tuple[bytes, int, tuple[Words, ...], bytes, bytes]
"""A key, the number of its alternative, what is asked for around it, and the text that stands before and behind it."""


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
        others = tuple(map(_words, (*alternative[:place], *alternative[place + 1 :])))
        for literal in sorted(rarest):
            triggers += _triggers(literal, number, others)
    known = tuple(alternatives) if alternatives else None
    return Plan(source, literals.newlines(source), known, tuple(triggers))


def _triggers(literal: str, number: int, others: tuple[Words, ...]) -> Iterator[Trigger]:
    """The literal's key with the text beside it, and what stands for the key where it is broken."""
    key = literals.search_key(literal)
    before, after = literal[: key.at], literal[key.at + len(key.text) :]
    yield _encoded(key.text), number, others, _encoded(before), _encoded(after)
    for text, place in key.broken:
        yield _encoded(text), number, (_words(frozenset({literal[place:]})), *others), b"", b""


def _encoded(literal: str) -> bytes:
    return literal.encode("utf-8", "surrogatepass")


def _words(clause: Clause) -> Words:
    # A word that a literal begins or ends with may be the part of one, which is found inside it all the same.
    # The longest word is looked for first: it is most likely to be missing.
    return tuple(
        tuple(sorted(map(_encoded, dict.fromkeys(literal.split())), key=len, reverse=True))
        for literal in sorted(clause)
    )


class Lowered(NamedTuple):
    """A text as it is searched: A to Z lowered, which keeps offsets, its lines ended by "\n"."""

    text: bytes
    rows: list[bytes]
    """Its lines with their ends; none for what may follow the last end."""
    ends: list[int]
    """Where each line ends."""

    @classmethod
    def of(cls, text: bytes) -> Lowered:
        return cls.joined(text.splitlines(keepends=True), text)

    @classmethod
    def joined(cls, rows: list[bytes], text: bytes | None = None) -> Lowered:
        return cls(b"".join(rows) if text is None else text, rows, list(accumulate(map(len, rows))))

    def line(self, offset: int) -> int:
        """The line that an offset stands on."""
        return bisect_right(self.ends, offset)


class Hit(NamedTuple):
    """A place where a pattern may match: what is required stands there, as far as the prefilter looks."""

    line: int
    offset: int
    """In bytes of the lowered text, from the start of the line."""
    pattern: Pattern
    alternative: Alternative


class _Target:
    """What a key may stand for: an alternative of a pattern, with what is asked for around the key."""

    __slots__ = ("_number", "_others", "_sides", "pattern")

    def __init__(self, pattern: Pattern, number: int, others: tuple[Words, ...]) -> None:
        self.pattern = pattern
        self._number = number
        self._others = others
        self._sides: Sides | None = None

    @property
    def alternative(self) -> Alternative:
        return (self.pattern.alternatives or ())[self._number]

    def sides(self, known: dict[Words, _Choice]) -> Sides:
        """Worked out when the key is found for the first time: of most keys none ever is."""
        if self._sides is None:
            self._sides = Sides.of(self._others, known)
        return self._sides


class _Choice:
    """One literal of several is asked for."""

    __slots__ = ("_any", "_common", "_words", "number")

    def __init__(self, number: int, words: Words) -> None:
        self.number = number
        self._words = words
        self._common = sorted(set(words[0]).intersection(*words[1:]))
        self._any: re.Pattern[bytes] | None = None

    def stands_in(self, window: bytes) -> bool:
        for word in self._common:
            if word not in window:
                return False
        if len(self._words) > FEW:
            # Most often none of them is there, which one search tells.
            if self._any is None:
                self._any = re.compile(b"|".join(re.escape(words[0]) for words in self._words))
            if not self._any.search(window):
                return False
        for words in self._words:
            for word in words:
                if word not in window:
                    break
            else:
                return True
        return False


class Sides(NamedTuple):
    """What is asked for beside a key: all of these words, and all choices."""

    words: tuple[bytes, ...]
    choices: tuple[_Choice, ...]

    @classmethod
    def of(cls, clauses: tuple[Words, ...], known: dict[Words, _Choice]) -> Sides:
        words = {word for clause in clauses if len(clause) == 1 for word in clause[0]}
        # Several alternatives ask for the same; the choice of the fewest is told the quickest.
        several = sorted((clause for clause in clauses if len(clause) > 1), key=len)
        for clause in several:
            if clause not in known:
                known[clause] = _Choice(len(known), clause)
        # The longest is most likely to be missing.
        return cls(tuple(sorted(words, key=len, reverse=True)), tuple(known[clause] for clause in several))


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
        self._choices: dict[Words, _Choice] = {}
        for pattern in patterns:
            for key, number, others, before, after in pattern.triggers:
                target = _Target(pattern, number, others)
                groups.setdefault(key.translate(_CLASSES), {}).setdefault((before, after), []).append(target)
        self.keys = list(groups)
        self._groups: list[list[_Group]] = [
            [(before, after, targets) for (before, after), targets in of_key.items()] for of_key in groups.values()
        ]
        keys = self._keys = [*self.keys, *(mark.translate(_CLASSES) for mark in marks)]
        self._worth_more = 0 < sum(map(len, keys)) <= MOST_DFA_BYTES
        self._searched = 0
        self._automaton = BytesAhoCorasick(keys, implementation=Implementation.ContiguousNFA) if keys else None

    def search(self, lowered: bytes) -> Found:
        """The keys and marks in a text, in the order in which they end."""
        if self._automaton is None:
            return []
        if not lowered.isascii():
            lowered = lowered.translate(_CLASSES)
        if self._worth_more:
            self._searched += len(lowered)
            if self._searched > FIRST_BYTES:
                self._worth_more = False
                self._automaton = BytesAhoCorasick(self._keys, implementation=Implementation.DFA)
        # Overlapping, or a key inside another would hide a signature.
        return self._automaton.find_matches_as_indexes(lowered, overlapping=True)

    def hits(self, text: Lowered, found: Found | None = None, *, wrapped: bool = False) -> Iterator[Hit]:
        """The places in a text worth a look, in order of lines; `found` is what `search` found in it.

        A pattern is named once for a line and alternative, but at each place of a very long line. `wrapped`: the lines
        are the rows of a terminal, and a match over several lines spans more of them.
        """
        lowered = text.text
        found = self.search(lowered) if found is None else found
        found.sort(key=itemgetter(1))
        groups, keys, stands = self._groups, len(self.keys), lowered.startswith
        around = _Around(text, 0)
        height = MOST_ROWS_OF_LINE if wrapped else 1
        seen: set[int] = set()
        for number, start, end in found:
            if number >= keys:
                continue
            for before, after, targets in groups[number]:
                # Most of what is found ends here: the rest of the literal is not beside it.
                if after and not stands(after, end) and not _breaks_in(after, lowered, end):
                    continue
                direct = not before or stands(before, start - len(before))
                if not direct and not _may_break_in(before, lowered, start):
                    continue
                if start >= around.end:
                    around = _Around(text, text.line(start))
                    seen.clear()
                if not direct and not around.breaks(before, start):
                    continue
                far = start - around.start > LONG_LINE
                for target in targets:
                    if id(target) in seen and not far:
                        continue
                    if not around.hold(target.sides(self._choices), height * target.pattern.newlines, start, end):
                        continue
                    seen.add(id(target))
                    yield Hit(around.line, start - around.start, target.pattern, target.alternative)


_BLANKS = b" \t\v\f\r"


def _breaks_in(after: bytes, lowered: bytes, at: int) -> bool:
    """Whether the line is broken within `after`, which should stand at `at`."""
    newline = lowered.find(b"\n", at, at + len(after) + 1)
    return newline >= 0 and after.startswith(lowered[at:newline].rstrip())


def _may_break_in(before: bytes, lowered: bytes, at: int) -> bool:
    """Whether the line may begin at `at` or within `before`, by the last character in front of it."""
    front = lowered[at - 16 if at > 16 else 0 : at].rstrip(_BLANKS)
    # `before` may be blank itself.
    return not front or front[-1] in LINE_STARTS_BEHIND or before.rstrip()[-1:] in (b"", front[-1:])


class _Around:
    """The line around a place, and those next to it: found once for all that stands on the line."""

    __slots__ = ("_lowered", "_own", "_rows", "_there", "_windows", "end", "line", "start")

    def __init__(self, text: Lowered, line: int) -> None:
        self._lowered, self._rows, ends = text
        self.line = line
        self.end = ends[line] if ends else 0
        self.start = self.end - len(self._rows[line]) if ends else 0
        self._windows: dict[int, bytes] = {}
        self._there: dict[tuple[int, int], bool] = {}
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

    def hold(self, sides: Sides, rows: int, start: int, end: int) -> bool:
        """Whether all that is asked for stands on the line or near it: on `rows` of those around it, and on as many as
        a message may be wrapped over. On a very long line it must stand near `start` and `end`."""
        if not sides.words and not sides.choices:
            return True
        if self.end - self.start > LONG_LINE:
            window = self._lowered[max(0, end - LONG_LINE // 2) : start + LONG_LINE // 2]
            self._there.clear()
        else:
            known = self._windows.get(rows)
            if known is None:
                known = self._windows[rows] = self._window(rows)
            window = known
        for word in sides.words:
            if word not in window:
                return False
        for choice in sides.choices:
            there = self._there.get((choice.number, rows))
            if there is None:
                there = self._there[choice.number, rows] = choice.stands_in(window)
            if not there:
                return False
        return True

    def _window(self, rows: int) -> bytes:
        above, below, most = rows + WRAPPED_ABOVE, rows + WRAPPED_BELOW, LONG_LINE if rows else MOST_OF_ROW
        window = self._rows[max(0, self.line - above) : self.line + below + 1]
        if max(map(len, window)) > most:
            # A line that is no terminal's row ends what may have been wrapped.
            at = min(self.line, above)
            first, last = at, at
            while first > 0 and len(window[first]) <= most and len(window[first - 1]) <= most:
                first -= 1
            while last + 1 < len(window) and len(window[last]) <= most and len(window[last + 1]) <= most:
                last += 1
            window = window[first : last + 1]
        return b"".join(window)
