"""Texts that a pattern matches, made from its own parse tree, and small damage to texts."""

from __future__ import annotations

import random
import re
from typing import Any

from unstuck.core.literals import parse_tree, token_names

_ANY = "aZ0 _-.:/'\"\\x(é中"


def example(pattern: str, rng: random.Random) -> str | None:
    """A text that `pattern` probably matches, or None where its syntax is beyond the standard library's parser."""
    tree = parse_tree(pattern)
    return None if tree is None else _sequence(list(tree), rng)


def mutated(text: str, rng: random.Random) -> str:
    """`text` with one small change: a character more, fewer, doubled, or in the other case."""
    if not text:
        return rng.choice(_ANY)
    at = rng.randrange(len(text))
    return rng.choice(
        [
            text[:at] + text[at + 1 :],
            text[:at] + rng.choice(_ANY) + text[at:],
            text[:at] + text[at] * 2 + text[at + 1 :],
            text[:at] + text[at].swapcase() + text[at + 1 :],
            text[:at] + "\n" + text[at:],
        ]
    )


def _sequence(items: list[Any], rng: random.Random) -> str:
    return "".join(_item(op, value, rng) for op, value in items)


def _item(op: Any, value: Any, rng: random.Random) -> str:
    names = token_names()
    if op is names.LITERAL:
        return chr(value)
    if op is names.ANY:
        return rng.choice(_ANY)
    if op is names.NOT_LITERAL:
        return rng.choice([character for character in _ANY if ord(character) != value])
    if op is names.IN:
        return _member(value, rng)
    if op is names.BRANCH:
        return _sequence(list(rng.choice(value[1])), rng)
    if op is names.SUBPATTERN:
        return _sequence(list(value[3]), rng)
    if op is names.ATOMIC_GROUP:
        return _sequence(list(value), rng)
    if op in (names.MAX_REPEAT, names.MIN_REPEAT, names.POSSESSIVE_REPEAT):
        least, most = int(value[0]), min(int(value[1]), int(value[0]) + 3)
        return "".join(_sequence(list(value[2]), rng) for _ in range(rng.randint(least, most)))
    return ""


def _member(members: Any, rng: random.Random) -> str:
    names = token_names()
    if members[0][0] is names.NEGATE:
        refused = re.compile(_class(members[1:]))
        return rng.choice([character for character in _ANY if not refused.match(character)] or ["~"])
    kind, value = rng.choice(members)
    if kind is names.LITERAL:
        return chr(value)
    if kind is names.RANGE:
        return chr(rng.randint(*value))
    return {"CATEGORY_DIGIT": "7", "CATEGORY_SPACE": " ", "CATEGORY_WORD": "w"}.get(str(value), "-")


def _class(members: Any) -> str:
    names = token_names()
    parts = []
    for kind, value in members:
        if kind is names.LITERAL:
            parts.append(re.escape(chr(value)))
        elif kind is names.RANGE:
            parts.append(f"{re.escape(chr(value[0]))}-{re.escape(chr(value[1]))}")
        else:
            parts.append(
                {"CATEGORY_DIGIT": r"\d", "CATEGORY_SPACE": r"\s", "CATEGORY_WORD": r"\w"}.get(str(value), r"\W")
            )
    return f"[{''.join(parts)}]"
