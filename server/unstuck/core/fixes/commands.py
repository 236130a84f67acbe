"""Command lines to show: the failed command with one change, an environment of its own, a package of the system.

Nothing here runs anything: a client puts the line at the prompt without Enter, or copies it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Annotated, Any

from packaging.utils import canonicalize_name
from pydantic import AfterValidator, Field, model_validator

from unstuck.core.diagnosis import Diagnosis
from unstuck.core.fixes.action import CommandAction, Parameters, is_chinese
from unstuck.core.fixes.command_line import (
    CommandLine,
    Shell,
    Tool,
    parse,
    quote,
    shell_of,
    with_options,
    without_options,
)
from unstuck.core.fixes.grammar import Host, Line, RequirementText, split_host
from unstuck.core.fixes.recipes import interpreter
from unstuck.core.fixes.requirement_include import closest_file
from unstuck.core.fixes.requirement_name import DISTRIBUTIONS
from unstuck.core.fixes.system_packages import install_line, packages_for
from unstuck.core.fixes.trust_host import TrustHostAction
from unstuck.core.fixes.world import World

# What options give up that protect the person or the machine.
GIVEN_UP = {
    "--trusted-host": (TrustHostAction.consequence, TrustHostAction.consequence_zh),
    "--allow-insecure-host": (
        TrustHostAction.consequence.replace("pip", "uv", 1),
        TrustHostAction.consequence_zh.replace("pip", "uv", 1),
    ),
    "--break-system-packages": (
        "Files that the system's package manager put there may be replaced: tools of the system can stop working.",
        "系统包管理器安装的文件可能被替换：系统工具可能因此无法工作。",
    ),
    "--ignore-requires-python": (
        "A version is installed that does not claim to work with this Python.",
        "将安装一个未声明支持此 Python 的版本。",
    ),
    "--no-verify-ssl": (TrustHostAction.consequence, TrustHostAction.consequence_zh),
}
_ASSIGNED = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


def _option(value: str) -> str:
    if not re.fullmatch(r"--?[A-Za-z][A-Za-z0-9-]*", value):
        raise ValueError("is not an option's name")
    return value


OptionName = Annotated[str, AfterValidator(_option)]


class RerunWith(Parameters):
    """`options` are put behind the subcommand, `without` are taken away (`valued`: with their values), a word or the
    subcommand `replace` gives way to `by`, `variables` are set for this one run, `unset` are not, the host `direct` is
    asked without the proxy, and `program` takes the place of the program."""

    options: tuple[Line, ...] = ()
    without: tuple[OptionName, ...] = ()
    valued: bool = False
    replace: Line | None = None
    by: Line | None = None
    variables: dict[str, Line] = Field(default_factory=dict)
    unset: tuple[Line, ...] = ()
    direct: Host | None = None
    program: Line | None = None
    requirement: RequirementText | None = Field(
        default=None, description="What to install where the failed command is not known."
    )

    @model_validator(mode="after")
    def _something(self) -> RerunWith:
        if not (self.options or self.without or self.replace or self.program or self.assigned or self.unset):
            raise ValueError("changes nothing")
        if self.replace is None and self.by is not None:
            raise ValueError("by stands in the place of replace")
        if any(not _ASSIGNED.match(name) for name in (*self.variables, *self.unset)):
            raise ValueError("is not a variable's name")
        return self

    @property
    def assigned(self) -> dict[str, str]:
        """The variables that are set for the run."""
        # Programs differ in whether a port may stand here; all take a host.
        return {**self.variables, **({"NO_PROXY": split_host(self.direct)[0]} if self.direct else {})}


def known_command(
    diagnosis: Diagnosis, requirement: str | None, world: World, *, any_command: bool = False
) -> CommandLine | None:
    """The failed command; where nobody told it, `python -m pip install` of the requirement."""
    # What git says is of git's command: a hook's pip is another.
    tools: tuple[Tool, ...] = ("git",) if diagnosis.signature.domain == "git" else ("uv", "pip")
    command = parse(diagnosis.command, tools, any_command=any_command)
    if command is None and diagnosis.command is None and requirement is not None:
        program = "py -m pip " if world.windows else "python3 -m pip "
        return CommandLine(program, "install", f" {quote(requirement, shell_of(world))}", "pip")
    return command


class RerunWithAction(CommandAction[RerunWith]):
    name = "command.rerun_with"
    parameters = RerunWith

    def complete(self, arguments: dict[str, Any], diagnosis: Diagnosis, world: World) -> Iterable[dict[str, Any]]:  # noqa: ARG002
        """A file that does not exist gives way to the one that is plainly meant, where the record does not say."""
        name = arguments.get("replace")
        if not isinstance(name, str) or arguments.get("by") is not None:
            return [arguments]
        meant = closest_file(name, world.cwd, world)
        return [{**arguments, "by": meant}] if meant else []

    def command(self, parameters: RerunWith, diagnosis: Diagnosis, world: World) -> str | None:
        shell = shell_of(world)
        try:
            command = known_command(diagnosis, parameters.requirement, world, any_command=bool(parameters.replace))
            if command is None:
                return None
            before = command.line
            command = without_options(command, parameters.without, valued=parameters.valued)
            if parameters.options:
                command = with_options(command, parameters.options, shell)
            if parameters.replace is not None and parameters.by is not None:
                command = _with_word(command, parameters.replace, parameters.by, shell)
            if parameters.program is not None:
                words = " ".join(quote(word, shell) for word in parameters.program.split())
                command = CommandLine(words + " ", command.command, command.arguments, command.tool)
            if command.line == before and not (parameters.assigned or parameters.unset):
                return None
            line = command.line
            for name in parameters.unset:
                line = _unset(name, line, shell)
            for name, value in reversed(list(parameters.assigned.items())):
                if shell == "posix":
                    line = f"{name}={quote(value, shell)} {line}"
                elif shell == "powershell":
                    line = f"$env:{name} = '{quote(value, shell).strip(chr(39))}'; {line}"
                else:
                    line = f'set "{name}={quote(value, shell).strip(chr(34))}" && {line}'
        except ValueError:
            return None
        return line

    def consequence_for(self, parameters: RerunWith, locale: str) -> str | None:
        names = {word.split("=")[0] for word in parameters.options}
        found = [texts[is_chinese(locale)] for name, texts in GIVEN_UP.items() if name in names]
        return " ".join(dict.fromkeys(found)) or None


def _with_word(command: CommandLine, old: str, new: str, shell: Shell) -> CommandLine:
    """The command with one word replaced: its subcommand, which may become two words, or an argument."""
    words = command.command.split()
    if words[-1] == old and re.fullmatch(r"[a-z-]+(?: [a-z-]+)?", new):
        return CommandLine(command.program, " ".join([*words[:-1], new]), command.arguments, command.tool)
    return CommandLine(
        command.program, command.command, _replaced(command.arguments, old, quote(new, shell)), command.tool
    )


def _unset(name: str, line: str, shell: Shell) -> str:
    if shell == "posix":
        return f"env -u {name} {line}"
    return f"Remove-Item Env:{name}; {line}" if shell == "powershell" else f'set "{name}=" && {line}'


def _replaced(arguments: str, old: str, new: str) -> str:
    """The arguments with one word replaced, however it was quoted."""
    pattern = rf"(?<=\s)([\"']?){re.escape(old)}\1(?=\s|\Z)"
    return re.sub(pattern, lambda _match: new, arguments)


class QuoteWord(Parameters):
    word: Line = Field(description="What the shell took apart, such as demo[extra].")
    requirement: RequirementText | None = None


class QuoteAction(CommandAction[QuoteWord]):
    """For `zsh: no matches found: demo[extra]` and for comparison signs that the shell took for redirections."""

    name = "command.quote"
    parameters = QuoteWord

    def command(self, parameters: QuoteWord, diagnosis: Diagnosis, world: World) -> str | None:
        try:
            quoted = quote(parameters.word, shell_of(world))
        except ValueError:
            return None
        command = parse(diagnosis.command)
        if command is None:
            return None
        arguments = _replaced(command.arguments, parameters.word, quoted)
        return None if arguments == command.arguments else f"{command.program}{command.command}{arguments}"


class CreateVenv(Parameters):
    requirement: RequirementText | None = None


class CreateVenvAction(CommandAction[CreateVenv]):
    """An environment of the project's own, and the failed command in it."""

    name = "command.create_venv"
    parameters = CreateVenv

    def command(self, parameters: CreateVenv, diagnosis: Diagnosis, world: World) -> str | None:
        shell = shell_of(world)
        join = "; " if shell == "powershell" else " && "
        try:
            command = known_command(diagnosis, parameters.requirement, world)
        except ValueError:
            command = None
        make = "py -m venv .venv" if world.windows else "python3 -m venv .venv"
        python = ".venv\\Scripts\\python" if world.windows else ".venv/bin/python"
        if command is not None and command.tool == "uv":
            cleaned = without_options(command, ("--system", "--break-system-packages"))
            program = re.sub(r"^(?:sudo\s+(?:-\S+\s+)*)", "", cleaned.program)
            return f"uv venv{join}{program}{cleaned.command}{cleaned.arguments}"
        if command is None or command.command != "install":
            return make
        cleaned = without_options(command, ("--user", "--break-system-packages"))
        return f"{make}{join}{python} -m pip install{cleaned.arguments}"


