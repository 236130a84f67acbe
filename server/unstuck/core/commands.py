"""The commands that a log itself shows: a prompt with a command line, a CI system's echo of one, a sign of success.

They divide a log into runs, so that what one run tells is not taken for a consequence of another's failure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from itertools import product
from typing import NamedTuple

from ahocorasick_rs import BytesAhoCorasick, Implementation

# A prompt ends in one of these; CI systems and `set -x` write their own sign.
_SIGNS = ("$ ", "# ", "% ", "> ", ">", "❯ ", "➜ ", "» ", "+ ", "]Run ", "RUN ", "[command]")
_PYTHONS = ("python", "py", "pip", "pip3", "uv", "uvx", "pipx", "poetry", "pdm", "hatch", "conda", "mamba")
_OTHERS = ("npm", "npx", "yarn", "pnpm", "cargo", "git", "docker", "apt", "apt-get", "make", "cmake", "tox", "nox")
_TOOLS = (*_PYTHONS, *_OTHERS, "pytest")
_SUCCESS = ("Successfully installed ", "Installed ")
_COMMAND = re.compile(
    r"(?:sudo (?:-\S+ )*)?(?:[A-Z_]+=\S* )*(?:[\w.~:/\\-]*[/\\])?"
    r"(?!npm (?:ERR!|WARN|error|warn|notice|verb|info|http) )"  # what npm prints, quoted
    rf"(?:{'|'.join(_TOOLS)})\d?[\d.]*(?:\.exe)?(?:[ \t].*)?\Z"
)
_SUCCEEDED = re.compile(r"Successfully installed |Installed \d+ packages? in ")
# PowerShell repeats the failed line behind a plus, and underlines it: the frame of an error, not a command.
_UNDERLINE = re.compile(rb"\+?[ ]*~{3,}|[ ]*\+ CategoryInfo")
LINES_TO_UNDERLINE = 4
# BuildKit quotes the Dockerfile around the step that failed, with line numbers.
_QUOTED = re.compile(rb"(?:#\d+ )?(?:\d+\.\d+ )?[ \t]*\d+ \|[ ]+(?:>>> )?[ ]*\Z")
# What stands before a command's sign is a prompt, a time and a step: no more than this, in bytes.
MOST_BEFORE = 200
# What a build advises stands this far in below pip's own lines; nobody typed it.
LEAST_ADVISED = 6
# BuildKit repeats a step that failed, with its output, and tells of it again and again on a terminal.
_REPEATED = re.compile(rb"[ ](?:> |=> (?:ERROR |CANCELED )?)\[")
_STEP = re.compile(rb"(?:[^\n]{0,80} )?#\d+ \[[^\]\n]*\] \Z")


class Shown(NamedTuple):
    """A line that shows a command, or, where that is empty, the end of one."""

    line: int
    command: str


def shown_in(lines: Sequence[str] | bytes, first: int = 0) -> list[Shown]:
    """The commands on some lines with their terminators, in UTF-8 where they are bytes; the first of them is line
    `first` of its document."""
    content = lines if isinstance(lines, bytes) else "".join(lines).encode("utf-8", "surrogatepass")
    if b"\r" in content:
        content = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    found: list[Shown] = []
    number, at, line_end = first, 0, -1
    for key, start, end in _automaton().find_matches_as_indexes(content):
        if start < line_end:  # the first sign on a line that has a command behind it is the prompt's
            continue
        line_start = content.rfind(b"\n", at, start) + 1 or at
        line_end = content.find(b"\n", end)
        line_end = len(content) if line_end < 0 else line_end
        rest = content[start:line_end].decode("utf-8", "replace")
        command = _command(key, rest)
        before = content[line_start:start]
        repeated = _QUOTED.match(before) or _REPEATED.match(before)
        advised = len(before) >= LEAST_ADVISED and before.isspace()
        if command is None or len(before) > MOST_BEFORE or repeated or advised or _is_frame(content, start, line_end):
            line_end = -1
            continue
        number += content.count(b"\n", at, line_start)
        at = line_start
        if found and found[-1].command == command and _STEP.match(before):  # told again where steps take turns
            continue
        found.append(Shown(number, command))
    return found


def _is_frame(content: bytes, start: int, line_end: int) -> bool:
    if not content.startswith(b"+ ", start):
        return False
    below = content[line_end : line_end + 1_000].split(b"\n")[1 : LINES_TO_UNDERLINE + 1]
    return any(_UNDERLINE.match(line) for line in below)


def _command(key: int, text: str) -> str | None:
    """The command in `text`, which starts with the sign of key `key`; None where it is none."""
    sign = _keys()[key][0]
    if not sign:
        return "" if _SUCCEEDED.match(text) else None
    command = text[len(sign) :].rstrip()
    return command if len(command) < 1_000 and _COMMAND.match(command) else None


@cache
def _keys() -> list[tuple[str, str]]:
    """What to search for: a sign with what a command may begin with, and the signs of success."""
    beginnings = (*_TOOLS, "sudo ", "/", "./", ".venv", "~/", "PIP_", "UV_", "PYTHON")
    return [*product(_SIGNS, beginnings), *(("", success) for success in _SUCCESS)]


_INSTALLS = re.compile(r"\b(?:pip[\d.]*|uvx?|pipx|poetry|pdm)\b")
_SEVERAL = re.compile(r"[;&|]")


def may_succeed(command: str) -> bool:
    """Whether a sign of success below a command line may be its own: not where it holds several commands."""
    return _INSTALLS.search(command) is not None and not _SEVERAL.search(command)


def marks() -> list[bytes]:
    """What is found, lowered, on every line that shows something."""
    return sorted({(sign + beginning).lower().encode() for sign, beginning in _keys()})


@cache
def _automaton() -> BytesAhoCorasick:
    keys = [(sign + beginning).encode() for sign, beginning in _keys()]
    return BytesAhoCorasick(keys, implementation=Implementation.DFA)
