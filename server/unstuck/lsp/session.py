"""One client's session: its documents, the catalog, the settings, and what is published.

A feature adds a `Document` (an open one, a transcript, a log on disk) with `add`, changes it with `apply` and removes
it with `remove`; when it is scanned and published is the scheduler's business.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.uris import from_fs_path

from unstuck.core import kinds, render
from unstuck.core.diagnosis import Diagnosis
from unstuck.core.scanner import Options, Scanner
from unstuck.core.text import Encoding
from unstuck.lsp import convert, settings
from unstuck.lsp.client import Client
from unstuck.lsp.schedule import PATIENCE, Scheduler
from unstuck.lsp.settings import Settings
from unstuck.lsp.workspace import Change, Document, DocumentWorkspace

if TYPE_CHECKING:
    from unstuck.core.catalog import Catalog
    from unstuck.core.fixes import World
    from unstuck.io.catalogs import Loaded
    from unstuck.lsp.files import Files
    from unstuck.lsp.server import UnstuckServer

log = logging.getLogger(__name__)

# So many problems of foreign records are told to the user; the log has them all.
MOST_TOLD = 3
# Hidden output panes whose diagnoses live on.
MOST_HIDDEN = 50
# Seconds after the settings are known until what may wait is brought along.
WARM_UP = 0.3
_LATE = (
    "unstuck.lsp.plans", "unstuck.io.environment", "unstuck.core.blame", "unstuck.core.file_checks",
    "unstuck.lsp.params",
)  # fmt: skip
_IMPORTING = threading.Lock()
_IMPORTED = threading.Event()


class Session:
    """Made by `initialize`. All methods run on the event loop."""

    def __init__(self, server: UnstuckServer, client: Client, workspace: DocumentWorkspace, encoding: Encoding) -> None:
        self.server = server
        self.client = client
        self.workspace = workspace
        self.encoding: Encoding = encoding
        self.documents: dict[str, Document] = {}
        self.settings, self._early_problems = settings.parse(client.settings)
        self.scanner: Scanner | None = None
        # What is said of files that a failure elsewhere points at.
        self.notes: Files | None = None
        self.schedule = Scheduler(self._scanned)
        # Files are read apart: a home directory on a dead network drive must not stop the rest.
        self.files = ThreadPoolExecutor(max_workers=2, thread_name_prefix="unstuck-files")
        self._loaded: tuple[tuple[str, ...], asyncio.Future[Loaded]] | None = None
        self._raw: Any = None
        self._told: set[str] = set()
        self._given_up: frozenset[str] = frozenset()
        self._stopped = False
        self._late: asyncio.Future[None] | None = None

    # Documents

    def add(self, document: Document) -> None:
        """Look after a document; one that had this URI before gives way, and keeps what is published until the scan."""
        old = self.documents.get(document.uri)
        if old is not None:
            self.schedule.forget(old)
            document.published = old.published
        self.documents[document.uri] = document
        self._touch(document)

    def apply(self, uri: str, changes: Iterable[Change], version: int | None = None) -> bool:
        """Change a document, now or when the scan that runs is done. False where the URI is not known."""
        document = self.documents.get(uri)
        if document is None or document.closed:
            return False
        if version is not None:
            document.version = version
        for change in changes:
            if document.busy:
                document.waiting.append(change)
            else:
                document.cost += change(document)
        self._touch(document)
        return True

    def _touch(self, document: Document) -> None:
        if document.kind is None:
            self.server.touched(self, document)
        else:
            self.schedule.touch(document)

    def remove(self, uri: str) -> None:
        """Forget a document and take back what was published for it. An output pane is only hidden: it stays."""
        document = self.documents.get(uri)
        if document is None:
            return
        if document.kind == "output" and kinds.scheme_of(uri) == "output" and document.diagnoses:
            self._hide(document)
            return
        self.schedule.forget(document)
        del self.documents[uri]
        if document.published:
            self._publish(document, [])
        self.server.scanned(self, document)

    def _hide(self, document: Document) -> None:
        document.version = None
        document.hidden = True
        hidden = [other.uri for other in self.documents.values() if other.hidden]
        for uri in hidden[:-MOST_HIDDEN]:
            oldest = self.documents.pop(uri)
            self.schedule.forget(oldest)
            self._publish(oldest, [])

    def owns(self, uri: str) -> bool:
        """Whether the server writes this document itself; the client may show a copy of it."""
        document = self.documents.get(uri)
        return document is not None and document.transcript

    def fresh(self, uri: str) -> Document | None:
        """A document whose results are as fresh as they can be without waiting."""
        document = self.documents.get(uri)
        if document is not None:
            self.schedule.settle(document)
        return document

    async def settled(self, uri: str, patience: float = PATIENCE) -> Document | None:
        """The same, once a small scan is done that runs on another thread; after `patience` seconds as it is."""
        document = self.fresh(uri)
        if document is not None:
            await self.schedule.small_scans(document, patience)
        return document

    def alive(self, uri: str | None = None) -> Iterator[tuple[Document, Diagnosis]]:
        """All diagnoses, or those of one document."""
        for document in list(self.documents.values()):
            if uri in (None, document.uri):
                for diagnosis in document.diagnoses:
                    yield document, diagnosis

    # Publishing

    @property
    def locale(self) -> str:
        return self.client.locale if self.settings.locale == "auto" else self.settings.locale

    def diagnostic(self, document: Document, diagnosis: Diagnosis) -> types.Diagnostic:
        made = convert.diagnostic(
            document.uri,
            document.text,
            diagnosis,
            client=self.client,
            encoding=self.encoding,
            locale=self.locale,
            severity=self.settings.severity_of(diagnosis.signature),
        )
        causes = self.notes.related(document, diagnosis) if self.notes and self.client.related_information else []
        if causes:
            made.related_information = [*causes, *(made.related_information or ())]
        return made

    def show(self, document: Document) -> None:
        """Publish what is known of a document, if that is news."""
        notes = self.notes.diagnostics(document.uri) if self.notes else []
        self._publish(document, [*self._shown(document), *map(self.server.protocol.as_json, notes)])

    def _shown(self, document: Document) -> Iterator[str]:
        """The diagnostics as JSON. A log may have a thousand of them, all but one the same as before."""
        known, document.shown = document.shown, {}
        way = self.locale, self.settings.severity
        for diagnosis in document.diagnoses:
            pointed = self.notes is not None and self.notes.points_at(document, diagnosis)
            # Where the client writes the text, what stands before a failure on its line may change the place.
            place = convert.span_range(document.text, diagnosis.span, self.encoding) if document.is_open else None
            made = known.get(diagnosis.span)
            if pointed or made is None or made[:3] != (diagnosis, place, way):
                made = diagnosis, place, way, self.server.protocol.as_json(self.diagnostic(document, diagnosis))
            if not pointed:
                document.shown[diagnosis.span] = made
            yield made[3]

    def say(self, document: Document, diagnostics: list[types.Diagnostic]) -> None:
        """Publish what a feature found in a document that is not scanned."""
        if self.documents.get(document.uri) is document and not document.closed:
            self._publish(document, list(map(self.server.protocol.as_json, diagnostics)))

    def _scanned(self, document: Document) -> None:
        self.show(document)
        self._tell_given_up()
        self.server.scanned(self, document)

    def _publish(self, document: Document, diagnostics: list[str]) -> None:
        if document.published == diagnostics:
            return
        document.published = diagnostics
        version = document.version if self.client.versions and not document.closed else None
        self.server.protocol.publish(document.uri, version, diagnostics)

    # Settings and the catalog

    async def configure(self, raw: Any) -> None:
        """Take settings as the client gave them, over those of `initialize`; None where it has none."""
        self._raw = raw
        base = self.client.settings
        if isinstance(base, dict) and (raw is None or isinstance(raw, dict)):
            raw = {**base, **(raw or {})}
        elif raw is None:
            raw = base
        parsed, problems = settings.parse(raw)
        for problem in problems:
            self.tell(types.MessageType.Warning, problem)
        await self._use(parsed)

    async def _use(self, chosen: Settings) -> None:
        try:
            catalog = await self._catalog(chosen)
        except Exception as error:
            log.error("reading the catalog failed", exc_info=error)
            self.tell(types.MessageType.Error, f"Unstuck cannot read its catalog: {error}. The log has more.")
            return
        if self._loaded is None or self._loaded[0] != self._paths(chosen):
            # Other settings came while this catalog was read.
            return
        before, self.settings = self.settings, chosen
        options = Options(muted=chosen.mute, time_limit=chosen.time_limit)
        if self.scanner is None or self.scanner.catalog is not catalog or self.scanner.options != options:
            self.scanner = Scanner(catalog, options)
            self._given_up = frozenset()
            self.schedule.start(self.scanner)
            for document in list(self.documents.values()):
                self.schedule.invalidate(document)
        elif (before.severity, before.locale) != (chosen.severity, chosen.locale):
            for document in list(self.documents.values()):
                if document.analysis is not None and not document.busy:
                    self._scanned(document)
        self.server.configured(self)
        asyncio.get_running_loop().call_later(WARM_UP, self._warm_up)

    def _warm_up(self) -> None:
        """Bring along what the first hover or code action would wait for, now that nothing is urgent."""
        if not self._stopped:
            self._late = asyncio.ensure_future(self.ready_to_fix())

    async def ready_to_fix(self) -> None:
        """Wait for what fixes need, which takes a while to import, without holding up others."""
        if not _IMPORTED.is_set():
            await asyncio.get_running_loop().run_in_executor(self.files, _import_fixes)

    def preload(self) -> None:
        """Begin to read the catalog before anybody waits for it."""
        self._load(self._paths(self.settings))

    async def _catalog(self, chosen: Settings) -> Catalog:
        loaded = await asyncio.shield(self._load(self._paths(chosen)))
        problems = [f"{problem.source}: {problem.field}: {problem.message}" for problem in loaded.problems]
        news = [problem for problem in problems if problem not in self._told]
        self._told.update(news)
        for problem in news:
            log.warning("%s", problem)
            self.server.window_log_message(types.LogMessageParams(types.MessageType.Warning, problem))
        if news:
            more = f" (and {len(news) - MOST_TOLD} more, in the log)" if len(news) > MOST_TOLD else ""
            self.tell(
                types.MessageType.Warning,
                f"Unstuck left out records that it cannot use: {'; '.join(news[:MOST_TOLD])}{more}",
            )
        return loaded.catalog

    def _load(self, paths: tuple[str, ...]) -> asyncio.Future[Loaded]:
        if self._loaded is None or self._loaded[0] != paths:
            future = asyncio.get_running_loop().run_in_executor(self.files, _load, [Path(path) for path in paths])
            self._loaded = paths, future
        return self._loaded[1]

    def _paths(self, chosen: Settings) -> tuple[str, ...]:
        folder = next(iter(self.workspace.folder_paths()), None)
        return tuple(
            str(Path(folder, path) if folder else path)
            for path in (str(Path(entry).expanduser()) for entry in chosen.catalogs)
        )

    def _tell_given_up(self) -> None:
        given_up = self.scanner.given_up if self.scanner is not None else frozenset()
        for id in sorted(given_up - self._given_up):
            self.tell(
                types.MessageType.Warning,
                f"Unstuck leaves out {id} until it is restarted: its pattern took longer than "
                f"{self.settings.time_limit * 1000:g} ms several times. Raise `unstuck.timeLimit`, or add it to "
                "`unstuck.mute`.",
            )
        self._given_up = given_up

    # Others

    def tell(self, level: types.MessageType, message: str) -> None:
        """Show the user a message, without its secrets."""
        self.server.window_show_message(types.ShowMessageParams(level, render.shorten(message)))

    def world(self, document: Document | None) -> Callable[[], World]:
        """What tells of the machine as a fix may see it; documents that are open in the editor count before the disk's.

        It looks at the disk: call it on a thread of `files`.
        """
        from unstuck.io.environment import machine

        texts = {
            path: other.source
            for other in self.documents.values()
            if other.is_open
            and not other.busy
            and other.kind not in {"terminal", "log", "output"}
            and (path := other.path)
        }
        return partial(
            machine,
            self.workspace.folder_paths(),
            environ=document.environ if document is not None else None,
            cwd=document.cwd if document is not None else None,
            read=texts.get,
            document=document.path if document is not None else None,
            shell=document.shell if document is not None else None,
        )

    def open_file(self, path: str) -> Document | None:
        """The open document of a file."""
        uri = from_fs_path(path)
        for document in self.documents.values():
            if document.is_open and (document.uri == uri or document.path == path):
                return document
        return None

    def stop(self) -> None:
        self._stopped = True
        self.server.stopped(self)
        self.schedule.stop()
        self.files.shutdown(wait=False, cancel_futures=True)


def _import_fixes() -> None:
    from unstuck.io.cache import many_objects

    # One at a time: of modules that import each other two threads would see halves.
    with _IMPORTING:
        with many_objects():
            for name in _LATE:
                import_module(name)
            # They stay: the collector need not hold up everything while it looks through them.
            gc.freeze()
        _IMPORTED.set()


def _load(paths: list[Path]) -> Loaded:
    from unstuck.io.catalogs import load_catalog

    loaded = load_catalog(paths)
    # Made on first use otherwise, on the event loop.
    _ = loaded.catalog.prefilter, loaded.catalog.unfiltered, loaded.catalog.leads_to
    gc.freeze()
    return loaded
