"""Where requirements stand in a pyproject.toml or uv.toml.

The file is read by tomllib; the strings are then found in the text, for no reader keeps their places.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from unstuck.core.text import Position, Span, bare, split_lines

_TOKEN = re.compile(
    r'"""(?:\\[\s\S]|(?!""")[^\\])*"""|\'\'\'[\s\S]*?\'\'\'|"(?:\\.|[^"\\\r\n])*"|\'[^\'\r\n]*\'|#[^\r\n]*'
)

# No requirement is written so.
_MARK = "?unstuck?"
MOST_TRIED = 50

# Keys whose arrays hold requirements; "*" stands for any key.
PATHS = (
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


@dataclass(frozen=True)
class TomlString:
    """A requirement in a TOML file: its value, where its literal stands (quotes included), and under which key."""

    text: str
    span: Span
    key: str
    literal: str


def requirements_in(content: str) -> list[TomlString]:
    """Every requirement of a TOML file, in the order of the text. Raises ValueError where it is not TOML."""
    wanted: dict[str, list[str]] = {}
    for key, value in _wanted(tomllib.loads(content)):
        wanted.setdefault(value, []).append(key)
    places: dict[str, list[tuple[Span, str]]] = {}
    for value, span, literal in _strings(content):
        if value in wanted:
            places.setdefault(value, []).append((span, literal))
    found: list[TomlString] = []
    for value, listed in places.items():
        keys = wanted[value]
        if len(listed) == len(keys):
            found += [TomlString(value, span, key, lit) for (span, lit), key in zip(listed, keys, strict=True)]
            continue
        # The same text stands elsewhere too, in a description say.
        for span, literal in listed[:MOST_TRIED]:
            where = _key_at(content, span)
            if where is not None:
                found.append(TomlString(value, span, where, literal))
    return sorted(found, key=lambda one: one.span)


def _key_at(content: str, span: Span) -> str | None:
    """Under which key of requirements a string stands: found by putting another one in its place."""
    lines = split_lines(content)
    line = lines[span.start.line]
    lines[span.start.line] = f'{line[: span.start.column]}"{_MARK}"{line[span.end.column :]}'
    try:
        found = _wanted(tomllib.loads("".join(lines)))
        return next((key for key, value in found if value == _MARK), None)
    except tomllib.TOMLDecodeError:
        return None


def _wanted(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for path in PATHS:
        yield from _below(document, path, ())


def _below(value: Any, path: tuple[str, ...], walked: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if not path:
        for item in value if isinstance(value, list) else ():
            if isinstance(item, str):
                yield ".".join(walked), item
        return
    if not isinstance(value, dict):
        return
    for key in list(value) if path[0] == "*" else [path[0]]:
        if key in value:
            yield from _below(value[key], path[1:], (*walked, key))


def _strings(content: str) -> Iterator[tuple[str, Span, str]]:
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
        try:
            value = tomllib.loads(f"x = {literal}")["x"]
        except tomllib.TOMLDecodeError:
            continue
        yield value, Span(start, Position(number, start.column + len(literal))), literal


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