class PipInstall(Parameters):
    """`module` is an import name whose distribution is known; else `requirements` says what to install."""

    requirements: tuple[RequirementText, ...] = Field(default=(), max_length=20)
    module: Line | None = None
    options: tuple[Line, ...] = ()

    @model_validator(mode="after")
    def _something(self) -> PipInstall:
        if not (self.requirements or self.module):
            raise ValueError("give requirements, or a module")
        return self


class PipInstallAction(CommandAction[PipInstall]):
    """Installs something else first, with the interpreter and tool of the failed command."""

    name = "command.pip_install"
    instead = False
    parameters = PipInstall

    def complete(self, arguments: dict[str, Any], diagnosis: Diagnosis, world: World) -> Iterable[dict[str, Any]]:  # noqa: ARG002
        module = arguments.get("module")
        if not isinstance(module, str):
            return [arguments]
        known = DISTRIBUTIONS.get(canonicalize_name(module.split(".")[0]))
        return [{**arguments, "requirements": [known]}] if known else []

    def command(self, parameters: PipInstall, diagnosis: Diagnosis, world: World) -> str | None:
        shell = shell_of(world)
        command = parse(diagnosis.command)
        program = f"{interpreter(diagnosis.command, world)} -m pip install"
        if command is not None and command.tool == "uv":
            program = "uv pip install"
        elif command is not None:
            program = f"{command.program}install"
        try:
            words = [quote(word, shell) for word in (*parameters.options, *parameters.requirements)]
        except ValueError:
            return None
        return " ".join([program, *words])

    def consequence_for(self, parameters: PipInstall, locale: str) -> str | None:
        names = {word.split("=")[0] for word in parameters.options}
        found = [texts[is_chinese(locale)] for name, texts in GIVEN_UP.items() if name in names]
        return " ".join(dict.fromkeys(found)) or None


class SystemPackage(Parameters):
    """One of a header (`Python.h`), a library (`-lffi`'s `ffi`), or a tool (`gcc`) that the output says is missing."""

    header: Line | None = None
    library: Line | None = None
    tool: Line | None = None

    @model_validator(mode="after")
    def _one(self) -> SystemPackage:
        if len(self.model_dump(exclude_none=True)) != 1:
            raise ValueError("give one of header, library and tool")
        return self


class SystemPackageAction(CommandAction[SystemPackage]):
    name = "command.system_package"
    instead = False
    parameters = SystemPackage

    def command(self, parameters: SystemPackage, diagnosis: Diagnosis, world: World) -> str | None:  # noqa: ARG002
        found = packages_for(world, **parameters.model_dump())
        return None if found is None else install_line(*found)
