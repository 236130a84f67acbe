"""Which lines of a document edits have touched since they were last looked at."""

from __future__ import annotations

from unstuck.core.text import Dirty

# Ranges that are so near are one: what lies between is looked at with both anyway.
NEAR = 50
MOST = 16


class DirtyLines:
    """Ranges of lines, in order and apart. An edit at either end of a document does not touch what lies between."""

    def __init__(self) -> None:
        self._ranges: list[tuple[int, int]] = []

    def __bool__(self) -> bool:
        return bool(self._ranges)

    def __len__(self) -> int:
        """How many lines they are, an edit that only took lines away not counted."""
        return sum(last - first for first, last in self._ranges)

    def take(self) -> list[tuple[int, int]]:
        """The ranges, which are clean from now on."""
        ranges, self._ranges = self._ranges, []
        return ranges

    def add(self, first: int, last: int) -> None:
        """The lines `first` up to and without `last` are to be looked at; the two may be the same place."""
        merged: list[tuple[int, int]] = []
        for start, end in sorted([*self._ranges, (first, last)]):
            if merged and start <= merged[-1][1] + NEAR:
                merged[-1] = merged[-1][0], max(end, merged[-1][1])
            else:
                merged.append((start, end))
        self._ranges = merged if len(merged) <= MOST else [(merged[0][0], merged[-1][1])]

    def note(self, dirty: Dirty) -> None:
        """An edit: what lies behind it moves, what it put there is to be looked at."""
        grown, end = dirty.added - dirty.removed, dirty.first + dirty.removed
        after = dirty.first + dirty.added
        self._ranges = [
            (
                start if start <= dirty.first else start + grown if start >= end else dirty.first,
                stop if stop <= dirty.first else stop + grown if stop >= end else after,
            )
            for start, stop in self._ranges
        ]
        self.add(dirty.first, after)
