"""From a failure to the line of the workspace that asked for it: pip mostly does not say which one it choked on.

What the output says comes first: a file and a line. Then the requirement as it was printed, then its name; and where
no file holds that name, the requirement that pulled it in, where the output names it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from unstuck.core.diagnosis import Diagnosis
from unstuck.core.fixes.requirement_file import (
    MOST_TARGETS,
    InFile,
    Item,
    candidate_files,
    format_of,
    items,
    matching,
)
from unstuck.core.fixes.world import World
from unstuck.core.kinds import kind_of_path
from unstuck.core.pip_config import config_files
from unstuck.core.requirements import entries, name_in
from unstuck.core.text import Position, Span, bare, split_lines

How = Literal["line", "requirement", "name", "parent"]

# (from -r x.txt (line 3)), (from parent->-r x.txt (line 3)), from line 1 of bad.txt, (line 3 of x.txt), x.txt:3
_PLACES = (
    re.compile(r"-[rc] (?P<path>[^()\r\n]+?) \(line (?P<line>\d{1,7})\)"),
    re.compile(r"\b(?:from|at|on) line (?P<line>\d{1,7}) of (?P<path>[^()\r\n'\"]+?)(?=[)'\",:]|\s*$)"),
    re.compile(r"\(line (?P<line>\d{1,7}) of (?P<path>[^()\r\n]+?)\)"),
    re.compile(r"\bin `?(?P<path>[^\s`'\"]+\.(?:txt|in|toml))`?(?: at position |:)(?P<line>\d{1,7})"),
)
_PARENT = re.compile(r"\(from (?P<chain>[A-Za-z0-9][^()\r\n]{0,300}?)\)")


@dataclass(frozen=True)
class Blame:
    """A place of the workspace that caused a failure. `text` is the requirement as it is written there."""

    path: str
    span: Span
    text: str
    how: How


def blame(diagnosis: Diagnosis, world: World) -> list[Blame]:
    """The lines that asked for what failed, the likeliest first; none where no file of the workspace did.

    Two files that hold the same requirement are both named. The document that the diagnosis stands in is left out.
    """
    found = list(_at_line(diagnosis, world)) or _by_text(diagnosis, world) or _by_parent(diagnosis, world)
    own = world.document
    kept = [one for one in found if own is None or not world.same(own, one.path)]
    return list(dict.fromkeys(kept))[:MOST_TARGETS]


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


def _at_line(diagnosis: Diagnosis, world: World) -> Iterator[Blame]:
    places: list[tuple[str, str]] = []
    captures = diagnosis.captures
    if "path" in captures and captures.get("line", "").isascii() and captures.get("line", "").isdigit():
        places.append((captures["path"], captures["line"]))
    for text in _texts(diagnosis):
        for pattern in _PLACES:
            places += [(match["path"], match["line"]) for match in pattern.finditer(text)]
    for path, line in dict.fromkeys(places):
        place = _found(path, world)
        content = world.text(place) if place else None
        if place and content is not None and 0 < int(line) <= len(split_lines(content)):
            yield _line_of(place, content, int(line) - 1)


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
    if kind_of_path(path) == "requirements":
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


def _by_parent(diagnosis: Diagnosis, world: World) -> list[Blame]:
    parents: list[str] = []
    for text in _texts(diagnosis):
        for match in _PARENT.finditer(text):
            # The last one of a chain is the one that a file asked for.
            for link in reversed(match["chain"].split("->")):
                name = name_in(link)
                if name and not link.startswith(("-", "versions:")):
                    parents.append(name)
    for parent in dict.fromkeys(parents):
        found = _search(InFile.model_construct(package=parent), diagnosis, world, by_name=True)
        if found:
            return [Blame(path, item.span, item.text, "parent") for path, item in found]
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
