"""Terminals, told by their editor: raw output becomes a transcript that is a document like any other.

The messages are described in `server/README.md`. Command boundaries come from the client's notifications where it
sends them, else from the marks that shells write into their output.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from unstuck.lsp.features.text_content import refresher
from unstuck.lsp.messages import DID_CLOSE, DID_END_COMMAND, DID_OPEN, DID_RESIZE, DID_START_COMMAND, DID_WRITE
from unstuck.lsp.server import UnstuckServer
from unstuck.lsp.session import Session

if TYPE_CHECKING:
    from unstuck.lsp.params import (
        CloseParams,
        EndCommandParams,
        OpenParams,
        ResizeParams,
        StartCommandParams,
        WriteParams,
    )
    from unstuck.lsp.transcript import Terminal
    from unstuck.lsp.workspace import Change

log = logging.getLogger(__name__)

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
        from unstuck.lsp.transcript import Terminal

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
        from unstuck.lsp import transcript

        change = transcript.started(params.command_line, params.line, params.cwd)
        tell(ls.session, DID_START_COMMAND, params.uri, change)

    @server.feature(DID_END_COMMAND)
    def ended(ls: UnstuckServer, params: EndCommandParams) -> None:
        from unstuck.lsp import transcript

        tell(ls.session, DID_END_COMMAND, params.uri, transcript.ended(params.exit_code, params.line))

    @server.feature(DID_RESIZE)
    def resized(ls: UnstuckServer, params: ResizeParams) -> None:
        from unstuck.lsp import transcript

        session = ls.session
        if terminal := terminals(session).get(params.uri):
            # Its lines are whole: the width only says where the cursor goes.
            terminal.stream.resize(params.columns, params.rows)
        elif not session.apply(params.uri, [transcript.resized(params.columns)]):
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
