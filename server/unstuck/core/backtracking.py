"""Patterns that take exponential time: found by their shape, then by trying inputs made for them.

The `regex` module guards against some of these, so only what really runs out of time is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from unstuck.core.literals import parse_tree, token_names

# A pattern that is still at it after this long, on one line of this many characters, is of no use on a log.
ATTACK_SECONDS = 0.2
ATTACK_LENGTHS = (48, 2_000)
_SAMPLES = "a0 _-./:x\"'=,A"


def has_nested_repeat(pattern: str) -> bool:
    """Whether a repeat without an upper bound holds another, or a choice: (a+)+ and (a|aa)+ do, (ab)+ does not."""
    tree = parse_tree(pattern)
    # What cannot be read is tried.
    return True if tree is None else _nested(list(tree), inside=False)


def is_catastrophic(pattern: str, compiled: Any, *, seconds: float = ATTACK_SECONDS) -> bool:
    """Whether `compiled` runs out of time on an input that its own repeats are made of."""
    if not has_nested_repeat(pattern):
        return False
    for length in ATTACK_LENGTHS:
        for attack in attacks(pattern, length=length):
            try:
                compiled.search(attack, timeout=seconds)
            except TimeoutError:
                return True
    return False


def attacks(pattern: str, *, length: int) -> Iterator[str]:
    """Inputs that make a backtracking matcher work: what the pattern begins with, a long repeat, and no end to it."""
    tree = parse_tree(pattern)
    prefix = "" if tree is None else _example(list(tree)[: _first_repeat(list(tree))])
    bodies = set(_SAMPLES)
    if tree is not None:
        bodies |= {body for body in _repeated(list(tree)) if body}
    for body in sorted(bodies):
        yield prefix + body * (length // max(len(body), 1) + 1) + "\u0001"
        yield prefix + body * (length // max(len(body), 1) + 1) + "\n!"


def _repeats() -> tuple[Any, ...]:
    names = token_names()
    return names.MAX_REPEAT, names.MIN_REPEAT


def _children(op: Any, value: Any) -> list[list[Any]]:
    names = token_names()
    if op is names.SUBPATTERN:
        return [list(value[3])]
    if op is names.BRANCH:
        return [list(branch) for branch in value[1]]
    if op in (names.MAX_REPEAT, names.MIN_REPEAT, names.POSSESSIVE_REPEAT):
        return [list(value[2])]
    if op is names.ATOMIC_GROUP:
        return [list(value)]
    if op in (names.ASSERT, names.ASSERT_NOT):
        return [list(value[1])]
    return []


def _nested(items: list[Any], *, inside: bool) -> bool:
    for op, value in items:
        unbounded = op in _repeats() and int(value[1]) > 8
        if inside and (unbounded or op is token_names().BRANCH):
            return True
        if any(_nested(child, inside=inside or unbounded) for child in _children(op, value)):
            return True
    return False


def _first_repeat(items: list[Any]) -> int:
    for index, (op, value) in enumerate(items):
        if op in _repeats() or any(_first_repeat(child) < len(child) for child in _children(op, value)):
            return index
    return len(items)


def _repeated(items: list[Any]) -> Iterator[str]:
    for op, value in items:
        for child in _children(op, value):
            if op in _repeats():
                yield _example(child)
            yield from _repeated(child)


def _example(items: list[Any]) -> str:
    """A text that a sequence matches, more or less: repeats as often as they must, classes by a member."""
    names = token_names()
    made = ""
    for op, value in items:
        if op is names.LITERAL:
            made += chr(value)
        elif op is names.IN:
            made += _member(value)
        elif op is names.ANY or op is names.NOT_LITERAL:
            made += "a"
        elif op is names.BRANCH:
            made += _example(list(value[1][0]))
        elif op in (names.SUBPATTERN, names.ATOMIC_GROUP):
            made += "".join(map(_example, _children(op, value)))
        elif op in (names.MAX_REPEAT, names.MIN_REPEAT, names.POSSESSIVE_REPEAT):
            made += _example(list(value[2])) * max(1, min(int(value[0]), 8))
    return made


def _member(members: Any) -> str:
    names = token_names()
    for kind, value in members:
        if kind is names.LITERAL:
            return chr(value)
        if kind is names.RANGE:
            return chr(value[0])
        if kind is names.CATEGORY:
            return {"CATEGORY_DIGIT": "0", "CATEGORY_SPACE": " "}.get(str(value), "a")
    return next(sample for sample in _SAMPLES if re.match(r"\w", sample))
