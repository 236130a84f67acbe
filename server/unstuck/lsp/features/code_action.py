"""Code actions: the fixes of the failures in the asked range, as quick fixes; their edits when one is chosen.

A client with `resolveSupport` gets edits from `codeAction/resolve`; one without gets them at once; one without code
action literals gets commands that this server executes by `workspace/applyEdit`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Any, NamedTuple

from lsprotocol import types

from unstuck.core import render
from unstuck.core.diagnosis import Diagnosis
from unstuck.core.fixes import FileEdit, Fix, Refusal, resolve
from unstuck.core.redact import redact
from unstuck.core.text import Span
from unstuck.lsp import convert
from unstuck.lsp.edits import cannot_create, workspace_edit
from unstuck.lsp.features.configuration import plain
from unstuck.lsp.features.hover import offered
from unstuck.lsp.server import UnstuckServer
from unstuck.lsp.session import Session
from unstuck.lsp.workspace import Document

log = logging.getLogger(__name__)

INSERT = "unstuck.insertCommand"
MUTE = "unstuck.mute"
APPLY = "unstuck.applyFix"

_GONE = Refusal("the failure is gone: there is nothing to fix any more", "该失败已不存在，无需修复")


class Plan(NamedTuple):
    """A fix of a diagnosis and what it would do now."""

    document: Document
    diagnosis: Diagnosis
    fix: Fix
    outcome: FileEdit | Refusal | None  # None: a command line


def initialized(session: Session, result: types.InitializeResult) -> None:
    """Advertise: resolving only where the client can, a command of ours only where it needs one."""
    client = session.client
    result.capabilities.code_action_provider = types.CodeActionOptions(
        code_action_kinds=[types.CodeActionKind.QuickFix], resolve_provider=client.lazy_edits
    )
    result.capabilities.execute_command_provider = (
        None if client.literals or not client.apply_edit else types.ExecuteCommandOptions(commands=[APPLY])
    )


def register(server: UnstuckServer) -> None:
    options = types.CodeActionOptions(code_action_kinds=[types.CodeActionKind.QuickFix], resolve_provider=True)

    @server.feature(types.TEXT_DOCUMENT_CODE_ACTION, options)
    async def code_action(
        ls: UnstuckServer, params: types.CodeActionParams
    ) -> list[types.CodeAction | types.Command] | None:
        session = ls.session
        if not _wanted(params.context.only):
            return None
        document = session.fresh(params.text_document.uri)
        if document is None or not document.diagnoses:
            return None
        found: list[types.CodeAction | types.Command] = []
        preferred = False
        muted: list[Diagnosis] = []
        for diagnosis in _asked(session, document, params):
            for plan in await _plans(session, document, diagnosis):
                action = _action(session, plan, preferred=not preferred)
                if isinstance(action, types.CodeAction):
                    preferred = preferred or bool(action.is_preferred)
                if action is not None:
                    found.append(action)
            if diagnosis.signature.id not in [other.signature.id for other in muted]:
                muted.append(diagnosis)
        for diagnosis in muted:
            found += _mutes(session, document, diagnosis)
        return found or None

    @server.feature(types.CODE_ACTION_RESOLVE)
    async def code_action_resolve(ls: UnstuckServer, params: types.CodeAction) -> types.CodeAction:
        session = ls.session
        plan = await _again(session, params.data)
        if isinstance(plan, Plan) and isinstance(plan.outcome, FileEdit):
            params.edit = workspace_edit(session, plan.fix, plan.outcome)
        elif not isinstance(plan, Plan) or plan.outcome is not None:
            _refuse(session, plan.outcome if isinstance(plan, Plan) else plan)
        return params

    @server.command(APPLY)
    async def apply(ls: UnstuckServer, data: Any) -> None:
        session = ls.session
        plan = await _again(session, data)
        if not isinstance(plan, Plan) or not isinstance(plan.outcome, FileEdit):
            _refuse(session, plan.outcome if isinstance(plan, Plan) else plan)
            return
        edit = workspace_edit(session, plan.fix, plan.outcome)
        answer = await ls.workspace_apply_edit_async(types.ApplyWorkspaceEditParams(edit, plan.fix.title))
        if not answer.applied:
            session.tell(types.MessageType.Error, f"{plan.fix.title}: {answer.failure_reason or 'the editor refused'}")


def _wanted(only: Any) -> bool:
    """Whether quick fixes are asked for: `only` names kinds, each with all below it."""
    kinds = [str(getattr(kind, "value", kind)) for kind in only] if only is not None else [""]
    return any(kind == "" or kind == "quickfix" for kind in kinds)


def _asked(session: Session, document: Document, params: types.CodeActionParams) -> list[Diagnosis]:
    """The diagnoses that touch the range, and those that the client names: in a terminal the cursor is elsewhere."""
    start = document.position(params.range.start, session.encoding)
    end = document.position(params.range.end, session.encoding)
    asked = Span(start, end)
    found = [diagnosis for diagnosis in document.diagnoses if any(span.touches(asked) for span in diagnosis.spans)]
    for named in params.context.diagnostics:
        if named.source in (None, convert.SOURCE):
            diagnosis = _find(document, plain(named.data), named.code, named.range.start.line)
            if diagnosis is not None and diagnosis not in found:
                found.append(diagnosis)
    return found


def _find(document: Document, data: Any, code: Any = None, line: int | None = None) -> Diagnosis | None:
    """The live diagnosis that a diagnostic's data names; of several the nearest to `line`."""
    data = data if isinstance(data, Mapping) else {}
    id = data.get("id", code)
    same = [diagnosis for diagnosis in document.diagnoses if diagnosis.signature.id == id]
    exact = [diagnosis for diagnosis in same if convert.data_of(diagnosis) == {key: data.get(key) for key in _KEYS}]
    near = exact or same
    return min(near, key=lambda diagnosis: abs(diagnosis.span.start.line - (line or 0)), default=None)


