"""What real tools printed in the lab: each capture yields its signature, at its telling line, with its captures."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from unstuck.core.analysis import analyse
from unstuck.core.catalog import Catalog
from unstuck.core.scanner import Options

CAPTURES = Path(__file__).parents[1] / "captures"
SUFFIX = {"pipe": ".txt", "pty": ".ansi"}
PATIENT = Options(time_limit=5.0)


def names() -> list[str]:
    return sorted(file.relative_to(CAPTURES).with_suffix("").as_posix() for file in CAPTURES.rglob("*.json"))


def check(found: Sequence[dict[str, Any]], expected: Sequence[dict[str, Any]]) -> None:
    """Compare what is diagnosed with what is expected, and tell what is missing and what is extra."""
    missing = [entry for entry in expected if entry not in found]
    extra = [entry for entry in found if entry not in expected]
    shown = "\n".join(
        f"{what}:\n" + "\n".join(f"  {json.dumps(entry, ensure_ascii=False)}" for entry in entries)
        for what, entries in {"expected": expected, "found": found, "missing": missing, "extra": extra}.items()
    )
    if missing or extra:
        pytest.fail("\n" + shown)


@pytest.mark.parametrize("name", names())
def test_a_capture_is_diagnosed(name: str, shipped: Catalog) -> None:
    about = json.loads((CAPTURES / f"{name}.json").read_text(encoding="utf-8"))
    with (CAPTURES / f"{name}{SUFFIX[about['rendering']]}").open(encoding="utf-8", newline="") as file:
        text = file.read()
    found = [
        {
            "id": diagnosis.signature.id,
            "line": diagnosis.span.start.line,
            "text": diagnosis.finding.text,
            "captures": diagnosis.captures,
            "occurrences": diagnosis.occurrences,
        }
        for diagnosis in analyse(shipped, "terminal", text, PATIENT)
    ]
    check(found, about["expected"])


def test_every_capture_is_of_the_signature_whose_folder_it_is_in() -> None:
    for name in names():
        about = json.loads((CAPTURES / f"{name}.json").read_text(encoding="utf-8"))
        ids = [entry["id"] for entry in about["expected"]]
        assert name.rpartition("/")[0] in ids, f"{name}: expects {ids}"
