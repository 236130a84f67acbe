"""Links in a terminal's rows: where a telling line stands, for editors that cannot mark a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from unstuck.core import render
from unstuck.core.analysis import Analysis
from unstuck.core.diagnosis import Diagnosis
from unstuck.core.escapes import render as seen
from unstuck.core.text import Span, Text, units_of
from unstuck.lsp import convert
from unstuck.lsp.messages import LINKS
from unstuck.lsp.server import UnstuckServer
from unstuck.lsp.session import Session

if TYPE_CHECKING:
    from unstuck.lsp.params import LinksParams

# A row that shows less of a line than this could be any line's.
SHORTEST = 8
LONGEST = 20_000


def register(server: UnstuckServer) -> None:
    @server.feature(LINKS)
    async def links(ls: UnstuckServer, params: LinksParams) -> list[dict[str, Any]]:
        session = ls.session
        row = params.line[:LONGEST]
        document = await session.settled(params.uri)
        if document is None:
            return [_link(session, row, start, end, diagnosis) for start, end, diagnosis in _alone(session, row)]
        found = []
        seen_places: set[tuple[int, int, str]] = set()
        # The latest first: a row most likely shows what was just printed.
        for diagnosis in reversed(document.diagnoses):
            for span in diagnosis.spans:
                for start, end in _on_row(document.text, span, row):
                    if (start, end, diagnosis.signature.id) not in seen_places:
                        seen_places.add((start, end, diagnosis.signature.id))
                        link = _link(session, row, start, end, diagnosis)
                        link["range"] = convert.span_range(document.text, span, session.encoding)
                        found.append(link)
        return sorted(found, key=lambda link: (link["start"], link["end"]))


def _on_row(text: Text, span: Span, row: str) -> Iterator[tuple[int, int]]:
    """Where on `row` the text of `span` is seen; a row may show a part of its line, or have something before it."""
    shown = row.strip()
    for number in range(span.start.line, span.end.line + 1):
        if number >= len(text):
            return
        line = text.line(number)
        first = span.start.column if number == span.start.line else 0
        last = span.end.column if number == span.end.line else len(line)
        if line.strip() and line.strip() in row:
            offset = row.index(line.strip()) - (len(line) - len(line.lstrip()))
        elif len(shown) >= SHORTEST and shown in line:
            offset = len(row) - len(row.lstrip()) - line.index(shown)
        else:
            continue
        start, end = max(first + offset, 0), min(last + offset, len(row))
        if start < end:
            yield start, end


def _alone(session: Session, row: str) -> Iterator[tuple[int, int, Diagnosis]]:
    """The diagnoses of a row of a terminal that we do not follow, for instance one whose shell tells nothing."""
    if session.scanner is None:
        return
    analysis = Analysis(session.scanner.catalog, "terminal", seen(row).text, scanner=session.scanner)
    analysis.update()
    for diagnosis in analysis.diagnoses:
        yield diagnosis.span.start.column, diagnosis.span.end.column, diagnosis


def _link(session: Session, row: str, start: int, end: int, diagnosis: Diagnosis) -> dict[str, Any]:
    title = render.title(diagnosis, session.locale)
    return {
        "start": units_of(row, start, "utf-16"),
        "end": units_of(row, end, "utf-16"),
        "id": diagnosis.signature.id,
        "title": title,
        "tooltip": render.message(diagnosis, session.locale),
    }
