"""`python -m tests.clean.frequencies`: count the clean recordings, for the table of `unstuck.core.frequencies`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from zlib import crc32

from tests.clean import corpus

from unstuck.core.frequencies import BUCKETS, GRAMS, LEVELS

TABLE = Path(__file__).parents[2] / "server/unstuck/core/frequencies.txt"
# Characters of one recording that count, so that the longest do not speak for all.
MOST_OF_ONE = 500_000
PER_LINE = 128


def counted(texts: Iterable[str]) -> tuple[Counter[bytes], int]:
    """How often each run of bytes stands in the texts as the prefilter sees them, and their size in bytes."""
    grams: Counter[bytes] = Counter()
    size = 0
    for text in texts:
        data = text[:MOST_OF_ONE].encode("utf-8", "surrogatepass").lower()
        size += len(data)
        for gram in GRAMS:
            grams.update(data[at : at + gram] for at in range(len(data) - gram + 1))
    return grams, size


def table(grams: Counter[bytes], size: int) -> str:
    """The table's text: for each bucket the level of its most frequent run."""
    levels = [0] * BUCKETS
    for gram, count in grams.items():
        level = int(count * 1e6 / size).bit_length() - 1
        if level > 0:
            bucket = crc32(gram) % BUCKETS
            levels[bucket] = max(levels[bucket], min(level, len(LEVELS) - 1))
    text = "".join(LEVELS[level] for level in levels)
    return "".join(text[at : at + PER_LINE] + "\n" for at in range(0, BUCKETS, PER_LINE))


def main() -> None:
    grams, size = counted(corpus.read(name) for name in corpus.recordings())
    TABLE.write_text(table(grams, size), "ascii")
    print(f"{TABLE.name}: {size / 1e6:.1f} MB of {len(corpus.recordings())} recordings, {len(grams):,} runs")


if __name__ == "__main__":
    main()
