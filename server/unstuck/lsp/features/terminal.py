"""Terminals, told by their editor: raw output becomes a transcript that is a document like any other.

The messages are described in `server/README.md`. Command boundaries come from the client's notifications where it
sends them, else from the marks that shells write into their output.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from weakref import WeakKeyDictionary

from pydantic import Field

from unstuck.core.analysis import Analysis
from unstuck.core.catalog import Catalog
from unstuck.core.shell_marks import CommandEnded, CommandStarted, CwdChanged, Event
from unstuck.core.stream import Edit, Stream
from unstuck.lsp import messages
from unstuck.lsp.features.text_content import SCHEME, refresher
from unstuck.lsp.server import UnstuckServer
from unstuck.lsp.session import Session
from unstuck.lsp.workspace import Change, Document

log = logging.getLogger(__name__)

DID_OPEN = "unstuck/terminal/didOpen"
DID_WRITE = "unstuck/terminal/didWrite"
DID_START_COMMAND = "unstuck/terminal/didStartCommand"
DID_END_COMMAND = "unstuck/terminal/didEndCommand"
DID_RESIZE = "unstuck/terminal/didResize"
DID_CLOSE = "unstuck/terminal/didClose"

# The variables that decide what a fix has to do; no others are taken, for they may hold secrets.
VARIABLES = frozenset(
    {
        "PIP_CONFIG_FILE", "PIP_CERT", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "VIRTUAL_ENV",
        "UV_CONFIG_FILE", "XDG_CONFIG_HOME",
    }
)  # fmt: skip
WIDEST = 10_000


class OpenParams(messages.Params):
    uri: str = Field(pattern=rf"^{SCHEME}:")
    title: str | None = None
    shell: str | None = None
    cwd: str | None = None
    columns: int | None = Field(default=None, ge=1, le=WIDEST)
    rows: int | None = Field(default=None, ge=1, le=WIDEST)
    environment: dict[str, str | None] = Field(default_factory=dict)


class WriteParams(messages.Params):
    uri: str
    text: str


class StartCommandParams(messages.Params):
    uri: str
    command_line: str
    cwd: str | None = None
    line: int | None = Field(default=None, ge=0)


class EndCommandParams(messages.Params):
    uri: str
    exit_code: int | None = None
    line: int | None = Field(default=None, ge=0)


class ResizeParams(messages.Params):
    uri: str
    columns: int = Field(ge=1, le=WIDEST)
    rows: int | None = Field(default=None, ge=1, le=WIDEST)


class CloseParams(messages.Params):
    uri: str


messages.PARAMS.update(
    {
        DID_OPEN: OpenParams,
        DID_WRITE: WriteParams,
        DID_START_COMMAND: StartCommandParams,
        DID_END_COMMAND: EndCommandParams,
        DID_RESIZE: ResizeParams,
        DID_CLOSE: CloseParams,
    }
)


class Terminal:
    """One terminal: its stream, and the document of its transcript."""

    def __init__(self, params: OpenParams, limit: int) -> None:
        self.uri = params.uri
        self.stream = Stream(params.columns, limit, params.rows)
        self.document = Document(params.uri, kind="terminal")
        self.document.analysis = Analysis(Catalog(), "terminal", whole_lines=True)
        self.document.transcript = True
        self.document.cwd = params.cwd
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
            yield _start(event.command or "")
        elif isinstance(event, CommandEnded):
            yield _end(event.exit_code)


def _edit(edit: Edit) -> Change:
    return lambda document: document.edit(edit.span, edit.new)


def _start(command: str, line: int | None = None, cwd: str | None = None) -> Change:
    def change(document: Document) -> int:
        if cwd:
            document.cwd = cwd
        if document.kind == "terminal":
            document.analysed().start_command(command, line)
        return 1

    return change


def _end(exit_code: int | None, line: int | None = None) -> Change:
    def change(document: Document) -> int:
        if document.kind == "terminal":
            document.analysed().end_command(exit_code, line)
        return 1

    return change


def _resize(columns: int) -> Change:
    def change(document: Document) -> int:
        document.columns = columns
        if document.analysis is not None:
            document.analysis.resize(columns)
        return document.size

    return change


_TERMINALS: WeakKeyDictionary[Session, dict[str, Terminal]] = WeakKeyDictionary()


def terminals(session: Session) -> dict[str, Terminal]:
    """The terminals of a session by URI."""
    return _TERMINALS.setdefault(session, {})


def find(session: Session, uri: str, method: str) -> Terminal | None:
    terminal = terminals(session).get(uri)
    if terminal is None:
        log.warning("ignored %s for %s, which is not open", method, uri)
    return terminal


def write(session: Session, terminal: Terminal, changes: Sequence[Change]) -> None:
    """Change a transcript, and tell who shows it."""
    if not changes:
        return
    session.apply(terminal.uri, changes)
    if refreshing := refresher(session):
        refreshing.changed(terminal.uri)


def tell(session: Session, method: str, uri: str, change: Change) -> None:
    """A client tells of a command: in a terminal's transcript, or in its buffer that is a document of the client's."""
    if terminal := terminals(session).get(uri):
        terminal.told = True
        write(session, terminal, [change])
    elif not session.apply(uri, [change]):
        log.warning("ignored %s for %s, which is not open", method, uri)


def register(server: UnstuckServer) -> None:
    @server.feature(DID_OPEN)
    def opened(ls: UnstuckServer, params: OpenParams) -> None:
        session = ls.session
        if params.uri in terminals(session):
            close(session, params.uri)
        terminal = terminals(session)[params.uri] = Terminal(params, session.settings.terminal_limit)
        session.add(terminal.document)

    @server.feature(DID_WRITE)
    def wrote(ls: UnstuckServer, params: WriteParams) -> None:
        session = ls.session
        if terminal := find(session, params.uri, DID_WRITE):
            write(session, terminal, [*terminal.write(params.text)])

    @server.feature(DID_START_COMMAND)
    def started(ls: UnstuckServer, params: StartCommandParams) -> None:
        tell(ls.session, DID_START_COMMAND, params.uri, _start(params.command_line, params.line, params.cwd))

    @server.feature(DID_END_COMMAND)
    def ended(ls: UnstuckServer, params: EndCommandParams) -> None:
        tell(ls.session, DID_END_COMMAND, params.uri, _end(params.exit_code, params.line))

    @server.feature(DID_RESIZE)
    def resized(ls: UnstuckServer, params: ResizeParams) -> None:
        session = ls.session
        if terminal := terminals(session).get(params.uri):
            # Its lines are whole: the width only says where the cursor goes.
            terminal.stream.resize(params.columns, params.rows)
        elif not session.apply(params.uri, [_resize(params.columns)]):
            log.warning("ignored %s for %s, which is not open", DID_RESIZE, params.uri)

    @server.feature(DID_CLOSE)
    def closed(ls: UnstuckServer, params: CloseParams) -> None:
        if find(ls.session, params.uri, DID_CLOSE):
            close(ls.session, params.uri)


def close(session: Session, uri: str) -> None:
    """Forget a terminal, its transcript and what was published for it."""
    del terminals(session)[uri]
    if refreshing := refresher(session):
        refreshing.forget(uri)
    session.remove(uri)
