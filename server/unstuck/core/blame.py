"""From a failure to the line of the workspace that asked for it: pip mostly does not say which one it choked on.

What the output says comes first: a file and a line. Then the requirement as it was printed, then its name; and where
no file holds that name, the requirement that pulled it in, where the output names it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from unstuck.core.diagnosis import Diagnosis
from unstuck.core.fixes.requirement_file import (
    MOST_TARGETS,
    InFile,
    Item,
    candidate_files,
    files_of,
    format_of,
    included_path,
    items,
    matching,
    named_by,
)
from unstuck.core.fixes.world import World
from unstuck.core.kinds import kind_of_path
from unstuck.core.locks import GRAPHS, above, generated, graph, via
from unstuck.core.pip_config import config_files
from unstuck.core.requirements import entries, name_in
from unstuck.core.said import Said, asked_for, collecting, conflicting, line_at, offset_in, parents, places
from unstuck.core.text import Position, Span, bare, split_lines

How = Literal["line", "requirement", "name", "parent", "input"]


@dataclass(frozen=True)
class Blame:
    """A place of the workspace that caused a failure. `text` is the requirement as it is written there.

    `made_from` names the files that a generated one is made from: it is to be changed there.
    """

    path: str
    span: Span
    text: str
    how: How
    made_from: tuple[str, ...] = ()


def blame(diagnosis: Diagnosis, world: World, said: Said | None = None) -> list[Blame]:
    """The lines that asked for what failed, the likeliest first; none where no file of the workspace did.

    `said` is the output around the failure. Two files that hold the same requirement are both named, and beside a
    generated one the file that it is made from. The document that the diagnosis stands in is left out.
    """
    said = Said("\n".join(_texts(diagnosis))) if said is None else said
    found = [*_at_line(diagnosis, world, said), *_conflicting(diagnosis, world, said)]
    found = found or _by_text(diagnosis, world) or _by_parent(diagnosis, world, said) or _by_include(diagnosis, world)
    own = world.document
    kept = [one for one in _with_inputs(found, world) if own is None or not world.same(own, one.path)]
    unique: dict[tuple[str, Span], Blame] = {}
    for one in kept:
        unique.setdefault((one.path, one.span), one)
    return list(unique.values())[:MOST_TARGETS]


def found_again(known: Blame, world: World) -> Blame | None:
    """Where a place is now; None where its text is there no longer: somebody has dealt with it."""
    content = world.text(known.path)
    if content is None:
        return None
    spans = [item.span for item in items(content, format_of(known.path)) if item.text == known.text]
    if not spans:
        lines = split_lines(content)
        spans = [
            _line_of(known.path, content, number).span
            for number in range(len(lines))
            if lines[number].strip() == known.text
        ]
    nearest = min(spans, key=lambda span: abs(span.start.line - known.span.start.line), default=None)
    return None if nearest is None else replace(known, span=nearest)


def _texts(diagnosis: Diagnosis) -> list[str]:
    findings = (diagnosis.finding, *diagnosis.repeats[:10], *diagnosis.symptoms[:10])
    return [finding.text[:4000] for finding in findings]


def _at_line(diagnosis: Diagnosis, world: World, said: Said) -> Iterator[Blame]:
    named: list[tuple[str, int]] = []
    captures = diagnosis.captures
    number = captures.get("line", "")
    if "path" in captures and number.isascii() and number.isdigit():
        named.append((captures["path"], int(number)))
    texts = [*_texts(diagnosis), said.text]
    for text in texts:
        named += places(text)
    for text in reversed(texts):
        # uv says at which byte.
        at = offset_in(text)
        content = world.text(place) if at and (place := _found(at[0], world)) else None
        if at and content is not None:
            named = [(at[0], line_at(content, at[1]))]
    if not named:
        for name in _names(diagnosis):
            named += [place for text in collecting(said, name) for place in places(text)]
    for path, line in dict.fromkeys(named):
        place = _found(path, world)
        content = world.text(place) if place else None
        if place and content is not None and 0 < line <= len(split_lines(content)):
            yield _line_of(place, content, line - 1)


def _names(diagnosis: Diagnosis) -> list[str]:
    captures = diagnosis.captures
    texts = (captures.get("package"), captures.get("requirement"))
    return list(dict.fromkeys(name for text in texts if text and (name := name_in(text))))


def _conflicting(diagnosis: Diagnosis, world: World, said: Said) -> Iterator[Blame]:
    """What does not go together: each side of it where it stands."""
    for requirement in conflicting(said.text):
        meant = InFile.model_construct(requirement=requirement)
        for path, item in _search(meant, diagnosis, world, by_name=False):
            yield Blame(path, item.span, item.text, "requirement")


def _found(path: str, world: World) -> str | None:
    """The file that the output means, if it is one of the workspace's or of pip's own."""
    if any(not character.isprintable() for character in path):
        return None
    tried = [world.join(path), *(world.join(folder, path) for folder in world.folders)]
    for place in dict.fromkeys(tried):
        if kind_of_path(place) == "pip_config" and any(world.same(place, file.path) for file in config_files(world)):
            return place
        if world.inside(place) and world.text(place) is not None:
            return place
    return None


def _line_of(path: str, content: str, number: int) -> Blame:
    if _is_requirements(path):
        for entry in entries(content):
            # A continuation line belongs to the requirement that it continues.
            if entry.logical.first <= number <= entry.logical.last:
                return Blame(path, entry.span, entry.text, "line")
    for item in items(content, format_of(path)):
        if item.span.start.line <= number <= item.span.end.line:
            return Blame(path, item.span, item.text, "line")
    line = bare(split_lines(content)[number])
    start = len(line) - len(line.lstrip())
    end = max(start, len(line.rstrip()))
    return Blame(path, Span(Position(number, start), Position(number, end)), line.strip(), "line")


def _is_requirements(path: str) -> bool:
    """Whether a file that a failure led to is read as requirements: one that is included may have any name."""
    return kind_of_path(path) not in ("pip_config", "pyproject") and not path.endswith(".toml")


def _by_text(diagnosis: Diagnosis, world: World) -> list[Blame]:
    captures = diagnosis.captures
    requirement, package = captures.get("requirement"), captures.get("package")
    printed = requirement or package
    if printed is None or name_in(printed) is None:
        return []
    meant = InFile.model_construct(requirement=requirement, package=package)
    exact = _search(meant, diagnosis, world, by_name=False) if requirement else []
    if exact:
        return [Blame(path, item.span, item.text, "requirement") for path, item in exact]
    named = InFile.model_construct(package=package or requirement)
    return [Blame(path, item.span, item.text, "name") for path, item in _search(named, diagnosis, world, by_name=True)]


def _by_parent(diagnosis: Diagnosis, world: World, said: Said) -> list[Blame]:
    """What pulled it in: as the output says, else as a lock does; else what the output says was asked for."""
    names = _names(diagnosis)
    for parent in parents(names, said):
        if found := _held(parent, diagnosis, world):
            return found
    for name in names:
        for parent in _above(name, world):
            if found := _held(parent, diagnosis, world):
                return found
    return [one for name in asked_for(said) for one in _held(name, diagnosis, world)]


def _by_include(diagnosis: Diagnosis, world: World) -> list[Blame]:
    """The lines that include a file that is not there."""
    path = diagnosis.captures.get("path")
    if path is None or any(not character.isprintable() for character in path) or world.exists(world.join(path)):
        return []
    found = []
    for place in dict.fromkeys([*named_by(diagnosis.command, world), *files_of(world)]):
        content = world.text(place) if kind_of_path(place) != "pyproject" else None
        for entry in entries(content) if content is not None else ():
            # pip names it as it opened it, from the working directory on; uv as it is written.
            meant = included_path(place, entry, world)
            if meant is not None and (world.same(meant, path) or entry.text == path):
                found.append(Blame(place, entry.span, entry.text, "line"))
    return found


def _held(name: str, diagnosis: Diagnosis, world: World) -> list[Blame]:
    meant = InFile.model_construct(package=name)
    return [
        Blame(path, item.span, item.text, "parent") for path, item in _search(meant, diagnosis, world, by_name=True)
    ]


def _above(name: str, world: World) -> list[str]:
    for folder in dict.fromkeys([world.cwd, *world.folders]):
        for lock in GRAPHS:
            content = world.text(str(world.path.join(folder, lock)))
            if content and name in content.lower().replace("_", "-") and (found := above(name, graph(content))):
                return found
    return []


def _with_inputs(found: Sequence[Blame], world: World) -> Iterator[Blame]:
    """Each place, and before one in a generated file those in the files that it is made from."""
    for one in found:
        content = world.text(one.path) or ""
        made = generated(content) if _is_requirements(one.path) else None
        if made is None:
            yield one
            continue
        inputs = [place for name in made.inputs if (place := _input(name, one.path, world))]
        yield from _in_inputs(one, content, inputs, world)
        yield replace(one, made_from=tuple(world.short(place) for place in inputs) or made.inputs)


def _input(name: str, path: str, world: World) -> str | None:
    """The file that a generated one names as its source: beside it, or below the workspace."""
    folder = str(world.path.dirname(path))
    tried = [str(world.path.normpath(world.path.join(base, name))) for base in (folder, world.cwd, *world.folders)]
    return next((place for place in tried if world.inside(place) and world.text(place) is not None), None)


def _in_inputs(one: Blame, content: str, inputs: Sequence[str], world: World) -> list[Blame]:
    own = name_in(one.text)
    if own is None:
        return []
    held = [(place, item) for place in inputs for item in items(world.text(place) or "", format_of(place))]
    for name in (own, *above(own, via(content))):
        found = [Blame(place, item.span, item.text, "input") for place, item in held if item.name == name]
        if found:
            return found
    return []


def _search(meant: InFile, diagnosis: Diagnosis, world: World, *, by_name: bool) -> Sequence[tuple[str, Item]]:
    found: list[tuple[str, Item]] = []
    for path in candidate_files(meant, diagnosis, world):
        content = world.text(path)
        if content is None:
            continue
        found += [(path, item) for item in matching(meant, content, format_of(path), by_name=by_name)]
        if len(found) >= MOST_TARGETS:
            break
    return found
