"""Requirements files, pip's configuration and pyproject.toml: see `unstuck.lsp.files`."""

from __future__ import annotations

from lsprotocol import types

from unstuck.lsp.files import Files
from unstuck.lsp.server import UnstuckServer
from unstuck.lsp.session import Session
from unstuck.lsp.workspace import Document


def register(server: UnstuckServer) -> None:
    """Nothing to ask for: this feature speaks when documents change."""


def initialized(session: Session, result: types.InitializeResult) -> None:  # noqa: ARG001
    session.notes = Files(session)


def scanned(session: Session, document: Document) -> None:
    if session.notes is not None:
        session.notes.changed(document)


def stopped(session: Session) -> None:
    if session.notes is not None:
        session.notes.stop()
