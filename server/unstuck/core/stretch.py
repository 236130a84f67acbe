"""A stretch of a long log as raw bytes: its lines, its findings and the commands that it shows.

A line without a candidate costs no Python: nothing of it is decoded.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from unstuck.core.commands import LINES_TO_UNDERLINE, Shown, may_succeed, shown_in
from unstuck.core.diagnosis import Command
from unstuck.core.haystack import decoded, read
from unstuck.core.scanner import Finding, Scanner, better
from unstuck.core.signature import Kind
from unstuck.core.text import Text
from unstuck.core.view import View

# From so many lines on, searching the whole stretch is quicker than asking each.
MANY_LINES = 2_000


def unified(chunk: bytes) -> bytes:
    """A text, which does not end within a line end, with all its line ends as "\\n"."""
    return chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in chunk else chunk


class Lines(Text):
    """The lines of UTF-8 whose lines end in "\\n": cut when the first is asked for, decoded one by one."""

    __slots__ = ("_cut", "_raw")

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self._cut: list[bytes] | None = None

    @property
    def raw(self) -> list[bytes]:
        if self._cut is None:
            self._cut = self._raw.split(b"\n")
        return self._cut

    def __len__(self) -> int:
        return len(self.raw)

    def raw_lines(self, first: int = 0, last: int | None = None) -> list[str]:
        """Lines without their terminators, which are all alike."""
        return [decoded(line) for line in self.raw[first:last]]

    def mentions(self, part: bytes) -> bool:
        return part in self._raw

    def line(self, number: int) -> str:
        return decoded(self.raw[number])


@dataclass(slots=True)
class Stretch:
    """What one stretch holds, by its own line numbers."""

    lines: Lines
    findings: list[Finding] = field(default_factory=list)
    shown: list[Shown] = field(default_factory=list)


def look(raw: bytes, kind: Kind, scanner: Scanner) -> Stretch:
    """The findings in UTF-8 whose lines end in "\\n", of which none was wrapped at a width, and the commands shown."""
    reading = read(raw, scanner.catalog.prefilter)
    lines = Lines(raw)
    view = View(lines)
    found: dict[tuple[str, int], Finding] = {}
    for candidate in scanner.candidates(reading, raw, kind):
        for finding in scanner.confirm(view, candidate):
            key = finding.signature.id, finding.span.start.line
            found[key] = better(found.get(key), finding)
    shown = [Shown(line, command) for line in reading.commands for command in _shown_on(lines.raw, line)]
    return Stretch(lines, list(found.values()), shown)


def _shown_on(lines: list[bytes], number: int) -> Iterator[str]:
    # What stands below tells a command from the frame of an error.
    below = [line[:1_000] for line in lines[number + 1 : number + 1 + LINES_TO_UNDERLINE]]
    for shown in shown_in(b"\n".join([lines[number], *below])):
        if shown.line == 0:
            yield shown.command


class Runs:
    """The commands that a log shows, told stretch by stretch; one whose success stands below it has ended well."""

    def __init__(self, most: int) -> None:
        """`most`: so many of the last ones are kept."""
        self.commands: list[Command] = []
        self._most = most
        # What stood before the last command, while a success may still be its own.
        self._prompt: bytes | None = None

    def take(self, stretch: Stretch, line: int, first: int, last: int) -> None:
        """Take what the lines `first` up to and without `last` of a stretch show, which begins on `line` of the log."""
        at = first
        for shown in stretch.shown:
            if not first <= shown.line < last:
                continue
            self._pass(stretch.lines, at, shown.line)
            at = shown.line + 1
            number = line + shown.line
            if shown.command:
                command = Command(number, None, shown.command)
                before = stretch.lines.line(shown.line).partition(shown.command)[0]
                self._prompt = before.encode("utf-8", "surrogateescape") if may_succeed(shown.command) else None
                self.commands.append(command)
                continue
            if self._prompt is not None:
                self.commands[-1] = replace(self.commands[-1], exit_code=0)
            self._prompt = None
            self.commands.append(Command(number))
        self._pass(stretch.lines, at, last)
        del self.commands[: -self._most]

    def _pass(self, lines: Lines, first: int, last: int) -> None:
        """A later prompt like the command's own: what stands below is another one's."""
        prompt = self._prompt
        if prompt is None or (last - first > MANY_LINES and not lines.mentions(prompt)):
            return
        if any(line.startswith(prompt) for line in lines.raw[first:last]):
            self._prompt = None
