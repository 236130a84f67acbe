"""The failed command's line, changed in one place and otherwise left as it was typed, and quoting for each shell."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from unstuck.core.fixes.world import World

Shell = Literal["posix", "powershell", "cmd"]
Tool = Literal["pip", "uv", "git"]

_PIP = re.compile(
    r"(?P<program>(?:\S*?(?:python|pypy|py)[\d.]*(?:\.exe)?[\"']?(?:\s+-[0-9][\d.-]*)?(?:\s+-[a-zA-Z]\b)*?\s+-m\s+)?"
    r"\S*?\bpip[\d.]*(?:\.exe)?[\"']?(?:\s+--?[a-z][\w-]*(?:=\S+)?)*?\s+)"
    r"(?P<command>install|download|wheel|index\s+versions|sync|compile|uninstall|lock)(?=\s|\Z)"
)
_UV = re.compile(
    r"(?P<program>\S*?\buv(?:\.exe)?(?:\s+--?[a-z][\w-]*(?:=\S+)?)*?\s+)"
    r"(?P<command>(?:pip\s+(?:install|sync|compile|uninstall)|add|sync|lock|run|build|venv|tool\s+install|tool\s+run|remove))(?=\s|\Z)"
)
_GIT = re.compile(
    r"(?P<program>\S*?\bgit(?:\.exe)?(?:\s+(?:-C\s+\S+|-c\s+\S+|--?[a-z][\w-]*(?:=\S+)?))*?\s+)"
    r"(?P<command>[a-z][a-z-]*)(?=\s|\Z)"
)
# A subcommand that there is not: it is the one that is to be corrected.
_ANY = r"(?P<command>(?:pip\s+)?[a-z][a-z-]*)(?=\s|\Z)"
_PATTERNS: dict[Tool, re.Pattern[str]] = {"uv": _UV, "pip": _PIP, "git": _GIT}
_LOOSE: dict[Tool, re.Pattern[str]] = {
    "uv": re.compile(_UV.pattern.partition("(?P<command>")[0] + _ANY),
    "pip": re.compile(_PIP.pattern.partition("(?P<command>")[0] + _ANY),
    "git": _GIT,
}
_SEPARATOR = re.compile(r"\s*(?:&&|\|\||;|\||&(?!\d))\s*")
_BAD = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]|\$\(|`|<\(|\$\{")


@dataclass(frozen=True)
class CommandLine:
    """One invocation of a tool: what stands before its subcommand, the subcommand, and its arguments as typed."""

    program: str
    command: str
    arguments: str
    tool: Tool

    @property
    def line(self) -> str:
        return f"{self.program}{self.command}{self.arguments}"


def shell_of(world: World) -> Shell:
    """The shell that a command is written for: the terminal's where it is known, else the platform's usual one."""
    name = (world.shell or "").lower().replace("\\", "/").rsplit("/", 1)[-1].removesuffix(".exe")
    if name in ("pwsh", "powershell"):
        return "powershell"
    if name == "cmd":
        return "cmd"
    if name:
        return "posix"
    return "powershell" if world.windows else "posix"


def quote(word: str, shell: Shell) -> str:
    """A word as the shell takes it literally. Raises ValueError where it cannot."""
    if not word or any(not character.isprintable() for character in word):
        raise ValueError("is no word of a command line")
    if shell == "posix":
        return shlex.quote(word)
    plain = re.fullmatch(r"[A-Za-z0-9_./:=+\\-]+", word) is not None
    if plain:
        return word
    if shell == "powershell":
        return "'" + re.sub("['‘’‚‛]", lambda match: match[0] * 2, word) + "'"
    # cmd expands %NAME% even between quotes, and has no way to write a quote there.
    if '"' in word or "%" in word or "!" in word:
        raise ValueError("cannot be written for cmd")
    return f'"{word}"'


def parse(line: str | None, tools: Sequence[Tool] = ("uv", "pip"), *, any_command: bool = False) -> CommandLine | None:
    """The invocation of one of the tools in a command line; None where there is none, or other commands run inside it.

    With `any_command` a subcommand that the tool does not have will do.
    """
    if not line or len(line) > 4000 or _BAD.search(line):
        return None
    for segment in segments(line):
        for tool in tools:
            pattern = _PATTERNS[tool]
            match = pattern.search(segment)
            if match is None and any_command:
                match = _LOOSE[tool].search(segment)
            if match is None:
                continue
            head = segment[: match.start()]
            # Only variables and sudo may stand before the program: anything else is another program's argument.
            if not re.fullmatch(r"(?:sudo\s+(?:-\S+\s+)*|[A-Za-z_]\w*=\S*\s+|&\s*)*", head):
                continue
            return CommandLine(head + match["program"], match["command"], segment[match.end() :], tool)
    return None


def segments(line: str) -> list[str]:
    """The simple commands of a line, cut at && || ; | & outside quotes."""
    found: list[str] = []
    start, at, inside = 0, 0, ""
    while at < len(line):
        character = line[at]
        if inside:
            inside = "" if character == inside else inside
        elif character in "\"'":
            inside = character
        elif (match := _SEPARATOR.match(line, at)) and (at == 0 or not line[at - 1].isspace() or match[0].strip()):
            found.append(line[start:at])
            start = at = match.end()
            continue
        at += 1
    found.append(line[start:])
    return [segment.strip() for segment in found if segment.strip()]


def with_options(command: CommandLine, words: Sequence[str], shell: Shell) -> CommandLine:
    """The command with options right behind its subcommand, those left out that are there already."""
    try:
        present = shlex.split(command.arguments, posix=shell == "posix")
    except ValueError:
        present = command.arguments.split()
    if list(words) == [word for word in words if word in present] and words:
        return command
    added = "".join(f" {quote(word, shell)}" for word in words)
    return CommandLine(command.program, command.command, added + command.arguments, command.tool)


def without_options(command: CommandLine, names: Sequence[str], *, valued: bool = False) -> CommandLine:
    """The command without some options, and without their values where they take one."""
    arguments = command.arguments
    for name in names:
        value = r"(?:=\S+|\s+(?!-)\S+)" if valued else r"(?:=\S+)?"
        arguments = re.sub(rf"(?<=\s){re.escape(name)}{value}(?=\s|\Z)\s*", "", arguments)
    arguments = arguments.rstrip()
    return CommandLine(command.program, command.command, arguments, command.tool)
