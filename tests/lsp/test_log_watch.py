"""Logs on disk: read as they grow, through all that happens to log files, without the editor opening them."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from editor import GAVE_UP, REFUSED, REFUSED_ID, Editor, span
from lsprotocol import types

pytestmark = pytest.mark.asyncio(loop_scope="module")

OTHER = REFUSED.replace("pypi.example.com:8443", "other.example.com")


def _without_watchers(capabilities: types.ClientCapabilities) -> None:
    """An editor that does not watch: the server does."""
    assert capabilities.workspace is not None
    capabilities.workspace.did_change_watched_files = None


START = {"adjust": _without_watchers, "settings": {"logs.watch": ["logs/**/*.{log,out}", "*.log.1", "~/ab[s].log"]}}


class Log:
    """A log in the workspace."""

    def __init__(self, editor: Editor, name: str) -> None:
        self.editor = editor
        self.path = editor.workspace / "logs" / name
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.uri = self.path.as_uri()

    def append(self, text: str) -> None:
        with self.path.open("a", encoding="utf-8", newline="") as stream:
            stream.write(text)

    async def expect(self, lines: list[int]) -> list[types.Diagnostic]:
        """Wait until what is published for the log stands on these lines."""
        for _ in range(200):
            published = [entry for entry in self.editor.published if entry.uri == self.uri]
            found = list(published[-1].diagnostics) if published else []
            if [entry.range.start.line for entry in found] == lines:
                return found
            await asyncio.sleep(0.05)
        raise AssertionError(f"{self.path.name}: {found} in place of lines {lines}")


@pytest_asyncio.fixture(loop_scope="module")
async def log(editor: Editor, request: pytest.FixtureRequest) -> AsyncIterator[Log]:
    made = Log(editor, f"{request.node.name}.log")
    yield made
    made.path.unlink(missing_ok=True)


async def test_a_log_that_is_there_and_grows(log: Log) -> None:
    log.append(f"one\n{REFUSED}\n")
    [found] = await log.expect([1])
    assert found.code == REFUSED_ID
    assert found.range == span(1, 0, len(REFUSED))
    log.append(f"two\n{OTHER}\n")
    await log.expect([1, 3])


async def test_a_half_written_last_line(log: Log) -> None:
    log.append(f"one\n{REFUSED[:30]}")
    await asyncio.sleep(0.3)
    log.append(REFUSED[30:])
    await log.expect([1])
    log.append("!\n")
    log.append(f"😀 {OTHER}\n")
    found = await log.expect([1, 2])
    assert found[1].range == span(2, 3, 3 + len(OTHER))


async def test_half_a_character(log: Log) -> None:
    encoded = f"é 😀 {REFUSED}\n".encode()
    for at in range(0, len(encoded), 5):
        with log.path.open("ab") as stream:
            stream.write(encoded[at : at + 5])
        await asyncio.sleep(0.01)
    [found] = await log.expect([0])
    assert found.range == span(0, 5, 5 + len(REFUSED))


async def test_rotation_by_renaming(log: Log) -> None:
    log.append(f"one\n{REFUSED}\n")
    await log.expect([1])
    log.path.rename(log.path.with_suffix(".old"))
    log.append(f"{OTHER}\n")
    await log.expect([0])
    log.path.with_suffix(".old").unlink()


async def test_truncation(log: Log) -> None:
    log.append(f"one\n{REFUSED}\n")
    await log.expect([1])
    os.truncate(log.path, 0)
    await log.expect([])
    log.append(f"{REFUSED}\n")
    await log.expect([0])


async def test_rewritten_and_longer_than_before(log: Log) -> None:
    log.append(f"one\n{REFUSED}\n")
    await log.expect([1])
    log.path.write_text("another line\n" * 50 + OTHER)
    await log.expect([50])


async def test_deletion_and_return(log: Log) -> None:
    log.append(f"{REFUSED}\n")
    await log.expect([0])
    log.path.unlink()
    await log.expect([])
    log.append(f"back\n{REFUSED}\n")
    await log.expect([1])


async def test_repeats_and_symptoms_across_pieces(log: Log) -> None:
    for _ in range(5):
        log.append(f"{REFUSED}\n" + "nothing here\n" * 100)
        await asyncio.sleep(0.05)
    log.append(f"{GAVE_UP}\n")
    for _ in range(100):
        [found] = await log.expect([0])
        if found.message.endswith("(5 times)") and len(found.related_information or []) == 5:
            return
        await asyncio.sleep(0.1)
    raise AssertionError(found)


async def test_other_encodings(log: Log) -> None:
    log.path.write_bytes(f"one\r\n{REFUSED}\r\n".encode("utf-16"))
    await log.expect([1])


async def test_bytes_that_are_no_text(log: Log) -> None:
    log.path.write_bytes(b"\xff\xfe\xfd\x00\x80"[2:] + b"\n" + REFUSED.encode() + b"\n")
    await log.expect([1])


async def test_folders_that_come_later(editor: Editor) -> None:
    log = Log(editor, "first.log")
    log.append("x\n")
    later = Log(editor, "first.out")
    later.append(f"{REFUSED}\n")
    await later.expect([0])


async def test_an_open_document_wins_over_the_disk(log: Log) -> None:
    log.append(f"{REFUSED}\n")
    await log.expect([0])
    await log.editor.open(log.uri, f"unsaved\n\n{REFUSED}\n")
    await log.expect([2])
    log.append(f"{OTHER}\n")
    await asyncio.sleep(1.5)
    await log.expect([2])
    log.editor.close(log.uri)
    await log.expect([0, 1])


async def test_only_what_is_named_is_read(editor: Editor) -> None:
    (editor.workspace / "unnamed.log").write_text(REFUSED)
    (editor.workspace / "logs" / "node_modules").mkdir(parents=True, exist_ok=True)
    (editor.workspace / "logs" / "node_modules" / "a.log").write_text(REFUSED)
    (editor.workspace / "logs" / "folder.log").mkdir(exist_ok=True)
    (editor.home / "abs.log").write_text(REFUSED)
    log = Log(editor, "named.log")
    log.append(REFUSED)
    await log.expect([0])
    uris = {entry["uri"] for entry in await editor.diagnoses()}
    assert not any("unnamed" in uri or "node_modules" in uri for uri in uris)
    log.path.unlink()


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root reads everything")
async def test_a_file_that_may_not_be_read_is_read_when_it_may(log: Log) -> None:
    log.append(f"{REFUSED}\n")
    log.path.chmod(0)
    await asyncio.sleep(1.5)
    log.path.chmod(0o600)
    await log.expect([0])


async def test_a_pipe_is_no_log(editor: Editor) -> None:
    if not hasattr(os, "mkfifo"):
        pytest.skip("this system has no named pipes")
    os.mkfifo(editor.workspace / "logs" / "pipe.log")
    log = Log(editor, "beside.log")
    log.append(REFUSED)
    await log.expect([0])
    log.path.unlink()


async def test_settings_that_name_other_logs(tmp_path: Path) -> None:
    editor = Editor(tmp_path)
    watchers: list[types.Registration] = []
    try:
        await editor.start(settings={"logs.watch": ["a/*.log", "b/{"]})
        log = Log(editor, "../a/x.log")
        log.path.parent.mkdir(exist_ok=True)
        (tmp_path / "workspace" / "a").mkdir(exist_ok=True)
        log.append(f"{REFUSED}\n")
        for _ in range(100):
            watchers = [one for one in editor.registered if one.method == "workspace/didChangeWatchedFiles"]
            if watchers and any("brace" in message for message in editor.messages()):
                break
            await asyncio.sleep(0.1)
        assert any("brace" in message for message in editor.messages())
        assert len(watchers) == 1
        event = types.FileEvent(log.uri, types.FileChangeType.Created)
        editor.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([event]))
        log.uri = (tmp_path / "workspace" / "a" / "x.log").as_uri()
        await log.expect([0])
    finally:
        await editor.stop()


async def test_a_big_log_shows_progress_and_can_be_cancelled(tmp_path: Path) -> None:
    editor = Editor(tmp_path)
    log = Log(editor, "big.log")
    line = "Collecting package from the usual place, nothing to see here at all\n"
    with log.path.open("w") as stream:
        for _ in range(60):
            stream.write(line * 15_000)
        stream.write(f"{REFUSED}\n")
    try:
        await editor.start(settings={"logs.watch": ["logs/*.log"]})
        for _ in range(200):
            if editor.client.progress_reports:
                break
            await asyncio.sleep(0.02)
        [token] = editor.client.progress_reports
        # The server answers while it reads.
        assert await asyncio.wait_for(editor.diagnoses(), 2) == []
        editor.client.window_work_done_progress_cancel(types.WorkDoneProgressCancelParams(token))
        for _ in range(200):
            reports = editor.client.progress_reports[token]
            if isinstance(reports[-1], types.WorkDoneProgressEnd):
                break
            await asyncio.sleep(0.02)
        assert isinstance(reports[0], types.WorkDoneProgressBegin)
        assert reports[0].cancellable
        assert isinstance(reports[-1], types.WorkDoneProgressEnd)
        log.append(f"{OTHER}\n")
        for _ in range(100):
            found = await editor.diagnoses()
            if found:
                break
            await asyncio.sleep(0.05)
        assert len(found) == 1, "what was left out stays left out; what is new is read"
    finally:
        await editor.stop()
