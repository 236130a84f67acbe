"""Big documents and floods: scanned off the event loop, with everything else still answered."""

from __future__ import annotations

import asyncio
import time

import pytest
from editor import REFUSED, REFUSED_ID, Editor, span

pytestmark = pytest.mark.asyncio(loop_scope="module")

LINE = "2026-11-22T16:00:00Z INFO worker: all is well with request number 0123456789\n"
BIG = LINE * 60_000  # 4.6 MB


async def test_edits_while_a_big_document_is_scanned_are_not_lost(editor: Editor) -> None:
    uri = editor.uri("big.log")
    editor.client.text_document_did_open(_item(uri, BIG))
    # These come while the scan runs.
    editor.change(uri, 2, (span(10, 0, 4), f"{REFUSED}\n"))
    editor.change(uri, 3, (span(0, 0, 0), "世界\n"), (span(0, 2, 2), "😀"))
    slowest = 0.0
    for _ in range(200):
        began = time.monotonic()
        found = await editor.diagnoses(uri)
        slowest = max(slowest, time.monotonic() - began)
        if found:
            break
        await asyncio.sleep(0.02)
    assert [(entry["id"], entry["range"]["start"]["line"]) for entry in found] == [(REFUSED_ID, 11)]
    # No timed test: a bound that only a blocked event loop would miss.
    assert slowest < 5.0
    editor.close(uri)


async def test_a_document_that_is_closed_while_it_is_scanned_publishes_nothing(editor: Editor) -> None:
    uri = editor.uri("closed.log")
    editor.client.text_document_did_open(_item(uri, BIG + REFUSED))
    editor.close(uri)
    other = editor.uri("other.log")
    await editor.open(other, REFUSED)
    await asyncio.sleep(0.3)
    assert await editor.diagnoses(uri) == []
    assert [params for params in editor.published if params.uri == uri and params.diagnostics] == []


async def test_a_flood_of_small_changes_ends_in_the_right_result_with_few_publications(editor: Editor) -> None:
    uri = editor.uri("flood.log")
    await editor.open(uri, "")
    before = len(editor.published)
    for number in range(2000):
        text = f"{REFUSED}\n" if number == 1500 else f"line {number}\n"
        editor.change(uri, number + 2, (span(number, 0, 0), text))
    [entry] = await editor.diagnoses(uri)
    assert entry["range"]["start"]["line"] == 1500
    assert len([params for params in editor.published[before:] if params.uri == uri]) == 1


async def test_one_endless_line(editor: Editor) -> None:
    uri = editor.uri("endless.log")
    endless = "x" * 2_000_000 + REFUSED + "\0" * 100
    editor.client.text_document_did_open(_item(uri, f"{endless}\ufffd\n{REFUSED} \0\n"))
    for _ in range(200):
        found = await editor.diagnoses(uri)
        if found:
            break
        await asyncio.sleep(0.02)
    assert {entry["id"] for entry in found} == {REFUSED_ID}
    assert len(await editor.hover_text(uri, 1)) < 10_000


def _item(uri: str, text: str):
    from lsprotocol import types

    return types.DidOpenTextDocumentParams(types.TextDocumentItem(uri, "log", 1, text))
