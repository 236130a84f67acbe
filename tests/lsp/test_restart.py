"""A server that is killed at any moment is followed by one that finds all that is still there."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path
from typing import Any

import pytest
from editor import GAVE_UP, REFUSED, Editor, position
from lsprotocol import types

SETTINGS = {"logs.watch": ["logs/*.log"]}
LINES = [
    REFUSED,
    REFUSED.replace("pypi", "files"),
    GAVE_UP,
    "$ pip install demo",
    "Successfully installed demo-1.0",
    "",
]
PATIENCE = 20.0


class Desk:
    """What an editor has open and what lies on the disk: it outlives any server."""

    def __init__(self, folder: Path, chance: random.Random) -> None:
        self.folder = folder
        self.chance = chance
        self.documents: dict[str, str] = {}
        self.terminals: dict[str, list[tuple[str, dict[str, Any]]]] = {}
        self.logs = folder / "workspace" / "logs"
        self.logs.mkdir(parents=True)

    def lines(self, most: int) -> str:
        lines = [self.chance.choice([*LINES, *["nothing to see"] * 6]) for _ in range(self.chance.randrange(1, most))]
        return "".join(f"{line}\n" for line in lines)

    async def start(self) -> Editor:
        editor = Editor(self.folder)
        await editor.start(settings=SETTINGS)
        for uri, text in self.documents.items():
            self.open(editor, uri, text)
        # A new server knows no terminal: its editor tells it again what it told the one before.
        for told in self.terminals.values():
            for method, params in told:
                editor.client.protocol.notify(f"unstuck/terminal/{method}", params)
        return editor

    def tell(self, editor: Editor, uri: str, method: str, **params: Any) -> None:
        params = {"uri": uri, **params}
        self.terminals.setdefault(uri, []).append((method, params))
        editor.client.protocol.notify(f"unstuck/terminal/{method}", params)

    def run(self, editor: Editor, uri: str) -> None:
        """A command in a terminal, or a part of one: the server may be killed while it runs."""
        if uri not in self.terminals:
            self.tell(editor, uri, "didOpen", columns=80)
        self.tell(editor, uri, "didStartCommand", commandLine=self.chance.choice(["frob install", "frob list"]))
        text = self.lines(10).replace("\n", "\r\n")
        cut = self.chance.randrange(len(text))
        self.tell(editor, uri, "didWrite", text=text[:cut])
        self.tell(editor, uri, "didWrite", text=text[cut:])
        if self.chance.random() < 0.8:
            self.tell(editor, uri, "didEndCommand", exitCode=self.chance.choice([0, 1, 1]))

    def open(self, editor: Editor, uri: str, text: str) -> None:
        self.documents[uri] = text
        item = types.TextDocumentItem(uri, "log", 1, text)
        editor.client.text_document_did_open(types.DidOpenTextDocumentParams(item))

    def act(self, editor: Editor) -> None:
        """One thing that a person or a tool does."""
        what = self.chance.randrange(6)
        path = self.logs / f"{self.chance.randrange(3)}.log"
        uri = f"untitled:{self.chance.randrange(3)}.log"
        if what == 0:
            with path.open("a") as stream:
                stream.write(self.lines(20))
        elif what == 1:
            path.write_text(self.lines(20))
        elif what in (2, 3):
            self.run(editor, f"unstuck-terminal:/{self.chance.randrange(2)}")
        elif uri not in self.documents:
            self.open(editor, uri, self.lines(20))
        else:
            rows = self.documents[uri].split("\n")
            first = self.chance.randrange(len(rows))
            last = self.chance.randrange(first, len(rows))
            new = self.lines(4)
            self.documents[uri] = "\n".join([*rows[:first], new + rows[last]] if first <= last else rows) + "".join(
                f"\n{row}" for row in rows[last + 1 :]
            )
            editor.change(uri, 2, (types.Range(position(first, 0), position(last, 0)), new))


async def found(editor: Editor) -> dict[str, list[Any]]:
    """All that is alive, by document."""
    alive: dict[str, list[Any]] = {}
    for entry in await editor.diagnoses():
        start = entry["range"]["start"]
        alive.setdefault(entry["uri"], []).append((start["line"], entry["id"], entry["occurrences"]))
    return {uri: sorted(entries) for uri, entries in alive.items()}


async def settled(editor: Editor, expected: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """What is alive once it is as expected, or when patience ends."""
    now: dict[str, list[Any]] = {}
    for _ in range(int(PATIENCE / 0.2)):
        now = await found(editor)
        if now == expected:
            break
        await asyncio.sleep(0.2)
    return now


def fresh(desk: Desk) -> dict[str, list[Any]]:
    """What a scan of the final texts finds, without any server."""
    from editor import RECORDS

    from unstuck.core.analysis import Analysis, analyse
    from unstuck.core.text import Span
    from unstuck.io.catalogs import load_catalog

    catalog = load_catalog([RECORDS]).catalog
    texts = {path.as_uri(): path.read_text() for path in desk.logs.iterdir()} | desk.documents
    found = {uri: analyse(catalog, "log", text) for uri, text in texts.items()}
    for uri, told in desk.terminals.items():
        transcript = Analysis(catalog, "terminal", whole_lines=True)
        for method, params in told:
            if method == "didWrite":
                end = transcript.text.end
                transcript.write(Span(end, end), params["text"].replace("\r\n", "\n"))
            elif method == "didStartCommand":
                transcript.start_command(params["commandLine"])
            elif method == "didEndCommand":
                transcript.end_command(params["exitCode"])
        transcript.update()
        found[uri] = transcript.diagnoses
    return {
        uri: sorted((one.span.start.line, one.signature.id, one.occurrences) for one in diagnoses)
        for uri, diagnoses in found.items()
        if diagnoses
    }


@pytest.mark.parametrize("seed", range(3))
async def test_a_server_is_killed_and_another_finds_all_that_is_there(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    desk = Desk(tmp_path, chance)
    for _ in range(3):
        editor = await desk.start()
        for _ in range(chance.randrange(1, 30)):
            desk.act(editor)
            await asyncio.sleep(chance.choice([0, 0, 0.01, 0.05]))
        process = editor.client._server
        assert process is not None
        process.kill()
        await process.wait()
        await editor.client.stop()
    editor = await desk.start()
    expected = fresh(desk)
    assert expected
    assert await settled(editor, expected) == expected
    assert await editor.stop() == 0