_KEYS = ("id", "captures")


async def _plans(session: Session, document: Document, diagnosis: Diagnosis) -> list[Plan]:
    """Each offered fix with what it would do: a refusal is better known before it is chosen."""
    fixes = await offered(session, document, diagnosis)
    if not fixes:
        return []
    world = session.world(document)

    def outcome(fix: Fix) -> FileEdit | Refusal | None:
        if fix.disabled is not None:
            return Refusal(fix.disabled, fix.disabled)
        if fix.target is None:
            return None
        try:
            result = resolve(fix, world)
        except Exception as error:
            log.error("resolving %s failed", fix.action, exc_info=error)
            return Refusal(f"it failed: {error}", f"失败：{error}")
        if isinstance(result, FileEdit) and result.before is None and not session.client.create_files:
            reason = cannot_create(result.path, render.is_chinese(session.locale))
            return Refusal(reason, reason)
        return result

    def all_outcomes() -> list[FileEdit | Refusal | None]:
        return [outcome(fix) for fix in fixes]

    outcomes = await asyncio.get_running_loop().run_in_executor(session.files, all_outcomes)
    return [Plan(document, diagnosis, fix, result) for fix, result in zip(fixes, outcomes, strict=True)]


async def _again(session: Session, raw: Any) -> Plan | Refusal:
    """The plan that an action's data names, made anew from the failure and the files as they are now."""
    data = plain(raw)
    if not isinstance(data, Mapping) or not isinstance(data.get("uri"), str):
        return Refusal("this action is not one of Unstuck's", "此操作不属于 Unstuck")
    document = session.fresh(data["uri"])
    diagnosis = _find(document, data.get("diagnosis"), line=data.get("line")) if document is not None else None
    if document is None or diagnosis is None:
        return _GONE
    for plan in await _plans(session, document, diagnosis):
        if _key(plan.fix) == {key: data.get(key) for key in _key(plan.fix)}:
            return plan
    return _GONE


def _key(fix: Fix) -> dict[str, Any]:
    """What tells a fix from the others of its diagnosis."""
    return {"action": fix.action, "target": fix.target, "title": redact(fix.title)}


def _refuse(session: Session, refusal: Any) -> None:
    refusal = refusal if isinstance(refusal, Refusal) else _GONE
    session.tell(types.MessageType.Warning, redact(_reason(session, refusal)))


def _reason(session: Session, refusal: Refusal) -> str:
    chinese = render.is_chinese(session.locale)
    return (refusal.reason_zh if chinese else "") or refusal.reason


def _action(session: Session, plan: Plan, *, preferred: bool) -> types.CodeAction | types.Command | None:
    """A plan as this client can show it, None where it cannot."""
    client, fix = session.client, plan.fix
    title = render.shorten(redact(fix.title))
    if fix.applicability == "unsafe" and not client.confirms:
        # Nothing will ask for a confirmation: the title has to say it.
        title = f"{title}（不安全）" if render.is_chinese(session.locale) else f"{title} (unsafe)"
    command = None
    if plan.outcome is None:
        if fix.command is None or INSERT not in client.commands:
            return None
        arguments: dict[str, Any] = {"uri": plan.document.uri, "command": fix.command}
        if plan.document.cwd:
            arguments["cwd"] = plan.document.cwd
        command = types.Command(title=title, command=INSERT, arguments=[arguments])
    disabled = None
    if isinstance(plan.outcome, Refusal):
        if not (client.literals and client.disabled):
            return None
        disabled = types.CodeActionDisabled(render.shorten(redact(_reason(session, plan.outcome))))
    data = {
        "uri": plan.document.uri,
        "line": plan.diagnosis.span.start.line,
        "diagnosis": convert.data_of(plan.diagnosis),
        **_key(fix),
    }
    if not client.literals:
        if command is None and client.apply_edit:
            command = types.Command(title=title, command=APPLY, arguments=[data])
        return command
    action = types.CodeAction(
        title=title,
        kind=types.CodeActionKind.QuickFix,
        diagnostics=[session.diagnostic(plan.document, plan.diagnosis)],
        disabled=disabled,
        command=command,
    )
    if preferred and client.preferred and disabled is None and fix.applicability == "safe":
        action.is_preferred = True
    if isinstance(plan.outcome, FileEdit):
        if client.lazy_edits:
            action.data = data
        else:
            action.edit = workspace_edit(session, fix, plan.outcome)
    return action


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
