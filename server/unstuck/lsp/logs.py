"""Logs on disk, named by the setting `logs.watch`: read as they grow, whatever their size.

The client watches where it can, else we do; a look at the known files' sizes every second stands behind both, for
network drives and watchers that lose events. A file that is open in the editor is the editor's: its text counts.

Imported where the setting names any.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
import uuid
from collections.abc import Callable, Coroutine, Iterable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, cast

from lsprotocol import types
from pygls.uris import from_fs_path

from unstuck.core.analysis import Analysis
from unstuck.core.growing_log import GrowingLog
from unstuck.core.scanner import Scanner
from unstuck.core.text import Text
from unstuck.io import globs
from unstuck.io.allocator import give_back_big_blocks, give_back_free_pages
from unstuck.io.tail import Piece, Tail
from unstuck.lsp.schedule import TELLING
from unstuck.lsp.session import Session
from unstuck.lsp.workspace import Document

log = logging.getLogger(__name__)

# Bytes that are read and scanned in one go: memory is a few times that, and four times as much where the text holds
# an emoji.
SLICE = 250_000
# A first scan that has more bytes to read shows its progress.
SHOWN = 20_000_000
MOST_FILES = 1_000
# Seconds between two looks at what is known.
PAUSE = 1.0
# Seconds between two searches for files that nobody told of, in a folder that was not there before for instance.
SEARCH = 30.0
REGISTRATION = "unstuck-logs"


class LogDocument(Document):
    """A log on disk: its text comes in pieces and is not kept."""

    restless = True

    def __init__(self, uri: str) -> None:
        super().__init__(uri, kind="log")
        self._pieces: list[str] = []
        self._more = False  # whether there is more to read
        self._diagnosing = 0.0  # when that ended last
        self._took = 0.0  # and how many seconds it took
        self.scanned = asyncio.Event()
        self.outdated = False  # whether another scanner has to read it all again
        self._log: GrowingLog | None = None

    @property
    def text(self) -> Text:
        return self._log.text if self._log is not None else Text()

    @property
    def source(self) -> str:
        return ""

    @property
    def size(self) -> int:
        return 1

    def weigh(self) -> int:
        return self.cost

    @property
    def unlisted(self) -> int:
        return self._log.unlisted if self._log is not None else 0

    def restart(self) -> int:
        """The file begins anew."""
        self._pieces, self._log, self.analysis, self.outdated = [], None, None, False
        self.changed = True
        return 1

    def append(self, piece: Piece) -> int:
        self._pieces.append(piece.text)
        self._more = piece.left > 0
        self.scanned.clear()
        return len(piece.text)

    def scan(self, scanner: Scanner) -> Analysis:
        found = self._log
        if found is None:
            found = GrowingLog(scanner)
        elif found.scanner is not scanner:
            self.outdated = True
        if not self.outdated:
            pieces, self._pieces = self._pieces, []
            began = time.monotonic()
            # What is found so far is worked out again where that is little work beside the reading.
            waits = self._more and began - self._diagnosing < TELLING * self._took
            found.feed("".join(pieces), more=True)
            if not waits:
                began = time.monotonic()
                self.changed |= found.update()
                self._diagnosing = time.monotonic()
                self._took = self._diagnosing - began
        # It has what a session asks of an analysis: the diagnoses and the lines that they stand on.
        return cast(Analysis, found)

    def settle(self, analysis: Analysis) -> None:
        self._log = cast(GrowingLog, analysis)
        self.analysis = analysis
        self.cost = 0
        self.scanned.set()

    def give_up(self) -> None:
        self.kind, self.cost = None, 0
        self.scanned.set()


class Watched(NamedTuple):
    """A glob of the setting: `pattern` below `folder`."""

    folder: str
    pattern: str


def watched(session: Session) -> list[Watched]:
    """What the setting names; a glob that is none is told to the user."""
    found = []
    for glob in session.settings.watch:
        try:
            globs.compile_glob(glob)
        except ValueError as error:
            session.tell(types.MessageType.Warning, f"`unstuck.logs.watch`: {glob!r} is not a glob: {error}.")
            continue
        fixed, pattern = globs.split_glob(glob)
        if fixed.startswith("~"):
            fixed = str(Path(fixed).expanduser())
        # An absolute path takes the place of the folder.
        found += [Watched(str(Path(folder, fixed)), pattern) for folder in session.workspace.folder_paths() or ["/"]]
    return list(dict.fromkeys(found))


class LogWatch:
    """The watched logs of one session."""

    def __init__(self, session: Session) -> None:
        give_back_big_blocks()
        self._session = session
        self._watched: list[Watched] = []
        self._followers: dict[str, Follower] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._registered = False
        self._news = asyncio.Event()
        self._moved = asyncio.Event()  # whether other folders are to be watched
        self._look: set[str] = set()
        # One file at a time: two first scans would only slow each other down.
        self.turn = asyncio.Lock()

    def configured(self) -> None:
        """Take the settings as they are now."""
        chosen = watched(self._session)
        if chosen == self._watched:
            return
        self.stop()
        self._watched = chosen
        if chosen:
            self._tasks = [asyncio.ensure_future(_logged(work)) for work in (self._run, self._watch)]

    def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        self._tasks = []
        for follower in list(self._followers.values()):
            self._drop(follower)

    def changed(self, paths: Iterable[str]) -> None:
        """Something happened to these files, some of which may be ours."""
        self._look.update(paths)
        self._news.set()

    async def _run(self) -> None:
        """Look for files, then follow them, for as long as the setting stays."""
        loop = asyncio.get_running_loop()
        searched = -SEARCH
        while True:
            if time.monotonic() - searched > SEARCH:
                for folder, pattern in self._watched:
                    self._follow(await loop.run_in_executor(self._session.files, _find, folder, pattern))
                searched = time.monotonic()
                self._news.set()
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._news.wait(), PAUSE)
            self._news.clear()
            look, self._look = self._look, set()
            self._follow([path for path in look if path not in self._followers and self._matches(path)])
            for follower in list(self._followers.values()):
                await follower.follow()
                if follower.gone:
                    self._drop(follower)

    def _follow(self, paths: Iterable[str]) -> None:
        for path in paths:
            if len(self._followers) >= MOST_FILES:
                self._session.tell(
                    types.MessageType.Warning,
                    f"`unstuck.logs.watch` names more than {MOST_FILES} files; the others are left out.",
                )
                return
            if path not in self._followers:
                new = str(Path(path).parent) not in self._folders()
                self._followers[path] = Follower(self._session, path, self.turn)
                if new:
                    self._moved.set()

    def _drop(self, follower: Follower) -> None:
        self._followers.pop(follower.path, None)
        follower.leave()

    def _matches(self, path: str) -> bool:
        for folder, pattern in self._watched:
            with contextlib.suppress(ValueError):
                relative = Path(path).relative_to(folder).as_posix()
                if globs.compile_glob(pattern).fullmatch(relative) and Path(path).is_file():
                    return True
        return False

    async def _watch(self) -> None:
        """Have the client tell of changes, or find them out."""
        client = self._session.client
        if client.register_watchers:
            await self._register(relative=client.relative_patterns)
            return
        from watchfiles import awatch

        # Folder by folder: a watch on a whole tree would take in node_modules and use up the system's watches.
        while True:
            self._moved.clear()
            folders = [folder for folder in self._folders() if Path(folder).is_dir()]
            if not folders:
                await self._moved.wait()
                continue
            with contextlib.suppress(OSError):
                async for changes in awatch(
                    *folders, watch_filter=None, step=100, recursive=False, stop_event=self._moved
                ):
                    self.changed(path for _, path in changes)
            await asyncio.sleep(PAUSE / 10)

    def _folders(self) -> set[str]:
        return {folder for folder, _ in self._watched} | {str(Path(path).parent) for path in self._followers}

    async def _register(self, *, relative: bool) -> None:
        def pattern(entry: Watched) -> types.GlobPattern:
            if relative:
                return types.RelativePattern(from_fs_path(entry.folder) or "", entry.pattern)
            return f"{Path(entry.folder).as_posix()}/{entry.pattern}"

        server = self._session.server
        if self._registered:
            gone = types.Unregistration(REGISTRATION, types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
            await server.client_unregister_capability_async(types.UnregistrationParams([gone]))
        options = types.DidChangeWatchedFilesRegistrationOptions(
            [types.FileSystemWatcher(pattern(entry)) for entry in self._watched]
        )
        self._registered = True
        await server.client_register_capability_async(
            types.RegistrationParams(
                [types.Registration(REGISTRATION, types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)]
            )
        )


class Follower:
    """Follows one file."""

    def __init__(self, session: Session, path: str, turn: asyncio.Lock) -> None:
        self.path = path
        self.gone = False
        self._session = session
        self._turn = turn
        self._tail = Tail(path)
        self._uri = from_fs_path(path) or ""
        self._document: LogDocument | None = None
        self._reading: asyncio.Task[None] | None = None
        self._locked = False

    async def follow(self) -> None:
        """Begin to read what is new, unless that is being done."""
        if self._reading is not None and not self._reading.done():
            return
        session = self._session
        current = session.documents.get(self._uri)
        if current is not None and current is not self._document:
            # It is open in the editor, whose text counts.
            self._document = None
            return
        fresh = current is None or self._document is None or self._document.outdated
        loop = asyncio.get_running_loop()
        try:
            if not fresh and not await loop.run_in_executor(session.files, self._tail.changed):
                return
        except OSError as error:
            self._cannot(error)
            return
        if fresh:
            self._tail = Tail(self.path)
            if self._document is None or current is None:
                self._document = LogDocument(self._uri)
                session.add(self._document)
        self._reading = asyncio.ensure_future(_logged(partial(self._read, self._document)))

    def leave(self) -> None:
        """Stop, and take back what was published."""
        if self._reading is not None:
            self._reading.cancel()
        if self._document is not None and self._session.documents.get(self._uri) is self._document:
            self._session.remove(self._uri)

    def _is_ours(self, document: LogDocument | None) -> bool:
        return document is not None and self._session.documents.get(self._uri) is document

    async def _read(self, document: LogDocument | None) -> None:
        """Read and have scanned what there is, slice by slice."""
        async with self._turn:
            progress: Progress | None = None
            slices = 0
            try:
                total = 0
                while document is not None and self._is_ours(document) and (piece := await self._next()):
                    if piece.gone:
                        self.gone = True
                        return
                    if piece.restarted or document.outdated:
                        self._session.apply(self._uri, [_restart])
                        total = piece.left
                    slices += 1
                    if piece.text:
                        self._session.apply(self._uri, [partial(_append, piece=piece)])
                        await self._scanned(document)
                    if progress is None and piece.left > SHOWN and self._session.client.progress:
                        progress = await Progress.begin(self._session, f"Reading {Path(self.path).name}")
                    if progress is not None:
                        progress.report(1 - piece.left / max(total, 1))
                        if progress.cancelled:
                            self._tail.skip_to_end()
                            return
                    if not piece.left:
                        return
            finally:
                if progress is not None:
                    progress.end()
                if slices > 1:
                    with contextlib.suppress(RuntimeError):  # the session ends
                        self._session.files.submit(give_back_free_pages)

    async def _next(self) -> Piece | None:
        loop = asyncio.get_running_loop()
        try:
            piece = await loop.run_in_executor(self._session.files, self._tail.read, SLICE)
        except OSError as error:
            self._cannot(error)
            return None
        self._locked = False
        return piece

    async def _scanned(self, document: LogDocument) -> None:
        """Wait until the piece was scanned: more of them would only fill memory."""
        while (document.busy or document.cost) and self._is_ours(document):
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(document.scanned.wait(), 0.05)
            await asyncio.sleep(0)

    def _cannot(self, error: OSError) -> None:
        if not self._locked:
            log.warning("cannot read %s now: %s", self.path, error.strerror)
        self._locked = True


def _append(document: Document, *, piece: Piece) -> int:
    return cast(LogDocument, document).append(piece)


class Progress:
    """A progress that the client shows and the user may cancel."""

    def __init__(self, session: Session, token: str) -> None:
        self._progress = session.server.work_done_progress
        self._token = token
        self._shown = -1

    @classmethod
    async def begin(cls, session: Session, title: str) -> Progress | None:
        progress = cls(session, f"unstuck-{uuid.uuid4()}")
        try:
            await asyncio.wait_for(progress._progress.create_async(progress._token), 5)
        except Exception as error:
            log.warning("the client refused a progress: %s", error)
            return None
        progress._progress.begin(progress._token, types.WorkDoneProgressBegin(title, cancellable=True, percentage=0))
        return progress

    @property
    def cancelled(self) -> bool:
        token = self._progress.tokens.get(self._token)
        return token is not None and token.cancelled()

    def report(self, part: float) -> None:
        percent = min(99, int(part * 100))
        if percent > self._shown:
            self._shown = percent
            self._progress.report(self._token, types.WorkDoneProgressReport(percentage=percent))

    def end(self) -> None:
        self._progress.end(self._token, types.WorkDoneProgressEnd())
        self._progress.tokens.pop(self._token, None)


def _find(folder: str, pattern: str) -> list[str]:
    return list(globs.find(folder, pattern, MOST_FILES + 1))


def _restart(document: Document) -> int:
    return cast(LogDocument, document).restart()


async def _logged(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Do it, and log what goes wrong: nobody awaits these tasks."""
    try:
        await work()
    except Exception as error:
        log.error("watching logs failed", exc_info=error)
