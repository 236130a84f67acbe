"""What the requirements actions share: where a requirement stands in the workspace, and how one line is changed."""

from __future__ import annotations

import re
import shlex
import tomllib
from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, ClassVar, Literal, TypeVar

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from pydantic import BeforeValidator, Field

from unstuck.core.constraints import clauses
from unstuck.core.diagnosis import Diagnosis
from unstuck.core.fixes.action import Action, Parameters, Refusal, Target
from unstuck.core.fixes.grammar import Line, PathText
from unstuck.core.fixes.world import World
from unstuck.core.kinds import kind_of_path
from unstuck.core.pyproject import Form, TomlString, literal_for, requirements_in
from unstuck.core.requirements import Entry, entries, name_in, replace_span, squeezed
from unstuck.core.text import Span

Format = Literal["requirements", "pyproject"]
MOST_TARGETS = 6
"""A requirement that more files hold is not a matter of one quick fix."""
MOST_FILES = 200
"""So many requirements files of a workspace are looked into."""
_MAY_INCLUDE = re.compile(r"(?m)^[ \t\ufeff]*(?:-[rc]|--requirement|--constraint)")


@dataclass(frozen=True)
class Item:
    """A requirement where it stands, in either kind of file. `literal` is its TOML string, quotes included.

    `text` is the requirement; of an entry of Poetry's it is what the name and the constraint come to by PEP 508, and
    `value` is the constraint. Where only the source of a distribution is said, `text` is its name.
    """

    text: str
    span: Span
    name: str | None
    literal: str | None = None
    value: str | None = None
    form: Form = "requirement"

    @property
    def requirement(self) -> Requirement | None:
        try:
            return Requirement(self.text)
        except InvalidRequirement:
            return None


def format_of(path: str) -> Format:
    return "pyproject" if path.lower().endswith(".toml") else "requirements"


def items(content: str, format: Format) -> list[Item]:
    """The requirements of a file; none where it cannot be read."""
    if format == "requirements":
        return [
            Item(entry.text, entry.span, entry.name)
            for entry in entries(content)
            if entry.kind in ("requirement", "url", "editable")
        ]
    try:
        found = requirements_in(content)
    except (ValueError, RecursionError):
        return []
    return [_toml_item(one) for one in found]


def _toml_item(one: TomlString) -> Item:
    if one.form == "requirement" or one.name is None:
        return Item(one.text, one.span, name_in(one.text), one.literal)
    name = canonicalize_name(one.name)
    if one.form == "source":
        return Item(one.name, one.span, name, one.literal, one.text, one.form)
    meant = clauses(one.text)
    text = f"{one.name} {one.text}" if meant is None else one.name + ",".join(meant)
    return Item(text, one.span, name, one.literal, one.text, one.form)


def put(content: str, item: Item, new: str) -> str | None:
    """The content with one requirement rewritten; None where that would change anything else.

    Of an entry of Poetry's only the constraint can be: its name and markers are keys of their own.
    """
    old = item.text
    if item.form != "requirement":
        mine = item.requirement
        changed = Requirement(new) if item.form == "poetry" and mine is not None else None
        if changed is None or mine is None or item.value is None:
            return None
        same = (changed.name, changed.extras, changed.marker, changed.url) == (
            mine.name,
            mine.extras,
            mine.marker,
            None,
        )
        if not same:
            return None
        old, new = item.value, new[len(changed.name) :].strip() or "*"
    written = literal_for(new, item.literal) if item.literal is not None else new
    after = replace_span(content, item.span, written)
    if item.literal is None:
        return after
    try:
        before_leaves, after_leaves = leaves(tomllib.loads(content)), leaves(tomllib.loads(after))
    except (ValueError, RecursionError):
        return None
    keys = {key for key in {*before_leaves, *after_leaves} if before_leaves.get(key) != after_leaves.get(key)}
    ok = len(keys) == 1 and before_leaves.get(next(iter(keys))) == old
    return after if ok else None


