"""A terminal's raw output, in any chunking, as edits to its transcript.

The transcript holds what a person could read by scrolling back: logical lines, ended by "\\n", without escapes. It is
not a screen. Output mostly appends; programs that draw progress also go back over the last lines, and only that much
of a screen is modelled: the cursor, erasing, wrapping at the width where it is known. Decisions where a transcript
and a screen differ:

- What a full-screen program (vim, less) draws on the alternate screen is left out.
- Clearing the screen (`clear`, Ctrl+L) starts a fresh region below; the lines above stay, as they stay in a
  terminal's scrollback. Erasing the scrollback as well (CSI 3 J, which `clear` sends to most terminals) drops them.
- What is drawn elsewhere between saving and restoring the cursor (apt's progress bar) is left out.
- A bare "\\n" returns to the line's start too: not every sender has a terminal driver between.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from itertools import accumulate
from typing import NamedTuple

from unstuck.core.screen import REACH, Screen
from unstuck.core.shell_marks import (
    Cleared,
    CommandEnded,
    CommandStarted,
    CwdChanged,
    Event,
    exit_code_of,
    mark_of,
)
from unstuck.core.text import Position, Span

# A longer line is broken, as a terminal wraps it: memory and the cost of a write stay bounded.
LONGEST_LINE = 65_536
# The longest string (title, link, image) that is kept until its end comes; a longer one is skipped as it comes.
LONGEST_STRING = 65_536
# What goes at once when the transcript is full, so that not every write has to delete.
TRIM = 0.1

_STRING_BODY = rf"[^\x07\x18\x1a\x1b\x9c\r\n]{{0,{LONGEST_STRING}}}"
# What may still become something else with the next chunk.
_PARTIAL = re.compile(
    rf"\x1b(?:\[[0-?]{{0,256}}[ -/]{{0,16}}|[\]PX^_]{_STRING_BODY}\x1b?|[ -/]{{1,4}})?\Z"
    r"|\x9b[0-9;?]{0,64}\Z"
)
_TOKEN = re.compile(
    r"(?P<text>[^\x00-\x08\n\r\x0e-\x1f\x7f-\x9f]+)"
    r"|(?P<csi>(?:\x1b\[[0-?]{0,256}[ -/]{0,16}|\x9b[0-9;?]{0,64})[@-~]?)"
    rf"|\x1b(?P<string>[\]PX^_])(?P<body>{_STRING_BODY})(?P<end>\x07|\x1b\\|\x9c)?"
    r"|\x1b[ -/]{1,4}[0-~]?"
    r"|\x1b(?P<escape>[0-~])?"
    r"|(?P<nothing>[\x00-\x07\x0e-\x1a\x1c-\x1f\x7f-\x9a\x9c-\x9f]+)"
    r"|(?P<control>\r*\n|[\x00-\x1f\x7f-\x9f])",
    re.DOTALL,
)
# What changes nothing where the cursor stands at the end of the last line: colours, links, modes, erasing behind it.
_INVISIBLE = re.compile(
    r"\x1b(?:\[[0-9;:]*m|\[0?K|\[\?(?:1|7|12|25|1004|2004|2026)[hl]"
    r"|\]8;[^\x07\x18\x1a\x1b\x9c\r\n]{0,4096}(?:\x07|\x1b\\|\x9c)|[(][0AB]|[=>])"
)
# Controls that do nothing, where they are not part of a sequence: of output that is no text there are many.
_NOTHING = re.compile(r"[\x00-\x07\x0e-\x1a\x1c-\x1f\x7f-\x9a\x9c-\x9f]+")
_NOT_PLAIN = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]|\r(?!\r*\n)")
_SKIPPED = re.compile(r"[\x07\x18\x1a\x9c\r\n]|\x1b\\?")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_CSI = re.compile(r"(?:\x1b\[|\x9b)([<=>?]?)([0-9]*)(?:;([0-9]*))?[0-?]*([ -/]*)([@-~])\Z")
_ALTERNATE = {"47", "1047", "1049"}


class Edit(NamedTuple):
    """`new` takes the place of `span` in the transcript; `forgotten` where the oldest lines go."""

    span: Span
    new: str
    forgotten: bool = False


class Stream:
    """Turns what a terminal writes into edits of its transcript and events, in order.

    `columns` and `rows` are the terminal's size where it is known. `limit` bounds the transcript in characters: the
    oldest lines go, as an edit that deletes them; the last `REACH` lines do not count.
    """

    def __init__(self, columns: int | None = None, limit: int = 10_000_000, rows: int | None = None) -> None:
        self._limit = limit
        self._screen = Screen(max(16, min(LONGEST_LINE, limit // 4)))
        self._out: list[Edit | Event] = []
        self._carry = ""
        self._skipping = False  # inside a string longer than we keep
        self._sent = [""]  # the screen's lines as the last edit left them
        # Lines out of the screen's reach: only their sizes are known, with their ends.
        self._frozen = array("L")
        self._head = 0  # those of them that are deleted already
        self._frozen_size = 0
        self._deleted = 0  # lines deleted ever, which serial numbers count
        self._command: str | None = None
        self._input: tuple[int, int] | None = None  # where the prompt ended: serial line and column
        self.resize(columns, rows)

    def resize(self, columns: int | None, rows: int | None = None) -> None:
        self._screen.columns = columns if columns and columns > 0 else None
        self._screen.rows = rows if rows and rows > 0 else None

    def feed(self, text: str) -> list[Edit | Event]:
        """What this piece of output does to the transcript. What breaks off at its end waits for the next piece."""
        if self._carry:
            text, self._carry = self._carry + text, ""
        if self._skipping:
            text = self._skip(text)
        if not text:
            return []
        cut = _whole_until(text)
        text, self._carry = text[:cut], text[cut:]
        if not text.isascii() and _SURROGATE.search(text):
            # A pair that was cut in two comes together; a half without the other could not be sent to a client.
            text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        self._out = []
        if not self._append(text):
            self._interpret(text)
            self._flush()
        self._freeze()
        return self._out

    @property
    def line(self) -> int:
        """The line of the transcript that the cursor is on."""
        return self._frozen_lines + self._screen.line

    # ── edits ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _append(self, text: str) -> bool:
        """Append plain text at the end, the common case; False, with nothing done, where more than that is asked."""
        screen = self._screen
        if not screen.simple:
            return False
        if "\x1b" in text:
            text = _INVISIBLE.sub("", text)
        if _NOT_PLAIN.search(text):
            if "\x1b" in text or "\x9b" in text or "\b" in text:
                return False
            text = _NOTHING.sub("", text)
            if _NOT_PLAIN.search(text):
                return False
        text = text.replace("\r\n", "\n")
        if "\r" in text:
            text = re.sub(r"\r+\n", "\n", text)
        lines = text.split("\n")
        last = len(screen.lines[-1])
        if last + len(text) > screen.longest and last + max(map(len, lines)) > screen.longest:
            return False
        if text:
            end = Position(self.line, last)
            self._out.append(Edit(Span(end, end), text))
            screen.append(lines)
            self._sent = screen.lines[:]
        return True

    def _freeze(self) -> None:
        """Freeze the lines that are out of reach, and delete the oldest where there are too many."""
        screen = self._screen
        surplus = len(screen.lines) - REACH
        if surplus <= 0:
            return
        sizes = array("L", [len(line) + 1 for line in screen.lines[:surplus]])
        screen.drop(surplus)
        self._sent = screen.lines[:]
        # Line by line, as if each had come alone: where a chunk ended must not show in the transcript.
        deleted = 0
        start = 0
        sums = list(accumulate(sizes, initial=0))
        while start < surplus:
            room = self._limit - self._frozen_size
            end = bisect_right(sums, sums[start] + room) - 1
            over = end < surplus
            end += over
            self._frozen += sizes[start:end]
            self._frozen_size += sums[end] - sums[start]
            start = end
            if over:
                deleted += self._trim()
        if deleted:
            self._out.append(Edit(Span(Position(0, 0), Position(deleted, 0)), "", forgotten=True))

    def _trim(self) -> int:
        """Forget the sizes of the oldest lines until there is room; how many they were."""
        keep = self._limit * (1 - TRIM)
        head = self._head
        while head < len(self._frozen) and self._frozen_size > keep:
            self._frozen_size -= self._frozen[head]
            head += 1
        count = head - self._head
        self._head = head
        self._deleted += count
        if self._head * 2 > len(self._frozen):
            del self._frozen[: self._head]
            self._head = 0
        return count

    @property
    def _frozen_lines(self) -> int:
        return len(self._frozen) - self._head

    def _serial(self, line: int) -> int:
        """A number for a line of the screen that stays when older lines are deleted."""
        return self._deleted + self._frozen_lines + line

    def _flush(self) -> None:
        """One edit for what changed on the screen since the last one."""
        self._screen.settle()
        before, now = self._sent, self._screen.lines
        same = 0
        for old, new in zip(before, now, strict=False):
            if old is not new and old != new:
                break
            same += 1
        if same == len(before) == len(now):
            return
        tail = 0
        shortest = min(len(before), len(now)) - same
        while tail < shortest and before[-1 - tail] == now[-1 - tail]:
            tail += 1
        if same == min(len(before), len(now)):
            # Whole lines came or went at the end: the edit starts behind the last line that stays.
            same -= 1
        tail = min(tail, len(before) - same - 1, len(now) - same - 1)
        column = _common_prefix(before[same], now[same])
        last = len(before) - 1 - tail
        first = self._frozen_lines
        start = Position(first + same, column)
        end = Position(first + last, len(before[last]))
        new = "\n".join(now[same : len(now) - tail])[column:]
        self._out.append(Edit(Span(start, end), new))
        self._sent = now[:]

    def _cleared(self) -> None:
        if self._screen.cleared:
            self._screen.cleared = False
            self._flush()
            self._out.append(Cleared(self.line))

    def _forget(self) -> None:
        """Delete everything above what is visible."""
        self._flush()
        self._freeze()
        above = max(0, self._screen.top)
        count = self._frozen_lines + above
        if count:
            self._out.append(Edit(Span(Position(0, 0), Position(count, 0)), "", forgotten=True))
            self._deleted += count
            self._frozen, self._head, self._frozen_size = array("L"), 0, 0
            self._screen.drop(above)
            self._sent = self._screen.lines[:]

    # ── reading ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _interpret(self, text: str) -> None:
        """Carry out the text and its control functions one by one."""
        at = 0
        while at < len(text):
            token = _TOKEN.match(text, at)
            if token is None:  # unreachable: every character starts a token
                break
            at = token.end()
            kind = token.lastgroup
            if kind == "text":
                self._screen.put(token["text"])
            elif kind == "csi":
                if text[at - 1] != "m":  # most only colour
                    self._control_sequence(token["csi"])
            elif kind == "control":
                self._control(token["control"])
            elif kind == "escape":
                self._escape(token["escape"])
            elif token["string"]:
                body, end = token["body"], token["end"]
                if end:
                    if token["string"] == "]":
                        self._mark(body)
                elif len(body) == LONGEST_STRING:
                    self._skipping = True
                    text, at = self._skip(text[at:]), 0
                else:
                    # Broken off: hide no more than a word of what may be output.
                    blank = re.search(r"[ \t]", body)
                    self._screen.put(_printable(body[blank.start() :] if blank else ""))

    def _skip(self, text: str) -> str:
        """What follows a string that is too long to keep, once its end has come."""
        end = _SKIPPED.search(text)
        if end is None:
            return ""
        self._skipping = False
        return text[end.end() :] if end[0] in "\x07\x18\x1a\x9c" else text[end.start() :]

    def _control(self, control: str) -> None:
        screen = self._screen
        if screen.alternate:
            return
        if control[-1] == "\n":
            screen.feed_line()
        elif control == "\r":
            screen.carriage_return()
        elif control == "\b" and screen.column():
            screen.horizontal(screen.column() - 1)

    def _escape(self, final: str) -> None:
        screen = self._screen
        if final == "c":
            self._screen.alternate = False
            self._screen.clear()
            self._cleared()
            self._forget()
        elif self._screen.alternate:
            return
        elif final == "7":
            screen.save()
        elif final == "8":
            screen.restore()
        elif final == "M":
            screen.vertical(-1)
        elif final in "DE":
            screen.feed_line()

    def _control_sequence(self, sequence: str) -> None:
        parsed = _CSI.match(sequence)
        if parsed is None or parsed[4]:
            return
        private, final = parsed[1], parsed[5]
        if private and final in "hl":
            if private == "?" and not _ALTERNATE.isdisjoint(re.findall(r"[0-9]+", sequence)):
                self._screen.alternate = final == "h"
            return
        if self._screen.alternate or (private and (private != "?" or final not in "JK")):
            return
        screen = self._screen
        number = int((parsed[2] or "0")[:5])
        count = min(max(1, number), screen.longest)
        if final in "AF":
            screen.vertical(-min(count, REACH), 0 if final == "F" else None)
        elif final in "BE":
            screen.vertical(min(count, REACH), 0 if final == "E" else None)
        elif final in "Ca":
            screen.horizontal(screen.column() + count)
        elif final == "D":
            screen.horizontal(screen.column() - count)
        elif final in "G`":
            screen.horizontal(count - 1)
        elif final in "Hf":
            screen.position(count - 1, max(1, int((parsed[3] or "1")[:5])) - 1)
        elif final == "d":
            screen.position(count - 1, screen.column())
        elif final == "K" and number <= 2:
            screen.erase_line(number)
        elif final == "J" and number == 3:
            self._forget()
        elif final == "J":
            screen.erase_display(number)
        elif final in "PX@":
            screen.edit_cells(final, count)
        elif final in "LM":
            screen.edit_lines(final, min(count, REACH))
        elif final == "s":
            screen.save()
        elif final == "u":
            screen.restore()
        self._cleared()

    def _mark(self, osc: str) -> None:
        mark = mark_of(osc)
        if mark is None:
            return
        if mark.kind == "cwd":
            self._out.append(CwdChanged(mark.value))
        elif mark.kind == "command":
            self._command = mark.value
        elif mark.kind == "prompt":
            # A shell that asks again has taken the screen back from a program that died on the alternate one.
            self._screen.alternate = self._screen.overlay = False
            self._input = self._command = None
        elif mark.kind == "input":
            self._input = self._serial(self._screen.line), self._screen.typed_column()
        else:
            self._flush()
            if mark.kind == "output":
                self._out.append(CommandStarted(self.line, self._command or self._typed()))
                self._input = self._command = None
            else:
                self._out.append(CommandEnded(self.line, exit_code_of(mark.value)))

    def _typed(self) -> str | None:
        """What stands between the prompt's end and the cursor: the command line as it was typed."""
        if self._input is None:
            return None
        serial, column = self._input
        first = serial - self._serial(0)
        if first < 0:
            return None
        lines = self._screen.lines[first : self._screen.line + 1]
        typed = "\n".join([lines[0][column:], *lines[1:]]) if lines else ""
        return typed.strip() or None


def _whole_until(text: str) -> int:
    """Where a control function or character begins that may go on in the next chunk; the text's length if none."""
    escape = text.rfind("\x1b")
    if escape >= 0 and _PARTIAL.match(text, escape):
        if escape == len(text) - 1 and escape:
            # It may be the first half of a string's end.
            opener = text.rfind("\x1b", 0, escape)
            if opener >= 0 and _PARTIAL.match(text, opener):
                return opener
        return escape
    if not text.isascii():
        escape = text.rfind("\x9b")
        if escape >= 0 and _PARTIAL.match(text, escape):
            return escape
    last = text[-1]
    if last == "\r":
        return len(text.rstrip("\r"))
    return len(text) - ("\ud800" <= last <= "\udbff")


def _printable(text: str) -> str:
    return re.sub(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]", "", text)


def _common_prefix(one: str, other: str) -> int:
    shortest = min(len(one), len(other))
    if one[:shortest] == other[:shortest]:
        return shortest
    return next(index for index in range(shortest) if one[index] != other[index])
