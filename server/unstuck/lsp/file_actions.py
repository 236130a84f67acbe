"""Code actions of a workspace's own files: the fixes of what is noted there, and all safe ones at once."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from lsprotocol import types

from unstuck.core import render
from unstuck.core.redact import redact
from unstuck.core.text import Span
from unstuck.lsp.files import KINDS, Note
from unstuck.lsp.workspace import Document

if TYPE_CHECKING:
    from unstuck.core.file_checks import Check
    from unstuck.lsp.session import Session

FIX_ALL = "source.fixAll.unstuck"


async def actions(session: Session, document: Document, span: Span) -> list[types.CodeAction | types.Command]:
    """The fixes of what is noted at a place of a file, for clients that know code actions."""
    if session.notes is None or not session.client.literals:
        return []
    found: list[types.CodeAction | types.Command] = []
    for note in session.notes.at(document.uri, span):
        if note.check is not None:
            found += await _of_check(session, document, note, note.check)
        offered = {(fix.action, document.path) for fix in note.check.fixes} if note.check is not None else set()
        for key in note.causes:
            behind = session.notes.diagnosis(key)
            if behind is None or not behind[1].signature.fixes:
                continue
            from unstuck.lsp import plans

            for action, fix in await plans.actions_with_fixes(session, *behind):
                if (fix.action, fix.target or fix.command) in offered:
                    continue
                # Told in a terminal and in its log: once is enough.
                offered.add((fix.action, fix.target or fix.command))
                if isinstance(action, types.CodeAction):
                    action.diagnostics = [note.diagnostic]
                found.append(action)
    return found


async def _of_check(session: Session, document: Document, note: Note, check: Check) -> list[types.CodeAction]:
    from unstuck.core.fixes import FileEdit, Fix, resolve
    from unstuck.lsp.edits import workspace_edit

    world = await asyncio.get_running_loop().run_in_executor(session.files, session.world(document))
    found = []
    for fix in check.fixes:
        fix = replace(fix, target=document.path)

        def outcome(chosen: Fix = fix) -> object:
            return resolve(chosen, world)

        edit = await asyncio.get_running_loop().run_in_executor(session.files, outcome)
        if isinstance(edit, FileEdit):
            action = types.CodeAction(
                title=render.shorten(redact(fix.title)),
                kind=types.CodeActionKind.QuickFix,
                diagnostics=[note.diagnostic],
                edit=workspace_edit(session, fix, edit),
            )
            if session.client.preferred and fix.applicability == "safe":
                action.is_preferred = True
            found.append(action)
    return found


async def fix_all(session: Session, document: Document) -> types.CodeAction | None:
    """One action with every safe fix of a file's checks."""
    from unstuck.core.file_checks import fix_all as mend
    from unstuck.core.fixes import FileEdit, Fix
    from unstuck.lsp.edits import workspace_edit

    kind, path = document.kind, document.path
    if kind not in KINDS or kind is None or path is None or not document.is_open or not session.client.literals:
        return None
    world, source = session.world(document), document.source

    def mended() -> FileEdit | None:
        return mend(path, kind, source, world())

    edit = await asyncio.get_running_loop().run_in_executor(session.files, mended)
    if edit is None:
        return None
    title = "应用所有安全修复" if render.is_chinese(session.locale) else "Apply all safe fixes of Unstuck"
    fix = Fix(title, "", {}, "safe", path)
    return types.CodeAction(title, kind=FIX_ALL, edit=workspace_edit(session, fix, edit))
