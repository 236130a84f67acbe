"""Whether a log was hard-wrapped at a width: most logs say soon that they were not."""

from __future__ import annotations

import zlib
from collections import Counter

from unstuck.core import frames
from unstuck.core.haystack import decoded
from unstuck.core.text import bare, split_lines
from unstuck.core.view import Width, Widths


class Wrapping:
    """Looks at a log chunk by chunk. A line longer than any terminal's is reason enough to know."""

    def __init__(self) -> None:
        self.is_out = False
        """Whether the log's lines were not wrapped, whatever is still to come."""
        self._rest = b""

    def see(self, chunk: bytes) -> None:
        """Take a chunk of UTF-8."""
        if self.is_out:
            return
        lines = (self._rest + chunk.replace(b"\r", b"\n")).split(b"\n")
        self._rest = lines.pop()
        most = Widths.MOST
        self.is_out = max(map(len, lines), default=0) > most and any(
            len(decoded(line)) > most for line in lines if len(line) > most
        )


def widths_of(raw: bytes) -> frozenset[Width]:
    """The widths at which the lines of a whole log were broken, as `Widths` infers them; empty for most."""
    lines = [bare(line) for line in split_lines(decoded(raw))] if b"\r" in raw else decoded(raw).split("\n")
    lengths = Counter(map(len, lines))
    # The widest lines of all must stand out, or nothing does.
    if lengths[max(lengths)] < Widths.WITNESSES and not any(mark.encode() in raw for mark in frames.MARKS):
        return frozenset()
    widths = Widths()
    widths.add(lines)
    return widths.inferred


class Head:
    """A log from its beginning, kept compressed for as long as its lines may turn out to have been wrapped.

    `widths` is what `widths_of` says of all that it was given; most logs are told by the lengths of their lines alone.
    """

    def __init__(self, most: int) -> None:
        """`most`: so many characters are kept at the most; a longer log counts as not wrapped."""
        self.is_out = False
        self._room = most
        self._kept: list[bytes] = []
        self._rest = ""  # the line that is not complete
        self._last = ""  # the one before
        self._longest = self._count = 0  # the length of the longest complete lines, and how many there are
        self._widths: Widths | None = None
        self._marked = False  # whether a frame was seen that tells of its width itself

    def add(self, text: str) -> None:
        """Take what follows."""
        if self.is_out:
            return
        self._room -= len(text)
        self._marked = self._marked or any(mark in self._rest + text for mark in frames.MARKS)
        lines, self._rest = _complete(self._rest + text)
        lengths = list(map(len, lines))
        longest = max(lengths, default=0)
        if self._room < 0 or max(longest, len(bare(self._rest))) > Widths.MOST:
            self.is_out = True
            self._kept, self._widths = [], None
            return
        self._kept.append(zlib.compress(text.encode("utf-8", "surrogatepass"), 1))
        if longest > self._longest:
            self._longest, self._count = longest, 0
        if lengths:
            self._count += lengths.count(self._longest)
            self._follow(lines)

    @property
    def text(self) -> str:
        return "".join(zlib.decompress(piece).decode("utf-8", "surrogatepass") for piece in self._kept)

    @property
    def widths(self) -> frozenset[Width]:
        """The widths at which the lines were broken; empty for most logs."""
        if self.is_out:
            return frozenset()
        rest = _bare_lines(self._rest)
        longest = max(self._longest, *map(len, rest))
        count = (self._count if longest == self._longest else 0) + list(map(len, rest)).count(longest)
        if count < Widths.WITNESSES and not self._marked:
            return frozenset()
        if self._widths is None:
            self._widths = Widths()
            self._last = ""
            self._follow(_complete(self.text)[0])
        # What the last line is broken before counts, not that line again.
        self._widths.add([self._last, *rest])
        self._widths.remove([self._last])
        inferred = self._widths.inferred
        self._widths.add([self._last])
        self._widths.remove([self._last, *rest])
        return inferred

    def _follow(self, lines: list[str]) -> None:
        """Count complete lines behind the last one that was counted."""
        if self._widths is not None:
            self._widths.add([self._last, *lines])
            self._widths.remove([self._last])
        if lines:
            self._last = lines[-1]


def _bare_lines(text: str) -> list[str]:
    return text.split("\n") if "\r" not in text else list(map(bare, split_lines(text)))


def _complete(text: str) -> tuple[list[str], str]:
    """The lines that nothing can be added to, without their ends, and the rest: a "\r" may be half of a line end."""
    half = text.endswith("\r")
    lines = _bare_lines(text[:-1] if half else text)
    rest = lines.pop()
    return lines, rest + "\r" if half else rest
