"""Records from disk: any of the customer's shape loads, a bad one is named by file and field and stops no other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from unstuck.io.catalogs import load_catalog, parse_record

GOOD = {"id": "t/good", "domain": "t", "signature": "it broke", "regex": "it broke"}

# name -> (the file's text, the field that is named, a part of the message)
BAD = {
    "not-json": ('{"id": ', "", "is not JSON"),
    "not-an-object": ("[1, 2]", "", "holds a list"),
    "not-utf8": (b'{"id": "\xff"}', "", "is not UTF-8"),
    "too-deep": ("[" * 1000 + "]" * 1000, "", "nested too deeply"),
    "deep-object": ('{"a":' * 100_000, "", "nested too deeply"),
    "missing": ({"regex": None}, "regex", "string"),
    "wrong-type": ({"regex": 5}, "regex", "string"),
    "wrong-list": ({"tags": "a, b"}, "tags", "list"),
    "invalid-regex": ({"regex": "(it"}, "regex", "not a regular expression"),
    "invalid-pattern": ({"patterns": ["fine", "[z-a]"]}, "patterns.1", "not a regular expression"),
    "catastrophic": ({"regex": "(a+)+$"}, "regex", "exponential"),
    "catastrophic-choice": ({"regex": "it (a|aa)+$"}, "regex", "exponential"),
    "foreign-domain": ({"domain": "other"}, "record", "does not start with the domain"),
    "id-leaves-the-folder": ({"id": "t/../../etc"}, "id", "match pattern"),
    "bad-severity": ({"severity": "fatal"}, "severity", "'error'"),
    "bad-fix": ({"fixes": [{"title": "x"}]}, "fixes.0.action", "required"),
}


def as_file(folder: Path, name: str, content: bytes | str | dict[str, Any]) -> Path:
    file = folder / f"{name}.json"
    if isinstance(content, dict):
        content = json.dumps({**GOOD, "id": f"t/{name}", **content})
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


@pytest.mark.parametrize("name", BAD)
def test_a_bad_record_is_named_and_the_others_load(name: str, tmp_path: Path) -> None:
    content, field, message = BAD[name]
    file = as_file(tmp_path, name, content)
    as_file(tmp_path, "good", GOOD)
    loaded = load_catalog([tmp_path], shipped=False)
    assert [signature.id for signature in loaded.catalog] == ["t/good"]
    assert [(problem.source, problem.field) for problem in loaded.problems] == [(str(file), field)]
    assert message in loaded.problems[0].message


def test_the_first_of_two_with_one_id_stays(tmp_path: Path) -> None:
    for name in ("a", "b"):
        as_file(tmp_path, name, {"id": "t/same", "signature": name})
    loaded = load_catalog([tmp_path], shipped=False)
    assert [signature.signature for signature in loaded.catalog] == ["a"]
    (problem,) = loaded.problems
    assert problem.field == "id"
    assert "a.json" in problem.message


def test_a_missing_folder_is_a_problem_with_a_cure(tmp_path: Path) -> None:
    (problem,) = load_catalog([tmp_path / "none"], shipped=False).problems
    assert "does not exist; correct the path" in problem.message


def test_the_customers_shape_loads_unchanged(tmp_path: Path) -> None:
    record = {
        **GOOD,
        "resolvable": "true",
        "os_specific": {},
        "dead_ends": [{"action": "", "why_fails": "x", "fail_rate": 0.9, "condition": "", "sources": []}],
        "workarounds": [{"action": "do", "success_rate": 0.9, "how": "do", "unknown": 1}],
        "workarounds_zh": ["做"],
        "transition_graph": {"leads_to": [], "preceded_by": [], "frequently_confused_with": []},
        "verification_tier": "ai_generated",
        "a_key_of_tomorrow": [1],
    }
    loaded = load_catalog([as_file(tmp_path, "good", record)], shipped=False)
    assert not loaded.problems
    signature = loaded.catalog.get("t/good")
    assert signature is not None
    assert (signature.resolvable, signature.tier) == (True, "ai_generated")


def test_every_published_record_of_deadends_loads(foreign_records: Path) -> None:
    loaded = load_catalog([foreign_records], shipped=False)
    assert len(loaded.catalog) == 2460
    assert not loaded.problems
    assert {signature.tier for signature in loaded.catalog} == {"ai_generated"}


def test_unknown_shapes_inside_a_deadends_record_are_named() -> None:
    problems = parse_record(json.dumps({"id": "t/x", "error": {"signature": "x", "regex": 1, "domain": "t"}}), "f")
    assert isinstance(problems, list)
    assert [problem.field for problem in problems] == ["regex"]
