"""Whether our core says of an output what its scenario expects."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from tests.lab.records import SEEDS
from tests.lab.scenario import Expected
from unstuck.core.analysis import analyse
from unstuck.core.catalog import Catalog
from unstuck.core.diagnosis import Diagnosis
from unstuck.core.text import bare, split_lines
from unstuck.io.catalogs import load_catalog

_ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")


@cache
def catalog() -> Catalog:
    """Our own records as they are in the checkout."""
    return load_catalog([SEEDS], shipped=False).catalog


def plain_lines(text: str) -> list[str]:
    """Physical lines as the protocol counts them, without escape sequences."""
    return [_ESCAPE.sub("", bare(line)) for line in split_lines(text)]


def telling_line(text: str, telling: str) -> int | None:
    """The first line, from 0, in which the regex is found."""
    return next((number for number, line in enumerate(plain_lines(text)) if re.search(telling, line)), None)


def facts(diagnosis: Diagnosis) -> dict[str, Any]:
    """A diagnosis as the file beside a capture says it."""
    return {
        "id": diagnosis.signature.id,
        "line": diagnosis.span.start.line,
        "text": diagnosis.finding.text,
        "captures": dict(sorted(diagnosis.captures.items())),
        "occurrences": diagnosis.occurrences,
    }


def compare(text: str, expected: Sequence[Expected]) -> tuple[list[dict[str, Any]], list[str]]:
    """What the core finds in an output, and how that differs from what is expected (empty: not at all)."""
    found = [facts(diagnosis) for diagnosis in analyse(catalog(), "terminal", text)]
    problems: list[str] = []
    rest = list(found)
    for one in expected:
        line = telling_line(text, one.telling)
        if line is None:
            problems.append(f"no line of the output has {one.telling!r}: the scenario's expectation is wrong")
        match = next((entry for entry in rest if entry["id"] == one.id and entry["line"] == line), None)
        match = match or next((entry for entry in rest if entry["id"] == one.id), None)
        if match is None:
            problems.append(f"missing: {one.id} at line {line}")
            continue
        rest.remove(match)
        if line is not None and match["line"] != line:
            problems.append(f"{one.id}: at line {match['line']} in place of {line}: {match['text']}")
        for name, value in one.captures.items():
            if match["captures"].get(name) != value:
                problems.append(f"{one.id}: {name} is {match['captures'].get(name)!r} in place of {value!r}")
        if one.occurrences is not None and match["occurrences"] != one.occurrences:
            problems.append(f"{one.id}: counted {match['occurrences']} times in place of {one.occurrences}")
    problems += [f"extra: {entry['id']} at line {entry['line']}: {entry['text']}" for entry in rest]
    return found, problems
