"""One document: its text, its findings and its diagnoses, kept true through edits. Start reading here."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from unstuck.core.catalog import Catalog
from unstuck.core.commands import LINES_TO_UNDERLINE, Shown, shown_in
from unstuck.core.diagnosis import Command, Diagnosis, diagnose
from unstuck.core.dirty import DirtyLines
from unstuck.core.installed import Installed, installed_in
from unstuck.core.scanner import LINES_AT_ONCE, Finding, Options, Scanner
from unstuck.core.signature import Kind
from unstuck.core.text import Dirty, Position, Span, Text, bare
from unstuck.core.view import MOST_ROWS, View, Width, Widths

# Kinds whose lines a tool printed; a terminal may have wrapped them.
PRINTED: frozenset[Kind] = frozenset({"terminal", "log", "output"})


class Analysis:
    """What is known of one document.

    `edit` is cheap and only notes what it touched; `update` scans that, with as much around it as the catalog's
    patterns may span, and says whether the diagnoses changed. The result is that of a fresh scan of the whole text.
    """

    def __init__(
        self,
        catalog: Catalog,
        kind: Kind,
        content: str = "",
        *,
        options: Options | None = None,
        scanner: Scanner | None = None,
        columns: int | None = None,
        whole_lines: bool = False,
    ) -> None:
        """`columns` is the width of the terminal that the document is the buffer of, where that is known.

        Where nothing can have wrapped them (`whole_lines`: a transcript), no width is inferred from the lines.

        Several documents of a session share one `scanner`; `options` are for a document that has its own.
        """
        self.kind: Kind = kind
        self.text = Text(content)
        self.diagnoses: tuple[Diagnosis, ...] = ()
        self.findings: list[Finding] = []
        self.scanner = scanner or Scanner(catalog, options)
        self._columns: frozenset[Width] = frozenset() if columns is None else frozenset({columns})
        self._infers = kind in PRINTED and not whole_lines
        self._lengths = Widths()
        self._widths: frozenset[Width] = frozenset()
        self._shown: list[Shown] = []
        self._installed: list[Installed] = []
        self._told: list[Command] | None = None
        self._dirty = DirtyLines()
        self._dirty.add(0, len(self.text))
        if self._infers:
            self._lengths.add(map(bare, self.text.raw_lines()))

    @property
    def dirty_lines(self) -> int:
        """How many lines the next `update` looks at, roughly."""
        return len(self._dirty)

    @property
    def looks_at_all(self) -> bool:
        """Whether the next `update` looks at the whole text: its lines turn out to be broken at another width."""
        return (self._columns | self._lengths.inferred if self._infers else self._columns) != self._widths

    def edit(self, span: Span, new: str) -> None:
        """Put `new` in the place of `span`; nothing is scanned yet."""
        start, end = self.text.clamp(span.start), self.text.clamp(span.end)
        first, last = max(0, min(start, end).line - 1), min(len(self.text), max(start, end).line + 2)
        before = self.text.raw_lines(first, last) if self._infers else []
        dirty = self.text.replace(span, new)
        if self._infers:
            grown = dirty.added - dirty.removed
            self._lengths.remove(map(bare, before))
            self._lengths.add(map(bare, self.text.raw_lines(first, last + grown)))
        self._note(dirty)
        if self._told and dirty.added != dirty.removed:
            if start.line < end.line and end.column == 0 and new.endswith("\n"):
                # Whole lines gave way to whole lines: the one below them is the same as before.
                dirty = dirty._replace(removed=dirty.removed - 1, added=dirty.added - 1)
            self._told = _moved_commands(self._told, dirty)

    def write(self, span: Span, new: str, forgotten: bool = False) -> None:
        """An edit by what runs in a terminal; `forgotten` where the oldest lines go.

        Only then do the lines of commands move: what a program erases and writes again stands where it stood, and how
        it was cut into writes must not matter.
        """
        told = self._told
        self.edit(span, new)
        if not forgotten:
            self._told = told

    def reset(self, content: str) -> None:
        """Put another text in the place of all; what both begin and end with is not scanned again."""
        old, new = self.text.raw_lines(), Text(content).raw_lines()
        first = 0
        while first < min(len(old), len(new)) - 1 and old[first] == new[first]:
            first += 1
        same = 0
        while same < min(len(old), len(new)) - first - 1 and old[-1 - same] == new[-1 - same]:
            same += 1
        last = len(old) - same
        end = Position(last, 0) if same else self.text.end
        self.edit(Span(Position(first, 0), end), "".join(new[first : len(new) - same]))

    def resize(self, columns: int) -> None:
        """The terminal is now that wide; lines that it broke before keep their width."""
        if columns not in self._columns:
            self._columns |= {columns}
            self._dirty.add(0, len(self.text))

    def start_command(self, line: str, at: int | None = None) -> None:
        """Tell that a command begins, on line `at` or at the end of the text: from now on the caller tells of all."""
        commands = self._commands()
        at = self.text.end.line if at is None else min(at, self.text.end.line)
        if commands and commands[-1].last is None:
            commands[-1] = replace(commands[-1], last=at)
        # What stood below has been erased since.
        end = max(at + 1, len(self.text))
        commands[:] = [replace(one, first=min(one.first, at), last=min(end, one.last or end)) for one in commands]
        commands.append(Command(at, None, line))
        self._rethink()

    def end_command(self, exit_code: int | None, at: int | None = None) -> None:
        """Tell that the command that runs has ended before line `at`, with what exit code if that is known."""
        commands = self._commands()
        at = len(self.text) if at is None else min(at, len(self.text))
        if commands and commands[-1].last is None:
            commands[-1] = replace(commands[-1], last=max(at, commands[-1].first), exit_code=exit_code)
        self._rethink()

    def update(self) -> bool:
        """Scan what the edits touched. True where the diagnoses changed."""
        widths = self._columns
        if self._infers:
            widths = widths | self._lengths.inferred
        if widths != self._widths:
            self._widths = widths
            self._dirty.add(0, len(self.text))
        if not self._dirty:
            return False
        view = View(self.text, widths)
        for first, last in self._dirty.take():
            self._look(view, first, last)
        scanner = self.scanner
        diagnoses = diagnose(
            self.findings, scanner.catalog.leads_to, self._told_or_shown(), scanner.options.mutes, self._installed
        )
        changed = diagnoses != self.diagnoses
        self.diagnoses = diagnoses
        return changed

    def _look(self, view: View, first: int, last: int) -> None:
        """Scan what the lines `first` to `last` have a say in."""
        reach = self.scanner.reach
        # A finding is taken anew where the text within its reach changed; its trigger may be as far off again.
        first, last = _grow(view, first - reach, last + reach)
        outer = _grow(view, first - reach, last + reach)
        fresh = self.scanner.scan(self.text, self.kind, *outer, widths=self._widths)
        before = [finding for finding in self.findings if finding.span.start.line < first]
        after = [finding for finding in self.findings if finding.span.start.line >= last]
        self.findings = [*before, *(f for f in fresh if first <= f.span.start.line < last), *after]
        if self.kind == "terminal":
            said = installed_in(view, first, last)
            self._installed = [
                *(entry for entry in self._installed if entry.line < first),
                *said,
                *(entry for entry in self._installed if entry.line >= last),
            ]
        if self._told is None and self.kind in PRINTED:
            earlier = [shown for shown in self._shown if shown.line < first]
            later = [shown for shown in self._shown if shown.line >= last]
            self._shown = [*earlier, *self._shown_on(first, last), *later]

    def _shown_on(self, first: int, last: int) -> Iterator[Shown]:
        """The commands on some lines, a part at a time: others have their turn in between."""
        for start in range(first, last, LINES_AT_ONCE):
            end = min(start + LINES_AT_ONCE, last)
            lines = self.text.raw_lines(start, end + LINES_TO_UNDERLINE + 1)
            yield from (shown for shown in shown_in(lines, start) if shown.line < end)

    def rescan(self, scanner: Scanner) -> None:
        """Take another catalog or other options: the next update looks at everything."""
        self.scanner = scanner
        self._dirty.add(0, len(self.text))

    def _told_or_shown(self) -> list[Command]:
        """The commands of the document: those that the caller told of, or those that it shows itself."""
        if self._told is not None or self.kind not in PRINTED:
            return self._told or []
        return _commands_shown(self._shown, View(self.text, self._widths))

    def _commands(self) -> list[Command]:
        if self._told is None:
            self._told = []
        return self._told

    def _rethink(self) -> None:
        end = len(self.text)
        self._dirty.add(end, end)

    def _note(self, dirty: Dirty) -> None:
        grown = dirty.added - dirty.removed
        end = dirty.first + dirty.removed
        # What stood on the lines that gave way is looked for again; what stood below them moves.
        if self.findings and self.findings[-1].span.start.line >= dirty.first:
            self.findings = [
                _moved(finding, grown) if finding.span.start.line >= end else finding
                for finding in self.findings
                if not dirty.first <= finding.span.start.line < end
            ]
        if self._shown and self._shown[-1].line >= dirty.first:
            self._shown = [
                shown._replace(line=shown.line + grown) if shown.line >= end else shown
                for shown in self._shown
                if not dirty.first <= shown.line < end
            ]
        if self._installed and self._installed[-1].line >= dirty.first:
            self._installed = [
                entry._replace(line=entry.line + grown) if entry.line >= end else entry
                for entry in self._installed
                if not dirty.first <= entry.line < end
            ]
        self._dirty.note(dirty)


def analyse(catalog: Catalog, kind: Kind, content: str, options: Options | None = None) -> tuple[Diagnosis, ...]:
    """The diagnoses of a text that does not change."""
    analysis = Analysis(catalog, kind, content, options=options)
    analysis.update()
    return analysis.diagnoses


def _grow(view: View, first: int, last: int) -> tuple[int, int]:
    """A range of lines, clamped, with its borders moved to those of logical lines."""
    first, last = max(0, first), min(len(view), last)
    least, most = first - MOST_ROWS, last + MOST_ROWS
    while view.is_wrapped and first > max(0, least) and view.is_full(first - 1):
        first -= 1
    while view.is_wrapped and 0 < last < min(len(view), most) and view.is_full(last - 1):
        last += 1
    return first, last


def _moved(finding: Finding, lines: int) -> Finding:
    if not lines:
        return finding
    start, end = finding.span
    return replace(
        finding, span=Span(Position(start.line + lines, start.column), Position(end.line + lines, end.column))
    )


_INSTALLS = re.compile(r"\b(?:pip[\d.]*|uvx?|pipx|poetry|pdm)\b")
_SEVERAL = re.compile(r"[;&|]")


def _commands_shown(shown: Sequence[Shown], view: View) -> list[Command]:
    """The commands that a document itself shows; one whose success stands below it has ended well."""
    commands: list[Command] = []
    prompt = ""
    for number, command in shown:
        if command:
            # A narrow terminal broke the command line: two commands may share what its first row holds.
            whole = view.line(number).text if view.is_wrapped else ""
            at = whole.find(command)
            commands.append(Command(number, None, whole[at:].rstrip() if at >= 0 else command))
            prompt = view.raw(number).partition(command)[0]
            continue
        if commands and _is_success_of(commands[-1], prompt, number, view):
            commands[-1] = replace(commands[-1], exit_code=0)
        commands.append(Command(number))
    return commands


def _is_success_of(command: Command, prompt: str, line: int, view: View) -> bool:
    """Whether the success on `line` must be that command's: not of another one on its line, or at a later prompt."""
    if not _INSTALLS.search(command.line) or _SEVERAL.search(command.line):
        return False
    return not any(view.raw(row).startswith(prompt) for row in range(command.first + 1, line))


def _moved_commands(commands: Sequence[Command], dirty: Dirty) -> list[Command]:
    """Commands after an edit: those whose lines are all gone go, the others move with their lines."""
    grown, end = dirty.added - dirty.removed, dirty.first + dirty.removed

    def move(line: int) -> int:
        if line < dirty.first:
            return line
        if line >= end:
            return line + grown
        # Text that came at a command's first line is its own; where lines went, the last of them is what is left.
        return max(dirty.first, line + grown) if grown < 0 else min(line, dirty.first + dirty.added)

    moved = [
        replace(command, first=move(command.first), last=None if command.last is None else move(command.last))
        for command in commands
    ]
    return [command for command in moved if command.last is None or command.last > command.first]
