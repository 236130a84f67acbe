"""From a diagnosis to the fixes that can be offered for it, and from a chosen fix to the edit of its file."""

from __future__ import annotations

from typing import Any

from unstuck.core.diagnosis import Diagnosis
from unstuck.core.fixes.action import Action, Fix, Refusal, Target, is_chinese
from unstuck.core.fixes.edits import FileEdit, apply_edits, edits_between
from unstuck.core.fixes.registry import actions, check_arguments, fill_arguments, parameters_of
from unstuck.core.fixes.world import World
from unstuck.core.locks import generated, is_lock
from unstuck.core.redact import redact
from unstuck.core.signature import Applicability, FixSpec, fill

__all__ = [
    "Action",
    "FileEdit",
    "Fix",
    "Refusal",
    "World",
    "actions",
    "apply_edits",
    "check_arguments",
    "edits_between",
    "offers",
    "resolve",
]

# A harmless command line comes before an edit that gives up a protection.
_ORDER: dict[Applicability, int] = {"safe": 0, "display_only": 1, "unsafe": 2}
_LONGEST_TITLE = 160
NEVER = -1.0
"""The proof of a fix that the lab tried and never saw to help: it is not offered."""


def offers(diagnosis: Diagnosis, world: World, locale: str = "en") -> list[Fix]:
    """The fixes for a diagnosis on this machine: safety first, then what the lab proved, then the narrowest file.

    A fix that cannot work here comes last, with `disabled` saying why.
    """
    ranked: list[tuple[tuple[bool, int, bool, float], Fix]] = []
    for spec in diagnosis.signature.fixes:
        action = actions().get(spec.action)
        if action is None or _proof(spec) == NEVER:
            continue
        for fix in _instances(action, spec, diagnosis, world, locale):
            unsafe = fix.applicability == "unsafe" or (fix.applicability == "display_only" and fix.consequence)
            order = 2 if unsafe else _ORDER[fix.applicability]
            # An authority that this workspace brought comes before no certificate at all.
            own = action.least == "unsafe"
            ranked.append(((fix.disabled is not None, order, own, -_proof(spec)), fix))
    ranked.sort(key=lambda entry: entry[0])
    unique: dict[tuple[str | None, str | None, str, str], Fix] = {}
    for _, fix in ranked:
        unique.setdefault((fix.target, fix.command, fix.action, repr(sorted(fix.arguments.items()))), fix)
    return list(unique.values())


def resolve(fix: Fix, world: World) -> FileEdit | Refusal:
    """The edit that carries a fix out on the files as they are now, or why it cannot be."""
    action = actions().get(fix.action)
    if action is None or fix.target is None:
        return Refusal("This fix changes no file", "此修复不修改文件").localised(fix.locale)
    parameters = parameters_of(action, fix.arguments)
    if parameters is None:
        return Refusal(f"The arguments are not what {fix.action} takes", f"参数不符合 {fix.action} 的要求").localised(
            fix.locale
        )
    result = _resolve(action, parameters, fix.target, world)
    return result.localised(fix.locale) if isinstance(result, Refusal) else result


def _resolve(action: Action[Any], parameters: Any, path: str, world: World) -> FileEdit | Refusal:
    try:
        before = world.read(path)
    except OSError as error:
        why = error.strerror or "unknown reason"
        return Refusal(f"{path} cannot be read: {why}", f"无法读取 {path}：{why}")
    if (
        before is not None
        and any("\ud800" <= character <= "\udfff" for character in before)
        and not action.any_encoding
    ):
        return Refusal(
            f"{path} is not UTF-8: save it as UTF-8 first, so that nothing in it is lost",
            f"{path} 不是 UTF-8 编码：请先另存为 UTF-8，以免内容丢失",
        )
    reason = _written_by_a_tool(path, before, world) or action.blocked(parameters, world, path)
    if reason is not None:
        return reason
    prepared = action.prepare(parameters, world, path)
    if isinstance(prepared, Refusal):
        return prepared
    after = action.apply(prepared, before or "")
    if isinstance(after, Refusal):
        return after
    if after == (before or ""):
        name = world.short(path)
        return Refusal(f"{name} needs no change: run the command again", f"{name} 无需修改：请重新运行命令")
    return FileEdit(path, before, edits_between(before or "", after), after)


