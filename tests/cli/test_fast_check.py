"""Reading a log as bytes, in blocks, gives exactly what a document of the same text has."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from tests.clean import corpus

from unstuck.commands.blocks import blocks, scan_blocks
from unstuck.commands.scan import Examiner
from unstuck.core.analysis import Analysis
from unstuck.core.catalog import Catalog
from unstuck.core.diagnosis import Diagnosis
from unstuck.core.scanner import Options, Scanner
from unstuck.core.text import Span
from unstuck.io.files import opened_raw
from unstuck.report.places import TextPlaces

CAPTURES = Path(__file__).parents[1] / "captures"
# A busy machine must not make a pattern give up on one way and not on the other.
PATIENT = Options(time_limit=30.0)


@cache
def captures() -> list[str]:
    files = sorted(file for file in CAPTURES.rglob("*") if file.suffix in {".txt", ".ansi"})
    return [file.read_bytes().decode("utf-8", "surrogateescape") for file in files]


def mixed(seed: int, size: int) -> str:
    """Captures with stretches of clean logs between them."""
    chance = random.Random(seed)
    names = corpus.recordings()
    parts: list[str] = []
    while sum(map(len, parts)) < size:
        clean = corpus.read(chance.choice(names))
        start = chance.randrange(max(1, len(clean)))
        parts.append(clean[start : start + chance.randrange(6_000)])
        parts += chance.sample(captures(), 3)
    return "\n".join(parts)


def wrapped(text: str) -> str:
    return "".join(line[at : at + 80] + "\n" for line in text.split("\n") for at in range(0, max(1, len(line)), 80))


def rewritten(text: str) -> str:
    """Progress before some lines, as bars draw it: the cursor goes back, and what was drawn is erased."""
    return re.sub(r"(?m)^(?=[^\n]{9})(?=.{0,40}[aeiou] )", "Loading 40%\b\b\b90%\r\x1b[2K\x1b[1G\x1b[?25l", text)


def lost(text: str) -> str:
    return text.replace("ERROR", "[31mERROR[0m").replace("rror:", "rro\\u001b[0mr:").replace("k", "\u212a")


def with_prefix(text: str) -> str:
    return re.sub(r"(?m)^", "2026-11-22T10:01:02.1234567Z ", text)


def coloured(text: str) -> str:
    return re.sub(r"\b([Ee]rror|not|found|failed)\b", "\x1b[1;31m\\1\x1b[0m\x07", text)


CHANGES: dict[str, Callable[[str], bytes]] = {
    "as it is": lambda text: text.encode("utf-8", "surrogateescape"),
    "CRLF": lambda text: text.replace("\n", "\r\n").encode("utf-8", "surrogateescape"),
    "CR": lambda text: text.replace("\n", "\r").encode("utf-8", "surrogateescape"),
    "colours": lambda text: coloured(text).encode("utf-8", "surrogateescape"),
    "progress": lambda text: rewritten(text).encode("utf-8", "surrogateescape"),
    "lost escapes": lambda text: lost(text).encode("utf-8", "surrogateescape"),
    "prefixed": lambda text: with_prefix(text).encode("utf-8", "surrogateescape"),
    "80 columns": lambda text: wrapped(text).encode("utf-8", "surrogateescape"),
    "UTF-16": lambda text: text.encode("utf-16", "replace"),
    "invalid UTF-8": lambda text: text.encode("utf-8", "surrogateescape").replace(b" ", b" \xff\xc3 ", 900),
    "one line": lambda text: text.replace("\n", " ").encode("utf-8", "surrogateescape"),
}


def told(diagnosis: Diagnosis, place: Callable[[Span], object]) -> tuple[object, ...]:
    return (
        diagnosis.signature.id,
        place(diagnosis.span),
        diagnosis.finding.text,
        diagnosis.captures,
        diagnosis.occurrences,
        diagnosis.command,
        [(finding.signature.id, place(finding.span)) for finding in (*diagnosis.repeats, *diagnosis.symptoms)],
    )


def check(found: list[tuple[object, ...]], expected: list[tuple[object, ...]]) -> None:
    missing = [entry for entry in expected if entry not in found]
    extra = [entry for entry in found if entry not in expected]
    lines = [f"missing: {entry}" for entry in missing] + [f"extra: {entry}" for entry in extra]
    assert found == expected, "\n".join(lines) or "in another order"


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("change", CHANGES)
def test_blocks_and_a_document_agree(
    change: str, seed: int, shipped: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "mixed.log"
    path.write_bytes(CHANGES[change](mixed(seed * 100 + len(change), 120_000)))
    with opened_raw(str(path)) as chunks:
        raw = b"".join(chunks)
    whole = Analysis(shipped, "log", raw.decode("utf-8", "surrogateescape"), options=PATIENT)
    # Widths that the lines suggest are for documents; what `check` does about them is the other test's.
    monkeypatch.setattr(type(whole._lengths), "inferred", frozenset())
    whole.update()
    assert len(whole.diagnoses) > 10 or change in {"one line", "80 columns"}
    places = TextPlaces(whole.text)
    small = random.Random(seed).choice([20_000, 60_000, 1 << 20])
    monkeypatch.setattr(
        "unstuck.commands.blocks.blocks", lambda chunks, margin: blocks(chunks, margin, size=small, overlap=40_000)
    )
    scan = scan_blocks(
        iter([raw[at : at + 7_777] for at in range(0, len(raw), 7_777)]), "log", Scanner(shipped, PATIENT)
    )
    found = [told(diagnosis, scan.place) for diagnosis in scan.diagnoses]
    check(found, [told(diagnosis, places.place) for diagnosis in whole.diagnoses])


@pytest.mark.parametrize("change", CHANGES)
def test_a_file_and_a_document_agree(change: str, shipped: Catalog, tmp_path: Path) -> None:
    path = tmp_path / "mixed.log"
    path.write_bytes(CHANGES[change]("\n".join(captures()[len(change) :: 40])))
    with opened_raw(str(path)) as chunks:
        whole = Analysis(shipped, "log", b"".join(chunks).decode("utf-8", "surrogateescape"), options=PATIENT)
    whole.update()
    assert whole.diagnoses
    places = TextPlaces(whole.text)
    examiner = Examiner(shipped, options=PATIENT)
    with opened_raw(str(path)) as chunks:
        found = [(entry.code, entry.place, entry.occurrences) for entry in examiner.entries(str(path), chunks)]
    expected = [
        (diagnosis.signature.id, places.place(diagnosis.span), diagnosis.occurrences) for diagnosis in whole.diagnoses
    ]
    check(found, expected)
