"""What is said of the workspace's own files: what caused a failure that a terminal or log told, and what is wrong
before any tool runs.

A failure's place is looked for once, when the failure is new. Afterwards it is only found again: a line that was
edited since has been dealt with, and is marked no more. It goes with the failure: when its terminal is closed, or the
command succeeds.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

import attrs
from lsprotocol import types
from pygls.uris import from_fs_path

from unstuck.core import render
from unstuck.core.diagnosis import Diagnosis
from unstuck.core.redact import redact
from unstuck.core.same_mistake import same_mistake
from unstuck.core.text import Span, Text
from unstuck.lsp import convert
from unstuck.lsp.workspace import Document

if TYPE_CHECKING:
    from unstuck.core.blame import Blame
    from unstuck.core.file_checks import Check
    from unstuck.core.fixes import World
    from unstuck.core.said import Said
    from unstuck.lsp.session import Session

log = logging.getLogger(__name__)

KINDS = frozenset({"requirements", "pip_config", "pyproject"})
# Changes that come together are answered together.
PAUSE = 0.1
# After a look that took t seconds the next one begins 3 t later.
REST = 3.0
# So many failures of one document are followed to their files, the latest ones.
MOST_FAILURES = 100

Key = tuple[str, str, frozenset[tuple[str, str]], int]


@dataclass(frozen=True)
class Note:
    """One diagnostic on a file, and what it comes from: a check, failures told elsewhere, or both."""

    diagnostic: types.Diagnostic
    span: Span
    check: Check | None = None
    causes: tuple[Key, ...] = ()


class Files:
    """The notes of one session. All methods but `_find` run on the event loop."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.notes: dict[str, list[Note]] = {}
        self._places: dict[Key, list[Blame]] = {}
        self._pointed: frozenset[str] = frozenset()
        self._names: dict[str, tuple[tuple[Diagnosis, ...], dict[int, Key]]] = {}
        self._sent: dict[str, tuple[bool, list[types.Diagnostic]]] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._running: asyncio.Task[None] | None = None
        self._took = 0.0
        self._again = False

    def changed(self, document: Document) -> None:
        """A document was scanned, closed, or is gone."""
        if document.kind not in KINDS and not document.diagnoses and not self._places:
            return
        if self._timer is None:
            pause = PAUSE + REST * self._took
            self._timer = asyncio.get_running_loop().call_later(pause, self._due)

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._running is not None:
            self._running.cancel()

    def diagnostics(self, uri: str) -> list[types.Diagnostic]:
        """What goes with a document's own diagnostics."""
        return [note.diagnostic for note in self.notes.get(uri, ())]

    def at(self, uri: str, span: Span) -> list[Note]:
        return [note for note in self.notes.get(uri, ()) if note.span.touches(span)]

    def diagnosis(self, key: Key) -> tuple[Document, Diagnosis] | None:
        """The failure behind a note, if it is still there."""
        document = self.session.documents.get(key[0])
        found = (one for one, name in _named(document) if name == key) if document is not None else iter(())
        diagnosis = next(found, None)
        return None if document is None or diagnosis is None else (document, diagnosis)

    def points_at(self, document: Document, diagnosis: Diagnosis) -> bool:
        """Whether a line of a file is known to have caused a failure, which its own diagnostic tells."""
        return document.uri in self._pointed and bool(self.related(document, diagnosis))

    def related(self, document: Document, diagnosis: Diagnosis) -> list[types.DiagnosticRelatedInformation]:
        """The lines that caused a failure, for its own diagnostic."""
        if document.uri not in self._pointed:
            return []
        words = "由此行引起" if render.is_chinese(self.session.locale) else "asked for here"
        key = self._name(document, diagnosis)
        return [
            types.DiagnosticRelatedInformation(types.Location(uri, note.diagnostic.range), words)
            for uri, notes in self.notes.items()
            for note in notes
            if key is not None and key in note.causes
        ]

    def _name(self, document: Document, diagnosis: Diagnosis) -> Key | None:
        known = self._names.get(document.uri)
        if known is None or known[0] is not document.diagnoses:
            names = {id(one): key for one, key in _named(document)}
            known = self._names[document.uri] = document.diagnoses, names
        return known[1].get(id(diagnosis))

    def _due(self) -> None:
        self._timer = None
        if self._running is not None and not self._running.done():
            self._again = True
            return
        self._running = asyncio.get_running_loop().create_task(self._refresh())

    async def _refresh(self) -> None:
        session = self.session
        await session.ready_to_fix()
        began = time.monotonic()
        try:
            alive = [
                (doc, one, key)
                for doc in session.documents.values()
                if doc.kind not in KINDS
                for one, key in list(_named(doc))[-MOST_FAILURES:]
            ]
            self._names = {uri: known for uri, known in self._names.items() if uri in session.documents}
            worlds = {doc.uri: session.world(doc) for doc in {doc.uri: doc for doc, _, _ in alive}.values()}
            opened = [
                (doc.uri, doc, session.world(doc), doc.source)
                for doc in session.documents.values()
                if doc.is_open and not doc.busy and doc.kind in KINDS and doc.path
            ]
            said = {}
            for doc, one, key in alive:
                if key not in self._places:
                    said[key] = _said(doc, one)
                    # A flood has a hundred failures, and others wait for an answer.
                    await asyncio.sleep(0)
            found = await asyncio.get_running_loop().run_in_executor(
                session.files, _find, alive, said, worlds, dict(self._places), opened, session.locale
            )
        except Exception as error:
            log.error("looking at the workspace's files failed", exc_info=error)
            return
        self._took = time.monotonic() - began
        self._places = found.places
        self._show(found, {key: (doc, one) for doc, one, key in alive})
        if self._again:
            self._again = False
            self._due_soon()

    def _due_soon(self) -> None:
        if self._timer is None:
            pause = PAUSE + REST * self._took
            self._timer = asyncio.get_running_loop().call_later(pause, self._due)

    def _show(self, found: _Found, alive: dict[Key, tuple[Document, Diagnosis]]) -> None:
        session = self.session
        notes: dict[str, list[Note]] = {}
        for uri, checks in found.checks.items():
            document = session.documents.get(uri)
            if document is not None:
                notes[uri] = [self._note(document.text, check) for check in checks if not self._muted(check.code)]
        pointed: set[str] = set()
        for key, places in found.places.items():
            document, diagnosis = alive[key]
            for place in places:
                target = session.open_file(place.path)
                uri = target.uri if target is not None else from_fs_path(place.path) or ""
                text = target.text if target is not None else Text(found.contents.get(place.path, ""))
                span = convert.span_range(text, place.span, session.encoding)
                diagnostic = self._cause(document, diagnosis, place, span)
                pointed.add(document.uri)
                _add(notes.setdefault(uri, []), Note(diagnostic, place.span, causes=(key,)))
        before, self.notes = self.notes, notes
        self._pointed = frozenset(pointed)
        for uri in {*before, *notes, *self._sent}:
            self._send(uri)
        pointed |= {key[0] for listed in before.values() for note in listed for key in note.causes}
        for uri in pointed:
            document = session.documents.get(uri)
            if document is not None and not document.busy:
                session.show(document)

    def _send(self, uri: str) -> None:
        """Publish a file's notes: with its own diagnostics where it is open, alone where it is not."""
        session, diagnostics = self.session, self.diagnostics(uri)
        document = session.documents.get(uri)
        if self._sent.get(uri) == (document is not None, diagnostics):
            return
        if diagnostics:
            self._sent[uri] = (document is not None, diagnostics)
        elif self._sent.pop(uri, None) is None:
            return
        if document is not None:
            if not document.busy:
                session.show(document)
            return
        session.server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, diagnostics))

    def _muted(self, code: str) -> bool:
        mute = self.session.settings.mute
        return code in mute or code.split("/")[0] in mute

    def _note(self, text: Text, check: Check) -> Note:
        session = self.session
        severity = session.settings.severity.get(check.code, session.settings.severity.get(check.code.split("/")[0]))
        related = [
            types.DiagnosticRelatedInformation(
                types.Location(from_fs_path(path) or "", _lines_only(span)), redact(words)
            )
            for path, span, words in check.related
        ]
        diagnostic = types.Diagnostic(
            range=convert.span_range(text, check.span, session.encoding),
            message=render.shorten(redact(check.message)),
            severity=convert.SEVERITIES[severity or check.severity],
            code=check.code,
            source=convert.SOURCE,
            related_information=related or None if session.client.related_information else None,
        )
        return Note(diagnostic, check.span, check=check)

    def _cause(self, document: Document, diagnosis: Diagnosis, blame: Blame, place: types.Range) -> types.Diagnostic:
        session, chinese = self.session, render.is_chinese(self.session.locale)
        # Its own related places lead back to the terminal or log, and must not lead here again.
        own = convert.diagnostic(
            document.uri,
            document.text,
            diagnosis,
            client=session.client,
            encoding=session.encoding,
            locale=session.locale,
            severity=session.settings.severity_of(diagnosis.signature),
        )
        told = types.DiagnosticRelatedInformation(
            types.Location(document.uri, own.range), render.telling(diagnosis.finding.text)
        )
        own.range = place
        if blame.made_from:
            where = ", ".join(blame.made_from)
            added = f"。此文件由 {where} 生成" if chinese else f" (generated: change {where})"
            own.message = render.shorten(own.message + redact(added))
        own.related_information = [told] if session.client.related_information else None
        return own


