"""Requirements files as pip reads them: logical lines, options, includes, and where each requirement stands.

Source: pip's `req/req_file.py` (20.3 to 26.x agree): a line ends in a backslash to go on, a comment starts at a `#`
that follows white space, options start at the first word with a dash.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from unstuck.core.text import Position, Span, bare, split_lines

EntryKind = Literal["requirement", "url", "editable", "include", "constraint", "option"]

_COMMENT = re.compile(r"(^|\s+)#.*$")
_URL = re.compile(
    r"(?:[A-Za-z][A-Za-z0-9.-]*\+)?[A-Za-z][A-Za-z0-9.-]+:(?=/|[^/]*/)|\.{0,2}[/\\]|[A-Za-z]:[\\/]|\.{1,2}(?=\[|\Z)"
)
_ARCHIVE = re.compile(r"(?i)[^\s;@]+\.(?:whl|zip|tar\.gz|tgz|tar\.bz2|tar\.xz|tar)\Z")
_EGG = re.compile(r"[#&]egg=([A-Za-z0-9][A-Za-z0-9._-]*)")
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_WORD = re.compile(r"\S+")

# Options that may stand behind a requirement, on its line; pip rejects every other there.
INLINE_OPTIONS = frozenset(
    {"--hash", "--config-settings", "--config-setting", "-C", "--global-option", "--install-option"}
)
# Options that a requirements file may hold on lines of their own.
FILE_OPTIONS = frozenset(
    {
        "-i", "--index-url", "--pypi-url", "--extra-index-url", "--no-index", "-c", "--constraint", "-r",
        "--requirement", "-e", "--editable", "-f", "--find-links", "--no-binary", "--only-binary", "--prefer-binary",
        "--require-hashes", "--no-require-hashes", "--pre", "--trusted-host", "--use-feature", "--all-releases",
        "--only-final",
    }
)  # fmt: skip
_TAKES_NO_VALUE = frozenset({"--no-index", "--prefer-binary", "--require-hashes", "--no-require-hashes", "--pre"})
_LONG = {"-r": "--requirement", "-c": "--constraint", "-e": "--editable", "-i": "--index-url", "-f": "--find-links"}


@dataclass(frozen=True)
class Logical:
    """A line as pip sees it: joined, its comment cut off, stripped. `places[i]` is where text[i] stands."""

    text: str
    places: tuple[Position, ...]
    first: int
    last: int
    comment: bool = False

    def span(self, start: int = 0, end: int | None = None) -> Span:
        """Where a part of the text stands; it may reach over several physical lines."""
        stop = len(self.text) if end is None else end
        if stop <= start:
            return Span(self.places[start], self.places[start])
        last = self.places[stop - 1]
        return Span(self.places[start], Position(last.line, last.column + 1))


@dataclass(frozen=True)
class Option:
    """An option on a line: its long name, its value where one follows, and its place in the logical text."""

    name: str
    value: str | None
    start: int
    end: int


@dataclass(frozen=True)
class Entry:
    """One logical line that says something. `text` is the requirement, URL or path without the options behind it."""

    kind: EntryKind
    logical: Logical
    text: str
    start: int
    options: tuple[Option, ...] = ()

    @property
    def span(self) -> Span:
        """Where `text` stands."""
        return self.logical.span(self.start, self.start + len(self.text))

    @cached_property
    def parsed(self) -> Requirement | InvalidRequirement | None:
        """The requirement, why it is none, or None for a line that is not meant as one."""
        if self.kind != "requirement":
            return None
        try:
            return Requirement(self.text)
        except InvalidRequirement as error:
            return error

    @property
    def requirement(self) -> Requirement | None:
        return self.parsed if isinstance(self.parsed, Requirement) else None

    @property
    def name(self) -> str | None:
        """The normalised name that the line is about, guessed where it does not parse."""
        if isinstance(self.parsed, Requirement):
            return canonicalize_name(self.parsed.name)
        return name_in(self.text) if self.kind in ("requirement", "url", "editable") else None

    def option(self, name: str) -> Option | None:
        return next((option for option in self.options if option.name == name), None)


def name_in(text: str) -> str | None:
    """The normalised name that a requirement, right or wrong, a URL or an archive's file name is about."""
    egg = _EGG.search(text)
    if egg:
        return canonicalize_name(egg[1])
    if is_location(text):
        file = re.split(r"[?#]", text)[0].replace("\\", "/").rsplit("/", 1)[-1]
        match = re.match(r"([A-Za-z0-9][A-Za-z0-9._]*?)-\d", file)
        return canonicalize_name(match[1]) if match else None
    match = _NAME.match(text.strip("\"' "))
    return canonicalize_name(match[0]) if match else None


