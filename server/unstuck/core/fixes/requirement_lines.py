"""Whole lines of a requirements file: a duplicate, options where none may stand, a pasted command."""

from __future__ import annotations

import re
import shlex
from abc import abstractmethod
from collections.abc import Sequence
from typing import Annotated

from packaging.utils import canonicalize_name
from pydantic import AfterValidator

from unstuck.core.diagnosis import Diagnosis
from unstuck.core.fixes.action import Action, Refusal, Target
from unstuck.core.fixes.requirement_file import I, InFile, candidate_files, format_of, matching
from unstuck.core.fixes.world import World
from unstuck.core.ini import newline_of
from unstuck.core.requirements import FILE_OPTIONS, Entry, entries, replace_span, squeezed, without_lines
from unstuck.core.text import Position, Span, bare, split_lines


class LineAction(Action[I]):
    """An action on lines of requirements files; it is offered for every file of the workspace that it would change."""

    def targets(self, parameters: I, diagnosis: Diagnosis, world: World) -> Sequence[Target]:
        found = []
        for path in candidate_files(parameters, diagnosis, world):
            text = world.text(path) if format_of(path) == "requirements" else None
            prepared = self.prepare(parameters, world, path)
            if text is None or isinstance(prepared, Refusal):
                continue
            after = self.apply(prepared, text)
            if isinstance(after, str) and after != text:
                found.append(Target(path, world.short(path), world.short(path)))
        return found

    def prepare(self, parameters: I, world: World, path: str) -> I | Refusal:
        if parameters.path is not None and parameters.line is not None:
            named = [world.join(parameters.path), *(world.join(folder, parameters.path) for folder in world.folders)]
            if not any(world.same(path, place) for place in named):
                return parameters.model_copy(update={"line": None})
        return parameters

    @abstractmethod
    def apply(self, parameters: I, text: str) -> str | Refusal: ...


def _meant(parameters: InFile, text: str) -> list[Entry]:
    """The entries that the parameters mean, by line or by text; options' lines too."""
    listed = entries(text)
    wanted = squeezed(parameters.requirement) if parameters.requirement else None
    if parameters.line is not None:
        number = parameters.line - 1
        here = [entry for entry in listed if entry.logical.first <= number <= entry.logical.last]
        if here and (wanted is None or squeezed(here[0].logical.text).startswith(wanted)):
            return here
    if wanted is None:
        return []
    return [
        entry
        for entry in listed
        if squeezed(entry.logical.text).startswith(wanted) and wanted.startswith(squeezed(entry.text))
    ]


class RemoveDuplicateAction(LineAction[InFile]):
    """Removes the second of two lines about one name: those that say the same, else the one that is named."""

    name = "requirements.remove_duplicate"
    parameters = InFile

    def apply(self, parameters: InFile, text: str) -> str | Refusal:
        # Lines that say the same go first; what contradicts itself may show only then.
        while (after := self._once(parameters, text)) != text:
            text = after
        return text

    def _once(self, parameters: InFile, text: str) -> str:
        name = parameters.name
        if name is None:
            return text
        same = [entry for entry in entries(text) if entry.name == name and entry.requirement is not None]
        groups: dict[tuple[str, str], list[Entry]] = {}
        for entry in same:
            assert entry.requirement is not None
            groups.setdefault((str(sorted(entry.requirement.extras)), str(entry.requirement.marker)), []).append(entry)
        doomed: list[Entry] = []
        for group in groups.values():
            seen: set[str] = set()
            for entry in group:
                assert entry.requirement is not None
                said = f"{entry.requirement.specifier}|{entry.requirement.url}"
                if said in seen or (not said.strip("|None") and seen):
                    doomed.append(entry)
                seen.add(said)
            if not doomed and len(group) > 1:
                doomed = self._named(parameters, text, group)
        for entry in sorted(doomed, key=lambda one: one.logical.first, reverse=True):
            text = without_lines(text, entry.logical.first, entry.logical.last)
        return text

    def _named(self, parameters: InFile, text: str, group: list[Entry]) -> list[Entry]:
        """Of contradicting lines the one that was named goes, if the file still holds another."""
        spans = {item.span for item in matching(parameters, text, "requirements", by_name=False)}
        return [entry for entry in group if entry.span in spans][:1]


