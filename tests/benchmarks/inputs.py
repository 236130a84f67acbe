"""What the benchmarks read: logs mixed of the clean corpus and the captures, catalogs grown from real records."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from tests.benchmarks.measure import ROOT
from tests.clean import corpus

CAPTURES = ROOT / "tests/captures"
# One capture for so many characters of clean output: a log with a few hundred failures in 200 MB.
CLEAN_PER_FAILURE = 500_000


@cache
def clean() -> list[str]:
    """The clean recordings."""
    return [corpus.read(name) for name in corpus.recordings()]


@cache
def failures() -> list[str]:
    """Real failures: the captures; before there are any, the examples of the records."""
    captures = [
        path.read_bytes().decode(errors="replace")
        for path in sorted(CAPTURES.rglob("*"))
        if path.suffix in {".txt", ".ansi"}
    ]
    if captures:
        return captures
    records = [json.loads(path.read_text("utf-8")) for path in sorted((ROOT / "seeds").glob("*/*.json"))]
    return [example["text"] for record in records for example in record.get("examples", {}).get("matches", [])]


def mixed(size: int, seed: int = 0) -> Iterator[str]:
    """A log of about `size` characters, in pieces; the same for the same seed."""
    chance = random.Random(seed)
    total = since = 0
    while total < size:
        text = chance.choice(clean())
        # Long recordings would be most of the log: each turn gives a stretch of one.
        start = text.rfind("\n", 0, chance.randrange(max(1, len(text)))) + 1
        pieces = [text[start : start + 200_000].rstrip("\n") + "\n"]
        since += len(pieces[0])
        if since > CLEAN_PER_FAILURE:
            since = 0
            pieces.append(chance.choice(failures()).rstrip("\n") + "\n")
        for piece in pieces:
            total += len(piece)
            yield piece


def write_mixed(path: Path, size: int, seed: int = 0) -> int:
    """The mixed log as a file; its bytes."""
    with path.open("w", encoding="utf-8", errors="replace", newline="") as stream:
        for piece in mixed(size, seed):
            stream.write(piece)
    return path.stat().st_size


def write_records(folder: Path, count: int) -> None:
    """`count` records made from our own: the same shapes with other words, so that none is another's copy."""
    folder.mkdir(parents=True, exist_ok=True)
    real = [json.loads(path.read_text("utf-8")) for path in sorted((ROOT / "seeds").glob("*/*.json"))]
    for number in range(count):
        record = real[number % len(real)]
        (folder / f"record-{number}.json").write_text(json.dumps(_other(record, number)), "utf-8")


def _other(record: dict[str, Any], number: int) -> dict[str, Any]:
    made = {key: value for key, value in record.items() if key not in {"transition_graph", "examples", "evidence"}}
    made["domain"] = "made"
    made["id"] = f"made/{record['id'].replace('/', '-')}-{number}"
    made["regex"] = other_words(record["regex"], number)
    made["patterns"] = [other_words(pattern, number) for pattern in record.get("patterns", [])]
    return made


# What of a regex is no literal word: groups' heads, escapes, classes, counts.
_SYNTAX = re.compile(r"\(\?[^:)]*[:)]|\(\?P<\w+>|\\.|\[(?:\\.|[^\]\\])*\]|\{[^}]*\}|[A-Za-z]{4,}|.", re.DOTALL)


def other_words(pattern: str, number: int) -> str:
    """The pattern with other words of the same length in place of each literal word."""

    def word(match: re.Match[str]) -> str:
        text = match[0]
        if not re.fullmatch(r"[A-Za-z]{4,}", text):
            return text
        chance = random.Random(f"{text} {number}")
        return "".join(chance.choice("abcdefghijklmnopqrstuvwxyz") for _ in text)

    return _SYNTAX.sub(word, pattern)
