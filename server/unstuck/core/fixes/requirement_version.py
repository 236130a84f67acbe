"""Change which versions a requirement allows: the nearest there is, a wider range, one for all files, pre-releases."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Any

from packaging.markers import InvalidMarker, Marker
from packaging.requirements import Requirement
from packaging.specifiers import Specifier as Clause
from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion, Version
from pydantic import AfterValidator, BeforeValidator, Field

from unstuck.core.fixes.action import Refusal
from unstuck.core.fixes.grammar import Specifier
from unstuck.core.fixes.requirement_file import InFile, Item, RequirementAction


def _versions(value: Any) -> Any:
    """A list as pip prints it, "1.0, 1.1"; what is no version in it ("none") is left out."""
    words = re.split(r"[,\s]+", value.strip("()[] ")) if isinstance(value, str) else value
    found = []
    for word in words if isinstance(words, Sequence) else ():
        try:
            found.append(str(Version(str(word))))
        except InvalidVersion:
            continue
    return tuple(dict.fromkeys(found))


Versions = Annotated[tuple[str, ...], BeforeValidator(_versions), Field(min_length=1, max_length=20_000)]


def _marker(value: str) -> str:
    try:
        return str(Marker(value))
    except InvalidMarker as error:
        raise ValueError(f"is not a marker: {error}") from error


def rewritten(item: Item, specifier: str) -> str | Refusal:
    """The requirement with another specifier; its name, extras and marker stay as they are written."""
    mine = item.requirement
    if mine is None or mine.url is not None:
        return Refusal(f"{item.text} is not a requirement with versions", f"{item.text} 不是带版本的依赖项")
    head = re.match(r"\s*[A-Za-z0-9][A-Za-z0-9._-]*(?:\s*\[[^\]]*\])?", item.text)
    assert head is not None
    tail = re.search(r"\s*;.*\Z", item.text, re.DOTALL)
    return head[0].rstrip() + specifier + (tail[0] if tail else "")


def nearest(specifier: SpecifierSet, versions: Sequence[str]) -> str | None:
    """The specifier set that keeps the intent of `specifier` and allows one of `versions`; None where there is none.

    Clauses that some version satisfies stay. Another one moves to the version that shares most leading parts with the
    one it names, the next higher one before the next lower; a pre-release is taken only where nothing else is there.
    """
    known = sorted({Version(text) for text in versions})
    finals = [version for version in known if not version.is_prerelease]
    asks_early = any(clause.prereleases for clause in specifier)
    pool = known if asks_early or not finals else finals
    if not pool or any(specifier.contains(version, prereleases=True) for version in pool):
        return None
    allowed = [version for version in pool if not any(_excludes(clause, version) for clause in specifier)] or pool
    anchor = _anchor(specifier)
    if anchor is None:
        return None
    chosen = min(allowed, key=lambda version: _distance(version, anchor))
    clauses: list[str] = []
    # As they were written: a set has no order of its own.
    for clause in specifier:
        if clause.contains(chosen, prereleases=True):
            clauses.append(str(clause))
        elif clause.operator in ("==", "==="):
            clauses.append(f"=={chosen}")
        elif clause.operator == "~=" and len(chosen.release) > 1:
            clauses.append(f"~={chosen}")
        elif clause.operator in (">=", ">", "~="):
            clauses.append(f">={chosen}")
        elif clause.operator in ("<=", "<"):
            clauses.append(f"<={chosen}")
    return ",".join(sorted(dict.fromkeys(clauses), key=lambda text: "><".find(text[0])))


def _excludes(clause: Clause, version: Version) -> bool:
    return clause.operator == "!=" and not clause.contains(version, prereleases=True)


def _anchor(specifier: SpecifierSet) -> Version | None:
    order = {"==": 0, "===": 0, "~=": 1, ">=": 2, ">": 2, "<=": 3, "<": 3}
    clauses = sorted((clause for clause in specifier if clause.operator in order), key=lambda one: order[one.operator])
    for clause in clauses:
        try:
            return Version(clause.version.removesuffix(".*"))
        except InvalidVersion:
            continue
    return None


def _distance(version: Version, anchor: Version) -> tuple[int, int, bool, tuple[int, ...]]:
    """How far a version is: leading parts in common, the first part's difference, higher before lower, the rest."""
    length = max(len(version.release), len(anchor.release))
    mine = (*version.release, *[0] * (length - len(version.release)))
    theirs = (*anchor.release, *[0] * (length - len(anchor.release)))
    shared = next((index for index in range(length) if mine[index] != theirs[index]), length)
    gap = abs(mine[shared] - theirs[shared]) if shared < length else 0
    lower = version < anchor
    return (-shared, gap, lower, tuple(-part if lower else part for part in mine))


