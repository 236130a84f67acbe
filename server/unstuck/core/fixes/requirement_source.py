"""What a requirement says besides its name and versions: where it comes from, its extras, its hashes; and whether it
belongs in the file at all."""

from __future__ import annotations

import re
from collections.abc import Sequence

from unstuck.core.diagnosis import Diagnosis
from unstuck.core.fixes.action import Refusal, Target
from unstuck.core.fixes.grammar import PathText
from unstuck.core.fixes.requirement_file import InFile, Item, RequirementAction, items, named_by, put
from unstuck.core.fixes.requirement_hash import LENGTHS
from unstuck.core.fixes.requirement_lines import LineAction
from unstuck.core.fixes.world import World
from unstuck.core.requirements import entries, replace_span, without_lines


class DropSource(InFile):
    source: PathText


class DropSourceAction(RequirementAction[DropSource]):
    """`name @ file:///there` becomes `name`: the folder was that of the machine where the file was written."""

    name = "requirements.drop_source"
    parameters = DropSource
    least = "unsafe"
    consequence = "The project is then taken from the index, where somebody else may own that name, in any version."
    consequence_zh = "之后将从索引获取该项目：索引中的同名项目可能属于他人，且版本不定。"

    def apply(self, parameters: DropSource, text: str) -> str | Refusal:
        # The folder that the tool did not find says which requirement it was.
        for item in sorted(items(text, parameters.format), key=lambda one: one.span, reverse=True):
            new = self.change(parameters, item)
            if isinstance(new, str) and new != item.text:
                text = put(text, item, new) or text
        return text

    def change(self, parameters: DropSource, item: Item) -> str | Refusal:
        mine = item.requirement
        if mine is None or mine.url is None or not mine.url.startswith("file:"):
            return item.text
        place = mine.url.removeprefix("file:").removeprefix("//").removeprefix("localhost").split("#")[0]
        place = re.sub(r"^/(?=[A-Za-z]:)", "", place)
        if place.rstrip("/") != parameters.source.replace("\\", "/").rstrip("/"):
            return item.text
        extras = f"[{','.join(sorted(mine.extras))}]" if mine.extras else ""
        return f"{mine.name}{extras}" + (f" ; {mine.marker}" if mine.marker is not None else "")


class DropExtrasAction(LineAction[InFile]):
    """`demo[test]==1.0` becomes `demo==1.0` in the constraints files of the command: constraints take no extras."""

    name = "requirements.drop_extras"
    parameters = InFile

    def targets(self, parameters: InFile, diagnosis: Diagnosis, world: World) -> Sequence[Target]:
        found = []
        for path in named_by(diagnosis.command, world, only="constraints"):
            text = world.text(path)
            after = self.apply(parameters, text) if text is not None else None
            if isinstance(after, str) and after != text:
                found.append(Target(path, world.short(path), world.short(path)))
        return found

    def apply(self, parameters: InFile, text: str) -> str | Refusal:  # noqa: ARG002
        for entry in reversed(entries(text)):
            extras = re.match(r"([A-Za-z0-9][A-Za-z0-9._-]*)\s*\[[^\]]*\]", entry.text)
            if entry.requirement is not None and extras:
                text = replace_span(text, entry.span, extras[1] + entry.text[extras.end() :])
        return text


class SpellHashAction(LineAction[InFile]):
    """`--hash=<digest>` becomes `--hash=sha256:<digest>`, by the digest's length."""

    name = "requirements.spell_hash"
    parameters = InFile

    def apply(self, parameters: InFile, text: str) -> str | Refusal:  # noqa: ARG002
        for entry in reversed(entries(text)):
            for option in reversed(entry.options):
                digest = re.fullmatch(r"(?:(sha256|sha384|sha512)\s*[=_-])?([0-9a-fA-F]+)", option.value or "")
                if option.name != "--hash" or digest is None:
                    continue
                algorithm = LENGTHS.get(len(digest[2]))
                if algorithm is None or digest[1] not in (None, algorithm):
                    continue
                start = option.end - len(option.value or "")
                span = entry.logical.span(start, option.end)
                if span.start.line == span.end.line:
                    text = replace_span(text, span, f"{algorithm}:{digest[2].lower()}")
        return text


class RemoveAction(LineAction[InFile]):
    """Removes the lines of a name that no index has because Python brings it."""

    name = "requirements.remove"
    parameters = InFile

    def apply(self, parameters: InFile, text: str) -> str | Refusal:
        after = text
        for entry in reversed(entries(text)):
            if entry.kind == "requirement" and entry.name is not None and entry.name == parameters.name:
                after = without_lines(after, entry.logical.first, entry.logical.last)
        # A byte order mark that comes to stand first is one from then on, and no part of a name.
        return after if after == text else self.apply(parameters, after)
