"""How often a literal is to be expected in ordinary logs: the prefilter searches for the rarest that is required.

`frequencies.txt` is made of clean logs by `python -m tests.clean.frequencies`. It tells of each run of four and of five
bytes how often it stands in a megabyte, as a power of two: runs are told apart by a checksum, of those that share one
the most frequent counts. It only steers speed: any table gives the same matches.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from zlib import crc32

GRAMS = (4, 5)
BUCKETS = 1 << 18
LEVELS = ".123456789abcdef"
"""The signs of the powers of two; the first one stands for less than two occurrences."""

# What a literal costs that is shorter than a run, by its length: it stands inside other words.
_SHORT = (1e6, 50_000.0, 20_000.0, 2_000.0)


@cache
def _table() -> bytes:
    signs = Path(__file__).with_name("frequencies.txt").read_bytes().replace(b"\n", b"")
    return signs.translate(bytes.maketrans(LEVELS.encode(), bytes(range(len(LEVELS)))))


@cache
def rarity(literal: str) -> float:
    """About how often `literal`, which is lowered, is to be expected in a megabyte of a log; the smaller, the rarer."""
    data = literal.encode("utf-8", "surrogatepass")
    if len(data) < GRAMS[0]:
        return _SHORT[len(data)]
    table, size = _table(), min(len(data), GRAMS[1])
    levels = [table[crc32(data[at : at + size]) % BUCKETS] for at in range(len(data) - size + 1)]
    # It is no more frequent than its rarest run, and rarer still where it has several rare ones.
    rarest = min(levels)
    return float(1 << rarest) / levels.count(rarest)
