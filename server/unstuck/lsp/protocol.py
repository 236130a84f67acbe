"""pygls's protocol with our workspace, exact message parsing, and errors that reach the log rather than the user."""

from __future__ import annotations

import asyncio
import inspect
import json
import logging
from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING, Any, cast

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams, JsonRpcInvalidRequest
from pygls.protocol import JsonRPCNotification, JsonRPCRequestMessage, LanguageServerProtocol, lsp_method

from unstuck.core.text import Encoding
from unstuck.lsp import messages
from unstuck.lsp.client import Client
from unstuck.lsp.session import Session
from unstuck.lsp.workspace import Document, DocumentWorkspace

if TYPE_CHECKING:
    from unstuck.lsp.server import UnstuckServer

log = logging.getLogger(__name__)

EXPERIMENTAL = {"unstuck": {"version": 1, "terminal": True, "scheme": "unstuck-terminal"}}


class UnstuckProtocol(LanguageServerProtocol):
    """One connection. `session` is there from `initialize` on."""

    session: Session | None = None
    exit_code: int | None = None

    @lsp_method(types.INITIALIZE)
    def lsp_initialize(self, params: types.InitializeParams) -> Generator[Any, Any, types.InitializeResult]:
        server = cast("UnstuckServer", self._server)
        result: types.InitializeResult = yield from super().lsp_initialize(params)
        capabilities = result.capabilities
        encoding = cast(Encoding, str(getattr(capabilities.position_encoding, "value", capabilities.position_encoding)))
        workspace = DocumentWorkspace(
            self.workspace.root_uri,
            types.TextDocumentSyncKind.Incremental,
            list(params.workspace_folders or []),
            capabilities.position_encoding,
        )
        self._workspace = workspace
        if self.session is not None:
            self.session.stop()
        self.session = Session(server, Client.of(params), workspace, encoding)
        self.session.preload()
        capabilities.experimental = EXPERIMENTAL
        # The lifecycle is handled here, without features that pygls could see.
        capabilities.text_document_sync = types.TextDocumentSyncOptions(
            open_close=True, change=types.TextDocumentSyncKind.Incremental
        )
        server.initialized(self.session, result)
        return result

    @lsp_method(types.TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(self, params: types.DidOpenTextDocumentParams) -> None:
        self.workspace.put_text_document(params.text_document)
        if self.session is not None and not self.session.owns(params.text_document.uri):
            self.session.add(cast(Document, self.workspace.get_text_document(params.text_document.uri)))

    @lsp_method(types.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: types.DidChangeTextDocumentParams) -> None:
        if self.session is None or self.session.owns(params.text_document.uri):
            return
        encoding = self.session.encoding
        changes = [(lambda document, event=event: document.change(event, encoding)) for event in params.content_changes]
        uri = params.text_document.uri
        if uri not in self.workspace.text_documents or not self.session.apply(
            uri, changes, params.text_document.version
        ):
            log.warning("ignored a change of %s, which is not open", uri)

    @lsp_method(types.TEXT_DOCUMENT_DID_CLOSE)
    def lsp_text_document__did_close(self, params: types.DidCloseTextDocumentParams) -> None:
        uri = params.text_document.uri
        if uri not in self.workspace.text_documents:
            log.warning("ignored the closing of %s, which is not open", uri)
            return
        self.workspace.remove_text_document(uri)
        if self.session is not None and not self.session.owns(uri):
            self.session.remove(uri)

    @lsp_method(types.SHUTDOWN)
    def lsp_shutdown(self, *args: Any) -> Generator[Any, Any, None]:
        if self.session is not None:
            self.session.stop()
        yield from super().lsp_shutdown(*args)

    @lsp_method(types.EXIT)
    def lsp_exit(self, *args: Any) -> Generator[Any, Any, None]:
        # pygls loses the exit code on its way out of the event loop.
        self.exit_code = 0 if self._shutdown else 1
        yield from super().lsp_exit(*args)

    def as_json(self, value: Any) -> str:
        """A type of the protocol's as it is sent."""
        return json.dumps(self._converter.unstructure(value))

    def publish(self, uri: str, version: int | None, diagnostics: Sequence[str]) -> None:
        """Send a document's diagnostics, each as JSON: of a thousand only what is new had to be made."""
        number = "" if version is None else f', "version": {version}'
        params = f'{{"uri": {json.dumps(uri)}{number}, "diagnostics": [{", ".join(diagnostics)}]}}'
        body = f'{{"jsonrpc": "2.0", "method": "{types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS}", "params": {params}}}'
        if self.writer is not None:
            sent = self.writer.write(f"Content-Length: {len(body)}\r\n\r\n{body}".encode("ascii"))
            if inspect.isawaitable(sent):
                asyncio.ensure_future(sent)  # noqa: RUF006

    def structure_message(self, data: dict[str, Any]) -> Any:
        # Called for every JSON object inside a message too: any that has a key "jsonrpc" would be taken for one.
        return data

    def handle_message(self, message: Any) -> None:
        """Structure and dispatch one message; a request that makes no sense gets an answer that says why."""
        if not isinstance(message, dict) or message.get("jsonrpc") != self.VERSION:
            log.warning("ignored a message that is not JSON-RPC 2.0")
            return
        method = message.get("method")
        try:
            structured = self._custom(message) if method in messages.METHODS else super().structure_message(message)
        except JsonRpcException as error:
            log.warning("could not read a message of method %s: %s", method, error)
            if method is not None and "id" in message:
                self._send_response(message["id"], error=error.to_response_error())
            return
        if method is not None and self.session is None and method not in (types.INITIALIZE, types.EXIT):
            if "id" in message:
                refusal = JsonRpcInvalidRequest("the server is not initialized").to_response_error()
                refusal.code = types.ErrorCodes.ServerNotInitialized
                self._send_response(message["id"], error=refusal)
            return
        if self._shutdown and method not in (None, types.EXIT):
            if "id" in message:
                refusal = JsonRpcInvalidRequest("the server is shutting down").to_response_error()
                self._send_response(message["id"], error=refusal)
            return
        super().handle_message(structured)

    def _custom(self, message: dict[str, Any]) -> Any:
        method, version = message["method"], self.VERSION
        try:
            params = messages.read(method, message.get("params") or {})
        except ValueError as error:
            raise JsonRpcInvalidParams(str(error)) from error
        if "id" in message:
            return JsonRPCRequestMessage(id=message["id"], method=method, jsonrpc=version, params=params)
        return JsonRPCNotification(method=method, jsonrpc=version, params=params)
