"""The prefilter looks at the words around its key: no line break, and nothing put before a line, hides a match."""

from __future__ import annotations

import random

import pytest

from tests.core.generate import example
from unstuck.core.catalog import Catalog
from unstuck.core.frames import _PREFIX as PREFIX
from unstuck.core.frames import LINE_STARTS_BEHIND
from unstuck.core.prefilter import Lowered
from unstuck.core.signature import Signature

PHRASES = ["No matching distribution found for ", "could not resolve your requirements", "checksum of frobnicator"]
FRONTS = [
    "",
    "      ",
    "│   ",
    "2026-11-22T10:01:02.1234567Z ",
    "#12 3.456 ",
    "build\tInstall\t2026-11-22T10:01:02Z ",
    "  │ ",
]


def lines_named(phrase: str, text: str) -> set[int]:
    catalog = Catalog([Signature(id="example/one", domain="example", signature="x", regex=phrase)])
    return {hit.line for hit in catalog.prefilter.hits(Lowered.of(text.encode().lower()))}


@pytest.mark.parametrize("phrase", PHRASES)
@pytest.mark.parametrize("front", FRONTS)
def test_a_phrase_that_is_broken_between_words(phrase: str, front: str) -> None:
    words = phrase.split()
    for at in range(len(words)):
        for end in ("", " "):
            first, second = " ".join(words[:at]), " ".join(words[at:])
            text = f"{front}nothing\n{front}ERROR: {first}{end}\n{front}{second} demo\n"
            assert lines_named(phrase, text), text


@pytest.mark.parametrize("phrase", PHRASES)
def test_a_phrase_that_is_cut_at_a_width(phrase: str) -> None:
    catalog = Catalog([Signature(id="example/one", domain="example", signature="x", regex=phrase)])
    key, *broken = catalog.prefilter.keys
    assert all(each.endswith(b"\n") for each in broken)
    place = phrase.lower().encode().index(key)
    for at in range(len(phrase)):
        if not place < at < place + len(key):
            text = f"ERROR: {phrase[:at]}\n{phrase[at:]} demo\n"
            assert lines_named(phrase, text), text


@pytest.mark.parametrize(
    "text",
    [
        "the distribution was built",
        "found any distribution (expected one of them)",
        "a matching distribution is not found for it",
        "No matching distributions found for it",
    ],
)
def test_a_word_alone_is_not_worth_a_look(text: str) -> None:
    assert lines_named(PHRASES[0], text) == set()


def test_every_prefix_ends_as_the_prefilter_expects() -> None:
    rng = random.Random(1)
    seen = 0
    for _ in range(600):
        text = example("(?x)" + PREFIX.pattern, rng) or ""
        match = PREFIX.match(text)
        if match and match[0].strip():
            seen += 1
            assert match[0].lower().encode().rstrip(b" \t")[-1] in LINE_STARTS_BEHIND, match[0]
    assert seen > 200