def is_location(text: str) -> bool:
    """Whether pip takes it for a URL, a path or an archive and not for a requirement by name."""
    head = text.split(";")[0].strip()
    return bool(_URL.match(head)) or bool(_ARCHIVE.match(head) and "@" not in head and "=" not in head)


def logical_lines(content: str) -> list[Logical]:
    """Every logical line, empty ones and pure comments included, in order."""
    result: list[Logical] = []
    parts: list[tuple[str, list[Position]]] = []
    first = 0
    lines = split_lines(content)
    for number, raw in enumerate(lines):
        line = bare(raw)
        offset = 0
        if number == 0 and line.startswith("\ufeff"):
            line, offset = line[1:], 1
        comment = _COMMENT.match(line) is not None
        places = [Position(number, column + offset) for column in range(len(line))]
        if not parts:
            first = number
        if line.endswith("\\") and not comment:
            body = line.strip("\\")
            skipped = len(line) - len(line.lstrip("\\"))
            parts.append((body, places[skipped : skipped + len(body)]))
            if number + 1 < len(lines):
                continue
        elif comment and parts:
            # pip puts a blank before it, so that it stays a comment when it is joined.
            parts.append((" " + line, [Position(number, offset), *places]))
        else:
            parts.append((line, places))
        result.append(_joined(parts, first, number))
        parts = []
    return result


def _joined(parts: list[tuple[str, list[Position]]], first: int, last: int) -> Logical:
    text = "".join(part for part, _ in parts)
    places = [place for _, listed in parts for place in listed]
    cut = _COMMENT.search(text)
    body = text[: cut.start()] if cut else text
    start = len(body) - len(body.lstrip())
    end = len(body.rstrip())
    if end <= start:
        here = Position(first, 0)
        return Logical("", (here,), first, last, comment=cut is not None)
    return Logical(body[start:end], tuple(places[start:end]), first, last, comment=cut is not None)


def entries(content: str) -> list[Entry]:
    """What a requirements file says, line by line."""
    return [entry_of(logical) for logical in logical_lines(content) if logical.text]


def entry_of(logical: Logical) -> Entry:
    text = logical.text
    if text.startswith("-"):
        options = tuple(_options(text, 0))
        first = options[0]
        kind: EntryKind = "option"
        if first.name in ("--requirement", "--constraint", "--editable") and first.value is not None:
            kinds: dict[str, EntryKind] = {
                "--requirement": "include",
                "--constraint": "constraint",
                "--editable": "editable",
            }
            kind = kinds[first.name]
            start = text.find(first.value, first.start + 2)
            return Entry(kind, logical, first.value, max(start, 0), options)
        return Entry(kind, logical, text, 0, options)
    split = next((word.start() for word in _WORD.finditer(text) if word[0].startswith("-")), len(text))
    body = text[:split].rstrip()
    return Entry("url" if is_location(body) else "requirement", logical, body, 0, tuple(_options(text, split)))


def _options(text: str, start: int) -> Iterator[Option]:
    words = list(_WORD.finditer(text, start))
    index = 0
    while index < len(words):
        word = words[index]
        name, equals, value = word[0].partition("=")
        end = word.end()
        found: str | None = value if equals else None
        if not name.startswith("--") and len(name) > 2 and name[:2] in _LONG:
            name, found = name[:2], word[0][2:]
        elif not equals and name not in _TAKES_NO_VALUE and index + 1 < len(words):
            following = words[index + 1]
            if not following[0].startswith("-"):
                index += 1
                found, end = following[0], following.end()
                if name in ("-e", "--editable", "-r", "--requirement", "-c", "--constraint"):
                    # A path may hold blanks where nothing else follows.
                    while index + 1 < len(words) and not words[index + 1][0].startswith(("-", ";")):
                        index += 1
                        end = words[index].end()
                    found = text[following.start() : end]
        if name.startswith("-"):
            yield Option(_LONG.get(name, name), found, word.start(), end)
        index += 1


def same_name(one: str, other: str) -> bool:
    return canonicalize_name(one) == canonicalize_name(other)


def squeezed(text: str) -> str:
    """A requirement's text as it is compared: without blanks and quotes, names in one spelling left alone."""
    return re.sub(r"[\s\"']+", "", text)


def replace_span(content: str, span: Span, new: str) -> str:
    """The content with one span replaced; every other character stays."""
    lines = split_lines(content)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    return (
        content[: starts[span.start.line] + span.start.column]
        + new
        + content[starts[span.end.line] + span.end.column :]
    )


def without_lines(content: str, first: int, last: int) -> str:
    """The content without the physical lines `first` to `last`."""
    lines = split_lines(content)
    return "".join(lines[:first] + lines[last + 1 :])
