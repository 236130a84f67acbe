"""What is scanned when: small changes at once, floods together, big ones off the event loop.

Everything here runs on the event loop but `Document.scan`, which runs on a thread of ours where it is big: pygls's
own pool reads the client's messages, and a scan on it would stop them.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from unstuck.core.analysis import Analysis
from unstuck.core.scanner import Scanner
from unstuck.lsp.workspace import Document

log = logging.getLogger(__name__)

# Characters that are scanned on the event loop, a few milliseconds, unless the last scan was a slow one, in seconds of
# processor time: of a document with a thousand failures each costs more than the text.
SMALL = 16_000
SLOW = 0.02
# After a scan that took t seconds the next one of that document starts 3 t later: a flood costs a quarter of the time.
REST = 3.0
MOST_REST = 0.25
# What is found while more is on its way is told again 9 t after telling it took t seconds, where there are many: a
# thousand failures, and one more.
TELLING = 9.0
MANY = 50
# Seconds that somebody who asks for what is alive waits for a small scan.
PATIENCE = 1.0
# The same of somebody who points at a line.
LITTLE_PATIENCE = 0.04


class Scheduler:
    """Runs each document's scans, one at a time, and tells `done` when there are new results.

    Nothing is scanned before `start`: the catalog and the settings are on their way.
    """

    def __init__(self, done: Callable[[Document], None]) -> None:
        self._done = done
        self._pool = ThreadPoolExecutor(max_workers=2, thread_name_prefix="unstuck-scan")
        self.running = 0  # scans on these threads
        self._scanner: Scanner | None = None

    def start(self, scanner: Scanner) -> None:
        """Scan with this from now on; the caller says which documents to scan again."""
        self._scanner = scanner

    def stop(self) -> None:
        self._scanner = None
        self._pool.shutdown(wait=False, cancel_futures=True)

    def touch(self, document: Document) -> None:
        """The document has changed: scan it when its turn comes."""
        if not self._may(document):
            return
        if document.weigh() > SMALL and document.is_open:
            self._scan_apart(document)
            return
        rest = 0.0 if document.restless else min(REST * document.took, MOST_REST)
        wait = document.finished + rest - time.monotonic()
        if wait <= 0 and (document.cost > SMALL or document.worked > SLOW or document.restless):
            self._scan_apart(document)
        elif wait <= 0:
            self._scan_here(document)
        elif document.timer is None:
            document.timer = asyncio.get_running_loop().call_later(wait, self._due, document)

    def invalidate(self, document: Document) -> None:
        """The catalog or the options have changed: what is known of the document counts no longer."""
        if document.busy:
            document.stale = True
        elif document.kind is not None:
            document.cost = document.size
            self.touch(document)

    def settle(self, document: Document) -> None:
        """Make the results as fresh as they can be at once; those of a big scan come when they come."""
        if self._may(document) and 0 < document.weigh() <= SMALL and not document.restless:
            self._scan_here(document)

    async def small_scans(self, document: Document, patience: float) -> None:
        """Wait for a scan that runs apart, where it is one of little text."""
        until = time.monotonic() + patience
        while document.busy and document.reading <= SMALL and time.monotonic() < until:
            await asyncio.sleep(0.002)

    def forget(self, document: Document) -> None:
        """The document is gone: results that are still being made are dropped."""
        document.closed = True
        self._cancel(document)
        if document.teller is not None:
            document.teller.cancel()
            document.teller = None

    def _may(self, document: Document) -> bool:
        return self._scanner is not None and not (document.busy or document.closed or document.kind is None)

    def _due(self, document: Document) -> None:
        document.timer = None
        self.touch(document)

    def _cancel(self, document: Document) -> None:
        if document.timer is not None:
            document.timer.cancel()
            document.timer = None

    def _tell(self, document: Document) -> None:
        """Have the results shown, now or when their turn comes."""
        if document.teller is not None:
            return
        now = time.monotonic()
        many = len(document.diagnoses) > MANY and not document.is_open
        wait = document.told + TELLING * document.telling - now if many else 0.0
        if wait > 0:
            document.teller = asyncio.get_running_loop().call_later(wait, self._tell_later, document)
            return
        document.changed = False
        self._done(document)
        document.told = time.monotonic()
        document.telling = document.told - now

    def _tell_later(self, document: Document) -> None:
        document.teller = None
        # The end of a scan that runs tells as well.
        if not document.closed and not document.busy:
            self._tell(document)

    def _scan_here(self, document: Document) -> None:
        assert self._scanner is not None
        self._cancel(document)
        began = time.monotonic()
        try:
            analysis, document.worked = _timed(document, self._scanner)
            document.settle(analysis)
        except Exception as error:
            self._failed(document, error)
        self._finished(document, began)

    def _scan_apart(self, document: Document) -> None:
        assert self._scanner is not None
        self._cancel(document)
        document.busy, document.reading = True, document.cost
        self.running += 1
        began = time.monotonic()
        future = asyncio.get_running_loop().run_in_executor(self._pool, _timed, document, self._scanner)
        future.add_done_callback(lambda done: self._returned(document, done, began))

    def _returned(self, document: Document, future: asyncio.Future[tuple[Analysis, float]], began: float) -> None:
        document.busy = False
        self.running -= 1
        if future.cancelled() or document.closed:
            return
        error = future.exception()
        if isinstance(error, Exception):
            self._failed(document, error)
        else:
            analysis, document.worked = future.result()
            document.settle(analysis)
        waiting, document.waiting = document.waiting, []
        for change in waiting:
            document.cost += change(document)
        if document.stale:
            document.stale = False
            self.invalidate(document)
        elif document.cost and self._may(document):
            if document.is_open:
                # These results are of an older text: only the next ones are shown.
                document.took = document.finished = 0.0
            else:
                # What a flooded terminal or log has shown so far: there may be no pause before it ends.
                self._finished(document, began)
            self.touch(document)
        else:
            self._finished(document, began)

    def _failed(self, document: Document, error: Exception) -> None:
        log.error("scanning %s failed; it is left alone from now on", document.uri, exc_info=error)
        document.give_up()

    def _finished(self, document: Document, began: float) -> None:
        document.finished = time.monotonic()
        document.took = document.finished - began
        # A terminal that floods is scanned hundreds of times a second, and mostly nothing is new.
        if document.changed or document.is_open:
            self._tell(document)


def _timed(document: Document, scanner: Scanner) -> tuple[Analysis, float]:
    """The analysis, and how many seconds of processor time it took."""
    began = time.thread_time()
    return document.scan(scanner), time.thread_time() - began
