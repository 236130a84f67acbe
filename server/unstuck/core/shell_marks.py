"""What a shell says about itself in the stream: where commands begin and end, and the working directory.

Shells mark their output with operating system commands: OSC 133 (FinalTerm, most shells and terminals), OSC 633
(VS Code), OSC 7 and 1337 (working directory).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit


@dataclass(frozen=True, slots=True)
class CommandStarted:
    """A command's output begins on `line` of the transcript. `command` is None where nothing tells it."""

    line: int
    command: str | None


@dataclass(frozen=True, slots=True)
class CommandEnded:
    """The output of a command ended before `line`; `exit_code` is None where the shell does not say."""

    line: int
    exit_code: int | None


@dataclass(frozen=True, slots=True)
class CwdChanged:
    cwd: str


@dataclass(frozen=True, slots=True)
class Cleared:
    """The screen was cleared: what follows stands from `line` on."""

    line: int


Event = CommandStarted | CommandEnded | CwdChanged | Cleared


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark: `kind` is prompt, input (the prompt's end), output, end, command or cwd."""

    kind: str
    value: str = ""


_KINDS = {"A": "prompt", "B": "input", "C": "output", "D": "end"}


def mark_of(osc: str) -> Mark | None:
    """The mark that an operating system command (without its introducer and terminator) holds, if any."""
    code, _, rest = osc.partition(";")
    if code in ("133", "633"):
        kind, _, value = rest.partition(";")
        if kind in _KINDS:
            return Mark(_KINDS[kind], value)
        if code == "633" and kind == "E":
            # Semicolons inside are escaped: what follows one is a nonce.
            return Mark("command", _unescape(value.partition(";")[0]))
        if code == "633" and kind == "P" and value.startswith("Cwd="):
            return Mark("cwd", _unescape(value.removeprefix("Cwd=")))
    if code == "7":
        return _directory(rest)
    if code == "1337" and rest.startswith("CurrentDir="):
        return Mark("cwd", rest.removeprefix("CurrentDir="))
    return None


def exit_code_of(value: str) -> int | None:
    """The exit code of an end mark's value ("1", "1;aid=7", "")."""
    number = value.partition(";")[0]
    return int(number) if re.fullmatch(r"-?[0-9]{1,10}", number) else None


def _directory(url: str) -> Mark | None:
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme != "file" or not parts.path:
        return None
    path = unquote(parts.path)
    # file:///C:/Users names a drive.
    return Mark("cwd", path[1:] if re.match(r"/[A-Za-z]:", path) else path)


def _unescape(value: str) -> str:
    """VS Code writes a backslash as two, and other characters as \\xAB."""
    return re.sub(r"\\(?:\\|x([0-9A-Fa-f]{2}))", lambda match: chr(int(match[1], 16)) if match[1] else "\\", value)
