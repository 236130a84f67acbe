"""Transcripts as read-only documents: `workspace/textDocumentContent`, and its refresh while they grow."""

from __future__ import annotations

import asyncio
import logging
import time
from weakref import WeakKeyDictionary

from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams

from unstuck.lsp.messages import SCHEME
from unstuck.lsp.server import UnstuckServer
from unstuck.lsp.session import Session

log = logging.getLogger(__name__)

# Seconds between two refreshes of a document, and per million characters of it: each one sends the whole text.
PAUSE = 1.0
PAUSE_PER_MILLION = 2.0


class Refresher:
    """Tells the client that a transcript that it asked for has grown, not more often than it can take it."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._asked: dict[str, float] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._tasks: set[asyncio.Future[None]] = set()

    def asked(self, uri: str) -> None:
        self._asked[uri] = time.monotonic()

    def changed(self, uri: str) -> None:
        if uri not in self._asked or uri in self._timers:
            return
        document = self._session.documents.get(uri)
        size = document.text.end.line * 80 / 1e6 if document is not None else 0.0
        pause = PAUSE + size * PAUSE_PER_MILLION
        wait = max(0.05, self._asked[uri] + pause - time.monotonic())
        self._timers[uri] = asyncio.get_running_loop().call_later(wait, self._refresh, uri)

    def forget(self, uri: str) -> None:
        self._asked.pop(uri, None)
        timer = self._timers.pop(uri, None)
        if timer is not None:
            timer.cancel()

    def _refresh(self, uri: str) -> None:
        del self._timers[uri]
        # The client asks again if it still shows the document.
        self._asked.pop(uri, None)
        task = asyncio.ensure_future(self._send(uri))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _send(self, uri: str) -> None:
        try:
            await self._session.server.workspace_text_document_content_refresh_async(
                types.TextDocumentContentRefreshParams(uri)
            )
        except Exception as error:
            log.warning("the client did not refresh %s: %s", uri, error)


_REFRESHERS: WeakKeyDictionary[Session, Refresher] = WeakKeyDictionary()


def refresher(session: Session) -> Refresher | None:
    """The session's refresher; None where the client does not know such documents."""
    return _REFRESHERS.get(session)


def initialized(session: Session, result: types.InitializeResult) -> None:
    if not session.client.text_content:
        return
    _REFRESHERS[session] = Refresher(session)
    workspace = result.capabilities.workspace or types.WorkspaceOptions()
    workspace.text_document_content = types.TextDocumentContentOptions([SCHEME])
    result.capabilities.workspace = workspace


def register(server: UnstuckServer) -> None:
    @server.feature(types.WORKSPACE_TEXT_DOCUMENT_CONTENT)
    async def content(ls: UnstuckServer, params: types.TextDocumentContentParams) -> types.TextDocumentContentResult:
        session = ls.session
        document = session.documents.get(params.uri)
        if document is None or not document.transcript:
            raise JsonRpcInvalidParams(f"there is no terminal {params.uri}: it was closed, or never opened")
        if refreshing := refresher(session):
            refreshing.asked(params.uri)
        return types.TextDocumentContentResult(document.source)