def _instances(action: Action[Any], spec: FixSpec, diagnosis: Diagnosis, world: World, locale: str) -> list[Fix]:
    filled = fill_arguments(spec.arguments, diagnosis.captures)
    arguments = {key: value for key, value in filled.items() if value is not None}
    fixes: list[Fix] = []
    for completed in action.complete(arguments, diagnosis, world):
        parameters = parameters_of(action, completed)
        if parameters is None:
            continue
        command = action.command(parameters, diagnosis, world)
        places: list[Target | None] = [*action.targets(parameters, diagnosis, world)]
        if action.least == "display_only":
            places = [None] if command is not None else []
        for place in places:
            disabled = _written_by_a_tool(place.path, world.text(place.path), world) if place else None
            disabled = disabled or action.blocked(parameters, world, place.path if place else None)
            title = _title(spec, action, parameters, diagnosis, place, locale, several=len(places) > 1)
            if title is None:
                continue
            fixes.append(
                Fix(
                    title=title,
                    action=action.name,
                    arguments=completed,
                    applicability=_least(spec.applicability, action.least_for(parameters)),
                    target=place.path if place else None,
                    command=command,
                    consequence=action.consequence_for(parameters, locale),
                    disabled=disabled.localised(locale).reason if disabled else None,
                    locale=locale,
                    name=spec.name,
                )
            )
    return fixes


def _written_by_a_tool(path: str, content: str | None, world: World) -> Refusal | None:
    """Why a lock or a compiled file is not to be edited: the next run of its tool would undo it."""
    name = world.short(path)
    if is_lock(path):
        return Refusal(
            f"{name} is a lock: change what it is made from, and lock again",
            f"{name} 是锁定文件：请修改其来源文件，然后重新锁定",
        )
    made = generated(content) if content is not None else None
    if made is None:
        return None
    inputs = " or ".join(made.inputs) or "what it is made from"
    inputs_zh = " 或 ".join(made.inputs) or "其来源文件"
    again = f": {made.command}" if made.command else ""
    return Refusal(
        f"{name} is generated: change {inputs} and make it again{again}",
        f"{name} 是自动生成的：请修改 {inputs_zh} 后重新生成{again.replace(': ', '：')}",
    )


def _least(one: Applicability, other: Applicability) -> Applicability:
    """The less safe of two; what only shows a command never becomes an edit."""
    if "display_only" in (one, other):
        return "display_only"
    return "unsafe" if "unsafe" in (one, other) else "safe"


def _title(
    spec: FixSpec,
    action: Action[Any],
    parameters: Any,
    diagnosis: Diagnosis,
    place: Target | None,
    locale: str,
    *,
    several: bool,
) -> str | None:
    chinese = is_chinese(locale) and bool(spec.title_zh)
    values = {**diagnosis.captures, **action.words(parameters)}
    title = fill(spec.title_zh if chinese else spec.title, values)
    if title is None:
        return None
    label = (place.label_zh if is_chinese(locale) else place.label) if place else ""
    if label and (several or action.says_where):
        title += f"（{label}）" if is_chinese(locale) else f" ({label})"
    title = redact(title)
    shown = " ".join("".join(c if c.isprintable() else " " for c in title).split())
    return shown if len(shown) <= _LONGEST_TITLE else shown[: _LONGEST_TITLE - 1] + "…"


def _proof(spec: FixSpec) -> float:
    """How much the lab speaks for a fix: 1 where it always helped, 0 where nobody tried, -1 where it never did."""
    helped = sum(len(outcome.versions) for outcome in spec.outcomes if outcome.fixed)
    failed = sum(len(outcome.versions) for outcome in spec.outcomes if not outcome.fixed)
    return 0.0 if helped + failed == 0 else (helped - failed) / (helped + failed)