@dataclass(frozen=True)
class _Found:
    places: dict[Key, list[Blame]]
    contents: dict[str, str]
    checks: dict[str, list[Check]]


def _add(notes: list[Note], note: Note) -> None:
    """Add a failure's note. One that is told twice, in a terminal and in its log or by a check as well, is one."""
    for index, known in enumerate(notes):
        one, other = known.diagnostic, note.diagnostic
        if known.check is not None:
            again = _foretold(known, known.check, note)
        else:
            again = (one.code, one.range, one.message) == (other.code, other.range, other.message)
        if not again:
            continue
        told, others = other.related_information or (), one.related_information or ()
        # The first place that told it leads, before the other lines that a check names.
        related = [*others, *told] if known.causes else [*told, *others]
        worst = min(severity for severity in (one.severity, other.severity) if severity is not None)
        # What was published stays as it was: the merged one is another.
        merged = attrs.evolve(one, severity=worst, related_information=related or None)
        notes[index] = replace(known, diagnostic=merged, causes=(*known.causes, *note.causes))
        return
    notes.append(note)


def _foretold(known: Note, check: Check, note: Note) -> bool:
    if not same_mistake(check.code, str(note.diagnostic.code)):
        return False
    return known.span.start.line <= note.span.end.line and note.span.start.line <= known.span.end.line


