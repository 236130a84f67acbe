"""All actions, and whether a record's arguments can ever become an action's parameters."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from pydantic import ValidationError

from unstuck.core.fixes import requirement_index
from unstuck.core.fixes.action import Action, Parameters
from unstuck.core.fixes.commands import (
    CreateVenvAction,
    PipInstallAction,
    QuoteAction,
    RerunWithAction,
    SystemPackageAction,
)
from unstuck.core.fixes.pip_file import AddEqualsAction, AddSectionAction, CorrectIndexAction
from unstuck.core.fixes.pip_option import (
    CorrectValueAction,
    HttpsIndexAction,
    RemoveConfigOptionAction,
    RemoveRepeatedAction,
    RenameOptionAction,
    SetOptionAction,
)
from unstuck.core.fixes.recipes import AddToPathAction, InstallProjectAction, InsteadAction, PrepareAction
from unstuck.core.fixes.requirement_encoding import ToUtf8Action
from unstuck.core.fixes.requirement_file import RequirementAction
from unstuck.core.fixes.requirement_hash import AddHashAction, ReplaceHashAction
from unstuck.core.fixes.requirement_include import CorrectIncludeAction
from unstuck.core.fixes.requirement_lines import (
    DropPipInstallAction,
    RemoveDuplicateAction,
    RemoveOptionAction,
    SplitOptionsAction,
)
from unstuck.core.fixes.requirement_name import RenameAction
from unstuck.core.fixes.requirement_source import DropExtrasAction, DropSourceAction, RemoveAction, SpellHashAction
from unstuck.core.fixes.requirement_spelling import AtUrlAction, CorrectOperatorAction, UnquoteAction
from unstuck.core.fixes.requirement_version import (
    AddMarkerAction,
    AllowPrereleaseAction,
    PinNearestAction,
    RelaxAction,
    SetSpecifierAction,
)
from unstuck.core.fixes.trust_ca import TrustCaAction
from unstuck.core.fixes.trust_host import StopTrustingHostAction, TrustHostAction
from unstuck.core.fixes.uv_config import AllowInsecureHostAction, SystemCertsAction, UvIndexAction
from unstuck.core.signature import CAPTURES, fill

# A plausible text for each capture, so that a record's templates can be checked before any tool has failed.
SAMPLES = {
    "host": "pypi.example.com:8443",
    "port": "8443",
    "url": "https://pypi.example.com/simple/demo/",
    "index": "https://pypi.example.com/simple",
    "proxy": "http://proxy.example.com:3128",
    "requirement": "demo==1.0",
    "package": "demo",
    "version": "1.0",
    "versions": "1.0, 1.1, 2.0",
    "specifier": "==1.0",
    "requires_python": ">=3.12",
    "python": "3.11.7",
    "extra": "test",
    "module": "demo",
    "name": "demo",
    "path": "/home/user/project/requirements.txt",
    "line": "3",
    "option": "--timeout",
    "value": "15",
    "header": "Python.h",
    "library": "libffi",
    "tool": "gcc",
    "hash": "sha256:" + "0" * 64,
    "expected": "0" * 64,
    "got": "1" * 64,
    "marker": 'python_version < "3.12"',
    "reason": "certificate verify failed",
    "status": "404",
    "telling": "demo",
}


@cache
def actions() -> dict[str, Action[Any]]:
    """Every action by its name."""
    every: list[Action[Any]] = [
        TrustCaAction(),
        TrustHostAction(),
        StopTrustingHostAction(),
        SetOptionAction(),
        CorrectValueAction(),
        RemoveConfigOptionAction(),
        RenameOptionAction(),
        HttpsIndexAction(),
        RemoveRepeatedAction(),
        AddSectionAction(),
        AddEqualsAction(),
        CorrectIndexAction(),
        AllowInsecureHostAction(),
        SystemCertsAction(),
        UvIndexAction(),
        CorrectOperatorAction(),
        UnquoteAction(),
        AtUrlAction(),
        RenameAction(),
        PinNearestAction(),
        SetSpecifierAction(),
        RelaxAction(),
        AllowPrereleaseAction(),
        AddMarkerAction(),
        ReplaceHashAction(),
        AddHashAction(),
        RemoveDuplicateAction(),
        SplitOptionsAction(),
        DropPipInstallAction(),
        RemoveOptionAction(),
        CorrectIncludeAction(),
        requirement_index.HttpsIndexAction(),
        requirement_index.StopTrustingHostAction(),
        DropSourceAction(),
        DropExtrasAction(),
        SpellHashAction(),
        RemoveAction(),
        ToUtf8Action(),
        RerunWithAction(),
        QuoteAction(),
        CreateVenvAction(),
        PipInstallAction(),
        SystemPackageAction(),
        PrepareAction(),
        InsteadAction(),
        AddToPathAction(),
        InstallProjectAction(),
    ]
    return {action.name: action for action in every}


def check_arguments(name: str, arguments: dict[str, Any]) -> list[str]:
    """What is wrong with a record's arguments for an action, as messages; [] where nothing is.

    Arguments may hold `{captures}`; a required parameter may be missing where the action itself finds it.
    """
    action = actions().get(name)
    if action is None:
        return [f"unknown action {name!r}: one of {', '.join(sorted(actions()))}"]
    problems = []
    for key, value in arguments.items():
        for capture in placeholders(value):
            if capture not in CAPTURES:
                problems.append(f"{key}: {{{capture}}} is not a capture's name")
    values = fill_arguments(arguments, SAMPLES)
    if (
        isinstance(action, RequirementAction)
        and not action.anywhere
        and not ({"requirement", "package", "source"} & set(arguments) or {"path", "line"} <= set(arguments))
    ):
        problems.append("say which requirement is meant: give requirement or package, or path and line")
    if problems:
        return problems
    try:
        action.parameters.model_validate(values)
    except ValidationError as error:
        for item in error.errors():
            field = ".".join(str(part) for part in item["loc"])
            if item["type"] == "missing" and field in action.found:
                continue
            if item["type"] == "extra_forbidden":
                known = ", ".join(action.parameters.model_fields)
                problems.append(f"{field}: not a parameter of {name}: one of {known}")
            else:
                problems.append(f"{field}: {item['msg']}")
    return problems


def placeholders(value: Any) -> list[str]:
    """The names in braces of a template, in lists and objects too."""
    if isinstance(value, str):
        return re.findall(r"\{([a-z_]+)\}", value)
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [name for part in parts for name in placeholders(part)]


def fill_arguments(arguments: dict[str, Any], captures: dict[str, str]) -> dict[str, Any]:
    """A record's arguments filled; None in the place of one whose capture is missing.

    `option` and `without` name options and may begin with a dash; the models see to it that they are names.
    """
    return {key: fill_value(value, captures, option=key in ("option", "without")) for key, value in arguments.items()}


def fill_value(value: Any, captures: dict[str, str], *, option: bool = False) -> Any:
    """A template filled, lists and objects inside too; None where a capture is missing.

    A capture that stands at the start must not make an option of the word, unless an `option` is asked for.
    """
    if isinstance(value, str):
        text = fill(value, captures)
        return None if text is not None and text.startswith("-") and not value.startswith("-") and not option else text
    if isinstance(value, list):
        filled = [fill_value(item, captures, option=option) for item in value]
        return None if any(item is None for item in filled) else filled
    if isinstance(value, dict):
        entries = {key: fill_value(item, captures) for key, item in value.items()}
        return None if None in entries.values() else entries
    return value


def parameters_of(action: Action[Any], arguments: dict[str, Any]) -> Parameters | None:
    """The checked parameters, None where a capture is not what the action needs."""
    try:
        checked: Parameters = action.parameters.model_validate(arguments)
    except ValidationError:
        return None
    return checked
