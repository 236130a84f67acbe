"""A record's own fixes, applied through the real language server as an editor does."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lsprotocol import types
from packaging.specifiers import SpecifierSet

from tests.lab.diagnose import catalog
from tests.lab.execute import Command, Output, run
from tests.lab.records import Tried
from tests.lab.scenario import Failure, Lab
from unstuck.core.fixes import actions
from unstuck.core.fixes.action import CommandAction
from unstuck.core.signature import FixSpec
from unstuck.demo.client import Editor, apply, path_of

TERMINAL = "unstuck-terminal:lab"


class NotOffered(Exception):
    """The server did not offer a fix; the message says what it did offer."""


def try_fixes(
    lab: Lab, failure: Failure, names: Sequence[str], id: str, output: Output, tool: str
) -> tuple[list[Tried], list[str]]:
    """Apply each of the scenario's fixes `names` to the failure that `output` tells of, and run the command again.

    What a fix changed is put back before the next one. Returns what came of each, and what was not as expected.
    """
    tried: list[Tried] = []
    problems: list[str] = []
    for name in names:
        wanted = failure.fixes[name]
        helps = lab.version in SpecifierSet(wanted, prereleases=True) if isinstance(wanted, str) else wanted
        where = f"{tool} {lab.version}: fix {name}"
        try:
            before, again = asyncio.run(_apply(lab, id, name, output, failure.command))
        except NotOffered as error:
            problems.append(f"{where} was not offered: {error}")
            continue
        result = run(again, {**lab.env, "PIP_RETRIES": "0", "UV_HTTP_RETRIES": "0"})
        fixed = failure.succeeded(result)
        tried.append(Tried(id, name, tool, lab.version, fixed, fix=True))
        if fixed is not helps:
            tail = "\n".join(lab.shown(result.text).splitlines()[-12:])
            problems.append(f"{where} {'helped' if fixed else 'did not help'}, against expectation:\n{tail}")
        _put_back(before)
        if failure.undo is not None:
            run(failure.undo, lab.env)
    return tried, problems


async def _apply(
    lab: Lab, id: str, name: str, output: Output, command: Command
) -> tuple[Mapping[Path, bytes | None], Command]:
    """Choose the fix in an editor whose terminal shows the failure.

    Returns the files before it, and the command to run afterwards: for an edit the failed one, for a command line
    that line, with the failed one behind it where the line only prepares for it.
    """
    spec = _spec(id, name)
    async with Editor(lab.project, lab.env) as editor:
        diagnostics = await editor.terminal(
            TERMINAL,
            lab.typed(command),
            output.text,
            output.exit_code,
            cwd=command.cwd,
            environment=command.env,
        )
        found = [diagnostic for diagnostic in diagnostics if diagnostic.code == id]
        if len(found) != 1:
            raise NotOffered(f"the server's diagnoses are {[diagnostic.code for diagnostic in diagnostics]}")
        offered = await editor.actions(TERMINAL, found[0])
        action = next((action for action in offered if _is(action, spec)), None)
        if action is None:
            raise NotOffered(f"the server offers {[_told(one) for one in offered]}")
        if action.command is not None:
            line = _argument(action.command)
            kind = actions()[spec.action]
            again = isinstance(kind, CommandAction) and not kind.instead
            return {}, command.line(f"{line}\n{lab.typed(command)}" if again else line)
        resolved = await editor.resolve(action)
        if resolved.edit is None:
            raise NotOffered(f"{action.title} has no edit")
        before = {path: path.read_bytes() if path.exists() else None for path in _touched(resolved.edit)}
        apply(resolved.edit)
        return before, command


def _spec(id: str, name: str) -> FixSpec:
    signature = catalog().get(id)
    for spec in signature.fixes if signature is not None else ():
        if spec.name == name:
            return spec
    raise NotOffered(f"{id} has no fix that is named so")


def _is(action: types.CodeAction, spec: FixSpec) -> bool:
    """Whether an offered action is this fix's: by its data, or by how its title begins."""
    if action.disabled is not None:
        return False
    data: Any = action.data
    fix = getattr(data, "name", None) or (data.get("name") if isinstance(data, Mapping) else None)
    if fix:
        return bool(fix == spec.name)
    parts = [part for part in _literal_parts(spec.title) if part.strip()]
    return all(part in action.title for part in parts)


def _literal_parts(title: str) -> list[str]:
    """A title without its {captures}."""
    parts, rest = [], title
    while "{" in rest:
        head, _, rest = rest.partition("{")
        parts.append(head)
        rest = rest.partition("}")[2]
    return [*parts, rest]


def _argument(command: types.Command) -> str:
    """The command line that `unstuck.insertCommand` would put at the prompt."""
    argument: Any = (command.arguments or [{}])[0]
    line = argument["command"] if isinstance(argument, Mapping) else getattr(argument, "command", "")
    return str(line)


def _told(action: types.CodeAction) -> str:
    return f"{action.title} (disabled: {action.disabled.reason})" if action.disabled else action.title


def _touched(edit: types.WorkspaceEdit) -> list[Path]:
    uris = [
        operation.text_document.uri if isinstance(operation, types.TextDocumentEdit) else operation.uri
        for operation in edit.document_changes or []
        if isinstance(operation, types.TextDocumentEdit | types.CreateFile)
    ]
    return [path_of(uri) for uri in [*uris, *(edit.changes or {})]]


def _put_back(before: Mapping[Path, bytes | None]) -> None:
    for path, content in before.items():
        if content is None:
            path.unlink(missing_ok=True)
        else:
            path.write_bytes(content)
