"""A small editor: it starts the real server over stdio, opens a document, asks and applies edits as editors do."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from cattrs import Converter
from lsprotocol import types
from pygls.lsp.client import LanguageClient
from pygls.protocol import default_converter
from pygls.uris import to_fs_path

import unstuck
from unstuck.core.text import Position, Span, Text, column_of

Answer = TypeVar("Answer")

PATIENCE = 60.0
"""Seconds until an answer of the server is given up."""


class Editor:
    """One connection to a server of its own, in the workspace `folder`; use it as an asynchronous context manager.

    `environ` is the whole environment of the server, which thereby knows what the failed command saw.
    """

    def __init__(self, folder: Path, environ: Mapping[str, str], locale: str = "en") -> None:
        self.folder = folder
        self.environ = {**environ, "PYTHONPATH": str(Path(unstuck.__file__).parents[1])}
        self.locale = locale
        self.name = "unknown"
        self.messages: list[str] = []
        self._client = LanguageClient("unstuck-demo", unstuck.__version__, converter_factory=_converter)
        self._published: dict[str, asyncio.Queue[list[types.Diagnostic]]] = {}
        self._listen()

    async def __aenter__(self) -> Self:
        await self._client.start_io(sys.executable, "-m", "unstuck", "serve", env=self.environ, cwd=str(self.folder))
        answer = await self._wait(self._client.initialize_async(self._hello()))
        self._client.initialized(types.InitializedParams())
        if answer.server_info is not None:
            self.name = f"{answer.server_info.name} {answer.server_info.version or ''}".strip()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            await asyncio.wait_for(self._client.shutdown_async(None), 10)
            self._client.exit(None)
        finally:
            await self._client.stop()  # type: ignore[no-untyped-call]

    async def open(self, path: Path, text: str, language: str = "log") -> list[types.Diagnostic]:
        """The diagnostics of a document that lies at `path` (which need not exist)."""
        uri = path.as_uri()
        queue = self._published.setdefault(uri, asyncio.Queue())
        item = types.TextDocumentItem(uri=uri, language_id=language, version=1, text=text)
        self._client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        return await self._wait(queue.get())

    async def terminal(
        self, uri: str, line: str, output: str, exit_code: int, *, cwd: Path, environment: Mapping[str, str | None]
    ) -> list[types.Diagnostic]:
        """The diagnostics of a terminal in which `line` was typed, printed `output` and ended; [] where there are none.

        `uri` begins with `unstuck-terminal:`. It stays open, so that further calls are further commands in it.
        """
        tell = self._client.protocol.notify
        if uri not in self._published:
            self._published[uri] = asyncio.Queue()
            opened = {"uri": uri, "shell": "bash", "cwd": str(cwd), "environment": dict(environment)}
            tell("unstuck/terminal/didOpen", opened)
        tell("unstuck/terminal/didStartCommand", {"uri": uri, "commandLine": line, "cwd": str(cwd)})
        tell("unstuck/terminal/didWrite", {"uri": uri, "text": output.replace("\r\n", "\n").replace("\n", "\r\n")})
        tell("unstuck/terminal/didEndCommand", {"uri": uri, "exitCode": exit_code})
        # The first scan waits for the catalog, and nothing says that a terminal has nothing to be told.
        known: list[object] = []
        for _ in range(int(PATIENCE * 10)):
            known = await self._wait(self._client.protocol.send_request_async("unstuck/diagnoses", {"uri": uri}))
            if known:
                break
            await asyncio.sleep(0.1)
        found: list[types.Diagnostic] = []
        while len(found) != len(known):
            found = await self._wait(self._published[uri].get())
        return found

    def close(self, path: Path) -> None:
        document = types.TextDocumentIdentifier(path.as_uri())
        self._client.text_document_did_close(types.DidCloseTextDocumentParams(document))
        self._published.pop(path.as_uri(), None)

    async def hover(self, path: Path, position: types.Position) -> str:
        """What the server tells there, as plain text; empty for nothing."""
        params = types.HoverParams(types.TextDocumentIdentifier(path.as_uri()), position)
        answer = await self._wait(self._client.text_document_hover_async(params))
        if answer is None or not isinstance(answer.contents, types.MarkupContent):
            return ""
        return answer.contents.value

    async def actions(self, document: Path | str, diagnostic: types.Diagnostic) -> list[types.CodeAction]:
        """The quick fixes for a diagnostic of a file or URI, in the server's order."""
        uri = document if isinstance(document, str) else document.as_uri()
        params = types.CodeActionParams(
            text_document=types.TextDocumentIdentifier(uri),
            range=diagnostic.range,
            context=types.CodeActionContext(diagnostics=[diagnostic], only=[types.CodeActionKind.QuickFix]),
        )
        answer = await self._wait(self._client.text_document_code_action_async(params))
        return [action for action in answer or [] if isinstance(action, types.CodeAction)]

    async def resolve(self, action: types.CodeAction) -> types.CodeAction:
        """The action with its edit."""
        if action.edit is not None or action.data is None:
            return action
        return await self._wait(self._client.code_action_resolve_async(action))

    def _listen(self) -> None:
        # pygls marks the functions that it is given, which it cannot do with methods.
        def publish(params: types.PublishDiagnosticsParams) -> None:
            self._published.setdefault(params.uri, asyncio.Queue()).put_nowait(list(params.diagnostics))

        def show(params: types.ShowMessageParams) -> None:
            self.messages.append(params.message)

        def ignore(_params: object) -> None:
            """Accepted; nothing of it is needed here."""

        self._client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)(publish)
        self._client.feature(types.WINDOW_SHOW_MESSAGE)(show)
        self._client.feature(types.WINDOW_LOG_MESSAGE)(lambda params: ignore(params))
        self._client.feature(types.CLIENT_REGISTER_CAPABILITY)(lambda params: ignore(params))

    async def _wait(self, awaitable: Awaitable[Answer]) -> Answer:
        return await asyncio.wait_for(awaitable, PATIENCE)

    def _hello(self) -> types.InitializeParams:
        action = types.CodeActionClientCapabilities(
            code_action_literal_support=types.ClientCodeActionLiteralOptions(
                types.ClientCodeActionKindOptions([types.CodeActionKind.QuickFix])
            ),
            is_preferred_support=True,
            disabled_support=True,
            data_support=True,
            resolve_support=types.ClientCodeActionResolveOptions(["edit"]),
        )
        edit = types.WorkspaceEditClientCapabilities(
            document_changes=True,
            resource_operations=[types.ResourceOperationKind.Create],
            change_annotation_support=types.ChangeAnnotationsSupportOptions(),
        )
        return types.InitializeParams(
            process_id=os.getpid(),
            client_info=types.ClientInfo("unstuck demo", unstuck.__version__),
            locale=self.locale,
            capabilities=types.ClientCapabilities(
                workspace=types.WorkspaceClientCapabilities(apply_edit=True, workspace_edit=edit),
                text_document=types.TextDocumentClientCapabilities(
                    code_action=action,
                    hover=types.HoverClientCapabilities(content_format=[types.MarkupKind.PlainText]),
                    publish_diagnostics=types.PublishDiagnosticsClientCapabilities(
                        related_information=True, code_description_support=True, data_support=True
                    ),
                ),
                general=types.GeneralClientCapabilities(position_encodings=[types.PositionEncodingKind.Utf16]),
            ),
            workspace_folders=[types.WorkspaceFolder(self.folder.as_uri(), self.folder.name)],
            root_uri=self.folder.as_uri(),
            initialization_options={"clientCommands": ["unstuck.insertCommand"], "settings": {"locale": self.locale}},
        )