class PinNearest(InFile):
    versions: Versions


class PinNearestAction(RequirementAction[PinNearest]):
    name = "requirements.pin_nearest"
    parameters = PinNearest

    def change(self, parameters: PinNearest, item: Item) -> str | Refusal:
        mine = item.requirement
        found = nearest(mine.specifier, parameters.versions) if mine is not None and mine.url is None else None
        return item.text if found is None else rewritten(item, found)

    def words(self, parameters: PinNearest) -> dict[str, str]:
        words = super().words(parameters)
        try:
            found = nearest(Requirement(parameters.requirement or "").specifier, parameters.versions)
        except ValueError:
            return words
        return {**words, "corrected": f"{parameters.name}{found}"} if found else words


class SetSpecifier(InFile):
    specifier: Specifier = Field(description="What to allow, such as ==2.0; an empty text allows every version.")


class SetSpecifierAction(RequirementAction[SetSpecifier]):
    """Unifies contradictory pins, or moves one."""

    name = "requirements.set_specifier"
    parameters = SetSpecifier
    by_name = True

    def change(self, parameters: SetSpecifier, item: Item) -> str | Refusal:
        mine = item.requirement
        if mine is not None and mine.url is None and mine.specifier == SpecifierSet(parameters.specifier):
            return item.text
        return rewritten(item, parameters.specifier.replace(" ", ""))


class RelaxAction(RequirementAction[InFile]):
    """`==1.2` and `===1.2` become `>=1.2`; an upper bound goes; a lower bound stays."""

    name = "requirements.relax"
    parameters = InFile
    by_name = True

    def change(self, parameters: InFile, item: Item) -> str | Refusal:  # noqa: ARG002
        mine = item.requirement
        if mine is None or mine.url is not None:
            return item.text
        return item.text if (new := relaxed(mine.specifier)) is None else rewritten(item, new)


def relaxed(specifier: SpecifierSet) -> str | None:
    """The specifier without what holds a version back; None where nothing does."""
    clauses = []
    for clause in specifier:
        if clause.operator in ("==", "===", "~="):
            clauses.append(f">={clause.version.removesuffix('.*')}")
        elif clause.operator in (">=", ">", "!="):
            clauses.append(str(clause))
    unique = sorted(dict.fromkeys(clauses), key=lambda text: "><!".find(text[0]))
    return None if set(unique) == {str(clause) for clause in specifier} else ",".join(unique)


class AllowPrerelease(InFile):
    versions: Versions | None = None


class AllowPrereleaseAction(RequirementAction[AllowPrerelease]):
    """Names a pre-release in the specifier, which makes pip and uv consider them for this name alone.

    Without `versions` it is 0.dev0, which serves pip; uv takes a later pre-release only where it is named itself.
    """

    name = "requirements.allow_prerelease"
    parameters = AllowPrerelease
    by_name = True

    def change(self, parameters: AllowPrerelease, item: Item) -> str | Refusal:
        mine = item.requirement
        if mine is None or mine.url is not None or mine.specifier.prereleases:
            return item.text
        early = sorted(
            version
            for version in map(Version, parameters.versions or ())
            if version.is_prerelease and mine.specifier.contains(version, prereleases=True)
        )
        lowest = str(early[-1]) if early else "0.dev0"
        clauses = sorted(str(clause) for clause in mine.specifier if clause.operator not in (">=", ">") or not early)
        return rewritten(item, ",".join([f">={lowest}", *clauses]))


class AddMarker(InFile):
    marker: Annotated[str, AfterValidator(_marker)]


class AddMarkerAction(RequirementAction[AddMarker]):
    name = "requirements.add_marker"
    parameters = AddMarker
    by_name = True

    def change(self, parameters: AddMarker, item: Item) -> str | Refusal:
        mine = item.requirement
        if mine is None:
            return item.text
        if mine.marker is None:
            return f"{item.text} ; {parameters.marker}"
        if parameters.marker in str(mine.marker):
            return item.text
        head, _, tail = item.text.partition(";")
        has_or = " or " in tail
        joined = f"({tail.strip()}) and {parameters.marker}" if has_or else f"{tail.strip()} and {parameters.marker}"
        if " or " in parameters.marker:
            joined = joined.replace(parameters.marker, f"({parameters.marker})")
        new = f"{head}; {joined}"
        return new if Requirement(new).marker is not None else item.text
