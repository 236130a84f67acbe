"""The diagnoses of a log that is too big to keep: it comes piece by piece, and only what was found stays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from unstuck.core.analysis import Analysis
from unstuck.core.commands import Shown, may_succeed
from unstuck.core.diagnosis import Command, Diagnosis, diagnose
from unstuck.core.haystack import decoded, encoded
from unstuck.core.scanner import Finding, Scanner, in_order
from unstuck.core.signature import Kind
from unstuck.core.stretch import Lines, look, unified
from unstuck.core.text import Position, Span, Text
from unstuck.core.wrapping import Head

# What stands further right on a line is not looked at.
LONGEST_LINE = 1_000_000
# So many findings with the same captures are kept of a signature, and so many in all; what is beyond is counted.
MOST_ALIKE = 200
MOST_FINDINGS = 5_000
MOST_COMMANDS = 2_000
# Characters of the lines that are kept because failures stand on them; failures on more lines are counted.
MOST_KNOWN = 5_000_000
# Characters of a log that are kept, compressed, as long as its lines may turn out to have been wrapped at a width. The
# lines of a longer one are taken as they are.
MOST_WRAPPED = 16_000_000


class Excerpt(Text):
    """A text of which only some lines are known; the others are empty."""

    __slots__ = ("known", "size")

    def __init__(self) -> None:
        super().__init__()
        self.known: dict[int, str] = {}
        self.size = 1

    def __len__(self) -> int:
        return self.size

    @property
    def end(self) -> Position:
        return Position(self.size - 1, len(self.line(self.size - 1)))

    def line(self, number: int) -> str:
        return self.known.get(number, "")

    def clamp(self, position: Position) -> Position:
        if position.line >= self.size:
            return self.end
        return Position(max(position.line, 0), max(position.column, 0))


class Runs:
    """The commands that lines in order show; one whose success stands below it has ended well."""

    def __init__(self) -> None:
        self.commands: list[Command] = []
        # What stood before the last command, while a success may still be its own.
        self._prompt: str | None = None

    def copy(self) -> Runs:
        made = Runs()
        made.commands, made._prompt = list(self.commands), self._prompt
        return made

    def take(self, text: Text, shown: Sequence[Shown], first: int, last: int, offset: int) -> None:
        """Take what the lines `first` up to and without `last` of a text show, which begins on line `offset`."""
        at = first
        for line, command in shown:
            if not first <= line < last:
                continue
            self._pass(text, at, line)
            at = line + 1
            if command:
                self._prompt = text.line(line).partition(command)[0] if may_succeed(command) else None
            elif self._prompt is not None:
                self.commands[-1] = replace(self.commands[-1], exit_code=0)
                self._prompt = None
            self.commands.append(Command(line + offset, None, command))
        self._pass(text, at, last)

    def _pass(self, text: Text, first: int, last: int) -> None:
        """At a later prompt like the command's own, what stands below is another one's."""
        prompt = self._prompt
        if prompt is not None and any(line.startswith(prompt) for line in text.raw_lines(first, last)):
            self._prompt = None


class GrowingLog:
    """Fed with a log's text in order, it knows the diagnoses of all of it.

    What it keeps: the findings, the lines that they stand on, and the last lines of the text, which what comes next
    may complete. `text` has only the lines of findings. A short log that was wrapped at a width is kept whole.
    """

    def __init__(self, scanner: Scanner, kind: Kind = "log") -> None:
        self.scanner = scanner
        self.kind: Kind = kind
        self._excerpt = Excerpt()
        self._known = self._excerpt.known
        self.text: Text = self._excerpt
        self.diagnoses: tuple[Diagnosis, ...] = ()
        self.unlisted = 0
        self._head = Head(MOST_WRAPPED)
        self._joined: Analysis | None = None  # of a log whose lines were wrapped
        self._unjoined: list[str] = []  # what it has not seen yet
        self._listed: tuple[Diagnosis, ...] = ()  # the diagnoses of the lines as they are
        self._told: tuple[list[Finding], list[Command]] = ([], [])  # what the diagnoses were made of
        self._commands: list[Command] = []  # what all the lines show
        self._kept = ""  # the last lines
        self._first = 0  # the number of the first of them
        self._room = MOST_KNOWN  # for lines that findings stand on
        self._settled = 0  # what stands before this line stays as it is
        self._findings: list[Finding] = []
        self._fresh: list[Finding] = []  # those that begin on lines that are not settled
        self._runs = Runs()  # what the settled lines show
        self._alike: Counter[tuple[str, tuple[tuple[str, str], ...]]] = Counter()

    def feed(self, piece: str, *, more: bool = False) -> bool:
        """Take what follows. True where the diagnoses changed. Memory is a few times the piece's size.

        Where `more` is on its way the diagnoses stay as they are until `update`, or the next piece: a log may have a
        thousand, and working them out takes longer than reading the piece.
        """
        piece = self._shortened(piece)
        if piece:
            self._take(piece)
            self._head.add(piece)
            if self._joined is not None:
                self._unjoined.append(piece)
        return False if more else self.update()

    def update(self) -> bool:
        """Work out the diagnoses of all that has come. True where they changed."""
        before = self.diagnoses
        findings = [*self._findings, *self._fresh]
        if (findings, self._commands) != self._told:
            self._told = findings, self._commands
            self._listed = diagnose(findings, self.scanner.catalog.leads_to, self._commands, self.scanner.options.mutes)
        self._join()
        return self.diagnoses != before

    def _join(self) -> None:
        """Take a log whose lines were wrapped as a document, and others as they are."""
        if not self._head.widths:
            self._joined, self._unjoined = None, []
            self.text, self.diagnoses = self._excerpt, self._listed
            return
        joined, self._unjoined, pieces = self._joined, [], self._unjoined
        if joined is None:
            joined = self._joined = Analysis(self.scanner.catalog, self.kind, self._head.text, scanner=self.scanner)
        else:
            joined.edit(Span(joined.text.end, joined.text.end), "".join(pieces))
        joined.update()
        self.text, self.diagnoses = joined.text, joined.diagnoses

    def _take(self, piece: str) -> None:
        """Look at the lines as they are."""
        stretch = look(unified(encoded(self._kept + piece)), self.kind, self.scanner)
        text, reach = stretch.lines, self.scanner.reach
        first = self._settled - self._first
        found = sorted(stretch.findings, key=in_order)
        self._fresh = [_moved(finding, self._first) for finding in found if finding.span.start.line >= first]
        shown = [entry for entry in stretch.shown if entry.line >= first]
        last = max(first, len(text) - 1 - reach)
        self._runs.take(text, shown, first, last, self._first)
        fresh = self._runs.copy()
        fresh.take(text, shown, last, len(text), self._first)
        self._remember(text)
        self._settle(text, reach)
        if piece.endswith("\r"):  # which may be half of a line end
            self._kept = self._kept[:-1] + "\r"
        self._commands = fresh.commands

    def _shortened(self, piece: str) -> str:
        """The piece without what stands too far right on its lines."""
        room = LONGEST_LINE - (len(self._kept) - self._kept.rfind("\n") - 1)
        half = LONGEST_LINE // 2
        # A line that is too long covers half of that length somewhere.
        if room > half and all(piece.find("\n", at, at + half) >= 0 for at in range(0, len(piece) - half, half)):
            return piece
        head, newline, rest = piece.partition("\n")
        if len(rest) <= LONGEST_LINE:
            return head[: max(room, 0)] + newline + rest
        lines = [line if len(line) <= LONGEST_LINE else line[:LONGEST_LINE] for line in rest.split("\n")]
        return head[: max(room, 0)] + newline + "\n".join(lines)

    def _remember(self, text: Text) -> None:
        """Keep the lines that findings stand on, for their columns in a client's units."""
        known = self._known
        for number in [number for number in known if number >= self._settled]:
            del known[number]
        for number in _lines_of(self._fresh):
            if self._first <= number < self._first + len(text):
                known[number] = text.line(number - self._first)
        self._excerpt.size = self._first + len(text)

    def _settle(self, text: Lines, reach: int) -> None:
        """What is out of reach of the text to come stays as it is, and its lines go."""
        settled = max(self._settled, self._first + len(text) - 1 - reach)
        unlisted: list[Finding] = []
        for finding in self._fresh:
            if finding.span.start.line < settled:
                key = finding.signature.id, tuple(sorted(finding.captures.items()))
                self._alike[key] += 1
                size = sum(len(self._known.get(number, "")) for number in _lines_of([finding]))
                fits = len(self._findings) < MOST_FINDINGS and size <= self._room
                if self._alike[key] <= MOST_ALIKE and fits:
                    self._findings.append(finding)
                    self._room -= size
                else:
                    unlisted.append(finding)
        self._fresh = [finding for finding in self._fresh if finding.span.start.line >= settled]
        if unlisted:
            self.unlisted += len(unlisted)
            listed = [finding for finding in self._findings if finding.span.end.line >= self._settled]
            for number in _lines_of(unlisted) - _lines_of(listed) - _lines_of(self._fresh):
                self._known.pop(number, None)
        self._runs.commands = _telling(self._runs.commands, self._findings)
        if len(self._alike) > MOST_FINDINGS:
            self._alike = Counter(dict(self._alike.most_common(MOST_FINDINGS // 2)))
        start = max(self._first, settled - 2 * reach)
        self._kept = decoded(b"\n".join(text.between(start - self._first, len(text))))
        self._first, self._settled = start, settled


def _lines_of(findings: Iterable[Finding]) -> set[int]:
    return {number for finding in findings for number in range(finding.span.start.line, finding.span.end.line + 1)}


def _moved(finding: Finding, lines: int) -> Finding:
    start, end = (Position(line + lines, column) for line, column in finding.span)
    return replace(finding, span=Span(start, end))


def _telling(commands: list[Command], findings: list[Finding]) -> list[Command]:
    """The commands that divide findings: of several without a finding between them the last one is enough, beside
    those whose success clears what failed before."""
    kept: list[Command] = []
    passed = -1
    at = 0
    for command in commands:
        while at < len(findings) and findings[at].span.start.line < command.first:
            at += 1
        if kept and passed == at and not kept[-1].succeeded:
            kept[-1] = command
        else:
            kept.append(command)
        passed = at
    return kept[-MOST_COMMANDS:]