def _converter() -> Converter:
    """pygls's own, which takes every action that carries a command for a bare command."""
    converter: Converter = default_converter()  # type: ignore[no-untyped-call]

    def one(value: dict[str, Any], _type: object) -> Any:
        kind = types.Command if isinstance(value.get("command"), str) else types.CodeAction
        return converter.structure(value, kind)

    converter.register_structure_hook(types.Command | types.CodeAction, one)
    return converter


def apply(edit: types.WorkspaceEdit) -> list[Path]:
    """Carry out an edit of files that are not open: operations in their order; the files that it wrote.

    Raises ValueError for what an editor would refuse: a document's version, a file to create that is there, an
    operation that was not announced.
    """
    written: dict[Path, None] = {}
    for operation in edit.document_changes or []:
        if isinstance(operation, types.CreateFile):
            path = path_of(operation.uri)
            options = operation.options or types.CreateFileOptions()
            if not path.exists() or options.overwrite:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(b"")
            elif not options.ignore_if_exists:
                raise ValueError(f"{path} is there already")
        elif isinstance(operation, types.TextDocumentEdit):
            if operation.text_document.version is not None:
                raise ValueError(f"{operation.text_document.uri} is not open, but has a version")
            path = path_of(operation.text_document.uri)
            plain = [
                change for change in operation.edits if isinstance(change, types.TextEdit | types.AnnotatedTextEdit)
            ]
            _write(path, plain)
        else:
            raise ValueError(f"{type(operation).__name__} was not announced")
        written[path] = None
    for uri, changes in (edit.changes or {}).items():
        path = path_of(uri)
        _write(path, changes)
        written[path] = None
    return list(written)


def path_of(uri: str) -> Path:
    """The file that a URI names; ValueError where it names none."""
    path = to_fs_path(uri)
    if path is None:
        raise ValueError(f"{uri} is no file")
    return Path(path)


def _write(path: Path, changes: Sequence[types.TextEdit | types.AnnotatedTextEdit]) -> None:
    # Editors show what is no UTF-8 as replacement characters, and save those where no edit takes them away.
    text = Text(path.read_bytes().decode("utf-8", "replace"))

    def place(position: types.Position) -> Position:
        line = text.line(position.line) if position.line < len(text) else ""
        return Position(position.line, column_of(line, position.character, "utf-16"))

    spans = [(Span(place(change.range.start), place(change.range.end)), change.new_text) for change in changes]
    # All ranges mean the text before the edit: from its end backwards none of them moves.
    for span, new in sorted(spans, key=lambda entry: entry[0].start, reverse=True):
        text.replace(span, new)
    path.write_bytes(text.content.encode("utf-8"))
