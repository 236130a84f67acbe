"""Answers come while much is read: a scan of a big log, a terminal that floods and a big document hold nobody up."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from statistics import median

import pytest
from editor import REFUSED, Editor
from lsprotocol import types
from pygls.exceptions import JsonRpcException

# The aim is 50 ms on a machine that has nothing else to do; a test's machine has.
SLOWEST = 1.0
TYPICAL = 0.2
NOISE = "  Downloading demo_package-1.0-py3-none-any.whl.metadata (4.2 kB) from the usual place\n" * 1_000


async def answers(editor: Editor, uri: str, work: asyncio.Task[None]) -> list[float]:
    """Seconds that hovers and code actions take while something else is done."""
    times = []
    while not work.done():
        began = time.perf_counter()
        assert await editor.hover(uri, 0) is not None
        await editor.actions(uri, types.Range(types.Position(0, 0), types.Position(0, 3)))
        times.append((time.perf_counter() - began) / 2)
        await asyncio.sleep(0.01)
    await work
    return times


async def flood(editor: Editor) -> None:
    uri = "unstuck-terminal:/flood"
    editor.client.protocol.notify("unstuck/terminal/didOpen", {"uri": uri})
    for _ in range(60):
        for at in range(0, len(NOISE), 4096):
            editor.client.protocol.notify("unstuck/terminal/didWrite", {"uri": uri, "text": NOISE[at : at + 4096]})
        # The flood keeps the pace of the server.
        await editor.diagnoses(uri)


async def big_log(editor: Editor) -> None:
    path = editor.workspace / "logs" / "big.log"
    with path.open("w") as stream:
        for _ in range(90):
            stream.write(NOISE)
        stream.write(f"{REFUSED}\n")
    for _ in range(1_200):
        if any(entry.uri == path.as_uri() and entry.diagnostics for entry in editor.published):
            return
        await asyncio.sleep(0.05)
    raise AssertionError("the log was not read")


async def big_document(editor: Editor) -> None:
    uri = "untitled:big.log"
    editor.client.text_document_did_open(
        types.DidOpenTextDocumentParams(types.TextDocumentItem(uri, "log", 1, NOISE * 300 + REFUSED))
    )
    for _ in range(1_200):
        if any(entry.uri == uri for entry in editor.published):
            return
        await asyncio.sleep(0.05)
    raise AssertionError("the document was not read")


@pytest.mark.parametrize(
    "work",
    [
        pytest.param(flood, id="flood"),
        pytest.param(big_log, id="log", marks=pytest.mark.slow),
        pytest.param(big_document, id="document"),
    ],
)
async def test_answers_come_meanwhile(tmp_path: Path, work: object) -> None:
    assert callable(work)
    editor = Editor(tmp_path)
    (editor.workspace / "logs").mkdir()
    await editor.start(settings={"logs.watch": ["logs/*.log"]})
    uri = "untitled:hover.log"
    await editor.open(uri, REFUSED)
    await editor.hover(uri, 0)
    running = asyncio.ensure_future(work(editor))
    if work is big_document:
        # Whatever is sent behind it waits until it is through the pipe.
        await asyncio.sleep(0)
        await editor.hover(uri, 0)
    times = await answers(editor, uri, running)
    assert median(times) < TYPICAL, times
    assert max(times) < SLOWEST, times
    assert await editor.stop() == 0


async def test_another_width_is_scanned_off_the_event_loop(tmp_path: Path) -> None:
    """A terminal's buffer is looked at anew where its width turns out to be another: others are answered before."""
    editor = Editor(tmp_path)
    await editor.start()
    other, uri, width = "untitled:hover.log", "term://~/src//42:/bin/bash", 12
    await editor.open(other, REFUSED)
    await editor.hover(other, 0)
    rows = [REFUSED[at : at + width] for at in range(0, len(REFUSED), width)]
    text = "\n".join([NOISE * 30, *rows, "$ "])
    assert await editor.open(uri, text, "") == []
    # A big scan is followed by a rest.
    await asyncio.sleep(0.5)
    seen = len(editor.published)
    editor.client.protocol.notify("unstuck/terminal/didResize", {"uri": uri, "columns": width})
    assert await editor.hover(other, 0) is not None
    assert [entry for entry in editor.published[seen:] if entry.uri == uri] == [], "the scan came before the answer"
    [found] = await editor.wait(uri, seen)
    assert found.range.end.line - found.range.start.line == len(rows) - 1
    assert await editor.stop() == 0


async def test_a_request_that_is_cancelled_is_answered_at_once(tmp_path: Path) -> None:
    """While a big document is scanned."""
    editor = Editor(tmp_path)
    await editor.start()
    uri = "untitled:hover.log"
    await editor.open(uri, REFUSED)
    work = asyncio.ensure_future(big_document(editor))
    await asyncio.sleep(0)
    params = types.HoverParams(types.TextDocumentIdentifier(uri), types.Position(0, 0))
    protocol = editor.client.protocol
    asked = asyncio.wrap_future(protocol.send_request(types.TEXT_DOCUMENT_HOVER, params, msg_id="cancelled"))
    protocol.notify(types.CANCEL_REQUEST, types.CancelParams("cancelled"))
    with pytest.raises(JsonRpcException) as told:
        await asyncio.wait_for(asked, 10)
    assert told.value.code == types.LSPErrorCodes.RequestCancelled
    assert not [entry for entry in editor.published if entry.uri == "untitled:big.log"]
    assert await editor.hover(uri, 0) is not None
    await work
    assert await editor.stop() == 0
