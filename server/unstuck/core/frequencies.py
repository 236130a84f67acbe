"""How often a literal is to be expected in ordinary logs: the prefilter searches for the rarest that is required.

`frequencies.txt` counts words of clean logs (word, occurrences per million words; made by
`python -m tests.clean.frequencies`). It only steers speed: any table gives the same matches.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

_WORD = re.compile(r"[a-z0-9_]+")

# What a word costs that the table does not know, by its length: short ones stand inside others.
_UNKNOWN = (100_000.0, 50_000.0, 8_000.0, 2_000.0, 400.0, 60.0, 12.0, 4.0, 2.0, 1.0)


@cache
def _table() -> dict[str, float]:
    lines = resources.files("unstuck.core").joinpath("frequencies.txt").read_text("utf-8").splitlines()
    return {word: float(count) for word, count in (line.split() for line in lines if line)}


@cache
def _all_words() -> str:
    return "\n".join(_table())


@cache
def _of_word(word: str) -> float:
    table = _table()
    cost = _UNKNOWN[min(len(word), len(_UNKNOWN) - 1)]
    if word in _all_words():  # it may stand inside a longer word too
        cost += sum(count for known, count in table.items() if word in known)
    return cost


@cache
def rarity(literal: str) -> float:
    """The cost of searching for `literal`: about its occurrences per million words; the smaller, the rarer."""
    words = _WORD.findall(literal)
    if not words:
        return _UNKNOWN[0] / max(len(literal.strip()), 1)
    costs = sorted(map(_of_word, words))
    # Further words make it rarer, though words of a phrase are not independent of each other.
    return costs[0] / (1 + 0.5 * sum(1 for word in words[1:] if len(word) > 2))
