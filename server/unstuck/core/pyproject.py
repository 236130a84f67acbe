"""Where requirements stand in a pyproject.toml or uv.toml: lists of requirements, Poetry's tables, uv's sources.

The file is read by tomllib, which keeps no places: each string is numbered first, and the numbers are found again in
what was read.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from unstuck.core.text import Position, Span, bare, split_lines

Form = Literal["requirement", "poetry", "source"]

_TOKEN = re.compile(
    r'"""(?:\\[\s\S]|(?!""")[^\\])*"""|\'\'\'[\s\S]*?\'\'\'|"(?:\\.|[^"\\\r\n])*"|\'[^\'\r\n]*\'|#[^\r\n]*'
)

# Keys whose arrays hold requirements; "*" stands for any key.
LISTS = (
    ("project", "dependencies"),
    ("project", "optional-dependencies", "*"),
    ("build-system", "requires"),
    ("dependency-groups", "*"),
    ("tool", "uv", "dev-dependencies"),
    ("tool", "uv", "constraint-dependencies"),
    ("tool", "uv", "override-dependencies"),
    ("tool", "uv", "build-constraint-dependencies"),
    ("tool", "pdm", "dev-dependencies", "*"),
    ("tool", "hatch", "envs", "*", "dependencies"),
    ("tool", "hatch", "envs", "*", "extra-dependencies"),
    ("dev-dependencies",),
    ("constraint-dependencies",),
    ("override-dependencies",),
    ("build-constraint-dependencies",),
)
# Tables whose keys are names, and whose values say versions (`demo = "^1.0"`) or where the distribution comes from.
POETRY = (
    ("tool", "poetry", "dependencies"),
    ("tool", "poetry", "dev-dependencies"),
    ("tool", "poetry", "group", "*", "dependencies"),
)
SOURCES = (("tool", "uv", "sources"), ("sources",))
_SOURCE_KEYS = ("git", "url", "path", "file", "index")


@dataclass(frozen=True)
class TomlString:
    """A requirement in a TOML file: its value, where its literal stands (quotes included), and under which key.

    `form` is "requirement" where the value is one by PEP 508; "poetry" where it is Poetry's constraint for `name`;
    "source" where it says from where `name` is taken.
    """

    text: str
    span: Span
    key: str
    literal: str
    name: str | None = None
    form: Form = "requirement"
    source: str | None = None
    """Of a source the key that says it: git, url, path, file or index."""


def requirements_in(content: str) -> list[TomlString]:
    """Every requirement of a TOML file, in the order of the text. Raises ValueError where it is not TOML."""
    tomllib.loads(content)
    numbered = _Numbered(content)
    found = [
        TomlString(numbered.value(index), numbered.tokens[index][0], ".".join(path), numbered.tokens[index][1])
        for pattern in LISTS
        for path, value in numbered.below(numbered.document, pattern)
        if isinstance(value, list)
        for index in numbered.indexes(value)
    ]
    for patterns, versions in ((POETRY, True), (SOURCES, False)):
        for pattern in patterns:
            for path, table in numbered.below(numbered.document, pattern):
                found += numbered.named(path, table, versions=versions)
    return sorted(found, key=lambda one: one.span)


def groups_in(content: str) -> tuple[dict[str, list[str]], list[tuple[TomlString, str]]]:
    """The dependency groups by name with the groups that each includes, and every include with the group it is in.

    Raises ValueError where the file is not TOML.
    """
    tomllib.loads(content)
    numbered = _Numbered(content)
    groups: dict[str, list[str]] = {}
    includes: list[tuple[TomlString, str]] = []
    for path, value in numbered.below(numbered.document, ("dependency-groups", "*")):
        listed = groups.setdefault(path[-1], [])
        for entry in value if isinstance(value, list) else ():
            index = numbered.index(entry.get("include-group")) if isinstance(entry, dict) else None
            if index is not None:
                listed.append(numbered.value(index))
                span, literal = numbered.tokens[index]
                includes.append((TomlString(numbered.value(index), span, ".".join(path), literal), path[-1]))
    return groups, includes


def strings_in(content: str) -> Iterator[tuple[Span, str]]:
    """Every string of one line, with its place; what stands in comments is none."""
    numbered = _Numbered(content)
    for index, (span, _) in enumerate(numbered.tokens):
        yield span, numbered.value(index)


class _Numbered:
    """A TOML document in which every string of one line is the number of its token."""

    def __init__(self, content: str) -> None:
        self.mark = "?unstuck?"
        while self.mark in content:
            self.mark += "?"
        self.tokens: list[tuple[Span, str]] = []
        pieces: list[str] = []
        end = 0
        for start, stop, span in _strings(content):
            pieces += [content[end:start], f'"{self.mark}{len(self.tokens)}"']
            self.tokens.append((span, content[start:stop]))
            end = stop
        try:
            self.document: dict[str, Any] = tomllib.loads("".join([*pieces, content[end:]]))
        except tomllib.TOMLDecodeError:
            # One key in two spellings, plain and quoted.
            self.document = {}

    def index(self, value: Any) -> int | None:
        """The number of a string's token; None for what is no string, or one of several lines."""
        number = value.removeprefix(self.mark) if isinstance(value, str) and value.startswith(self.mark) else ""
        return int(number) if number.isdigit() and int(number) < len(self.tokens) else None

    def indexes(self, values: list[Any]) -> Iterator[int]:
        for value in values:
            index = self.index(value)
            if index is not None:
                yield index

    def value(self, index: int) -> str:
        """What a token says."""
        try:
            return str(tomllib.loads(f"x = {self.tokens[index][1]}")["x"])
        except tomllib.TOMLDecodeError:
            return ""

    def key(self, key: str) -> str:
        """A key as it was written: a quoted one is a token too."""
        index = self.index(key)
        return key if index is None else self.value(index)

    def below(self, value: Any, pattern: tuple[str, ...], walked: tuple[str, ...] = ()) -> Iterator[tuple[Any, Any]]:
        """What stands under a path of keys, each with the keys that were walked."""
        if not pattern:
            yield walked, value
            return
        for key, part in value.items() if isinstance(value, dict) else ():
            name = self.key(key)
            if pattern[0] in ("*", name):
                yield from self.below(part, pattern[1:], (*walked, name))

    def named(self, path: tuple[str, ...], table: Any, *, versions: bool) -> Iterator[TomlString]:
        """The entries of a table whose keys are names."""
        for key, value in table.items() if isinstance(table, dict) else ():
            name = self.key(key)
            if versions and name.lower() == "python":
                continue
            # Several entries for one name, each for its own platform or Python.
            for entry in value if isinstance(value, list) else [value]:
                found = self._entry(entry, versions)
                if found is not None:
                    index, form, source = found
                    span, literal = self.tokens[index]
                    yield TomlString(self.value(index), span, ".".join((*path, name)), literal, name, form, source)

    def _entry(self, entry: Any, versions: bool) -> tuple[int, Form, str | None] | None:
        parts = {self.key(key): value for key, value in entry.items()} if isinstance(entry, dict) else {}
        version = self.index(parts.get("version") if parts else entry) if versions else None
        if version is not None:
            return version, "poetry", None
        for key in _SOURCE_KEYS:
            source = self.index(parts.get(key))
            if source is not None:
                return source, "source", key
        return None


def _strings(content: str) -> Iterator[tuple[int, int, Span]]:
    """Where the strings of one line stand: offsets, and lines with columns."""
    lines = split_lines(content)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    number = 0
    for match in _TOKEN.finditer(content):
        literal = match[0]
        if literal.startswith(("#", '"""', "'''")):
            continue
        while starts[number + 1] <= match.start():
            number += 1
        start = Position(number, match.start() - starts[number])
        if start.column + len(literal) > len(bare(lines[number])):
            continue
        yield match.start(), match.end(), Span(start, Position(number, start.column + len(literal)))


def literal_for(value: str, like: str) -> str:
    """`value` as a TOML string, in the quotes of the literal `like` where they can hold it."""
    if like.startswith("'") and "'" not in value and value.isprintable():
        return f"'{value}'"
    if '"' in value and "'" not in value and "\\" not in value and value.isprintable():
        return f"'{value}'"
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    if not escaped.isprintable():
        escaped = "".join(
            c if c.isprintable() else f"\\u{ord(c):04x}" if ord(c) < 65536 else f"\\U{ord(c):08x}" for c in escaped
        )
    return f'"{escaped}"'
