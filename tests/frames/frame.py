"""What a frame is: what systems and people put around a tool's output, with a map back to the tool's own lines."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

LINES = Path(__file__).parent / "lines"
_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Output:
    """A tool's output before it is framed: its lines without terminators, and the command that printed it.

    `telling` is the number of the line that the first expected diagnosis marks.
    """

    lines: list[str]
    command: str
    telling: int = 0


@dataclass(slots=True)
class Framed:
    """A framed output: its text, and for each line of the tool the first and last row that hold it."""

    text: str
    rows: list[tuple[int, int]]


class Writer:
    """Collects rows, and notes on which lines of the text the tool's own came to stand."""

    def __init__(self, end: str = "\n") -> None:
        self._end = end
        self._text = ""
        self._lines = 0
        self._places: list[tuple[int, int]] = []

    def around(self, *rows: str) -> None:
        """Rows that are the frame's own."""
        text = "".join(row + self._end for row in rows)
        self._text += text
        self._lines += len(_LINE_END.findall(text))

    def line(self, *rows: str) -> None:
        """The rows that hold the tool's next line."""
        first = self._lines
        self.around(*rows)
        self._places.append((first, max(first, self._lines - 1)))

    def framed(self) -> Framed:
        return Framed(self._text, self._places)


Frame = Callable[[Output], Framed]
FRAMES: dict[str, Frame] = {}


def frame(function: Frame) -> Frame:
    """Add a frame that needs more than a template."""
    FRAMES[function.__name__.replace("_", " ")] = function
    return function


@dataclass(frozen=True, slots=True)
class Template:
    """A frame of one template for every line; a file of the folder `lines` each.

    In `before`, `line`, `empty` and `after` stand `{command}`, `{line}`, `{number}` (of the line, from 1),
    `{seconds}` (since the start, with three decimals), `{minute}` and `{second}` (two digits).
    """

    line: str
    empty: str | None = None
    before: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)
    end: str = "\n"
    what: str = ""

    def __call__(self, output: Output) -> Framed:
        writer = Writer(self.end)

        def filled(template: str, number: int, line: str = "") -> str:
            known: dict[str, Any] = {"line": line, "number": number, "command": output.command}
            seconds = 0.2 + number * 0.013
            known |= {"seconds": f"{seconds:.3f}", "minute": f"{number // 60:02}", "second": f"{number % 60:02}"}
            return template.format_map(known)

        writer.around(*(filled(template, 0) for template in self.before))
        for number, line in enumerate(output.lines, 1):
            template = self.line if line.strip() or self.empty is None else self.empty
            writer.line(filled(template, number, line))
        writer.around(*(filled(template, len(output.lines) + 1) for template in self.after))
        return writer.framed()


def frames() -> dict[str, Frame]:
    """All frames by name."""
    from tests.frames import consoles, people, systems  # noqa: F401 - they add themselves

    found: dict[str, Frame] = dict(FRAMES)
    for file in sorted(LINES.glob("*.json")):
        found[file.stem.replace("-", " ")] = Template(**json.loads(file.read_text(encoding="utf-8")))
    return dict(sorted(found.items()))


def cut(line: str, width: int) -> Iterable[str]:
    """A line as a terminal of `width` columns breaks it."""
    return [line[at : at + width] for at in range(0, len(line), width)] or [""]
