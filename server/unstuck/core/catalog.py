"""The loaded signatures: by id, and by the literals that their patterns require."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from ahocorasick_rs import BytesAhoCorasick, Implementation

from unstuck.core import literals
from unstuck.core.literals import Alternative
from unstuck.core.signature import Signature
from unstuck.core.view import prefix_length

# A DFA is 2 to 5 times as fast as the other automata, and grows with its keys' length.
MOST_DFA_BYTES = 60_000


# A clause as the prefilter asks for it: of one of these literals every word is there.
_Words = tuple[tuple[bytes, ...], ...]


class Plan(NamedTuple):
    """What can be told of a regex without a text, which takes a while to find out: plain values, made to be cached."""

    source: str
    newlines: int
    alternatives: tuple[Alternative, ...] | None
    triggers: tuple[tuple[bytes, int, tuple[_Words, ...], bytes, bytes], ...]
    """What to search for: the key, the number of its alternative, what else is asked for, the words around the key."""


def plan(source: str, *, ignore_case: bool = False) -> Plan:
    """Read a regex; it may be none, and then requires nothing."""
    alternatives = literals.requirements(source, ignore_case=ignore_case)
    triggers = []
    for number, alternative in enumerate(alternatives or ()):
        rarest = literals.trigger(alternative)
        rest = tuple(_words(clause) for clause in alternative if clause is not rarest)
        for literal in sorted(rarest):
            key = literals.search_key(literal)
            triggers.append((_encoded(key), number, rest, *_neighbours(literal, key)))
    known = tuple(alternatives) if alternatives else None
    return Plan(source, literals.newlines(source), known, tuple(triggers))


class Entry:
    """A signature as a catalog holds it: the model itself is made when somebody asks for it."""

    __slots__ = ("_make", "_plans", "_signature", "graph", "id")

    def __init__(
        self, id: str, plans: Sequence[Plan], graph: tuple[Sequence[str], Sequence[str]], make: Callable[[], Signature]
    ) -> None:
        """`graph` is what the signature leads to and is preceded by."""
        self.id = id
        self.graph = graph
        self._plans: Sequence[Plan] | None = plans
        self._make: Callable[[], Signature] = make
        self._signature: Signature | None = None

    @classmethod
    def of(cls, signature: Signature) -> Entry:
        graph = signature.transition_graph
        made = cls(signature.id, (), (graph.leads_to, graph.preceded_by), lambda: signature)
        made._plans = None
        return made

    @property
    def signature(self) -> Signature:
        if self._signature is None:
            self._signature = self._make()
        return self._signature

    @property
    def plans(self) -> Sequence[Plan]:
        if self._plans is None:
            signature = self.signature
            self._plans = [plan(source, ignore_case=signature.ignore_case) for source in signature.regexes]
        return self._plans


class Pattern:
    """One regex of a signature. It is compiled at its first use: compiling thousands takes seconds."""

    __slots__ = ("_compiled", "_entry", "alternatives", "index", "newlines", "source", "triggers")

    def __init__(self, signature: Signature | Entry, index: int) -> None:
        self._entry = signature if isinstance(signature, Entry) else Entry.of(signature)
        self.index = index
        self.source, self.newlines, self.alternatives, self.triggers = self._entry.plans[index]
        self._compiled: Any = None

    @property
    def signature(self) -> Signature:
        return self._entry.signature

    @property
    def compiled(self) -> Any:
        """The pattern of the `regex` module; it raises regex.error where the source is not one."""
        if self._compiled is None:
            self._compiled = compile_pattern(self.source, ignore_case=self.signature.ignore_case)
        return self._compiled


def compile_pattern(source: str, *, ignore_case: bool = False) -> Any:
    """Compile `source` as all patterns are: `^` and `$` at every line of a text that has several."""
    import regex

    return regex.compile(source, regex.MULTILINE | (regex.IGNORECASE if ignore_case else 0))


class Hit(NamedTuple):
    """A place where a pattern may match: what is required stands there, as far as the prefilter looks."""

    line: int
    offset: int
    """In bytes of the lowered text, from the start of the line."""
    pattern: Pattern
    alternative: Alternative


class _Target(NamedTuple):
    """What an occurrence of a key may mean: the pattern, what else is asked for, and the words around the key."""

    pattern: Pattern
    alternative: Alternative
    rest: tuple[_Words, ...]
    before: bytes
    after: bytes


class Prefilter:
    """One pass over a text that names the patterns worth trying, and where.

    Every alternative of a pattern is searched for by its rarest clause, and the other clauses are asked for on the
    lines around it, word by word, because a line may be broken between words.
    """

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        keys: dict[bytes, list[_Target]] = {}
        for pattern in patterns:
            alternatives = pattern.alternatives or ()
            for key, number, rest, before, after in pattern.triggers:
                keys.setdefault(key, []).append(_Target(pattern, alternatives[number], rest, before, after))
        self.keys = list(keys)
        self._targets = list(keys.values())
        small = sum(map(len, keys)) <= MOST_DFA_BYTES
        implementation = Implementation.DFA if small else Implementation.ContiguousNFA
        self._automaton = BytesAhoCorasick(self.keys, implementation=implementation) if keys else None

    def hits(self, lowered: bytes, *, above: int, below: int) -> Iterator[Hit]:
        """The places in `lowered`, in order; a match may need the text of so many lines above and below one.

        `lowered` went through bytes.lower(), which keeps offsets; its lines end in "\n". A pattern is named once for
        a line and alternative.
        """
        if self._automaton is None:
            return
        # Overlapping, or a literal inside another would hide a signature.
        found = self._automaton.find_matches_as_indexes(lowered, overlapping=True)
        found.sort(key=_start)
        line = line_start = at = 0
        seen: set[tuple[int, int]] = set()
        window: bytes | None = None
        for number, start, end in found:
            step = lowered.count(b"\n", at, start)
            if step:
                line += step
                line_start = lowered.rindex(b"\n", at, start) + 1
                seen.clear()
                window = None
            at = start
            far = start - line_start > LONG_LINE
            if far:
                window = None
            beside = _Beside(lowered, line_start, start, end)
            for index, (pattern, alternative, rest, before, after) in enumerate(self._targets[number]):
                if not far and (number, index) in seen:
                    continue
                if (after and not beside.goes_on(after)) or (before and not beside.comes_from(before)):
                    continue
                seen.add((number, index))
                if rest:
                    if window is None:
                        window = _window(lowered, start, above, below)
                    if not all(_there(clause, window) for clause in rest):
                        continue
                yield Hit(line, start - line_start, pattern, alternative)


# So many bytes of a word are compared.
LONGEST_WORD = 40
# What stands before a line's own text is no longer than this.
LONGEST_PREFIX = 400
# A line longer than this is searched in windows around the prefilter's hits.
LONG_LINE = 20_000


_BLANKS = frozenset(b" \t\r\x0b\x0c")


def _neighbours(literal: str, key: str) -> tuple[bytes, bytes]:
    """The words before and after `key` in `literal`; empty where there is none, or it may stand on another line."""
    parts = re.split(r"(\s+)", literal.strip())
    if parts.count(key) != 1:
        return b"", b""
    at = parts.index(key)
    before = parts[at - 2] if at and "\n" not in parts[at - 1] else ""
    after = parts[at + 2] if at + 2 < len(parts) and "\n" not in parts[at + 1] else ""
    return _encoded(before)[-LONGEST_WORD:], _encoded(after)[:LONGEST_WORD]


class _Beside:
    """What stands beside a key on its line, worked out once for all patterns that the key may stand for."""

    __slots__ = ("_after", "_before", "_blank_after", "_blank_before", "_ends", "_own", "_place")

    def __init__(self, lowered: bytes, line_start: int, start: int, end: int) -> None:
        at = end
        while at < len(lowered) and lowered[at] in _BLANKS:
            at += 1
        found = lowered[at : at + LONGEST_WORD]
        self._after = found.partition(b"\n")[0]
        self._ends = len(self._after) < LONGEST_WORD
        self._blank_after = at > end
        at = start
        while at > line_start and lowered[at - 1] in _BLANKS:
            at -= 1
        self._before = lowered[max(line_start, at - LONGEST_WORD) : at]
        self._blank_before = at < start
        self._own: bytes | None = None
        self._place = lowered, line_start, start, end

    def goes_on(self, word: bytes) -> bool:
        """Whether `word` follows the key, or the line ends there or within it, where it may have been wrapped."""
        if self._after.startswith(word):
            return True
        return self._ends and word.startswith(self._after) and (self._blank_after or not self._after)

    def comes_from(self, word: bytes) -> bool:
        """Whether `word` stands in front of the key, or the line begins there or within it."""
        if self._blank_before and self._before.endswith(word):
            return True
        if self._own is None:
            self._own = self._line_before()
        return word.endswith(self._own)

    def _line_before(self) -> bytes:
        """What of the line stands before the key, without what a CI system or a gutter put there."""
        lowered, line_start, start, end = self._place
        if start - line_start > LONGEST_PREFIX:
            return self._before
        line = lowered[line_start:end].decode("utf-8", "replace")
        own = line[prefix_length(line, lowered=True) :].encode("utf-8", "replace")
        return own[: len(own) - (end - start)].strip()


def _start(match: tuple[int, int, int]) -> int:
    return match[1]


def _encoded(literal: str) -> bytes:
    return literal.encode("utf-8", "surrogatepass")


def _words(clause: literals.Clause) -> _Words:
    # A word that a literal begins or ends with may be the part of one, which is found inside it all the same.
    return tuple(tuple(_encoded(word) for word in literal.split()) for literal in sorted(clause))


def _there(clause: _Words, window: bytes) -> bool:
    # Loops, for this is asked more often than anything else here.
    for literal in clause:
        for word in literal:
            if word not in window:
                break
        else:
            return True
    return False


def _window(lowered: bytes, at: int, above: int, below: int) -> bytes:
    """The line around `at` with those next to it, each cut to what a pattern is tried on."""
    first = last = at
    for _ in range(above + 1):
        first = lowered.rfind(b"\n", max(0, first - LONG_LINE), first)
        if first <= 0:
            break
    for _ in range(below + 1):
        last = lowered.find(b"\n", last + 1, last + LONG_LINE)
        if last < 0:
            break
    start = first if first > 0 else max(0, at - LONG_LINE)
    return lowered[start : last if last > 0 else at + LONG_LINE]


class Catalog:
    """Signatures with unique ids. Who reads them from disk has checked that each pattern compiles."""

    def __init__(self, signatures: Iterable[Signature | Entry] = ()) -> None:
        self._by_id: dict[str, Entry] = {}
        for signature in signatures:
            if signature.id in self._by_id:
                raise ValueError(f"two signatures have the id {signature.id!r}")
            self._by_id[signature.id] = signature if isinstance(signature, Entry) else Entry.of(signature)

    def __len__(self) -> int:
        return len(self._by_id)

    def __iter__(self) -> Iterator[Signature]:
        return (entry.signature for entry in self._by_id.values())

    def __contains__(self, id: object) -> bool:
        return id in self._by_id

    def get(self, id: str) -> Signature | None:
        entry = self._by_id.get(id)
        return entry.signature if entry is not None else None

    def named(self, entry: str) -> list[str]:
        """The ids that an entry of a transition graph names: an id, or several as in `build/*`."""
        if "*" in entry:
            matches = re.compile(fnmatch.translate(entry)).match
            return [id for id in self._by_id if matches(id)]
        return [entry] if entry in self._by_id else []

    @cached_property
    def patterns(self) -> list[Pattern]:
        return [Pattern(entry, index) for entry in self._by_id.values() for index in range(len(entry.plans))]

    @cached_property
    def prefilter(self) -> Prefilter:
        return Prefilter(self.patterns)

    @cached_property
    def unfiltered(self) -> list[Pattern]:
        """Patterns that require nothing: they are tried on every line, after all others."""
        return [pattern for pattern in self.patterns if not pattern.alternatives]

    @cached_property
    def reach(self) -> int:
        """How many lines a match may span."""
        return max((pattern.newlines for pattern in self.patterns), default=0) + 1

    @cached_property
    def leads_to(self) -> dict[str, frozenset[str]]:
        """For each id that leads to any, those ids, over any number of steps; `preceded_by` is read as well."""
        direct: dict[str, set[str]] = {}
        for entry in self._by_id.values():
            after, before = entry.graph
            for name in after:
                direct.setdefault(entry.id, set()).update(self.named(name))
            for name in before:
                for cause in self.named(name):
                    direct.setdefault(cause, set()).add(entry.id)
        closed: dict[str, frozenset[str]] = {}
        for start in direct:
            seen: set[str] = set()
            todo = [follower for follower in direct[start] if follower != start]
            while todo:
                follower = todo.pop()
                if follower not in seen:
                    seen.add(follower)
                    todo += direct.get(follower, ())
            closed[start] = frozenset(seen)
        return closed