def _named(document: Document) -> Iterator[tuple[Diagnosis, Key]]:
    """A document's diagnoses with a name that outlives a rescan: lines move, what a failure says does not."""
    counted: dict[tuple[str, frozenset[tuple[str, str]]], int] = {}
    for diagnosis in document.diagnoses:
        name = (diagnosis.signature.id, frozenset(diagnosis.captures.items()))
        counted[name] = counted.get(name, 0) + 1
        yield diagnosis, (document.uri, *name, counted[name])


def _said(document: Document, diagnosis: Diagnosis) -> Said:
    """What the output says around a failure, of the command that failed."""
    from unstuck.core.said import said_around

    lines = [span.start.line for span in diagnosis.spans]
    return said_around(document.text, min(lines), max(span.end.line for span in diagnosis.spans))


def _find(
    alive: Sequence[tuple[Document, Diagnosis, Key]],
    said: dict[Key, Said],
    ways: dict[str, Callable[[], World]],
    known: dict[Key, list[Blame]],
    opened: Sequence[tuple[str, Document, Callable[[], World], str]],
    locale: str,
) -> _Found:
    """Reads files: not on the event loop."""
    from unstuck.core.blame import blame, found_again
    from unstuck.core.file_checks import check_file

    places: dict[Key, list[Blame]] = {}
    contents: dict[str, str] = {}
    # Each file is read once, however many failures there are.
    worlds = {uri: replace(world, read=cache(world.read)) for uri, way in ways.items() for world in (way(),)}
    for document, diagnosis, key in alive:
        world = worlds[document.uri]
        found = known.get(key)
        if found is None:
            places[key] = blame(diagnosis, world, said.get(key))
        else:
            places[key] = [now for one in found if (now := found_again(one, world))]
        found = places[key]
        for one in found:
            contents.setdefault(one.path, world.text(one.path) or "")
    checks = {
        uri: check_file(document.path or "", document.kind, source, world(), locale)
        for uri, document, world, source in opened
        if document.kind is not None
    }
    return _Found(places, contents, checks)


def _lines_only(span: Span) -> types.Range:
    """A place in a file that is not open: whole lines, whose columns need no text."""
    return types.Range(types.Position(span.start.line, 0), types.Position(span.end.line + 1, 0))
