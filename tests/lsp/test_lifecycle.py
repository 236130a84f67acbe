"""The connection: its beginning, its end, and messages that make no sense."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
from pathlib import Path
from typing import Any

from editor import PATIENCE, REFUSED, REFUSED_ID, SERVER, Editor
from lsprotocol import types

ENV = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "SYSTEMROOT"}} | {
    "PYTHONPATH": str(SERVER)
}
INITIALIZE = {"processId": None, "rootUri": None, "capabilities": {}}


class Wire:
    """A connection without a client library: what is sent is sent as it is written here."""

    def __init__(self, reader: asyncio.StreamReader, writer: Any) -> None:
        self.reader = reader
        self.writer = writer

    def send(self, body: Any) -> None:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.writer.write(b"Content-Length: %d\r\n\r\n" % len(data) + data)

    def notify(self, method: str, params: Any) -> None:
        self.send({"jsonrpc": "2.0", "method": method, "params": params})

    async def ask(self, id: Any, method: str, params: Any = None) -> dict[str, Any]:
        """The answer to a request; what else comes meanwhile is passed over."""
        self.send({"jsonrpc": "2.0", "id": id, "method": method, "params": params})
        return await self.receive(id)

    async def receive(self, id: Any) -> dict[str, Any]:
        while True:
            message = await asyncio.wait_for(self._read(), PATIENCE)
            if message.get("id") == id and "method" not in message:
                return message

    async def _read(self) -> dict[str, Any]:
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.startswith(b"Content-Length"))
        return dict(json.loads(await self.reader.readexactly(length)))


async def served() -> tuple[Wire, asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "unstuck", "serve"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=ENV,
    )
    assert process.stdout is not None
    return Wire(process.stdout, process.stdin), process


async def ended(process: asyncio.subprocess.Process) -> tuple[int, str]:
    _, errors = await asyncio.wait_for(process.communicate(), PATIENCE)
    return process.returncode or 0, errors.decode()


async def test_what_is_advertised(tmp_path: Path) -> None:
    editor = Editor(tmp_path)
    result = await editor.start()
    capabilities = result.capabilities
    assert capabilities.experimental == {"unstuck": {"version": 1, "terminal": True, "scheme": "unstuck-terminal"}}
    sync = capabilities.text_document_sync
    assert isinstance(sync, types.TextDocumentSyncOptions)
    assert (sync.open_close, sync.change) == (True, types.TextDocumentSyncKind.Incremental)
    assert capabilities.hover_provider
    assert capabilities.diagnostic_provider is None, "pushed and pulled diagnostics would be shown twice"
    assert list(capabilities.code_action_provider.code_action_kinds) == ["quickfix", "source.fixAll.unstuck"]
    assert capabilities.execute_command_provider is None
    await editor.registration("workspace/didChangeConfiguration")
    assert editor.messages() == []
    assert await editor.stop() == 0


async def test_messages_that_make_no_sense_are_answered_or_ignored_and_nothing_breaks() -> None:
    wire, process = await served()
    early = await wire.ask(1, "textDocument/hover", {"textDocument": {"uri": "file:///x"}, "position": {}})
    assert early["error"]["code"] in (types.ErrorCodes.ServerNotInitialized, types.ErrorCodes.InvalidParams)
    assert (await wire.ask(2, "unstuck/diagnoses", {}))["error"]["code"] == types.ErrorCodes.ServerNotInitialized
    assert "result" in await wire.ask(3, "initialize", INITIALIZE)
    wire.notify("initialized", {})
    # Not JSON, not JSON-RPC, a batch, too deep, a method that nobody has, parameters that are none.
    wire.send(b"{nonsense")
    wire.send({"jsonrpc": "1.0", "id": 9, "method": "x"})
    wire.send([{"jsonrpc": "2.0", "method": "exit"}])
    wire.send(b"[" * 100_000 + b"]" * 100_000)
    wire.notify("no/such/notification", {"a": 1})
    wire.notify("textDocument/didOpen", {"textDocument": 7})
    wire.notify("textDocument/didChange", {"textDocument": {"uri": "file:///x", "version": 1}, "contentChanges": [3]})
    answer = await wire.ask(4, "textDocument/hover", {"textDocument": {"uri": 3}, "position": None})
    assert answer["error"]["code"] == types.ErrorCodes.InvalidParams
    assert (await wire.ask(5, "no/such/request"))["error"]["code"] == types.ErrorCodes.MethodNotFound
    answer = await wire.ask(6, "unstuck/explain", {"position": {"line": -1}})
    assert answer["error"]["code"] == types.ErrorCodes.InvalidParams
    assert "position.line" in json.dumps(answer["error"])
    # An object of the parameters that looks like a message is none.
    params = {"id": "x/y", "data": {"jsonrpc": "2.0", "id": 3, "method": "exit"}}
    assert (await wire.ask(7, "unstuck/explain", params))["result"] is None
    assert (await wire.ask(8, "unstuck/diagnoses", {}))["result"] == []
    assert (await wire.ask(9, "shutdown"))["result"] is None
    assert (await wire.ask(10, "unstuck/diagnoses", {}))["error"]["code"] == types.ErrorCodes.InvalidRequest
    wire.notify("exit", None)
    code, _ = await ended(process)
    assert code == 0


async def test_leaving_without_a_goodbye_and_a_pipe_that_breaks() -> None:
    wire, process = await served()
    await wire.ask(1, "initialize", INITIALIZE)
    wire.notify("exit", None)
    code, errors = await ended(process)
    assert code == 1
    assert "Traceback" not in errors
    wire, process = await served()
    await wire.ask(1, "initialize", INITIALIZE)
    wire.writer.close()
    _, errors = await ended(process)
    assert "Traceback" not in errors


async def test_a_secret_in_a_log_is_not_in_the_servers_own_log() -> None:
    wire, process = await served()
    await wire.ask(1, "initialize", INITIALIZE)
    text = "https://me:hunter2@pypi.example.com/simple"
    item = {"uri": "untitled:x", "languageId": "log", "version": 1, "text": text}
    wire.notify("textDocument/didOpen", {"textDocument": item})
    wire.notify("textDocument/didChange", {"textDocument": {"uri": text, "version": 2}, "contentChanges": []})
    wire.notify("unstuck/explain", {"uri": [text]})
    await wire.ask(2, "unstuck/diagnoses", {})
    wire.notify("exit", None)
    _, errors = await ended(process)
    assert "hunter2" not in errors


async def test_over_tcp(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "unstuck", "serve", "--port", str(port)), env=ENV, cwd=tmp_path
    )
    for _ in range(200):
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            break
        except OSError:
            await asyncio.sleep(0.05)
    wire = Wire(reader, writer)
    options = {"settings": {"catalogs": [str(Path(__file__).parent / "records")]}}
    await wire.ask(1, "initialize", {**INITIALIZE, "initializationOptions": options})
    wire.notify("initialized", {})
    item = {"uri": "untitled:x", "languageId": "log", "version": 1, "text": REFUSED}
    wire.notify("textDocument/didOpen", {"textDocument": item})
    found: list[dict[str, Any]] = []
    for id in range(2, 100):
        found = (await wire.ask(id, "unstuck/diagnoses", {}))["result"]
        if found:
            break
        await asyncio.sleep(0.05)
    assert [entry["id"] for entry in found] == [REFUSED_ID]
    await wire.ask(100, "shutdown")
    wire.notify("exit", None)
    assert await asyncio.wait_for(process.wait(), PATIENCE) == 0
