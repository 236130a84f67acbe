"""What is wrong with a record while it is written: the complaints of `catalog check`, at their places in its text."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from unstuck.core.catalog import Catalog
from unstuck.core.check import check_signature
from unstuck.core.scanner import Options, Scanner
from unstuck.core.signature import Signature
from unstuck.core.text import Position, Span, Text
from unstuck.io.catalogs import Problem, parse_record

# A record that is written has its author waiting: a check of a slow pattern ends sooner than in `catalog check`.
_OPTIONS = Options(time_limit=0.5)

# Characters of a record; in a longer text nothing but its beginning is marked.
MOST = 200_000

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)
_AT = re.compile(r"\(char (\d+)\)\Z")


@dataclass(frozen=True, slots=True)
class Mark:
    """A complaint at a place; `blocking` where the record does not even load."""

    span: Span
    field: str
    message: str
    blocking: bool


def is_record(text: str) -> bool:
    """Whether a JSON text means to be a record: an object with the keys that only records have together."""
    return re.search(r'"regex"\s*:', text) is not None and re.search(r'"signature"\s*:', text) is not None


def marks(text: str, catalog: Catalog, source: str = "") -> list[Mark]:
    """The complaints about the record in `text`, in the order of their places; `catalog` is what it will stand in."""
    lines = Text(text)
    starts = _line_starts(lines)
    result = parse_record(text, source)
    if isinstance(result, Signature):
        others = [signature for signature in catalog if signature.id != result.id]
        scanner = Scanner(Catalog([*others, result]), _OPTIONS)
        complaints = check_signature(result, scanner, None)
        found = [(complaint.field, complaint.message, False) for complaint in complaints]
    else:
        found = [(problem.field, problem.message, True) for problem in result if isinstance(problem, Problem)]
    places = _places(text) if len(text) <= MOST else {}
    marked = []
    for field, message, blocking in found:
        start, end = _place(text, field, message, places)
        marked.append(Mark(Span(_position(starts, start), _position(starts, end)), field, message, blocking))
    return sorted(marked, key=lambda mark: mark.span)


def _place(text: str, field: str, message: str, places: dict[str, tuple[int, int]]) -> tuple[int, int]:
    """Where a field's value stands: its own, that of the nearest part that is there, or the beginning."""
    broken = _AT.search(message)
    if broken and not field:
        at = min(int(broken[1]), len(text))
        return at, min(at + 1, len(text))
    while field and field not in places:
        field = field.rpartition(".")[0]
    return places.get(field, (0, min(1, len(text))))


def _places(text: str) -> dict[str, tuple[int, int]]:
    """For each value of a JSON text its dotted path and its place; empty from where the text is broken on.

    A container is placed at its key, which is one line; what has no key at its bracket.
    """
    places: dict[str, tuple[int, int]] = {}
    stack: list[tuple[str, int | None]] = []  # path of a container; the index of the next item, None in an object
    key: tuple[str, int, int] | None = None
    awaiting_key = False
    for match in _TOKEN.finditer(text):
        token, start, end = match[0], match.start(), match.end()
        if token in "]}":
            if stack:
                stack.pop()
            key = None
        elif token == ",":
            key = None
            awaiting_key = bool(stack) and stack[-1][1] is None
        elif token == ":":
            awaiting_key = False
        elif awaiting_key and stack and token.startswith('"'):
            key = (token[1:-1], start, end)
        else:
            path = ""
            if stack:
                parent, index = stack[-1]
                name = key[0] if key and index is None else str(index or 0)
                path = f"{parent}.{name}" if parent else name
                if index is not None:
                    stack[-1] = (parent, index + 1)
            if token in "[{":
                places[path] = (key[1], key[2]) if key else (start, end)
                stack.append((path, 0 if token == "[" else None))
                awaiting_key = token == "{"
                key = None
            else:
                places[path] = (start, end)
    return places


def _line_starts(lines: Text) -> list[int]:
    starts, at = [], 0
    for line in lines.raw_lines():
        starts.append(at)
        at += len(line)
    return starts


def _position(starts: Sequence[int], offset: int) -> Position:
    line = bisect_right(starts, offset) - 1
    return Position(line, offset - starts[line])
