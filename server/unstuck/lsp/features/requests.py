"""The requests beyond LSP: what is alive, and what a failure is about (`server/README.md`)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from unstuck.core import render
from unstuck.core.redact import redact
from unstuck.lsp import convert, messages
from unstuck.lsp.features.hover import at_line, explain
from unstuck.lsp.server import UnstuckServer

if TYPE_CHECKING:
    from unstuck.lsp.params import DiagnosesParams, ExplainParams

CATALOG_TRIES = 200  # of 50 ms


def register(server: UnstuckServer) -> None:
    @server.feature(messages.EXPLAIN)
    async def explained(ls: UnstuckServer, params: ExplainParams) -> dict[str, Any] | None:
        session = ls.session
        if params.uri is not None and params.position is not None:
            document = await session.settled(params.uri)
            found = at_line(document, params.position.line) if document is not None else None
            if document is None or found is None:
                return None
            diagnosis, span = found
            place = convert.span_range(document.text, diagnosis.span, session.encoding)
            text = await explain(session, document, diagnosis, span, markdown=True)
            return {"markdown": text, "id": diagnosis.signature.id, "range": place}
        # An editor may ask as soon as the server is up, while the catalog is still being read.
        for _ in range(CATALOG_TRIES):
            if session.scanner is not None:
                break
            await asyncio.sleep(0.05)
        signature = session.scanner.catalog.get(params.id) if session.scanner is not None and params.id else None
        if signature is None:
            return None
        return {"markdown": render.render_markdown(signature, session.locale), "id": signature.id}

    @server.feature(messages.DIAGNOSES)
    async def diagnoses(ls: UnstuckServer, params: DiagnosesParams) -> list[dict[str, Any]]:
        session = ls.session
        for uri in [params.uri] if params.uri is not None else list(session.documents):
            await session.settled(uri)
        found = []
        for owner, diagnosis in session.alive(params.uri):
            entry: dict[str, Any] = {
                "uri": owner.uri,
                "range": convert.span_range(owner.text, diagnosis.span, session.encoding),
                "id": diagnosis.signature.id,
                "title": render.title(diagnosis, session.locale),
                "severity": session.settings.severity_of(diagnosis.signature),
                "occurrences": diagnosis.occurrences,
            }
            if diagnosis.command:
                entry["command"] = redact(diagnosis.command)
            found.append(entry)
        return found
