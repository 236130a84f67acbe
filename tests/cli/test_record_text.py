"""A record in an editor: each complaint stands at the value that it is about."""

from __future__ import annotations

import json

import pytest
from command import RECORDS

from unstuck.authoring.record_text import is_record, marks
from unstuck.core.catalog import Catalog
from unstuck.core.text import Text
from unstuck.io.catalogs import load_catalog

GOOD = (RECORDS / "example" / "unreachable-host.json").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog([RECORDS], shipped=False).catalog


def changed(**fields: object) -> str:
    return json.dumps({**json.loads(GOOD), **fields}, ensure_ascii=False, indent=2)


CASES = {
    "whole": (GOOD, []),
    "not JSON": ('{\n  "id": "a/b",\n  "regex": oops\n}', [("", "o", True)]),
    "missing key": ('{"signature": "x", "regex": "x y"}', [("id", "{", True), ("domain", "{", True)]),
    "wrong type": (changed(tags="one"), [("tags", '"one"', True)]),
    "bad pattern": (changed(regex="frob: (cannot"), [("regex", '"frob: (cannot"', True)]),
    "second pattern": (changed(patterns=["frob: ok", "(a+)+$"]), [("patterns.1", '"(a+)+$"', True)]),
    "empty title": (changed(title_zh=""), [("title_zh", '""', False)]),
    "deep": (
        changed(dead_ends=[{"action": "Wait", "action_zh": "等", "why_fails": "no", "why_fails_zh": "no"}]),
        [("dead_ends.0.why_fails_zh", '"no"', False)],
    ),
    "wrong capture": (
        changed(examples={"matches": [{"text": "frob: cannot reach host 'b'", "captures": {"host": "a"}}]}),
        [("examples.matches.0.captures", '"captures"', False)],
    ),
    "absent part": (changed(official_doc_url=None), [("official_doc_url", "null", False)]),
}


@pytest.mark.parametrize("name", CASES)
def test_marks(name: str, catalog: Catalog) -> None:
    content, expected = CASES[name]
    text = Text(content)
    found = [(mark.field, text.slice(mark.span), mark.blocking) for mark in marks(content, catalog)]
    assert found == expected


def test_every_beginning_of_a_record_is_bearable(catalog: Catalog) -> None:
    for end in range(0, len(GOOD), 37):
        text = Text(GOOD[:end])
        for mark in marks(GOOD[:end], catalog):
            assert text.clamp(mark.span.start) == mark.span.start
            assert text.clamp(mark.span.end) == mark.span.end


def test_what_a_record_is() -> None:
    assert is_record(GOOD)
    assert not is_record('{"name": "package", "scripts": {"regex": "x"}}')
