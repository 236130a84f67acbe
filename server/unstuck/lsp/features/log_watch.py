"""Logs on disk that the setting `logs.watch` names: see `unstuck.lsp.logs`."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from lsprotocol import types
from pygls.uris import to_fs_path

from unstuck.core.kinds import scheme_of
from unstuck.lsp.server import UnstuckServer
from unstuck.lsp.session import Session

if TYPE_CHECKING:
    from unstuck.lsp.logs import LogWatch

_WATCHES: WeakKeyDictionary[Session, LogWatch] = WeakKeyDictionary()


def configured(session: Session) -> None:
    """The settings are there, or are others now."""
    if session not in _WATCHES:
        if not session.settings.watch:
            return
        from unstuck.lsp.logs import LogWatch

        _WATCHES[session] = LogWatch(session)
    _WATCHES[session].configured()


def stopped(session: Session) -> None:
    watch = _WATCHES.pop(session, None)
    if watch is not None:
        watch.stop()


def register(server: UnstuckServer) -> None:
    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def changed(ls: UnstuckServer, params: types.DidChangeWatchedFilesParams) -> None:
        watch = _WATCHES.get(ls.session)
        if watch is not None:
            paths = [to_fs_path(event.uri) for event in params.changes if scheme_of(event.uri) == "file"]
            watch.changed(path for path in paths if path)
