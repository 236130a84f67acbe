"""Terminals over the protocol: raw output in, diagnostics, a transcript and links out."""

from __future__ import annotations

import asyncio
import itertools
from typing import Any

import pytest
from editor import GAVE_UP, REFUSED, REFUSED_ID, Editor, plain, span
from lsprotocol import types
from pygls.exceptions import JsonRpcException

pytestmark = pytest.mark.asyncio(loop_scope="module")


def _content(capabilities: types.ClientCapabilities) -> None:
    assert capabilities.workspace is not None
    capabilities.workspace.text_document_content = types.TextDocumentContentClientCapabilities()


START = {"adjust": _content}
RED = "\x1b[1;31m"
PLAIN = "\x1b[0m"


class Terminal:
    """A terminal of the editor's."""

    numbers = itertools.count(1)

    def __init__(self, editor: Editor, **params: Any) -> None:
        self.editor = editor
        self.uri = f"unstuck-terminal:/{next(self.numbers)}/bash"
        self.tell("didOpen", title="bash", **params)

    def tell(self, method: str, **params: Any) -> None:
        self.editor.client.protocol.notify(f"unstuck/terminal/{method}", {"uri": self.uri, **params})

    def write(self, *texts: str) -> None:
        for text in texts:
            self.tell("didWrite", text=text)

    def run(self, command: str, output: str, exit_code: int | None) -> None:
        self.tell("didStartCommand", commandLine=command)
        self.write(output)
        self.tell("didEndCommand", exitCode=exit_code)

    async def ids(self) -> list[str]:
        return await self.editor.ids(self.uri)

    async def expect(self, ids: list[str]) -> None:
        """Wait for these diagnoses: the catalog may still be read, or a scan may run apart."""
        found = await self.ids()
        for _ in range(200):
            if found == ids:
                break
            await asyncio.sleep(0.1)
            found = await self.ids()
        assert found == ids

    async def transcript(self) -> str:
        answer = await self.editor.ask(types.WORKSPACE_TEXT_DOCUMENT_CONTENT, types.TextDocumentContentParams(self.uri))
        return str(answer.text)


async def test_a_failure_shows_while_the_command_runs(editor: Editor) -> None:
    terminal = Terminal(editor)
    terminal.tell("didStartCommand", commandLine="frob install", cwd="/src")
    terminal.write(f"\x1b]633;C\x07resolving\r\n{RED}{REFUSED}{PLAIN}\r\nworking \\\b|\b/")
    await terminal.expect([REFUSED_ID])
    [found] = await editor.wait(terminal.uri)
    assert found.range == span(1, 0, len(REFUSED))
    assert found.code == REFUSED_ID
    [entry] = await editor.diagnoses(terminal.uri)
    assert entry["command"] == "frob install"
    assert "not trusted" in await editor.hover_text(terminal.uri, 1)


async def test_any_chunking(editor: Editor) -> None:
    terminal = Terminal(editor, columns=20)
    text = f"下载 😀 {RED}{REFUSED}{PLAIN}\r\n\x1b]8;;https://a.example.com\x1b\\link\x1b]8;;\x1b\\\r\n10%\r\x1b[K20%"
    utf16 = text.encode("utf-16-le")
    # A client that counts in utf-16 cuts in the middle of the emoji, too.
    terminal.write(*(utf16[at : at + 2].decode("utf-16-le", "surrogatepass") for at in range(0, len(utf16), 2)))
    assert await terminal.ids() == [REFUSED_ID]
    assert await terminal.transcript() == f"下载 😀 {REFUSED}\nlink\n20%"
    diagnostics = await editor.wait(terminal.uri)
    assert diagnostics[0].range == span(0, 6, 6 + len(REFUSED))


async def test_success_of_the_same_command_clears(editor: Editor) -> None:
    terminal = Terminal(editor)
    terminal.run("frob install", f"{REFUSED}\r\n{GAVE_UP}\r\n", 1)
    assert await terminal.ids() == [REFUSED_ID]
    terminal.run("frob list", "fine\r\n", 0)
    assert await terminal.ids() == [REFUSED_ID]
    terminal.run("frob  install", "installed\r\n", 0)
    assert await terminal.ids() == []
    assert await editor.wait(terminal.uri, 0) == []
    terminal.run("frob install", f"{REFUSED}\r\n", 1)
    assert await terminal.ids() == [REFUSED_ID]


INSTALLED = {
    "pip": "Collecting frobnicator\r\nSuccessfully installed Frobnicator-2.1 other-1.0\r\n",
    "uv": "Installed 1 package in 3ms\r\n + frobnicator==2.1\r\n",
}


