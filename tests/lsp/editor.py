"""An editor for the tests: the real server over stdio, told what a real editor would tell it."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from lsprotocol import types
from pygls.protocol import default_converter
from pytest_lsp import LanguageClient, client_capabilities
from pytest_lsp.client import DEFAULT_CLIENT_FEATURES, register_lsp_features

HERE = Path(__file__).parent
RECORDS = HERE / "records"
SERVER = HERE.parent.parent / "server"
# Seconds: a machine that runs other suites as well starts a server in ten.
PATIENCE = 30.0
PASSED_ON = {"PATH", "SYSTEMROOT", "TEMP", "TMP", "UNSTUCK_CACHE_DIR"}

REFUSED = "frob: the certificate of pypi.example.com:8443 is refused"
GAVE_UP = "frob: giving up"
REFUSED_ID = "example/certificate-refused"


def position(line: int, character: int) -> types.Position:
    return types.Position(line, character)


def span(line: int, start: int, end: int) -> types.Range:
    return types.Range(types.Position(line, start), types.Position(line, end))


class Editor:
    """One connection; `folder` is both the user's home and, below it, the workspace."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.workspace = folder / "workspace"
        for place in (self.home, self.workspace):
            place.mkdir(parents=True, exist_ok=True)
        self.client = LanguageClient(converter_factory=default_converter)
        self.published: list[types.PublishDiagnosticsParams] = []
        self.registered: list[types.Registration] = []
        self.applied: list[types.ApplyWorkspaceEditParams] = []
        self.capabilities = types.ServerCapabilities()
        self.slow_settings = 0.0
        self._news = asyncio.Condition()
        register_lsp_features(
            self.client,
            {
                **DEFAULT_CLIENT_FEATURES,
                types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS: _function(self._publish),
                types.CLIENT_REGISTER_CAPABILITY: _function(self._register),
                types.WORKSPACE_APPLY_EDIT: _function(self._apply),
                types.WORKSPACE_CONFIGURATION: _function(self._configuration),
            },
        )

    async def _publish(self, params: types.PublishDiagnosticsParams) -> None:
        async with self._news:
            self.published.append(params)
            self._news.notify_all()

    async def _register(self, params: types.RegistrationParams) -> None:
        async with self._news:
            self.registered += params.registrations
            self._news.notify_all()

    async def _configuration(self, params: types.ConfigurationParams) -> list[Any]:
        await asyncio.sleep(self.slow_settings)
        return [self.client.get_configuration(section=item.section) for item in params.items]

    async def _apply(self, params: types.ApplyWorkspaceEditParams) -> types.ApplyWorkspaceEditResult:
        self.applied.append(params)
        return types.ApplyWorkspaceEditResult(applied=True)

    async def start(
        self,
        editor: str = "visual-studio-code",
        *,
        locale: str | None = None,
        settings: dict[str, Any] | None = None,
        commands: tuple[str, ...] = (),
        encodings: list[str] | None = None,
        adjust: Callable[[types.ClientCapabilities], None] | None = None,
        environ: dict[str, str] | None = None,
    ) -> types.InitializeResult:
        """Start the server and shake hands as `editor` of pytest-lsp's recorded clients would."""
        env = {name: value for name, value in os.environ.items() if name in PASSED_ON}
        env |= {"HOME": str(self.home), "USERPROFILE": str(self.home), "PYTHONPATH": str(SERVER), **(environ or {})}
        await self.client.start_io(sys.executable, "-m", "unstuck", "serve", env=env)
        capabilities = client_capabilities(editor)
        if encodings is not None:
            capabilities.general = capabilities.general or types.GeneralClientCapabilities()
            capabilities.general.position_encodings = encodings
        if adjust is not None:
            adjust(capabilities)
        params = types.InitializeParams(
            capabilities=capabilities,
            locale=locale,
            workspace_folders=[types.WorkspaceFolder(self.workspace.as_uri(), "workspace")],
            root_uri=self.workspace.as_uri(),
            initialization_options={
                "clientCommands": list(commands),
                "settings": {"catalogs": [str(RECORDS)], **(settings or {})},
            },
        )
        result = await asyncio.wait_for(self.client.initialize_session(params), PATIENCE)
        self.capabilities = result.capabilities
        return result

    async def stop(self) -> int | None:
        """Leave as a client should; the server's exit code."""
        await asyncio.wait_for(self.client.shutdown_session(), PATIENCE)
        server = self.client._server
        await self.client.stop()
        return server.returncode if server else None

    # Documents

    def uri(self, name: str) -> str:
        return (self.workspace / name).as_uri()

    async def open(self, uri: str, text: str, language: str = "log") -> list[types.Diagnostic]:
        """Open a document and wait for what is published for it."""
        seen = len(self.published)
        self.client.text_document_did_open(
            types.DidOpenTextDocumentParams(types.TextDocumentItem(uri, language, 1, text))
        )
        return await self.wait(uri, seen)

    async def ready(self) -> None:
        """Wait until the server has read its catalog: what is asked before that finds nothing."""
        if not self.published:
            await self.open("untitled:ready", "")
            self.close("untitled:ready")

    def change(self, uri: str, version: int, *changes: tuple[types.Range | None, str]) -> None:
        self.client.text_document_did_change(
            types.DidChangeTextDocumentParams(
                types.VersionedTextDocumentIdentifier(version, uri),
                [
                    types.TextDocumentContentChangeWholeDocument(text)
                    if place is None
                    else types.TextDocumentContentChangePartial(place, text)
                    for place, text in changes
                ],
            )
        )

    def close(self, uri: str) -> None:
        self.client.text_document_did_close(types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(uri)))

    async def wait(self, uri: str, seen: int = 0) -> list[types.Diagnostic]:
        """What is published for `uri` after the first `seen` publications of all."""

        def news() -> list[types.PublishDiagnosticsParams]:
            return [params for params in self.published[seen:] if params.uri == uri]

        async with self._news:
            await asyncio.wait_for(self._news.wait_for(news), PATIENCE)
        return list(news()[-1].diagnostics)

    async def diagnoses(self, uri: str | None = None) -> list[dict[str, Any]]:
        """What is alive now; the answer comes after all that was sent before."""
        return list(await self.ask("unstuck/diagnoses", {"uri": uri} if uri else {}))

    async def ids(self, uri: str) -> list[str]:
        return [entry["id"] for entry in await self.diagnoses(uri)]

    async def ask(self, method: str, params: Any) -> Any:
        return plain(await asyncio.wait_for(self.client.protocol.send_request_async(method, params), PATIENCE))

    async def registration(self, method: str) -> types.Registration:
        """What the server registers for a method."""

        def found() -> list[types.Registration]:
            return [item for item in self.registered if item.method == method]

        async with self._news:
            await asyncio.wait_for(self._news.wait_for(found), PATIENCE)
        return found()[0]

    # Features

    async def hover(self, uri: str, line: int, character: int = 0) -> types.Hover | None:
        params = types.HoverParams(types.TextDocumentIdentifier(uri), types.Position(line, character))
        return await self._answer(self.client.text_document_hover_async(params))

    async def hover_text(self, uri: str, line: int) -> str:
        hover = await self.hover(uri, line)
        assert hover is not None, f"no hover on line {line}"
        assert isinstance(hover.contents, types.MarkupContent)
        return hover.contents.value

    async def actions(
        self,
        uri: str,
        place: types.Range,
        *,
        only: list[str] | None = None,
        diagnostics: list[types.Diagnostic] | None = None,
    ) -> list[Any]:
        context = types.CodeActionContext(diagnostics or [], only=only)
        params = types.CodeActionParams(types.TextDocumentIdentifier(uri), place, context)
        return list(await self._answer(self.client.text_document_code_action_async(params)) or [])

    async def resolve(self, action: types.CodeAction) -> types.CodeAction:
        return await self._answer(self.client.code_action_resolve_async(action))

    async def _answer(self, answer: Awaitable[Any]) -> Any:
        return await asyncio.wait_for(answer, PATIENCE)

    def messages(self) -> list[str]:
        return [params.message for params in self.client.messages]


def _function(method: Callable[[Any], Awaitable[Any]]) -> Callable[[Any], Awaitable[Any]]:
    # pygls notes the feature's name on the function, and a bound method takes no notes.
    async def call(params: Any) -> Any:
        return await method(params)

    return call


def plain(value: Any) -> Any:
    """What pygls made of a foreign answer, as JSON again."""
    if hasattr(value, "_asdict"):
        value = value._asdict()
    if isinstance(value, dict):
        return {key: plain(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(entry) for entry in value]
    return value
