"""Requirements files that include each other, as pip reads them together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from unstuck.core.fixes.requirement_file import files_of, included_path, includes
from unstuck.core.fixes.world import World
from unstuck.core.requirements import Entry, entries

MOST_INCLUDED = 50
MOST_ROOTS = 10


@dataclass(frozen=True)
class Line:
    """What one line says, in the file that it stands in.

    `constraint`: whether the file only constrains what others ask for. `through`: the line of the first file that led
    here, None for its own lines.
    """

    path: str
    entry: Entry
    constraint: bool = False
    through: Entry | None = None


@dataclass(frozen=True)
class Tree:
    """A file with all that it includes. `cycles` are the lines of the first file that lead back to it."""

    root: str
    lines: tuple[Line, ...]
    cycles: tuple[Entry, ...] = ()


def tree_of(path: str, listed: list[Entry], world: World) -> Tree:
    """A file, whose entries are `listed`, with what it includes; each file once, and those of the workspace only."""
    done = {path}
    lines: list[Line] = []
    cycles: list[Entry] = []
    waiting: list[tuple[str, list[Entry], bool, Entry | None]] = [(path, listed, False, None)]
    while waiting and len(done) <= MOST_INCLUDED:
        here, found, constraint, through = waiting.pop(0)
        for entry in found:
            lines.append(Line(here, entry, constraint, through))
            place = included_path(here, entry, world)
            if place is None:
                continue
            if world.same(place, path) and entry.kind == "include":
                cycles.append(through or entry)
            text = None if place in done or not world.inside(place) else world.text(place)
            if text is not None:
                done.add(place)
                waiting.append((place, entries(text), constraint or entry.kind == "constraint", through or entry))
    return Tree(path, tuple(lines), tuple(dict.fromkeys(cycles)))


def trees_with(path: str, listed: list[Entry], world: World) -> Iterator[Tree]:
    """The file's own tree first, then those of other files of the workspace that include it."""
    yield tree_of(path, listed, world)
    texts: dict[str, str] = {}
    for other in files_of(world):
        if not other.endswith(".toml") and not world.same(other, path):
            text = world.text(other)
            if text is not None and includes(text):
                texts[other] = text
    leads: dict[str, set[str]] = {}
    for other, text in texts.items():
        for entry in includes(text):
            place = included_path(other, entry, world)
            if place is not None:
                leads.setdefault(place, set()).add(other)
    above: list[str] = []
    waiting = [path]
    while waiting:
        for parent in sorted(leads.get(waiting.pop(0), ())):
            if parent not in above:
                above.append(parent)
                waiting.append(parent)
    # One that is included by another shows nothing that the other does not.
    roots = [place for place in above if not leads.get(place)] or above[-1:]
    for root in roots[:MOST_ROOTS]:
        yield tree_of(root, entries(texts[root]), world)