@pytest.mark.parametrize("tool", INSTALLED)
async def test_the_failing_package_installed_clears(editor: Editor, tool: str) -> None:
    """By another command than the one that failed."""
    terminal = Terminal(editor)
    failed = 'Traceback (most recent call last):\r\n  File "app.py", line 1, in <module>\r\n    import frobnicator\r\n'
    terminal.run("python app.py", f"{failed}ModuleNotFoundError: No module named 'frobnicator'\r\n", 1)
    [found] = await terminal.ids()
    assert "module" in found
    terminal.run("pip install other", "Successfully installed other-1.0\r\n", 0)
    assert await terminal.ids() == [found], "another package says nothing of this one"
    terminal.run(f"{tool} install frobnicator", INSTALLED[tool], 0)
    assert await terminal.ids() == []
    assert await editor.wait(terminal.uri, 0) == []


async def test_marks_of_the_shell_tell_of_commands(editor: Editor) -> None:
    def run(output: str, exit_code: int) -> str:
        prompt = "\x1b]133;A\x07$ \x1b]133;B\x07"
        return f"{prompt}frob install\r\n\x1b]133;C\x07{output}\r\n\x1b]133;D;{exit_code}\x07"

    terminal = Terminal(editor)
    terminal.write(run(REFUSED, 1))
    [entry] = await editor.diagnoses(terminal.uri)
    assert entry["command"] == "frob install"
    terminal.write(*run("done", 0))
    assert await terminal.ids() == []


async def test_the_client_counts_before_the_marks(editor: Editor) -> None:
    terminal = Terminal(editor)
    terminal.tell("didStartCommand", commandLine="frob install")
    terminal.write(f"\x1b]633;E;something else\x07\x1b]633;C\x07{REFUSED}\r\n\x1b]633;D;0\x07")
    [entry] = await editor.diagnoses(terminal.uri)
    assert entry["command"] == "frob install"


async def test_screen_programs_and_progress_leave_no_trace(editor: Editor) -> None:
    terminal = Terminal(editor)
    terminal.write(f"\x1b[?1049h\x1b[H\x1b[2J{REFUSED}\r\n\x1b[?1049l")
    terminal.write("  0%\r\x1b[K 50%\r\x1b[K100%\r\n", f"{REFUSED}\r\n", "\x1b[1A\x1b[2Kdone\r\n")
    assert await terminal.transcript() == "100%\ndone\n"
    assert await terminal.ids() == []


async def test_clearing_with_the_scrollback_clears_the_diagnoses(editor: Editor) -> None:
    terminal = Terminal(editor)
    terminal.write(f"{REFUSED}\r\n$ \x1b[H\x1b[2J$ ")
    assert await terminal.ids() == [REFUSED_ID]
    terminal.write("\x1b[H\x1b[2J\x1b[3J$ ")
    assert await terminal.ids() == []
    assert await terminal.transcript() == "$ "


async def test_transcript_is_advertised_and_refreshed(editor: Editor) -> None:
    refreshed: asyncio.Queue[str] = asyncio.Queue()

    @editor.client.feature(types.WORKSPACE_TEXT_DOCUMENT_CONTENT_REFRESH)
    def refresh(params: types.TextDocumentContentRefreshParams) -> None:
        refreshed.put_nowait(params.uri)

    assert editor.capabilities.workspace is not None
    options = editor.capabilities.workspace.text_document_content
    assert options is not None
    assert list(options.schemes) == ["unstuck-terminal"]
    terminal = Terminal(editor)
    terminal.write("one\r\n")
    assert await terminal.transcript() == "one\n"
    for number in range(50):
        terminal.write(f"{number}\r\n")
    assert await asyncio.wait_for(refreshed.get(), 10) == terminal.uri
    assert (await terminal.transcript()).endswith("48\n49\n")
    await asyncio.sleep(0.2)
    assert refreshed.empty()


async def test_the_client_s_copy_does_not_count(editor: Editor) -> None:
    terminal = Terminal(editor)
    terminal.write(f"{REFUSED}\r\n")
    assert await terminal.ids() == [REFUSED_ID]
    editor.client.text_document_did_open(
        types.DidOpenTextDocumentParams(types.TextDocumentItem(terminal.uri, "log", 1, "an old copy"))
    )
    editor.change(terminal.uri, 2, (None, "another"))
    assert await terminal.ids() == [REFUSED_ID]
    assert await terminal.transcript() == f"{REFUSED}\n"
    editor.close(terminal.uri)
    terminal.write("more\r\n")
    assert await terminal.transcript() == f"{REFUSED}\nmore\n"
    assert await terminal.ids() == [REFUSED_ID]


async def test_closing(editor: Editor) -> None:
    terminal = Terminal(editor)
    terminal.write(REFUSED)
    assert await terminal.ids() == [REFUSED_ID]
    seen = len(editor.published)
    terminal.tell("didClose")
    assert await editor.wait(terminal.uri, seen) == []
    with pytest.raises(JsonRpcException, match="closed"):
        await terminal.transcript()


async def test_the_oldest_lines_go_with_their_diagnoses(editor: Editor) -> None:
    terminal = Terminal(editor)
    terminal.write(f"{REFUSED}\r\n")
    assert await terminal.ids() == [REFUSED_ID]
    line = "x" * 1000 + "\r\n"
    for _ in range(110):
        terminal.write(line * 100)
    await terminal.expect([])
    assert len(await terminal.transcript()) <= 10_500_000


