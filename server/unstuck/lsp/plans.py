"""What each fix of a failure would do now, as the code action that this client can take.

Imported when a fix is first asked for: the actions bring parsers along that a quiet session never needs.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Any, NamedTuple

from lsprotocol import types

from unstuck.core import render
from unstuck.core.diagnosis import Diagnosis
from unstuck.core.fixes import FileEdit, Fix, Refusal, World, offers, resolve
from unstuck.core.redact import redact
from unstuck.lsp import convert
from unstuck.lsp.edits import cannot_create, workspace_edit
from unstuck.lsp.features.configuration import plain
from unstuck.lsp.session import Session
from unstuck.lsp.workspace import Document

log = logging.getLogger(__name__)

INSERT = "unstuck.insertCommand"
APPLY = "unstuck.applyFix"

_GONE = Refusal("the failure is gone: there is nothing to fix any more", "该失败已不存在，无需修复")


class Plan(NamedTuple):
    """A fix of a diagnosis and what it would do now; a command line has no outcome."""

    document: Document
    diagnosis: Diagnosis
    fix: Fix
    outcome: FileEdit | Refusal | None


async def offered(session: Session, document: Document, diagnosis: Diagnosis) -> list[Fix]:
    """The fixes for a diagnosis; finding them reads files, which must not hold up the event loop."""
    world, locale = session.world(document), session.locale

    def find() -> list[Fix]:
        return offers(diagnosis, world(), locale)

    try:
        return await asyncio.get_running_loop().run_in_executor(session.files, find)
    except Exception as error:
        log.error("finding fixes for %s failed", diagnosis.signature.id, exc_info=error)
        return []


async def actions(session: Session, document: Document, diagnosis: Diagnosis) -> list[types.CodeAction | types.Command]:
    """The fixes of a diagnosis as actions, best first; each safe one that works says that it is preferred."""
    return [action for action, _ in await actions_with_fixes(session, document, diagnosis)]


async def actions_with_fixes(
    session: Session, document: Document, diagnosis: Diagnosis
) -> list[tuple[types.CodeAction | types.Command, Fix]]:
    """As `actions`, each with the fix that it carries out."""
    made = [(_action(session, plan), plan.fix) for plan in await _plans(session, document, diagnosis)]
    return [(action, fix) for action, fix in made if action is not None]


async def edit(session: Session, raw: Any) -> tuple[str, types.WorkspaceEdit] | None:
    """The title and the edit of the action that carried `raw` as its data, made from the files as they are now.

    None where there is nothing to edit; why a fix refuses is told to the user.
    """
    plan = await _again(session, raw)
    outcome = plan.outcome if isinstance(plan, Plan) else plan
    if isinstance(plan, Plan) and isinstance(outcome, FileEdit):
        return render.shorten(redact(plan.fix.title)), workspace_edit(session, plan.fix, outcome)
    if isinstance(outcome, Refusal):
        session.tell(types.MessageType.Warning, redact(_reason(session, outcome)))
    return None


async def _plans(session: Session, document: Document, diagnosis: Diagnosis) -> list[Plan]:
    """Each offered fix with what it would do: a refusal is better known before it is chosen."""
    fixes = await offered(session, document, diagnosis)
    if not fixes:
        return []
    world = session.world(document)

    def outcome(fix: Fix, world: World) -> FileEdit | Refusal | None:
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
        now = world()
        return [outcome(fix, now) for fix in fixes]

    outcomes = await asyncio.get_running_loop().run_in_executor(session.files, all_outcomes)
    return [Plan(document, diagnosis, fix, result) for fix, result in zip(fixes, outcomes, strict=True)]


async def _again(session: Session, raw: Any) -> Plan | Refusal:
    """The plan that an action's data names, made anew from the failure and the files as they are now."""
    data = plain(raw)
    if not isinstance(data, Mapping) or not isinstance(data.get("uri"), str):
        return Refusal("this action is not one of Unstuck's", "此操作不属于 Unstuck")
    document = session.fresh(data["uri"])
    if document is None:
        return _GONE
    diagnosis = convert.find_by_data(document.diagnoses, data.get("diagnosis"), line=data.get("line"))
    if diagnosis is None:
        return _GONE
    for plan in await _plans(session, document, diagnosis):
        if _key(plan.fix) == {key: data.get(key) for key in _key(plan.fix)}:
            return plan
    return _GONE


def _key(fix: Fix) -> dict[str, Any]:
    """What tells a fix from the others of its diagnosis."""
    return {"action": fix.action, "target": fix.target, "title": redact(fix.title)}


def _reason(session: Session, refusal: Refusal) -> str:
    return (refusal.reason_zh if render.is_chinese(session.locale) else "") or refusal.reason


def _action(session: Session, plan: Plan) -> types.CodeAction | types.Command | None:
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
    if client.preferred and isinstance(plan.outcome, FileEdit) and fix.applicability == "safe":
        action.is_preferred = True
    if isinstance(plan.outcome, FileEdit):
        if client.lazy_edits:
            action.data = data
        else:
            action.edit = workspace_edit(session, fix, plan.outcome)
    return action