class SplitOptionsAction(LineAction[InFile]):
    """Puts options that pip ignores behind a requirement on lines of their own above it."""

    name = "requirements.split_options"
    parameters = InFile

    def apply(self, parameters: InFile, text: str) -> str | Refusal:
        meant = {entry.logical.first for entry in _meant(parameters, text)}
        everything = parameters.requirement is None and parameters.line is None
        for entry in reversed(entries(text)):
            if entry.kind not in ("requirement", "url") or not (everything or entry.logical.first in meant):
                continue
            stray = [option for option in entry.options if option.name in FILE_OPTIONS]
            if not stray or re.match(r"(?:python\S* -m )?pip\d?\s", entry.text):
                continue
            lines: list[str] = []
            for option in reversed(stray):
                span = entry.logical.span(option.start, option.end)
                if span.start.line != span.end.line:
                    return Refusal(
                        "An option is cut in two by a continuation: join its lines first",
                        "选项被续行符分成两行：请先合并",
                    )
                lines.insert(0, entry.logical.text[option.start : option.end])
                raw = bare(split_lines(text)[span.start.line])
                column = len(raw[: span.start.column].rstrip())
                text = replace_span(text, Span(Position(span.start.line, column), span.end), "")
            start = Position(entry.logical.first, 1 if text.startswith("\ufeff") and entry.logical.first == 0 else 0)
            added = "".join(line + newline_of(text) for line in lines)
            text = replace_span(text, Span(start, start), added)
        return text


class DropPipInstallAction(LineAction[InFile]):
    """`pip install a b` becomes `a` and `b`, each on its own line; `-r file` and file options stay."""

    name = "requirements.drop_pip_install"
    parameters = InFile
    COMMAND = re.compile(
        r"(?:[$>%#]\s+)?(?:sudo\s+)?(?:(?:python|py)[\d.]*(?:\.exe)?\s+-m\s+)?(?:uv\s+)?pip[\d.]*(?:\.exe)?\s+install\b\s*"
    )

    def apply(self, parameters: InFile, text: str) -> str | Refusal:  # noqa: ARG002
        for entry in reversed(entries(text)):
            match = self.COMMAND.match(entry.logical.text)
            if match is None or entry.logical.first != entry.logical.last:
                continue
            items = self._items(entry.logical.text[match.end() :])
            if items is None:
                continue
            text = replace_span(text, entry.logical.span(), newline_of(text).join(items))
            if not items:
                text = without_lines(text, entry.logical.first, entry.logical.last)
        return text

    def _items(self, arguments: str) -> list[str] | None:
        try:
            words = shlex.split(arguments)
        except ValueError:
            return None
        found: list[str] = []
        index = 0
        while index < len(words):
            word = words[index]
            if word in ("-r", "-c", "-e", "-i", "-f", "--index-url", "--extra-index-url", "--find-links"):
                if index + 1 < len(words):
                    found.append(f"{word} {words[index + 1]}")
                index += 1
            elif word.startswith("-"):
                # Options of the command alone, such as -U or --user, have no meaning in a file.
                if word in ("--pre", "--no-index", "--require-hashes"):
                    found.append(word)
            elif word in ("&&", ";", "|", "||"):
                break
            else:
                found.append(word)
            index += 1
        return found


def _option(value: str) -> str:
    if not re.fullmatch(r"--?[A-Za-z][a-z0-9-]*", value):
        raise ValueError("is not an option's name")
    return value


class RemoveOption(InFile):
    option: Annotated[str, AfterValidator(_option)]


class RemoveOptionAction(LineAction[RemoveOption]):
    """Removes an option that pip does not take in a file: its line, or the part of a line behind a requirement."""

    name = "requirements.remove_option"
    parameters = RemoveOption

    def apply(self, parameters: RemoveOption, text: str) -> str | Refusal:
        for entry in reversed(entries(text)):
            options = entry.options
            if entry.kind == "option" and len(options) == 1 and options[0].name == parameters.option:
                text = without_lines(text, entry.logical.first, entry.logical.last)
            elif entry.kind in ("requirement", "url"):
                for option in reversed(options):
                    span = entry.logical.span(option.start, option.end)
                    if option.name == parameters.option and span.start.line == span.end.line:
                        raw = bare(split_lines(text)[span.start.line])
                        column = len(raw[: span.start.column].rstrip())
                        text = replace_span(text, Span(Position(span.start.line, column), span.end), "")
        return text


def duplicates(text: str) -> dict[str, list[Entry]]:
    """The entries of each name that the file names more than once, whatever their markers."""
    found: dict[str, list[Entry]] = {}
    for entry in entries(text):
        if entry.requirement is not None:
            found.setdefault(canonicalize_name(entry.requirement.name), []).append(entry)
    return {name: listed for name, listed in found.items() if len(listed) > 1}