def leaves(value: Any, path: tuple[Any, ...] = ()) -> dict[tuple[Any, ...], Any]:
    """Every scalar of a TOML document by its path."""
    if isinstance(value, dict):
        return {k: v for key, part in value.items() for k, v in leaves(part, (*path, key)).items()}
    if isinstance(value, list):
        return {k: v for key, part in enumerate(value) for k, v in leaves(part, (*path, key)).items()}
    return {path: value}


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}", value) else value


LineNumber = Annotated[int, BeforeValidator(_whole), Field(ge=1, le=10**9)]


class InFile(Parameters):
    """Parameters of an action on one requirement: the text that the tool printed, and the file and line if it did.

    `requirement` may be as wrong as the tool found it; `package` is a name. One of the two must be there, or a path
    and a line.
    """

    requirement: Line | None = None
    package: Line | None = None
    path: PathText | None = None
    line: LineNumber | None = None
    format: Format = "requirements"

    @property
    def anything(self) -> bool:
        """Whether the tool did not say which requirement: whatever is wrong in its file is meant."""
        return self.requirement is None and self.package is None and self.line is None

    @property
    def name(self) -> str | None:
        """The normalised name that it is about."""
        text = self.package or self.requirement
        return name_in(text) if text else None


I = TypeVar("I", bound=InFile)  # noqa: E741


def matching(parameters: InFile, content: str, format: Format, *, by_name: bool) -> list[Item]:
    """The requirements that are meant: by the line, else by the very text, else, where `by_name`, by the name."""
    listed = items(content, format)
    wanted = squeezed(parameters.requirement) if parameters.requirement else None
    if parameters.line is not None:
        number = parameters.line - 1
        here = [item for item in listed if item.span.start.line <= number <= item.span.end.line]
        if here and (_agrees(here[0], wanted, parameters.name)):
            return here[:1]
    if wanted is not None:
        exact = [item for item in listed if squeezed(item.text) == wanted]
        if not exact or ";" not in wanted:
            # pip prints it normalised: without its marker, blanks, quotes and the order of specifiers its own.
            exact = [item for item in listed if item in exact or _equal(item, parameters.requirement or "")]
        if exact or not by_name:
            return exact
    name = parameters.name
    return [item for item in listed if name is not None and item.name == name] if by_name or wanted is None else []


def _agrees(item: Item, wanted: str | None, name: str | None) -> bool:
    if wanted is not None and squeezed(item.text).startswith(wanted[:40]):
        return True
    return (name is None and wanted is None) or (name is not None and item.name == name)


def _equal(item: Item, printed: str) -> bool:
    mine = item.requirement
    try:
        other = Requirement(printed)
    except InvalidRequirement:
        return False
    if mine is None or canonicalize_name(mine.name) != canonicalize_name(other.name):
        return False
    return mine.specifier == other.specifier and mine.url == other.url and mine.extras == other.extras


def files_of(world: World) -> list[str]:
    """The workspace's requirements files and pyproject.toml, nearest first; then what they include, of any name."""
    found = [path for path in world.files() if kind_of_path(path) in ("requirements", "pyproject")][:MOST_FILES]
    known = set(found)
    for path in found:
        text = world.text(path) if len(found) < MOST_FILES and not path.endswith(".toml") else None
        for entry in includes(text) if text is not None else ():
            place = included_path(path, entry, world)
            if place is not None and place not in known and world.inside(place) and world.text(place) is not None:
                known.add(place)
                # It may include others in its turn.
                found.append(place)
    return found


def includes(text: str) -> tuple[Entry, ...]:
    """The lines of a requirements file that include another."""
    return _includes(text) if _MAY_INCLUDE.search(text) else ()


@lru_cache(maxsize=128)
def _includes(text: str) -> tuple[Entry, ...]:
    return tuple(entry for entry in entries(text) if entry.kind in ("include", "constraint"))


def included_path(here: str, entry: Entry, world: World) -> str | None:
    """The file that a line of `here` includes; None where it includes none, or one that has to be fetched."""
    if entry.kind not in ("include", "constraint") or "://" in entry.text or "${" in entry.text:
        return None
    return str(world.path.normpath(world.path.join(world.path.dirname(here), entry.text)))


