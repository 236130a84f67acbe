"""From a file's old text and its new one to the fewest line-based edits between them."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass

from unstuck.core.text import Position, Span, split_lines

_UNDECODED = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class FileEdit:
    """A change to one file: `before` is None where the file does not exist yet.

    `edits` replace spans of `before` (line, code point column; none overlap; in the order of the text) and lead to
    `after`. For a new file they are one insertion at the start.
    """

    path: str
    before: str | None
    edits: tuple[tuple[Span, str], ...]
    after: str


def edits_between(before: str, after: str) -> tuple[tuple[Span, str], ...]:
    """Whole lines that changed, each run of them as one edit; a change inside one line is that part of the line."""
    if before == after:
        return ()
    old, new = split_lines(before), split_lines(after)
    end = Position(len(old) - 1, len(old[-1]))
    edits: list[tuple[Span, str]] = []
    for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        replacement = "".join(new[j1:j2])
        # An editor shows undecodable bytes as other characters than we do: columns beside them mean nothing.
        if i2 - i1 == 1 and j2 - j1 == 1 and not _UNDECODED.search(old[i1]):
            edits.append(_within(i1, old[i1], new[j1]))
        else:
            start = Position(i1, 0) if i1 < len(old) else end
            stop = Position(i2, 0) if i2 < len(old) else end
            edits.append((Span(start, stop), replacement))
    return tuple(edits)


def _within(number: int, old: str, new: str) -> tuple[Span, str]:
    """The edit inside one line; a terminator is replaced whole, for an edit must not cut a CRLF in two."""
    if old.rstrip("\r\n") != old and new[len(new.rstrip("\r\n")) :] != old[len(old.rstrip("\r\n")) :]:
        return Span(Position(number, 0), Position(number + 1, 0)), new
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    body = len(old.rstrip("\r\n"))
    head = min(head, body)
    tail = max(tail, len(old) - body)
    return Span(Position(number, head), Position(number, len(old) - tail)), new[head : len(new) - tail]


def apply_edits(before: str, edits: tuple[tuple[Span, str], ...]) -> str:
    """The text after `edits`, the way a client applies them."""
    lines = split_lines(before)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    result = before
    for span, new in sorted(edits, key=lambda edit: edit[0], reverse=True):
        start = starts[span.start.line] + span.start.column
        stop = starts[span.end.line] + span.end.column
        result = result[:start] + new + result[stop:]
    return result
