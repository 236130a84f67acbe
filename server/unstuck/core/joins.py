"""Which physical lines may have been one that a console or a tool wrapped, where no width is known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from unstuck.core.frames import glue_of, kept_apart
from unstuck.core.literals import folded, squeeze
from unstuck.core.prefilter import LONG_LINE, WIDEST_ROW, WRAPPED_ABOVE, WRAPPED_BELOW
from unstuck.core.view import LogicalLine, View


class Join:
    """Physical lines that may have been one, worked out as far as it is asked for."""

    __slots__ = ("_glues", "_line", "_squeezed", "first", "last")

    def __init__(self, first: int, last: int, glues: Sequence[str]) -> None:
        self.first = first
        self.last = last
        self._glues = glues
        self._line: LogicalLine | None = None
        self._squeezed: str | None = None

    @property
    def breaks_words(self) -> bool:
        """Whether all of its lines were cut at a width, within words or not."""
        return not any(self._glues)

    def squeezed(self, view: View) -> str:
        """What the lines hold, as clauses are compared with it."""
        if self._squeezed is None:
            lines = [view.alone(number).text for number in range(self.first, self.last + 1)]
            self._squeezed = squeeze(folded("".join(lines)))
        return self._squeezed

    def line(self, view: View) -> LogicalLine:
        if self._line is None:
            self._line = view.join(range(self.first, self.last + 1), self._glues)
        return self._line


def joins_of(view: View, at: int) -> Iterator[Join]:
    """The ways in which line `at` may be one with those around it: broken between words at a width, or cut at one."""
    first = last = at
    while first > 0 and at - first < WRAPPED_ABOVE and _goes_on(view, first - 1):
        first -= 1
    while last + 1 < len(view) and last - at < WRAPPED_BELOW and _goes_on(view, last):
        last += 1
    if first == last:
        return
    lines = [view.alone(number).text for number in range(first, last + 1)]
    if sum(map(len, lines)) > LONG_LINE:
        return
    rows = [view.alone(number).own[1].text for number in range(first, last + 1)]
    widths = [len(row.rstrip()) for row in rows]
    words = [len((line.split(maxsplit=1) or [""])[0]) for line in lines]
    for start in range(at - first, -1, -1):
        widest, least = widths[start], LONG_LINE
        between, cut = True, len(rows[start]) >= 16
        for end in range(start + 1, len(lines)):
            # No word would have fitted at the end of the line before it.
            widest, least = max(widest, widths[end]), min(least, widths[end - 1] + 1 + words[end])
            between = between and least > widest
            # Of a row that is padded to the width nothing was cut off.
            cut = cut and len(rows[end - 1]) == len(rows[start]) <= widths[end - 1] + 1
            if not between and not cut:
                break
            if first + end >= max(at, first + start + 1):
                if between:
                    glues = [" "] * (end - start)
                    yield Join(first + start, first + end, glues)
                    within = [glue_of(rows[row], lines[row + 1], widest) for row in range(start, end)]
                    if within != glues and any(glue == " " for glue in within):
                        yield Join(first + start, first + end, within)
                if cut and widths[end] <= len(rows[start]):
                    yield Join(first + start, first + end, [""] * (end - start))


def _goes_on(view: View, number: int) -> bool:
    """Whether a message on this line may go on below: both hold text, the next does not start a new one, and it would
    not have fitted on this line."""
    known = view.goes_on.get(number)
    if known is None:
        known = view.goes_on[number] = _may_go_on(view, number)
    return known


def _may_go_on(view: View, number: int) -> bool:
    line, after = view.alone(number), view.alone(number + 1)
    row, below = line.own[1].text, after.own[1].text
    if max(len(view.raw(number)), len(view.raw(number + 1))) > WIDEST_ROW:
        return False
    if len(line.text) < 6 or kept_apart(after.text):
        return False
    cut = 16 <= len(row) <= len(row.rstrip()) + 1 and len(below.rstrip()) <= len(row)
    return cut or len(row.rstrip()) + 1 + len(after.text.split(maxsplit=1)[0]) > len(below.rstrip())
