"""Records of a catalog while they are written: the complaints of `unstuck catalog check`, where they arise."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from lsprotocol import types

from unstuck.core.kinds import scheme_of
from unstuck.lsp import convert
from unstuck.lsp.server import UnstuckServer
from unstuck.lsp.session import Session
from unstuck.lsp.workspace import Document

if TYPE_CHECKING:
    from unstuck.authoring.record_text import Mark

# A record is checked when its author pauses: a check tries its patterns on hostile texts.
PAUSE = 0.4


def register(server: UnstuckServer) -> None:
    """Nothing to ask for: this feature speaks when a record is opened or edited."""


def touched(session: Session, document: Document) -> None:
    if _may_be_record(document):
        if document.timer is not None:
            document.timer.cancel()
        document.timer = asyncio.get_running_loop().call_later(PAUSE, _due, session, document)


def _may_be_record(document: Document) -> bool:
    is_json = document.language_id in ("json", "jsonc") or document.uri.endswith(".json")
    return is_json and scheme_of(document.uri) in ("file", "untitled") and document.is_open


def _due(session: Session, document: Document) -> None:
    document.timer = None
    if document.closed:
        return
    if session.scanner is None:  # the catalog is being read
        touched(session, document)
        return
    # Checking brings in all actions: it is imported for the first record that is opened.
    from unstuck.authoring.record_text import MOST, is_record, marks

    text = document.source
    if len(text) > MOST:
        return
    if not is_record(text):
        # Of most JSON there is nothing to say, and nothing to take back.
        if document.published:
            session.say(document, [])
        return
    version = document.version
    checked = asyncio.get_running_loop().run_in_executor(
        session.files, marks, text, session.scanner.catalog, document.uri
    )

    def tell(done: asyncio.Future[list[Mark]]) -> None:
        # What was found in an older text is dropped: a newer one is being checked.
        if not done.cancelled() and done.exception() is None and document.version == version:
            session.say(document, [_diagnostic(session, document, mark) for mark in done.result()])

    checked.add_done_callback(tell)


def _diagnostic(session: Session, document: Document, mark: Mark) -> types.Diagnostic:
    return types.Diagnostic(
        range=convert.span_range(document.text, mark.span, session.encoding),
        message=f"{mark.field}: {mark.message}" if mark.field else mark.message,
        severity=types.DiagnosticSeverity.Error if mark.blocking else types.DiagnosticSeverity.Warning,
        source="unstuck",
        code="record",
    )
