"""Correct the name of a file that is included and does not exist."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any

from unstuck.core.diagnosis import Diagnosis
from unstuck.core.fixes.action import Refusal
from unstuck.core.fixes.grammar import PathText
from unstuck.core.fixes.requirement_file import InFile, files_of
from unstuck.core.fixes.requirement_lines import LineAction
from unstuck.core.fixes.world import World
from unstuck.core.requirements import entries, replace_span


def closest_file(name: str, folder: str, world: World, including: str | None = None) -> str | None:
    """The workspace's requirements file that a wrong name most likely means, relative to `folder`, with slashes.

    The file `including` names it: it does not mean itself.
    """
    known = {}
    for path in files_of(world):
        if not path.endswith(".toml") and (including is None or not world.same(path, including)):
            known[str(world.path.relpath(path, folder)).replace("\\", "/")] = path
    written = name.replace("\\", "/")
    same = [short for short in known if short.rsplit("/", 1)[-1] == written.rsplit("/", 1)[-1] and short != written]
    # Of a folder its only file.
    below = [short for short in known if short.rpartition("/")[0] == written.rstrip("/")]
    if world.is_folder(world.join(folder, written)) and below:
        return below[0] if len(below) == 1 else None
    found = same or difflib.get_close_matches(written, [short for short in known if short != written], n=1, cutoff=0.9)
    return found[0] if len(found) == 1 else None


class CorrectInclude(InFile):
    path: PathText
    to: PathText


class CorrectIncludeAction(LineAction[CorrectInclude]):
    """`path` is the name as it is included; `to` may be left out where one file of the workspace is plainly meant."""

    name = "requirements.correct_include"
    parameters = CorrectInclude
    found = frozenset({"to"})

    def complete(self, arguments: dict[str, Any], diagnosis: Diagnosis, world: World) -> Iterable[dict[str, Any]]:  # noqa: ARG002
        if "to" in arguments or not isinstance(arguments.get("path"), str):
            return [arguments]
        named = arguments["path"]
        if world.path.isabs(named) and world.inside(named):
            # Some pips print where the file would have been.
            named = str(world.path.relpath(named, world.cwd)).replace("\\", "/")
        to = closest_file(named, world.cwd, world)
        return [{**arguments, "path": named, "to": to}] if to else []

    def prepare(self, parameters: CorrectInclude, world: World, path: str) -> CorrectInclude | Refusal:
        """An include counts from the folder of the file that has it."""
        folder, place = world.path.dirname(path), world.join(parameters.to)
        if world.same(folder, world.cwd) or not world.exists(place):
            return parameters
        return parameters.model_copy(update={"to": str(world.path.relpath(place, folder)).replace("\\", "/")})

    def apply(self, parameters: CorrectInclude, text: str) -> str | Refusal:
        for entry in reversed(entries(text)):
            if entry.kind in ("include", "constraint") and _ends(parameters.path, entry.text):
                text = replace_span(text, entry.span, parameters.to)
        return text


def _ends(path: str, included: str) -> bool:
    """Whether an include, which counts from its file's folder, may mean a path that counts from another."""
    return path == included or (not included.startswith(".") and path.replace("\\", "/").endswith("/" + included))
