"""A stretch of a long log as raw bytes: its lines, its findings and the commands that it shows.

A line without a candidate costs no Python: nothing of it is decoded.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from time import thread_time

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
    """The lines of UTF-8 whose lines end in "\n", cut and decoded one by one."""

    __slots__ = ("_ends", "data")

    def __init__(self, raw: bytes, ends: list[int]) -> None:
        """`ends`: where each line ends that has anything in it."""
        self.data = raw
        self._ends = ends

    def __len__(self) -> int:
        return len(self._ends) + (not self._ends or self.data.endswith(b"\n"))

    def raw_lines(self, first: int = 0, last: int | None = None) -> list[str]:
        """Lines without their terminators, which are all alike."""
        return [decoded(line) for line in self.between(first, len(self) if last is None else last)]

    def between(self, first: int, last: int) -> list[bytes]:
        """Lines `first` up to and without `last`, without their terminators."""
        last = min(last, len(self))
        return self.data[self._start(first) : self._start(last)].split(b"\n")[: last - first] if first < last else []

    def line(self, number: int) -> str:
        return decoded(self.bytes_of(number))

    def bytes_of(self, number: int) -> bytes:
        """Line `number` without its terminator, as it is."""
        return self.data[self._start(number) : self._start(number + 1)].rstrip(b"\n")

    def _start(self, number: int) -> int:
        return self._ends[min(number, len(self._ends)) - 1] if number and self._ends else 0


@dataclass(slots=True)
class Stretch:
    """What one stretch holds, by its own line numbers."""

    lines: Lines
    findings: list[Finding] = field(default_factory=list)
    shown: list[Shown] = field(default_factory=list)


def look(raw: bytes, kind: Kind, scanner: Scanner) -> Stretch:
    """The findings in UTF-8 whose lines end in "\\n", of which none was wrapped at a width, and the commands shown."""
    reading = read(raw, scanner.catalog.prefilter)
    lines = Lines(raw, reading.ends)
    view = View(lines)
    found: dict[tuple[str, int], Finding] = {}
    for candidate in scanner.candidates(reading, raw, kind):
        began = thread_time()
        for finding in scanner.confirm(view, candidate):
            key = finding.signature.id, finding.span.start.line
            found[key] = better(found.get(key), finding)
        id = candidate.pattern.id
        scanner.spent[id] = scanner.spent.get(id, 0.0) + thread_time() - began
    return Stretch(lines, list(found.values()), list(_shown_on(lines, reading.commands)))


def _shown_on(lines: Lines, numbers: list[int]) -> Iterator[Shown]:
    """The commands on some lines that may show one."""
    # Most do not, which is told of all at once: so far apart that none is taken for what stands below another.
    apart = LINES_TO_UNDERLINE + 1
    likely = {shown.line // apart for shown in shown_in((b"\n" * apart).join(map(lines.bytes_of, numbers)))}
    for place in sorted(likely):
        number = numbers[place]
        # What stands below tells a command from the frame of an error.
        below = [line[:1_000] for line in lines.between(number + 1, number + 1 + LINES_TO_UNDERLINE)]
        for shown in shown_in(b"\n".join([lines.bytes_of(number), *below])):
            if shown.line == 0:
                yield Shown(number, shown.command)


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
        if prompt is None or (last - first > MANY_LINES and prompt not in lines.data):
            return
        if any(line.startswith(prompt) for line in lines.between(first, last)):
            self._prompt = None
