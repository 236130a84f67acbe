"""However it comes, the result is that of the whole: a terminal's writes in any chunking, a document's edits in any
order with questions in between. Through the real server."""

from __future__ import annotations

import itertools
import random
from typing import Any

import pytest
from editor import GAVE_UP, REFUSED, Editor
from lsprotocol import types

from unstuck.core.text import Position, Span, Text, units_of

pytestmark = pytest.mark.asyncio(loop_scope="module")


def _content(capabilities: types.ClientCapabilities) -> None:
    assert capabilities.workspace is not None
    capabilities.workspace.text_document_content = types.TextDocumentContentClientCapabilities()


START = {"adjust": _content}

OTHER = REFUSED.replace("pypi", "文件")
RUN = "\x1b]133;A\x07$ \x1b]133;B\x07frob install\r\n\x1b]633;E;frob install\x07\x1b]133;C\x07"
WRITTEN = [
    f"{REFUSED}\r\n", f"\x1b[31m{OTHER}\x1b[0m\r\n", f"{GAVE_UP}\r\n", REFUSED[:30], REFUSED[30:], "fine\r\n" * 20,
    "😀é\u0301 下载\r\n", RUN, RUN, "\x1b]133;D;0\x07", "\x1b]133;D;1\x07", "\x1b]8;;https://a.example.com\x1b\\x\x1b]8;;\x07",
    " 10%\r\x1b[K 20%\r", "\x1b[A\x1b[2K\r", "\b\b", "\x1b[?1049hvim\x1b[2J\x1b[?1049l", "\x1b[H\x1b[2J", "\x1b[3J",
    "\0\0\r\n",
]  # fmt: skip


def chunks(text: str, chance: random.Random) -> list[str]:
    """The text cut anywhere: within a control sequence, a line, and a character as utf-16 has it."""
    raw = text.encode("utf-16-le")
    edges = sorted({0, len(raw), *(2 * chance.randrange(len(raw) // 2 + 1) for _ in range(chance.randrange(1, 40)))})
    return [raw[start:end].decode("utf-16-le", "surrogatepass") for start, end in itertools.pairwise(edges)]


@pytest.mark.parametrize("seed", range(25))
async def test_any_chunking_of_a_terminal_s_output_is_as_one_write(editor: Editor, seed: int) -> None:
    await editor.ready()
    chance = random.Random(seed)
    written = "".join(chance.choice(WRITTEN) for _ in range(chance.randrange(1, 40)))
    results = []
    for name, writes in (("whole", [written]), ("cut", chunks(written, chance))):
        uri = f"unstuck-terminal:/{seed}/{name}"
        editor.client.protocol.notify("unstuck/terminal/didOpen", {"uri": uri, "columns": 60})
        for text in writes:
            editor.client.protocol.notify("unstuck/terminal/didWrite", {"uri": uri, "text": text})
            if chance.random() < 0.2:
                await editor.diagnoses(uri)
        content = types.TextDocumentContentParams(uri)
        answer = await editor.ask(types.WORKSPACE_TEXT_DOCUMENT_CONTENT, content)
        results.append((answer.text, await told(editor, uri)))
        editor.client.protocol.notify("unstuck/terminal/didClose", {"uri": uri})
    assert results[1] == results[0], repr(written)


TYPED = [
    REFUSED, OTHER, GAVE_UP, f"\n{REFUSED}\n", "\n", "\r\n", "\r", "", "x", "😀", "下", "fine\n" * 30, "\f\u2028",
    REFUSED[:20],
    "$ pip install demo\n", "Successfully installed demo-1.0\n", "\x1b[31m",
]  # fmt: skip


def edit(text: Text, chance: random.Random) -> tuple[types.Range | None, str]:
    """A change of the text as a client sends it; the text has it already."""
    new = chance.choice(TYPED)
    if chance.random() < 0.05:
        new = "".join(chance.choice(TYPED) for _ in range(10))
        text.replace(Span(Position(0, 0), text.end), new)
        return None, new
    places = []
    for _ in range(2):
        line = chance.randrange(len(text))
        places.append(Position(line, chance.randrange(len(text.line(line)) + 1)))
    start, end = sorted(places)
    if chance.random() < 0.7:
        end = min(end, Position(start.line, len(text.line(start.line))))
    place = types.Range(
        *(types.Position(at.line, units_of(text.line(at.line), at.column, "utf-16")) for at in (start, end))
    )
    text.replace(Span(start, end), new)
    return place, new


@pytest.mark.parametrize("seed", range(25))
async def test_any_order_of_edits_is_as_a_fresh_scan(editor: Editor, seed: int) -> None:
    chance = random.Random(seed)
    uri, version = f"untitled:{seed}.log", 1
    text = Text("".join(f"{chance.choice(TYPED)}\n" for _ in range(20)))
    await editor.open(uri, text.content)
    for _ in range(chance.randrange(1, 40)):
        version += 1
        editor.change(uri, version, *(edit(text, chance) for _ in range(chance.randrange(1, 4))))
        if chance.random() < 0.2:
            await editor.hover(uri, chance.randrange(len(text)))
    other = f"untitled:{seed}-fresh.log"
    await editor.open(other, text.content)
    assert await told(editor, uri) == await told(editor, other), repr(text.content)
    for opened in (uri, other):
        editor.close(opened)


async def told(editor: Editor, uri: str) -> list[dict[str, Any]]:
    """All that is alive on a document, without its name."""
    found = await editor.diagnoses(uri)
    for entry in found:
        del entry["uri"]
    return found
