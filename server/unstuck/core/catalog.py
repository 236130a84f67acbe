"""The loaded signatures: by id, and by the literals that their patterns require."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any

from ahocorasick_rs import BytesAhoCorasick, Implementation

from unstuck.core import literals
from unstuck.core.literals import Alternative
from unstuck.core.signature import Signature

# A DFA is 2 to 5 times as fast as the other automata, and grows with its keys' length.
MOST_DFA_BYTES = 60_000


class Pattern:
    """One regex of a signature. It is compiled at its first use: compiling thousands takes seconds."""

    __slots__ = ("_compiled", "alternatives", "index", "newlines", "signature", "source")

    def __init__(self, signature: Signature, index: int) -> None:
        self.signature = signature
        self.index = index
        self.source = signature.regexes[index]
        self.alternatives: list[Alternative] | None = literals.requirements(
            self.source, ignore_case=signature.ignore_case
        )
        self.newlines = literals.newlines(self.source)
        self._compiled: Any = None

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


class Prefilter:
    """One pass over a text that names the patterns worth trying, and where.

    Every alternative of a pattern is searched for by its rarest clause. `hits` reports each place where such a
    literal stands; whether the alternative's other clauses hold is for the caller to ask of the lines around it.
    """

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        keys: dict[str, list[tuple[Pattern, Alternative]]] = {}
        for pattern in patterns:
            for alternative in pattern.alternatives or ():
                for literal in literals.trigger(alternative):
                    keys.setdefault(literals.search_key(literal), []).append((pattern, alternative))
        self.targets = list(keys.values())
        encoded = [key.encode("utf-8", "surrogatepass") for key in keys]
        small = sum(map(len, encoded)) <= MOST_DFA_BYTES
        implementation = Implementation.DFA if small else Implementation.ContiguousNFA
        self._automaton = BytesAhoCorasick(encoded, implementation=implementation) if encoded else None

    def hits(self, lowered: bytes) -> list[tuple[int, int, int]]:
        """(target, start, end) for each occurrence, in order of their ends; offsets in bytes of `lowered`."""
        if self._automaton is None:
            return []
        # Overlapping, or a literal inside another would hide a signature.
        return self._automaton.find_matches_as_indexes(lowered, overlapping=True)


class Catalog:
    """Signatures with unique ids. Who reads them from disk has checked that each pattern compiles."""

    def __init__(self, signatures: Iterable[Signature] = ()) -> None:
        self._by_id: dict[str, Signature] = {}
        for signature in signatures:
            if signature.id in self._by_id:
                raise ValueError(f"two signatures have the id {signature.id!r}")
            self._by_id[signature.id] = signature

    def __len__(self) -> int:
        return len(self._by_id)

    def __iter__(self) -> Iterator[Signature]:
        return iter(self._by_id.values())

    def __contains__(self, id: object) -> bool:
        return id in self._by_id

    def get(self, id: str) -> Signature | None:
        return self._by_id.get(id)

    @cached_property
    def patterns(self) -> list[Pattern]:
        return [Pattern(signature, index) for signature in self for index in range(len(signature.regexes))]

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
        """For each id the ids that it leads to, over any number of steps; `preceded_by` is read as well."""
        direct: dict[str, set[str]] = {signature.id: set(signature.transition_graph.leads_to) for signature in self}
        for signature in self:
            for before in signature.transition_graph.preceded_by:
                direct.setdefault(before, set()).add(signature.id)
        closed: dict[str, frozenset[str]] = {}
        for start in direct:
            seen: set[str] = set()
            todo = list(direct[start])
            while todo:
                follower = todo.pop()
                if follower not in seen:
                    seen.add(follower)
                    todo += direct.get(follower, ())
            closed[start] = frozenset(seen)
        return closed
