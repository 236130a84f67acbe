"""The commands that a log itself shows: a prompt with a command line, a CI system's echo of one, a sign of success.

They divide a log into runs, so that what one run tells is not taken for a consequence of another's failure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

_TOOLS = (
    r"(?:sudo (?:-\S+ )*)?(?:[A-Z_]+=\S* )*(?:[\w.~:/\\-]*[/\\])?"
    r"(?:py(?:thon)?(?:\d[\d.]*)?(?:\.exe)?|pip[\d.]*(?:\.exe)?|uvx?|pipx|poetry|pdm|conda|mamba|npm|npx|yarn|pnpm|cargo|git|docker|apt(?:-get)?|make|cmake|tox|nox|hatch|pytest)"
)
# A prompt ends in one of these and a blank; CI systems and `set -x` write their own sign.
_SHOWN = re.compile(
    rf"^(?:.{{0,120}}?(?:[$#%>❯➜»] |\[command\]|##\[group\]Run |\bRUN )|(?:.{{0,40}} )?\++ |Run )"
    rf"(?P<command>{_TOOLS}(?:[ \t][^\r\n]*)?)\r?$"
    r"|^.{0,60}?(?:Successfully installed |Installed \d+ packages? in )",
    re.MULTILINE,
)


class Shown(NamedTuple):
    """A line that shows a command, or, where that is empty, the end of one."""

    line: int
    command: str


def shown_in(lines: Sequence[str], first: int = 0) -> list[Shown]:
    """The commands on some lines with their terminators; the first of them is line `first` of its document."""
    content = "".join(lines)
    if "\r" in content:
        content = content.replace("\r\n", "\n").replace("\r", "\n")
    found: list[Shown] = []
    number, at = first, 0
    for match in _SHOWN.finditer(content):
        number += content.count("\n", at, match.start())
        at = match.start()
        found.append(Shown(number, (match["command"] or "").strip()))
    return found
