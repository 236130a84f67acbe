"""As much of a terminal's screen as its transcript needs: the last lines, the cursor, erasing, wrapping.

Lines are logical: one that is longer than the terminal is wide takes several screen rows, which matters only to a
cursor that moves. `stream.py` reads the control functions and carries them out here.
"""

from __future__ import annotations

from unstuck.core.escapes import Row, width_of

# How many of the last lines a program can go back to, where the terminal's height is not known.
REACH = 200


# A line of so many cells keeps them until the cursor leaves it.
MOST_CELLS = 64


class Screen:
    """The last lines of a transcript and the cursor on them.

    `lines` are without their ends; the cursor is on `lines[line]`, on a cell of `row` where that is open, else at the
    line's start (`_start`) or behind its last character. `top` is the first line since the screen was cleared. No line
    gets longer than `longest` characters: printing breaks it, as a terminal would.
    """

    def __init__(self, longest: int) -> None:
        self.longest = longest
        self.lines = [""]
        self.line = 0
        self.row: Row | None = None
        self._start = False
        self.columns: int | None = None
        self.rows: int | None = None
        self.top = 0
        self.home = False  # whether the cursor was put at the screen's first cell and has not left it
        self.cleared = False  # for the reader to take note of and reset
        self.alternate = False  # whether a full-screen program has the alternate screen
        self.overlay = False  # whether something is drawn elsewhere, before the cursor is restored
        self._pending = False  # whether the cursor waits behind a full row for the next character to wrap
        self._saved: tuple[int, int] | None = None

    @property
    def simple(self) -> bool:
        """Whether what is printed now just follows the last line."""
        at_end = self.row is None and not self._start and self.line == len(self.lines) - 1
        return at_end and not self.alternate and not self.overlay

    def append(self, lines: list[str]) -> None:
        """Print lines where the screen is `simple`; the first continues the last one that is there."""
        self.lines[-1] += lines[0]
        self.lines += lines[1:]
        self.line = len(self.lines) - 1
        self.home = False

    def drop(self, count: int) -> None:
        """Let the first `count` lines go, which do not hold the cursor."""
        del self.lines[:count]
        self.line -= count
        self.top -= count
        if self._saved:
            self._saved = self._saved[0] - count, self._saved[1]

    def typed_column(self) -> int:
        """The cursor's place in its line, in characters as far as that line's cells are simple."""
        self.settle()
        if self.row is not None:
            return self.row.at
        return 0 if self._start else len(self.lines[self.line])

    # ── the cursor ──────────────────────────────────────────────────────────────────────────────────────────────

    def settle(self) -> None:
        """Write the cells that are open back to their line; the cursor stays where it is."""
        if self.row is not None:
            self.lines[self.line] = "".join(self.row.cells)

    def _open(self) -> Row:
        """The cells of the cursor's line."""
        if self.row is None:
            self.row = Row()
            self.row.write(self.lines[self.line], 0)
            self._pending = bool(self.columns and self.row.at and self.row.at % self.columns == 0)
            if self._start:
                self._start = self._pending = False
                self.row.at = 0
        return self.row

    def go(self, line: int, at: int) -> None:
        """Put the cursor on cell `at` of a line of the window."""
        if line == self.line and self.row is not None and (at or len(self.row.cells) >= MOST_CELLS):
            self.row.at, self._pending = min(at, self.longest), False
            self._close()
            return
        self.settle()
        self.line, self.row, self._pending = line, None, False
        self._start = not at and bool(self.lines[line])
        if at:
            row = self._open()
            row.at = min(at, self.longest)
            self._pending = False
            self._close()

    def _close(self) -> None:
        """Where the cursor stands at the end of its line, the line needs no cells; making a long one's takes long."""
        if self.row is not None and self.row.at == len(self.row.cells) < MOST_CELLS:
            self.settle()
            self.row = None

    def at(self) -> int:
        if self.row is not None:
            return self.row.at
        if self._start:
            return 0
        text = self.lines[self.line]
        return len(text) if text.isascii() else sum(map(width_of, text))

    def _screen_row(self) -> int:
        """Which of its line's screen rows the cursor is on, from 0: a long line takes several."""
        if not self.columns:
            return 0
        at = self.at()
        pending = self._pending if self.row is not None else True
        return (at - 1 if pending and at and at % self.columns == 0 else at) // self.columns

    def floor(self) -> int:
        """The first line of the window that the cursor may go to."""
        reach = len(self.lines) - (min(self.rows, REACH) if self.rows else REACH)
        return max(0, reach, self.top)

    def put(self, run: str) -> None:
        """Print characters at the cursor."""
        if self.alternate or self.overlay:
            return
        self.home = False
        if self._start:
            if run.isascii() and self.lines[self.line].isascii() and len(run) >= len(self.lines[self.line]):
                self.lines[self.line], self._start = "", False
            else:
                self._open()
        row = self.row
        if row is not None:
            over = len(row.cells) - row.at
            if over < 0 or not run.isascii():
                for index, character in enumerate(run):
                    if row.at == len(row.cells):
                        over = index
                        break
                    row.write(character, 0)
                else:
                    over = len(run)
            else:
                row.write(run[:over], 0)
            run = run[over:]
            if run and len(row.cells) >= MOST_CELLS and len(row.cells) + 2 * len(run) <= self.longest:
                row.write(run, 0)
                run = ""
            self._pending = bool(self.columns and row.at and row.at % self.columns == 0)
            self._close()
            if not run:
                return
            self.settle()
            self.row = None
        text = self.lines[self.line] + run
        while len(text) > self.longest:
            self.lines[self.line] = text[: self.longest]
            text = text[self.longest :]
            self.line += 1
            self.lines.insert(self.line, "")
        self.lines[self.line] = text

    def carriage_return(self) -> None:
        """Go to the start of the screen row. Where that is the line's start its cells are opened when they are needed:
        mostly the line is overwritten or erased whole."""
        row = self._screen_row()
        if (self.columns and row) or (self.row is not None and len(self.row.cells) >= MOST_CELLS):
            self.go(self.line, row * (self.columns or 0))
            return
        self.settle()
        self.row = None
        self._start = bool(self.lines[self.line])

    def feed_line(self) -> None:
        """Go down one row, to its start; below the last line a new one begins."""
        self.overlay = self.home = False
        if self.columns and (self.row is not None or self._start):
            self.settle()
            row = self._screen_row()
            if row + 1 < self._rows_of(self.line):
                self.go(self.line, (row + 1) * self.columns)
                return
        if self.line + 1 == len(self.lines):
            self.lines.append("")
        self.go(self.line + 1, 0)

    def _rows_of(self, line: int) -> int:
        if not self.columns:
            return 1
        text = self.lines[line]
        cells = len(text) if text.isascii() else sum(map(width_of, text))
        return max(1, -(-cells // self.columns))

    def vertical(self, count: int, column: int | None = None) -> None:
        """Move the cursor by screen rows, up where `count` is negative; the column stays, or is the one given."""
        self.settle()
        self.home = False
        row = self._screen_row()
        if column is None:
            column = self.column()
        line = self.line
        while count < 0:
            if row:
                row -= 1
            elif line > self.floor():
                line -= 1
                row = self._rows_of(line) - 1
            else:
                break
            count += 1
        while count > 0:
            if row + 1 < self._rows_of(line):
                row += 1
            elif line + 1 < len(self.lines):
                line += 1
                row = 0
            else:
                break
            count -= 1
        self.go(line, row * (self.columns or 0) + column)

    def column(self) -> int:
        """The cursor's column in its screen row."""
        column = self.at() - self._screen_row() * (self.columns or 0)
        return min(column, self.columns - 1) if self.columns else column

    def horizontal(self, at: int) -> None:
        """Move the cursor to a column of its screen row."""
        self.home = False
        start = self._screen_row() * (self.columns or 0)
        at = max(0, min(at, (self.columns or self.longest) - 1))
        self.go(self.line, start + at)

    def position(self, row: int, column: int) -> None:
        """Put the cursor at a place of the screen, both from 0."""
        if self._saved:
            self.overlay = True
            return
        floor = self.floor()
        if not self.rows and len(self.lines) - floor == REACH:
            # So much has scrolled by that nobody knows where the screen begins.
            self.clear()
            floor = self.floor()
        row = min(row, (self.rows or REACH) - 1)
        while floor + row >= len(self.lines):
            self.lines.append("")
        self.go(floor + row, column)
        self.home = row == column == 0

    # ── erasing ─────────────────────────────────────────────────────────────────────────────────────────────────

    def erase_line(self, mode: int) -> None:
        """Erase in the cursor's screen row: 0 to its end, 1 up to the cursor, 2 all."""
        if self._start and mode != 1 and not (self.columns and self._rows_of(self.line) > 1):
            self.lines[self.line], self._start = "", False
            return
        row = self._open()
        start = self._screen_row() * (self.columns or 0)
        end = start + self.columns if self.columns else len(row.cells)
        first = start if mode else row.at
        last = row.at + 1 if mode == 1 else end
        if last >= len(row.cells):
            at = row.at
            row.at = min(first, len(row.cells))
            row.move("K", 0, 0)
            row.at = at
        else:
            row.blank(first, last, 0)
        self._close()

    def erase_display(self, mode: int) -> None:
        if mode == 0 and not self.home:
            row = self._open()
            row.move("K", 0, 0)
            del self.lines[self.line + 1 :]
            self._close()
        elif mode in (0, 2):
            self.clear()

    def clear(self) -> None:
        """Start a fresh region below everything; `cleared` tells whether there was anything to clear."""
        self.settle()
        if any(self.lines[self.floor() :]):
            if self.lines[-1]:
                self.lines.append("")
            self.top = len(self.lines) - 1
            self.cleared = True
        self.go(self.floor(), 0)
        self.home = True

    def edit_cells(self, final: str, count: int) -> None:
        row = self._open()
        row.move(final, count, 0)
        del row.cells[self.longest :], row.columns[self.longest :]
        self._close()

    def edit_lines(self, final: str, count: int) -> None:
        self.settle()
        self.row = None
        line = self.line
        if final == "M":
            del self.lines[line : line + count]
            if line == len(self.lines):
                self.lines.append("")
        else:
            self.lines[line:line] = [""] * count
            del self.lines[line + REACH :]
        self.go(line, 0)

    def save(self) -> None:
        self._saved = self.line, self.at()

    def restore(self) -> None:
        self.overlay = False
        if self._saved is None:
            return
        line, at = self._saved
        self._saved = None
        line = min(line, len(self.lines) - 1)
        self.go(max(line, self.floor()), at)
