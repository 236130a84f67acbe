"""Hover: what is known of the failure that a line belongs to."""

from __future__ import annotations

from lsprotocol import types

from unstuck.core import render
from unstuck.core.diagnosis import Diagnosis
from unstuck.core.text import Position, Span
from unstuck.lsp import convert
from unstuck.lsp.schedule import LITTLE_PATIENCE
from unstuck.lsp.server import UnstuckServer
from unstuck.lsp.session import Session
from unstuck.lsp.workspace import Document


def register(server: UnstuckServer) -> None:
    @server.feature(types.TEXT_DOCUMENT_HOVER)
    async def hover(ls: UnstuckServer, params: types.HoverParams) -> types.Hover | None:
        session = ls.session
        document = await session.settled(params.text_document.uri, LITTLE_PATIENCE)
        if document is None:
            return None
        found = at_line(document, params.position.line)
        if found is None:
            return await _noted(session, document, params.position.line)
        diagnosis, span = found
        # Before the wait: afterwards the text may be another one.
        place = convert.span_range(document.text, span, session.encoding)
        return _hover(session, await explain(session, document, diagnosis, span), place)


def _hover(session: Session, value: str, place: types.Range) -> types.Hover:
    kind = types.MarkupKind.Markdown if session.client.markdown else types.MarkupKind.PlainText
    return types.Hover(types.MarkupContent(kind, value), place)


async def _noted(session: Session, document: Document, line: int) -> types.Hover | None:
    """Of a line that caused a failure elsewhere: that failure's explanation."""
    if session.notes is None:
        return None
    for note in session.notes.at(document.uri, Span(Position(line, 0), Position(line + 1, 0))):
        for key in note.causes if note.span.start.line <= line <= note.span.end.line else ():
            behind = session.notes.diagnosis(key)
            if behind is not None:
                told = (
                    "这一行导致了别处的失败。" if render.is_chinese(session.locale) else "This line caused a failure."
                )
                text = await explain(session, *behind)
                return _hover(session, f"{told}\n\n{text}", note.diagnostic.range)
    return None


def at_line(document: Document, line: int) -> tuple[Diagnosis, Span] | None:
    """The diagnosis that a physical line belongs to and which of its spans stands there; a telling line first."""
    on_line = [
        (span != diagnosis.span, diagnosis, span)
        for diagnosis in document.diagnoses
        for span in diagnosis.spans
        if span.start.line <= line <= span.end.line
    ]
    if not on_line:
        return None
    _, diagnosis, span = min(on_line, key=lambda entry: entry[0])
    return diagnosis, span


async def explain(
    session: Session,
    document: Document,
    diagnosis: Diagnosis,
    span: Span | None = None,
    *,
    markdown: bool | None = None,
) -> str:
    """The explanation of a diagnosis with the fixes that this machine can have."""
    fixes = []
    if diagnosis.signature.fixes:
        await session.ready_to_fix()
        from unstuck.lsp import plans

        fixes = await plans.offered(session, document, diagnosis)
    rendered = session.client.markdown if markdown is None else markdown
    write = render.render_markdown if rendered else render.render_text
    text = write(diagnosis, session.locale, fixes)
    if span is None or span == diagnosis.span:
        return text
    first = diagnosis.span.start.line + 1
    same = any(span == repeat.span for repeat in diagnosis.repeats)
    if render.is_chinese(session.locale):
        note = f"此行与第 {first} 行是同一个失败。" if same else f"此行由第 {first} 行的失败引起。"
    else:
        note = f"The same failure as on line {first}." if same else f"This follows from the failure on line {first}."
    return f"{note}\n\n{text}"
