"""A record that is written in an editor: complaints where they arise, gone when they are mended."""

from __future__ import annotations

import json
from pathlib import Path

from lsprotocol import types
from tests.lsp.editor import RECORDS, Editor


async def test_a_record_is_checked_while_it_is_written(tmp_path: Path) -> None:
    editor = Editor(tmp_path)
    await editor.start(settings={"catalogs": [str(RECORDS)]})
    uri = editor.uri("seeds/example/new.json")
    record = {
        "id": "example/new",
        "signature": "it broke",
        "regex": "(it broke",
        "domain": "example",
    }
    text = json.dumps(record, indent=2)
    [found] = await editor.open(uri, text, language="json")
    assert found.severity == types.DiagnosticSeverity.Error
    assert "regex: is not a regular expression" in found.message
    assert found.range.start.line == text.split("\n").index('  "regex": "(it broke",')
    seen = len(editor.published)
    editor.change(uri, 2, (None, text.replace("(it broke", "it broke")))
    complaints = await editor.wait(uri, seen)
    assert {item.severity for item in complaints} == {types.DiagnosticSeverity.Warning}
    assert any(item.message.startswith("examples.matches: is empty") for item in complaints)
    assert await editor.stop() == 0


async def test_other_json_says_nothing(tmp_path: Path) -> None:
    editor = Editor(tmp_path)
    await editor.start(settings={"catalogs": [str(RECORDS)]})
    await editor.ready()
    other = editor.uri("package.json")
    document = types.TextDocumentItem(other, "json", 1, '{"name": "x", "regex": "("}')
    editor.client.text_document_did_open(types.DidOpenTextDocumentParams(document))
    # A record that is opened later is checked later.
    assert await editor.open(editor.uri("record.json"), '{"id": "x/y", "signature": "x", "regex": "("}', "json")
    assert not [params for params in editor.published if params.uri == other]
    # What was a record and is none any more is taken back.
    editor.change(editor.uri("record.json"), 2, (None, "{}"))
    assert await editor.wait(editor.uri("record.json"), len(editor.published)) == []
    assert await editor.stop() == 0
