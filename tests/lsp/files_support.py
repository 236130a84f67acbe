"""What tests of a workspace's files share: waiting for marks, editing as an editor does, a pip with its own wheels."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from editor import Editor
from lsprotocol import types

PATIENCE = 10.0


def latest(editor: Editor, uri: str) -> list[types.Diagnostic]:
    """What is published for a document now."""
    found = [params for params in editor.published if params.uri == uri]
    return list(found[-1].diagnostics) if found else []


async def until(editor: Editor, uri: str, expected: Sequence[tuple[str, int]]) -> list[types.Diagnostic]:
    """Wait until exactly these codes at these lines are published, in any order; the diagnostics by line and code."""

    def found() -> list[types.Diagnostic]:
        return sorted(latest(editor, uri), key=lambda one: (one.range.start.line, str(one.code)))

    def shown() -> list[tuple[str, int]]:
        return [(str(one.code), one.range.start.line) for one in found()]

    wanted = sorted(expected, key=lambda one: (one[1], one[0]))
    try:
        await eventually(lambda: shown() == wanted)
    except TimeoutError:
        missing, extra = [one for one in wanted if one not in shown()], [one for one in shown() if one not in wanted]
        pytest.fail(f"{uri}: expected {wanted}, found {shown()}: missing {missing}, extra {extra}")
    return found()


async def eventually(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not holds():
            await asyncio.sleep(0.02)


class Buffer:
    """An open file of the workspace: its text is what the server should hold, and saving writes it to the disk."""

    def __init__(self, editor: Editor, name: str) -> None:
        self.editor, self.name = editor, name
        self.uri = editor.uri(name)
        self.version = 1
        self.text = (editor.workspace / name).read_text("utf-8")

    async def open(self, language: str = "pip-requirements") -> None:
        await self.editor.open(self.uri, self.text, language)

    def replace(self, old: str, new: str) -> None:
        """One edit: the first `old` gives way to `new`."""
        at = self.text.index(old)
        head = self.text[:at]
        start = types.Position(head.count("\n"), at - (head.rfind("\n") + 1))
        ends = head + old
        end = types.Position(ends.count("\n"), len(ends) - (ends.rfind("\n") + 1))
        self.version += 1
        self.editor.change(self.uri, self.version, (types.Range(start, end), new))
        self.text = head + new + self.text[at + len(old) :]

    def apply(self, edit: types.WorkspaceEdit) -> None:
        """A workspace edit of this one file, as an editor applies it: for its version, last edit first."""
        (change,) = edit.document_changes or ()
        assert isinstance(change, types.TextDocumentEdit)
        assert (change.text_document.uri, change.text_document.version) == (self.uri, self.version)
        starts = [0]
        for line in self.text.splitlines(keepends=True):
            starts.append(starts[-1] + len(line))
        for one in sorted(
            change.edits, key=lambda one: (one.range.start.line, one.range.start.character), reverse=True
        ):
            assert isinstance(one, types.TextEdit | types.AnnotatedTextEdit)
            start, end = (starts[place.line] + place.character for place in (one.range.start, one.range.end))
            self.replace_at(one.range, one.new_text)
            self.text = self.text[:start] + one.new_text + self.text[end:]

    def replace_at(self, place: types.Range, new: str) -> None:
        self.version += 1
        self.editor.change(self.uri, self.version, (place, new))

    def save(self) -> None:
        (self.editor.workspace / self.name).write_text(self.text, "utf-8")

    async def actions(self, line: int) -> list[types.CodeAction]:
        """The quick fixes on a line, with their edits where they have one."""
        place = types.Range(types.Position(line, 0), types.Position(line, 0))
        found = [one for one in await self.editor.actions(self.uri, place) if isinstance(one, types.CodeAction)]
        return [await self.editor.resolve(one) if one.edit is None and not one.disabled else one for one in found]


class Terminal:
    """A terminal of the editor, in which a command can be run for real."""

    def __init__(self, editor: Editor, name: str = "files", **params: Any) -> None:
        self.editor = editor
        self.uri = f"unstuck-terminal:///{name}"
        self._notify("didOpen", title="zsh", cwd=str(editor.workspace), **params)

    def _notify(self, name: str, **params: Any) -> None:
        self.editor.client.protocol.notify(f"unstuck/terminal/{name}", {"uri": self.uri, **params})

    def show(self, command: str, output: str, exit_code: int) -> None:
        """A command that has run, as an editor tells of it."""
        self._notify("didStartCommand", commandLine=command)
        self._notify("didWrite", text=output.replace("\n", "\r\n"))
        self._notify("didEndCommand", exitCode=exit_code)

    def close(self) -> None:
        self._notify("didClose")


class Pip:
    """This Python's pip, to which a folder of wheels is the only index; it installs nothing."""

    def __init__(self, folder: Path, wheels: Sequence[tuple[str, str, str]]) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)
        for name, version, requires in wheels:
            info = f"{name}-{version}.dist-info"
            with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
                needs = f"Requires-Dist: {requires}\n" if requires else ""
                wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{needs}")
                tags = "Root-Is-Purelib: true\nTag: py3-none-any\n"
                wheel.writestr(f"{info}/WHEEL", f"Wheel-Version: 1.0\nGenerator: x\n{tags}")
                wheel.writestr(f"{info}/RECORD", "")

    async def run(self, terminal: Terminal, *arguments: str) -> str:
        """Run `pip install` in the workspace and show it in the terminal; its output."""
        options = ["--no-index", "--find-links", str(self.folder), "--dry-run", "--disable-pip-version-check"]
        env = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "UV_", "VIRTUAL_ENV"))}
        env["PIP_CONFIG_FILE"] = os.devnull

        def run() -> subprocess.CompletedProcess[str]:
            command = [sys.executable, "-m", "pip", "install", *options, *arguments]
            cwd = terminal.editor.workspace
            return subprocess.run(
                command, cwd=cwd, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
            )

        done = await asyncio.to_thread(run)
        terminal.show(" ".join(["pip install", *arguments]), done.stdout, done.returncode)
        return done.stdout
