"""What a pattern requires is in every text that it matches: the prefilter never hides a match."""

from __future__ import annotations

import random

import pytest

from tests.core.generate import example, mutated
from unstuck.core.catalog import Catalog, Pattern
from unstuck.core.haystack import encoded, read
from unstuck.core.literals import newlines, requirements
from unstuck.core.scanner import Options, Scanner
from unstuck.core.signature import Signature
from unstuck.core.text import Text


def signature(regex: str, id: str = "t/x", **more: object) -> Signature:
    return Signature.model_validate({"id": id, "domain": "t", "signature": "x", "regex": regex, **more})


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("ERROR: Cannot install", [({"error: cannot install"},)]),
        (r"self[- ]signed", [({"self-signed", "self signed"},)]),
        (r"foo\d+bar", [({"foo"}, {"bar"})]),
        (r"(?:foo|bar.*baz)\d+ok", [({"foo"}, {"ok"}), ({"bar"}, {"baz"}, {"ok"})]),
        (r"https?://", [({"http://", "https://"},)]),
        (r"(?:fatal )?error: (?:not |un)found", [({"error: not found", "error: unfound"},)]),
        (r"a\tb  c", [({"a\tb  c"},)]),
        ("ab\udc80cd", [({"ab"}, {"cd"})]),
        (r"(?P<host>\S+) failed", [({" failed"},)]),
        (r"(?P<host>a\S+) broke|(?P<host>b\S+) split", [({" broke"},), ({" split"},)]),
        (r"(?i)grün", [({"grün", "grÜn"},)]),
        (r"İx", [({"ix"},)]),
        (r"not (?P<name>\w+) but (?P=name) here", [({"not "}, {" but "}, {" here"})]),
        (r"ab(?=x)c(?=de)", [({"abcde"},)]),
        (r"ab(?!cd)", [({"ab"},)]),
        (r"\S+", None),
        (r"(?:foo)?", None),
        (r"foo|\d+", None),
        ("(a", None),
    ],
)
def test_requirements(pattern: str, expected: list[tuple[set[str], ...]] | None) -> None:
    found = requirements(pattern)
    assert found == (None if expected is None else [tuple(map(frozenset, each)) for each in expected])


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("a", 0),
        (r"a\nb", 1),
        (r"a\n(?:x\n){0,3}b", 4),
        (r"a\s+b", 0),
        (r"a(?:.*\n)*b", 20),
        (r"[^\n]+", 0),
        (r"a(?=\nb)", 1),
    ],
)
def test_newlines(pattern: str, expected: int) -> None:
    assert newlines(pattern) == expected


def check_never_hidden(catalog: Catalog, rounds: int, seed: int) -> int:
    """Every pattern on texts made for it, whole and damaged; returns how many matches were compared."""
    rng = random.Random(seed)
    compared = 0
    for pattern in catalog.patterns:
        if not pattern.alternatives:
            continue
        for _ in range(rounds):
            text = example(pattern.source, rng) or ""
            for candidate in (text, mutated(text, rng), mutated(mutated(text, rng), rng)):
                compared += _compare(pattern, candidate, catalog)
    return compared


def _compare(pattern: Pattern, text: str, catalog: Catalog) -> bool:
    # A pattern without a line end is matched on single lines.
    text = text if pattern.newlines else text.replace("\n", " ").replace("\r", " ")
    try:
        match = pattern.compiled.search(text, timeout=1)
        # White space may match more line ends than the pattern names: the scanner looks no further than those.
        if not match or match[0].count("\n") > pattern.newlines:
            return False
    except TimeoutError:
        return False
    hits = catalog.prefilter.hits(read(encoded(text), catalog.prefilter).lowered)
    assert any(hit.pattern is pattern for hit in hits), (
        f"{pattern.signature.id}: the prefilter hides a match\n  pattern  {pattern.source}\n  text     {text!r}\n"
        f"  requires {pattern.alternatives}"
    )
    return True


def test_the_prefilter_never_hides_a_match_of_our_catalog(shipped: Catalog) -> None:
    assert check_never_hidden(shipped, rounds=3, seed=1) > len(shipped.patterns)


@pytest.mark.slow
def test_the_prefilter_never_hides_a_match_of_the_foreign_catalog(foreign: Catalog) -> None:
    assert check_never_hidden(foreign, rounds=1, seed=2) > len(foreign.patterns)


def test_a_pattern_that_requires_nothing_is_still_tried() -> None:
    scanner = Scanner(Catalog([signature(r"^\W{3}$")]))
    assert [finding.span.start.line for finding in scanner.scan(Text("abc\n!!!\n"), "log")] == [1]


def test_a_slow_pattern_is_timed_counted_and_given_up() -> None:
    slow, quick = signature(r"x(a|aa)+$", "t/slow"), signature(r"x.*!", "t/quick")
    scanner = Scanner(Catalog([slow, quick]), Options(time_limit=0.02))
    text = Text("x" + "a" * 60 + "!\n")
    for _ in range(4):
        assert [finding.signature.id for finding in scanner.scan(text, "log")] == ["t/quick"]
    assert scanner.given_up == {"t/slow"}
    assert scanner.timeouts["t/slow"] == 3
