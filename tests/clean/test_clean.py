"""Silence: no signature of the shipped catalog speaks on real output of things that went well.

See README.md beside this file for what the corpus holds and how it is made. Everything here runs offline.
"""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from unstuck.core.analysis import analyse
from unstuck.core.catalog import Catalog
from unstuck.io.catalogs import load_catalog

HERE = Path(__file__).parent
sys.path.append(str(HERE))

import corpus  # noqa: E402
import scrub  # noqa: E402

ALLOWED = HERE / "prose-allowed.json"
PROSE = [name for name in corpus.collections() if name.startswith("prose/")]


@functools.cache
def catalog() -> Catalog:
    return load_catalog().catalog


def alarms(kind: Any, documents: Iterable[corpus.Document], *, errors_only: bool = False) -> list[dict[str, str]]:
    """What the catalog says about documents that deserve no word: one entry for each diagnosis."""
    found = []
    for document in documents:
        for diagnosis in analyse(catalog(), kind, document.text):
            if errors_only and diagnosis.signature.severity != "error":
                continue
            start = diagnosis.span.start
            line = document.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")[start.line]
            found.append(
                {
                    "where": document.name,
                    "line": str(start.line + 1),
                    "id": diagnosis.signature.id,
                    "text": line.strip(),
                }
            )
    return found


def check(expected: list[str], found: list[str]) -> None:
    """Fail with what is missing and what is extra."""
    missing = [entry for entry in expected if entry not in found]
    extra = [entry for entry in found if entry not in expected]
    if missing or extra:
        shown = [*(f"missing: {entry}" for entry in missing), *(f"extra:   {entry}" for entry in extra)]
        pytest.fail(f"expected {len(expected)}, found {len(found)}\n" + "\n".join(shown[:60]), pytrace=False)


def told(alarm: dict[str, str]) -> str:
    return f"{alarm['where']}:{alarm['line']}: [{alarm['id']}] {alarm['text'][:300]}"


@pytest.mark.parametrize("kind", ["terminal", pytest.param("log", marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", corpus.recordings())
def test_a_recording_of_success_stays_silent(name: str, kind: str) -> None:
    check([], [told(alarm) for alarm in alarms(kind, [corpus.Document(name, corpus.read(name))])])


def test_an_alarm_would_be_told() -> None:
    """The other tests can fail: the catalog's own examples, put into a recording, are found there with their line."""
    quiet = corpus.read("pip/words-25.3.log.xz").split("\n")[:200]
    signature = next(s for s in catalog() if s.examples.matches and "log" in s.documents and s.role == "cause")
    example = signature.examples.matches[0].text
    found = alarms("log", [corpus.Document("planted", "\n".join([*quiet, example, "$ ls"]))])
    assert [alarm["id"] for alarm in found] == [signature.id]
    assert int(found[0]["line"]) > len(quiet)
    assert found[0]["text"] in example


@pytest.mark.parametrize("name", ["requirements", "pip_config"])
def test_files_of_real_packages_stay_silent(name: str) -> None:
    check([], [told(alarm) for alarm in alarms(name, corpus.texts(f"{name}.jsonl.xz"))])


@pytest.mark.parametrize("name", PROSE)
def test_prose_about_failures_is_no_failure(name: str) -> None:
    """A line that quotes an error whole may match; it is listed, with the reason, and the list has nothing else."""
    quoted = [entry for entry in json.loads(ALLOWED.read_text("utf-8")) if entry["file"] == name]
    assert all(entry["reason"] for entry in quoted)
    expected = [f"{entry['where']}: [{entry['id']}] {entry['text']}" for entry in quoted]
    found = alarms("log", corpus.texts(name), errors_only=True)
    check(expected, [f"{alarm['where']}: [{alarm['id']}] {alarm['text'][:300]}" for alarm in found])


def test_the_corpus_is_large_and_the_repository_stays_light() -> None:
    sizes = corpus.index()
    recorded = sum(sizes[name]["bytes"] for name in corpus.recordings())
    assert recorded >= 20_000_000, f"{recorded:,} bytes of recordings"
    stored = sum(path.stat().st_size for path in corpus.CORPUS.rglob("*.xz"))
    assert stored <= 4_000_000, f"{stored:,} bytes stored"
    for name, kind in (("requirements", 300), ("pip_config", 50)):
        assert sizes[f"{name}.jsonl.xz"]["texts"] >= kind


def test_the_index_lists_the_files_that_are_there() -> None:
    there = sorted(str(path.relative_to(corpus.CORPUS)) for path in corpus.CORPUS.rglob("*.xz"))
    check(sorted(corpus.index()), there)


def test_the_index_tells_no_place_either() -> None:
    assert scrub.leftovers((corpus.CORPUS / "index.json").read_text("utf-8")) == []


@pytest.mark.parametrize("name", corpus.index())
def test_nothing_tells_where_it_was_recorded(name: str) -> None:
    assert scrub.leftovers(corpus.read(name)) == []
