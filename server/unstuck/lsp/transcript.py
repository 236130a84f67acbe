"""A terminal that its editor tells of: raw output becomes a transcript that is a document like any other.

Imported when the first one is opened.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from unstuck.core.analysis import Analysis
from unstuck.core.catalog import Catalog
from unstuck.core.shell_marks import CommandEnded, CommandStarted, CwdChanged, Event
from unstuck.core.stream import Edit, Stream
from unstuck.lsp.workspace import Change, Document

if TYPE_CHECKING:
    from unstuck.lsp.params import OpenParams

# The variables that decide what a fix has to do; no others are taken, for they may hold secrets.
VARIABLES = frozenset(
    {
        "PIP_CONFIG_FILE", "PIP_CERT", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "VIRTUAL_ENV",
        "UV_CONFIG_FILE", "XDG_CONFIG_HOME",
    }
)  # fmt: skip


class Terminal:
    """One terminal: its stream, and the document of its transcript."""

    def __init__(self, params: OpenParams, limit: int) -> None:
        self.uri = params.uri
        self.stream = Stream(params.columns, limit, params.rows)
        self.document = Document(params.uri, kind="terminal")
        self.document.analysis = Analysis(Catalog(), "terminal", whole_lines=True)
        self.document.transcript = True
        self.document.cwd, self.document.shell = params.cwd, params.shell
        self.document.environ = {name: value or "" for name, value in params.environment.items() if name in VARIABLES}
        self.told = False  # whether the client tells of commands itself

    def write(self, text: str) -> Iterator[Change]:
        """The changes to the document that this output makes."""
        for step in self.stream.feed(text):
            if isinstance(step, Edit):
                yield _edit(step)
            else:
                yield from self._event(step)

    def _event(self, event: Event) -> Iterator[Change]:
        if isinstance(event, CwdChanged):
            self.document.cwd = event.cwd
        elif self.told:
            return
        elif isinstance(event, CommandStarted):
            yield started(event.command or "")
        elif isinstance(event, CommandEnded):
            yield ended(event.exit_code)


def _edit(edit: Edit) -> Change:
    return lambda document: document.write(*edit)


def started(command: str, line: int | None = None, cwd: str | None = None) -> Change:
    def change(document: Document) -> int:
        if cwd:
            document.cwd = cwd
        if document.kind == "terminal":
            document.analysed().start_command(command, line)
        return 1

    return change


def ended(exit_code: int | None, line: int | None = None) -> Change:
    def change(document: Document) -> int:
        if document.kind == "terminal":
            document.analysed().end_command(exit_code, line)
        return 1

    return change


def resized(columns: int) -> Change:
    def change(document: Document) -> int:
        document.columns = columns
        if document.analysis is not None:
            document.analysis.resize(columns)
        return document.size

    return change