LINE = f"  error: {REFUSED}"
ROWS = {
    "the line": (LINE, 9, 9 + len(REFUSED)),
    "the first part of a wrapped line": (LINE[:30], 9, 30),
    "the second part": (LINE[30:], 0, len(LINE) - 30),
    "with a prompt before it": (f"$$ {LINE.strip()}", 10, 10 + len(REFUSED)),
    "with an emoji before it": (f"😀 {LINE.strip()}", 10, 10 + len(REFUSED)),
}


@pytest.mark.parametrize("name", ROWS)
async def test_links(editor: Editor, name: str) -> None:
    row, start, end = ROWS[name]
    terminal = Terminal(editor)
    terminal.write(f"$ frob\r\n{LINE}\r\n")
    [link] = await editor.ask("unstuck/terminal/links", {"uri": terminal.uri, "line": row})
    assert (link["start"], link["end"], link["id"]) == (start, end, REFUSED_ID)
    assert link["title"] == "The certificate of pypi.example.com:8443 is not trusted"
    assert plain(link["range"])["start"] == {"line": 1, "character": 9}


async def test_no_links_elsewhere(editor: Editor) -> None:
    terminal = Terminal(editor)
    terminal.write(f"$ frob\r\n{LINE}\r\n")
    for row in ("$ frob", "", "error", "frob: "):
        assert await editor.ask("unstuck/terminal/links", {"uri": terminal.uri, "line": row}) == []


async def test_links_of_a_terminal_that_nobody_opened(editor: Editor) -> None:
    [link] = await editor.ask("unstuck/terminal/links", {"uri": "unstuck-terminal:/unknown", "line": LINE})
    assert (link["start"], link["end"], link["id"]) == (9, 9 + len(REFUSED), REFUSED_ID)
    assert "range" not in link


BAD = {
    "no URI": ("didOpen", {}),
    "another scheme": ("didOpen", {"uri": "file:///etc/passwd"}),
    "no columns": ("didOpen", {"uri": "unstuck-terminal:/bad", "columns": 0}),
    "text is no text": ("didWrite", {"uri": "unstuck-terminal:/bad", "text": 7}),
    "unknown terminal": ("didWrite", {"uri": "unstuck-terminal:/bad", "text": REFUSED}),
    "unknown resized": ("didResize", {"uri": "term:/bad", "columns": 9}),
    "unknown closed": ("didClose", {"uri": "unstuck-terminal:/bad"}),
    "not an object": ("didClose", [1]),
}


@pytest.mark.parametrize("name", BAD)
async def test_bad_messages_change_nothing(editor: Editor, name: str) -> None:
    method, params = BAD[name]
    before = len(editor.client.messages)
    editor.client.protocol.notify(f"unstuck/terminal/{method}", params)
    assert await editor.diagnoses("unstuck-terminal:/bad") == []
    assert len(editor.client.messages) == before


async def test_a_terminal_s_buffer_is_rejoined_at_its_width(editor: Editor) -> None:
    """Neovim sends a terminal's buffer as a document whose lines are broken at the window's width."""
    uri = "term://~/src//42:/bin/bash"
    width = 23
    rows = [REFUSED[at : at + width] for at in range(0, len(REFUSED), width)]
    await editor.open(uri, "\n".join(["$ frob", *rows, "$ "]), "")
    editor.client.protocol.notify("unstuck/terminal/didResize", {"uri": uri, "columns": width})
    assert await editor.ids(uri) == [REFUSED_ID]
    [found] = (await editor.wait(uri))[-1:]
    assert found.range == types.Range(types.Position(1, 0), types.Position(len(rows), len(rows[-1])))


async def test_commands_of_a_terminal_s_buffer(editor: Editor) -> None:
    """Neovim tells on which line a command began and ended: a later success of the same one takes its failure away."""
    uri = "term://~/src//43:/bin/bash"
    rows = ["$ frob", REFUSED, "$ frob", "done", "$ ", "", ""]
    await editor.open(uri, "\n".join(rows[:2] + rows[4:]), "")

    def tell(method: str, **params: object) -> None:
        editor.client.protocol.notify(f"unstuck/terminal/{method}", {"uri": uri, **params})

    tell("didStartCommand", commandLine="frob", line=0)
    tell("didEndCommand", exitCode=1, line=2)
    assert await editor.ids(uri) == [REFUSED_ID]
    editor.change(uri, 2, (types.Range(types.Position(2, 0), types.Position(4, 0)), "\n".join(rows[2:])))
    tell("didStartCommand", commandLine="other", line=2)
    tell("didEndCommand", exitCode=0, line=3)
    assert await editor.ids(uri) == [REFUSED_ID], "another command says nothing of this one"
    tell("didStartCommand", commandLine="frob", line=3)
    tell("didEndCommand", exitCode=0, line=4)
    assert await editor.ids(uri) == []
