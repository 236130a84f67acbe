"""What a check found, ready to be written down: places in the protocol's units, secrets taken out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from unstuck.core.signature import Applicability, Severity, Signature


class Place(NamedTuple):
    """A range of a file: lines and characters from 0, characters in utf-16 units."""

    line: int
    character: int
    end_line: int
    end_character: int

    def moved(self, lines: int) -> Place:
        return Place(self.line + lines, self.character, self.end_line + lines, self.end_character)


@dataclass(frozen=True, slots=True)
class OfferedFix:
    """A fix that an editor would offer here."""

    title: str
    applicability: Applicability
    command: str | None = None
    """The command line to run, of one that changes no file."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One diagnosis of a file.

    `text` is the telling physical line, where the range begins; `mark` the columns of it, in code points, that are
    marked. Both are already redacted: `mark` is None where redaction moved the marked part out of sight.
    """

    signature: Signature
    severity: Severity
    message: str
    place: Place
    text: str
    mark: tuple[int, int] | None
    captures: dict[str, str]
    occurrences: int = 1
    fixes: tuple[OfferedFix, ...] = ()
    related: tuple[tuple[str, Place], ...] = ()

    @property
    def code(self) -> str:
        return self.signature.id


@dataclass(frozen=True, slots=True)
class FileReport:
    """Everything found in one file; `path` as the user gave it, `-` for standard input."""

    path: str
    entries: Sequence[Entry] = field(default_factory=tuple)


def localised(english: str, chinese: str, locale: str) -> str:
    """The text in the reader's language, where the record has it."""
    return (chinese or english) if locale == "zh" else (english or chinese)


def open_title(signature: Signature, locale: str) -> str:
    """The title without a failure's text: the places of its captures stay in view, as in "Trust <host>"."""
    template = localised(signature.title or signature.signature, signature.title_zh, locale)
    return re.sub(r"\{([a-z_]+)\}", r"<\1>", template)