def named_by(command: str | None, world: World, only: Literal["constraints"] | None = None) -> list[str]:
    """The requirements and constraints files that a command line names, or its constraints files alone."""
    if not command:
        return []
    try:
        words = shlex.split(command, posix=not world.windows)
    except ValueError:
        words = command.split()
    found = []
    short, long = ("c", "constraint") if only else ("rc", "(?:requirement|constraint)")
    for index, word in enumerate(words):
        if re.fullmatch(rf"-[{short}]|--{long}", word) and index + 1 < len(words):
            found.append(words[index + 1])
        elif match := re.match(rf"(?:--{long}=|-[{short}](?=[^-]))(.+)", word):
            found.append(match[1])
    places = [world.join(name) for name in found if "://" not in name]
    return [place for place in places if world.inside(place)]


def candidate_files(parameters: InFile, diagnosis: Diagnosis, world: World) -> list[str]:
    """Where to look: the file that the output names, the document itself, the command's, the rest."""
    named = []
    if parameters.path is not None:
        path = parameters.path
        if path.startswith("~") and world.path.isabs(world.home):
            path = world.home + path[1:]
        named = [world.join(path), *(world.join(folder, path) for folder in world.folders)]
        # A log may name any file of the machine: only one of the workspace's is looked into.
        named = [place for place in dict.fromkeys(named) if world.inside(place) and world.exists(place)][:1]
    own = [world.document] if world.document and kind_of_path(world.document) in ("requirements", "pyproject") else []
    rest = [*named_by(diagnosis.command, world), *files_of(world)]
    return list(dict.fromkeys([*named, *own, *rest]))


class RequirementAction(Action[I]):
    """An action that rewrites one requirement wherever the workspace holds it. Subclasses give `change`."""

    by_name = False
    # Whether it only touches what is wrong, so that it may be let loose on a whole file.
    anywhere: ClassVar[bool] = False

    @abstractmethod
    def change(self, parameters: I, item: Item) -> str | Refusal:
        """The requirement's new text; its old one where nothing is to be done."""

    def targets(self, parameters: I, diagnosis: Diagnosis, world: World) -> Sequence[Target]:
        found: list[Target] = []
        for path in candidate_files(parameters, diagnosis, world):
            text = world.text(path)
            if text is None:
                continue
            prepared = self.prepare(parameters, world, path)
            if isinstance(prepared, Refusal):
                continue
            after = self.apply(prepared, text)
            if not isinstance(after, Refusal) and after != text:
                found.append(Target(path, world.short(path), world.short(path)))
            if len(found) == MOST_TARGETS:
                break
        return found

    def prepare(self, parameters: I, world: World, path: str) -> I | Refusal:
        changes: dict[str, Any] = {"format": format_of(path)}
        if parameters.path is not None and parameters.line is not None:
            named = [world.join(parameters.path), *(world.join(folder, parameters.path) for folder in world.folders)]
            if not any(world.same(path, place) for place in named):
                changes["line"] = None
        return parameters.model_copy(update=changes)

    def apply(self, parameters: I, text: str) -> str | Refusal:
        everything = self.anywhere and parameters.anything
        return each(parameters, text, lambda item: self.change(parameters, item), self.by_name, everything=everything)


def each(
    parameters: InFile,
    text: str,
    change: Callable[[Item], str | Refusal],
    by_name: bool = False,
    *,
    everything: bool = False,
) -> str | Refusal:
    """The text with every requirement that is meant, or with `everything`, rewritten by `change`."""
    meant = matching(parameters, text, parameters.format, by_name=by_name)
    found = items(text, parameters.format) if everything else meant
    refusal: Refusal | None = None
    before = text
    for item in sorted(found, key=lambda one: one.span, reverse=True):
        if item.form == "source" or (item.form == "poetry" and item.requirement is None):
            continue
        new = change(item)
        if isinstance(new, Refusal):
            refusal = new
            continue
        if new == item.text:
            continue
        after = put(text, item, new)
        if after is None:
            refusal = Refusal(
                "This line cannot be changed without changing others: edit it by hand",
                "修改此行会影响其他行：请手动编辑",
            )
            continue
        text = after
    return refusal if refusal is not None and text == before else text
