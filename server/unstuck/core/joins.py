"""Which physical lines may have been one that a console or a tool wrapped, where no width is known."""

from __future__ import annotations

import re
from collections.abc import Iterator

from unstuck.core.literals import folded, squeeze
from unstuck.core.prefilter import LONG_LINE, WIDEST_ROW, WRAPPED_ABOVE, WRAPPED_BELOW
from unstuck.core.view import LogicalLine, View

_KEPT_APART = re.compile(
    r"\s*(?:$|(?:error|warning|info|note|hint|notice|debug|fatal|traceback|npm|collecting|downloading|installing)\b|"
    r"\[notice\]|\$ |\+ |>>> |-{3,}|={3,})",
    re.IGNORECASE,
)


class Join:
    """Physical lines that may have been one, worked out as far as it is asked for."""

    __slots__ = ("_glue", "_line", "_squeezed", "first", "last")

    def __init__(self, first: int, last: int, glue: str) -> None:
        self.first = first
        self.last = last
        self._glue = glue
        self._line: LogicalLine | None = None
        self._squeezed: str | None = None

    def squeezed(self, view: View) -> str:
        """What the lines hold, as clauses are compared with it."""
        if self._squeezed is None:
            lines = [view.alone(number).text for number in range(self.first, self.last + 1)]
            self._squeezed = squeeze(folded("".join(lines)))
        return self._squeezed

    def line(self, view: View) -> LogicalLine:
        if self._line is None:
            self._line = view.join(range(self.first, self.last + 1), glue=self._glue)
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
    widths = [len(line.rstrip()) for line in lines]
    words = [len((line.split(maxsplit=1) or [""])[0]) for line in lines]
    rows = [len(view.raw(number)) for number in range(first, last + 1)]
    for start in range(at - first, -1, -1):
        widest, least = widths[start], LONG_LINE
        between, cut = True, rows[start] >= 16
        for end in range(start + 1, len(lines)):
            # No word would have fitted at the end of the line before it.
            widest, least = max(widest, widths[end]), min(least, widths[end - 1] + 1 + words[end])
            between = between and least > widest
            cut = cut and rows[end - 1] == rows[start]
            if not between and not cut:
                break
            if first + end >= max(at, first + start + 1):
                if between:
                    yield Join(first + start, first + end, " ")
                if cut and rows[end] <= rows[start]:
                    yield Join(first + start, first + end, "")


def _goes_on(view: View, number: int) -> bool:
    """Whether a message on this line may go on below: both hold text, the next does not start a new one, and it would
    not have fitted on this line."""
    known = view.goes_on.get(number)
    if known is None:
        known = view.goes_on[number] = _may_go_on(view, number)
    return known


def _may_go_on(view: View, number: int) -> bool:
    row, below = len(view.raw(number)), len(view.raw(number + 1))
    if row > WIDEST_ROW or below > WIDEST_ROW:
        return False
    line, after = view.alone(number).text, view.alone(number + 1).text
    if len(line) < 6 or _KEPT_APART.match(after):
        return False
    cut = row >= 16 and below <= row
    return cut or len(line.rstrip()) + 1 + len(after.split(maxsplit=1)[0]) > len(after.rstrip())
