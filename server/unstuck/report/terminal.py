"""Text for a person's terminal: colour where it is wanted, and nothing from a log that the terminal would obey."""

from __future__ import annotations

import os
import re
import sys
from typing import Literal, TextIO

from unstuck.core.escapes import width_of

Color = Literal["auto", "always", "never"]

# Controls (C0, DEL, C1), line separators, and the marks that reorder text as it is shown.
_OBEYED = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def visible(text: str) -> str:
    """`text` of the same length with every character replaced that a terminal would obey rather than show."""
    return _OBEYED.sub(_shown, text)


def _shown(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code == 0x09:
        return " "
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else "\ufffd"


def width(text: str) -> int:
    """How many terminal cells `text` takes."""
    return len(text) if text.isascii() else sum(map(width_of, text))


def wants_color(stream: TextIO, choice: Color = "auto") -> bool:
    """`--color` decides, then NO_COLOR and FORCE_COLOR (set and not empty), then whether `stream` is a terminal."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


class Style:
    """SGR codes, or nothing where there is no colour."""

    def __init__(self, color: bool) -> None:
        self._color = color
        if color and sys.platform == "win32":
            os.system("")  # switches the console to understanding escape sequences

    def __call__(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self._color and text else text

    def bold(self, text: str) -> str:
        return self("1", text)

    def dim(self, text: str) -> str:
        return self("2", text)

    def severity(self, severity: str, text: str) -> str:
        return self({"error": "1;31", "warning": "1;33"}.get(severity, "1;36"), text)
