"""The loaded signatures: by id, and by the literals that their patterns require."""

from __future__ import annotations

import fnmatch
import gc
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from functools import cache, cached_property
from typing import Any

from unstuck.core.haystack import MARKS
from unstuck.core.prefilter import Plan, Prefilter, plan
from unstuck.core.signature import Signature

__all__ = ["Catalog", "Entry", "Pattern", "Plan", "compile_pattern", "plan"]

_IS_PREFIX = re.compile(r"[^*?\[]*\*").fullmatch


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
    def id(self) -> str:
        """The signature's id, which is known before its record is read."""
        return self._entry.id

    @property
    def compiled(self) -> Any:
        """The pattern of the `regex` module; it raises regex.error where the source is not one."""
        if self._compiled is None:
            self._compiled = compile_pattern(self.source, ignore_case=self.signature.ignore_case)
        return self._compiled


class Followers(Mapping[str, frozenset[str]]):
    """For each id that leads to any, those ids, over any number of steps: worked out when it is asked for."""

    def __init__(self, direct: Mapping[str, Set[str]]) -> None:
        self._direct = direct
        self._all: dict[str, frozenset[str]] = {}

    def __getitem__(self, id: str) -> frozenset[str]:
        known = self._all.get(id)
        if known is not None:
            return known
        seen: set[str] = set()
        todo = set(self._direct[id]) - {id}
        while todo:
            follower = todo.pop()
            seen.add(follower)
            todo |= self._direct.get(follower, frozenset()) - seen
        # What leads straight here is not what follows from here by a detour: a record that names half a domain would
        # else make a wrapper the cause of what it wraps.
        near = self._direct[id]
        kept = (follower for follower in seen if follower in near or id not in self._direct.get(follower, ()))
        return self._all.setdefault(id, frozenset(kept))

    def __iter__(self) -> Iterator[str]:
        return iter(self._direct)

    def __len__(self) -> int:
        return len(self._direct)

    def __contains__(self, id: object) -> bool:
        return id in self._direct


def compile_pattern(source: str, *, ignore_case: bool = False) -> Any:
    """Compile `source` as all patterns are: `^` and `$` at every line of a text that has several."""
    import regex

    return regex.compile(source, regex.MULTILINE | (regex.IGNORECASE if ignore_case else 0))


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
        if _IS_PREFIX(entry):
            # As nearly all are; making an expression of each would be felt in every start.
            return [id for id in self._by_id if id.startswith(entry[:-1])]
        if "*" in entry:
            matches = re.compile(fnmatch.translate(entry)).match
            return [id for id in self._by_id if matches(id)]
        return [entry] if entry in self._by_id else []

    def without(self, ids: Collection[str]) -> Catalog:
        """The catalog without some signatures; its patterns are this one's own."""
        rest = Catalog(entry for entry in self._by_id.values() if entry.id not in ids)
        rest.patterns = [pattern for pattern in self.patterns if pattern.id not in ids]
        return rest

    @cached_property
    def patterns(self) -> list[Pattern]:
        return [Pattern(entry, index) for entry in self._by_id.values() for index in range(len(entry.plans))]

    @cached_property
    def prefilter(self) -> Prefilter:
        # The collector would look again and again through what is only being made.
        collects = gc.isenabled()
        gc.disable()
        try:
            return Prefilter(self.patterns, MARKS)
        finally:
            if collects:
                gc.enable()

    @cached_property
    def unfiltered(self) -> list[Pattern]:
        """Patterns that require nothing: they are tried on every line, after all others."""
        return [pattern for pattern in self.patterns if not pattern.alternatives]

    @cached_property
    def reach(self) -> int:
        """How many lines a match may span."""
        return max((pattern.newlines for pattern in self.patterns), default=0) + 1

    @cached_property
    def leads_to(self) -> Followers:
        """For each id that leads to any, those ids, over any number of steps; `preceded_by` is read as well."""
        direct: dict[str, set[str]] = {}
        named = cache(self.named)
        for entry in self._by_id.values():
            after, before = entry.graph
            for name in after:
                direct.setdefault(entry.id, set()).update(named(name))
            for name in before:
                for cause in named(name):
                    direct.setdefault(cause, set()).add(entry.id)
        return Followers(direct)
