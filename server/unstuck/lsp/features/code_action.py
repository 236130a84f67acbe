"""Code actions: the fixes of the failures in the asked range, as quick fixes; their edits when one is chosen.

A client with `resolveSupport` gets edits from `codeAction/resolve`; one without gets them at once; one without code
action literals gets commands that this server executes by `workspace/applyEdit`.
"""

from __future__ import annotations

from typing import Any

from lsprotocol import types

from unstuck.core import render
from unstuck.core.diagnosis import Diagnosis
from unstuck.core.text import Span
from unstuck.lsp import convert, file_actions
from unstuck.lsp.features.configuration import plain
from unstuck.lsp.schedule import LITTLE_PATIENCE
from unstuck.lsp.server import UnstuckServer
from unstuck.lsp.session import Session
from unstuck.lsp.workspace import Document

MUTE = "unstuck.mute"
APPLY = "unstuck.applyFix"


def initialized(session: Session, result: types.InitializeResult) -> None:
    """Advertise: resolving only where the client can, a command of ours only where it needs one."""
    client = session.client
    result.capabilities.code_action_provider = types.CodeActionOptions(
        code_action_kinds=[types.CodeActionKind.QuickFix, file_actions.FIX_ALL], resolve_provider=client.lazy_edits
    )
    result.capabilities.execute_command_provider = (
        None if client.literals or not client.apply_edit else types.ExecuteCommandOptions(commands=[APPLY])
    )


def register(server: UnstuckServer) -> None:
    options = types.CodeActionOptions(
        code_action_kinds=[types.CodeActionKind.QuickFix, file_actions.FIX_ALL], resolve_provider=True
    )

    @server.feature(types.TEXT_DOCUMENT_CODE_ACTION, options)
    async def code_action(
        ls: UnstuckServer, params: types.CodeActionParams
    ) -> list[types.CodeAction | types.Command] | None:
        session = ls.session
        await session.ready_to_fix()
        document = await session.settled(params.text_document.uri, LITTLE_PATIENCE)
        if document is not None and _asks(params.context.only, file_actions.FIX_ALL):
            whole = await file_actions.fix_all(session, document)
            return [whole] if whole is not None else None
        noted = session.notes is not None and params.text_document.uri in session.notes.notes
        if document is None or not (document.diagnoses or noted) or not _wanted(params.context.only):
            return None
        found: list[types.CodeAction | types.Command] = []
        asked = _asked(session, document, params)
        for diagnosis in asked:
            if diagnosis.signature.fixes:
                from unstuck.lsp import plans

                found += await plans.actions(session, document, diagnosis)
        if noted:
            found += await file_actions.actions(session, document, _span(session, document, params))
        # One is the best: an editor's "fix" key applies it without asking.
        preferred = [action for action in found if isinstance(action, types.CodeAction) and action.is_preferred]
        for action in preferred[1:]:
            action.is_preferred = None
        for diagnosis in {diagnosis.signature.id: diagnosis for diagnosis in asked}.values():
            found += _mutes(session, document, diagnosis)
        return found or None

    @server.feature(types.CODE_ACTION_RESOLVE)
    async def code_action_resolve(ls: UnstuckServer, params: types.CodeAction) -> types.CodeAction:
        if params.data is None:
            # Nothing is left to resolve: the action came with its edit or command.
            return params
        await ls.session.ready_to_fix()
        from unstuck.lsp import plans

        made = await plans.edit(ls.session, params.data)
        if made is not None:
            _, params.edit = made
        return params

    @server.command(APPLY)
    async def apply(ls: UnstuckServer, data: Any) -> None:
        await ls.session.ready_to_fix()
        from unstuck.lsp import plans

        made = await plans.edit(ls.session, data)
        if made is None:
            return
        title, edit = made
        answer = await ls.workspace_apply_edit_async(types.ApplyWorkspaceEditParams(edit, title))
        if not answer.applied:
            why = answer.failure_reason or "the editor refused"
            ls.session.tell(types.MessageType.Error, f"{title}: {why}")


def _wanted(only: Any) -> bool:
    """Whether quick fixes are asked for: `only` names kinds, each with all below it."""
    kinds = _kinds(only) if only is not None else [""]
    return any(kind in ("", "quickfix") for kind in kinds)


def _asks(only: Any, kind: str) -> bool:
    """Whether `kind` itself or one above it is asked for by name: what changes a whole file is not offered unasked."""
    return any(kind == one or kind.startswith(f"{one}.") for one in _kinds(only) if one) if only else False


def _kinds(only: Any) -> list[str]:
    return [str(getattr(kind, "value", kind)) for kind in only]


def _span(session: Session, document: Document, params: types.CodeActionParams) -> Span:
    start = document.position(params.range.start, session.encoding)
    return Span(start, document.position(params.range.end, session.encoding))


def _asked(session: Session, document: Document, params: types.CodeActionParams) -> list[Diagnosis]:
    """The diagnoses that touch the range, and those that the client names: in a terminal the cursor is elsewhere."""
    asked = _span(session, document, params)
    found = [diagnosis for diagnosis in document.diagnoses if any(span.touches(asked) for span in diagnosis.spans)]
    for named in params.context.diagnostics:
        if named.source in (None, convert.SOURCE):
            line = named.range.start.line
            diagnosis = convert.find_by_data(document.diagnoses, plain(named.data), named.code, line)
            if diagnosis is not None and diagnosis not in found:
                found.append(diagnosis)
    return found


def _mutes(session: Session, document: Document, diagnosis: Diagnosis) -> list[types.CodeAction | types.Command]:
    if MUTE not in session.client.commands:
        return []
    signature, chinese = diagnosis.signature, render.is_chinese(session.locale)
    found: list[types.CodeAction | types.Command] = []
    for key, value in (("id", signature.id), ("domain", signature.domain)):
        title = f"不再提示 {value}" if chinese else f"Do not report {value} any more"
        command = types.Command(title=title, command=MUTE, arguments=[{key: value}])
        if not session.client.literals:
            found.append(command)
            continue
        shown = [session.diagnostic(document, diagnosis)]
        found.append(types.CodeAction(title, kind=types.CodeActionKind.QuickFix, diagnostics=shown, command=command))
    return found
