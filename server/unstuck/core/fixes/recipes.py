"""Command lines from a closed table: what to do first, or in the failed command's place. A record names one by name.

A record from elsewhere can choose among these and fill their holes with checked captures; it cannot write its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from pydantic import model_validator

from unstuck.core.diagnosis import Diagnosis
from unstuck.core.fixes.action import CommandAction, Parameters, is_chinese
from unstuck.core.fixes.command_line import parse, quote, shell_of
from unstuck.core.fixes.grammar import PathText
from unstuck.core.fixes.world import World


@dataclass(frozen=True)
class Recipe:
    """`words` with holes: {name}, {path}; GIT and PYTHON stand for the failed command's own. `holes` have to be given.

    `consequence` is what it gives up or throws away, in English and Chinese.
    """

    words: tuple[str, ...]
    holes: frozenset[str] = frozenset()
    consequence: tuple[str, str] = ("", "")


_LOCK = re.compile(r"(?:\A|[\\/])\.git[\\/].*\.lock\Z")
GIT, PYTHON = "<git>", "<python>"
_NAME, _PATH = frozenset({"name"}), frozenset({"path"})
FIRST = {
    "ensurepip": Recipe((PYTHON, "-m", "ensurepip", "--upgrade")),
    "renew-venv": Recipe(
        (PYTHON, "-m", "venv", "--clear", ".venv"),
        consequence=(
            "What is installed in .venv is deleted: install the project's requirements again.",
            ".venv 中已安装的内容会被删除：之后请重新安装项目的依赖。",
        ),
    ),
    "uv-lock": Recipe(("uv", "lock")),
    "uv-renew-venv": Recipe(
        ("uv", "venv", "--clear"),
        consequence=(
            "What is installed in the environment is deleted: install the project's requirements again.",
            "环境中已安装的内容会被删除：之后请重新安装项目的依赖。",
        ),
    ),
    "git-init": Recipe((GIT, "init")),
    "git-stash": Recipe((GIT, "stash", "--include-untracked")),
    "git-pull-rebase": Recipe((GIT, "pull", "--rebase", "origin", "{name}"), _NAME),
    "git-safe-directory": Recipe(
        ("git", "config", "--global", "--add", "safe.directory", "{path}"),
        _PATH,
        (
            "git will run the hooks and filters that this folder's owner has set up.",
            "git 之后会运行该目录所有者设置的钩子和过滤器。",
        ),
    ),
    "git-remove-lock": Recipe(
        ("rm", "{path}"),
        _PATH,
        (
            "If another git is still at work in this repository, both may write to it at once.",
            "如果仍有其他 git 进程在使用此仓库，两者可能同时写入。",
        ),
    ),
}
INSTEAD = {
    "git-push-upstream": Recipe((GIT, "push", "--set-upstream", "origin", "{name}"), _NAME),
}


class _Filled(Parameters):
    name: str | None = None
    path: PathText | None = None

    @model_validator(mode="after")
    def _words(self) -> _Filled:
        # A branch's name; nothing that git or a shell would take for more.
        if self.name is not None and not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_./-]{0,200}", self.name):
            raise ValueError("is not a branch's name")
        if self.path is not None and self.path.startswith("-"):
            raise ValueError("is not a path")
        return self


class PrepareWith(_Filled):
    recipe: Literal[
        "ensurepip",
        "renew-venv",
        "uv-lock",
        "uv-renew-venv",
        "git-init",
        "git-stash",
        "git-pull-rebase",
        "git-safe-directory",
        "git-remove-lock",
    ]

    @model_validator(mode="after")
    def _complete(self) -> PrepareWith:
        missing = [hole for hole in sorted(FIRST[self.recipe].holes) if getattr(self, hole) is None]
        if missing:
            raise ValueError(f"{self.recipe} needs {missing[0]}")
        return self


class RunInstead(_Filled):
    recipe: Literal["git-push-upstream"]

    @model_validator(mode="after")
    def _complete(self) -> RunInstead:
        if self.name is None:
            raise ValueError(f"{self.recipe} needs name")
        return self


def line_of(recipe: Recipe, filled: _Filled, diagnosis: Diagnosis, world: World) -> str | None:
    """The recipe for this failure's directory and interpreter; None where a hole cannot be written in this shell."""
    shell = shell_of(world)
    holes = {"{name}": filled.name, "{path}": filled.path}
    words: list[str] = []
    try:
        for word in recipe.words:
            if word == GIT:
                command = parse(diagnosis.command, ("git",))
                words.append(command.program.rstrip() if command is not None else "git")
            elif word == PYTHON:
                words.append(interpreter(diagnosis.command, world))
            elif word == "rm" and shell != "posix":
                words.append("del" if shell == "cmd" else "Remove-Item")
            else:
                words.append(quote(holes.get(word, word) or "", shell))
    except ValueError:
        return None
    return " ".join(words)


def interpreter(command: str | None, world: World) -> str:
    """The interpreter of a command line, as it was typed, else the platform's usual name."""
    found = re.match(r"\s*((?:[\w./~:\\-]*[/\\])?(?:python[\d.]*|py)(?:\.exe)?)(?=\s|\Z)", command or "")
    return found[1] if found else "py" if world.windows else "python3"


class PrepareAction(CommandAction[PrepareWith]):
    """What has to be done before the failed command is run again."""

    name = "command.prepare"
    parameters = PrepareWith
    instead = False

    def command(self, parameters: PrepareWith, diagnosis: Diagnosis, world: World) -> str | None:
        if parameters.recipe == "git-remove-lock" and not _LOCK.search(parameters.path or ""):
            return None
        return line_of(FIRST[parameters.recipe], parameters, diagnosis, world)

    def consequence_for(self, parameters: PrepareWith, locale: str) -> str | None:
        return FIRST[parameters.recipe].consequence[is_chinese(locale)] or None


class InsteadAction(CommandAction[RunInstead]):
    """The command that was meant, in the failed one's place."""

    name = "command.instead"
    parameters = RunInstead

    def command(self, parameters: RunInstead, diagnosis: Diagnosis, world: World) -> str | None:
        return line_of(INSTEAD[parameters.recipe], parameters, diagnosis, world)


class AddToPath(Parameters):
    path: PathText


class AddToPathAction(CommandAction[AddToPath]):
    """The folder of installed programs on PATH, for this shell."""

    name = "command.add_to_path"
    parameters = AddToPath
    instead = False

    def command(self, parameters: AddToPath, diagnosis: Diagnosis, world: World) -> str | None:  # noqa: ARG002
        shell = shell_of(world)
        try:
            word = quote(parameters.path, shell)
        except ValueError:
            return None
        if shell == "powershell":
            return f"$env:PATH = {quote(parameters.path + ';', shell)} + $env:PATH"
        return f"export PATH={word}:$PATH" if shell == "posix" else f'set "PATH={parameters.path};%PATH%"'


class InstallProject(Parameters):
    path: PathText | None = None


class InstallProjectAction(CommandAction[InstallProject]):
    """`-r requirements.txt` or `.`, whichever the directory has, where nothing or something else was named.

    `path` is the folder that was named and holds no project.
    """

    name = "command.install_project"
    parameters = InstallProject

    def command(self, parameters: InstallProject, diagnosis: Diagnosis, world: World) -> str | None:
        command = parse(diagnosis.command)
        if command is None or command.command not in ("install", "pip install"):
            return None
        folder = (parameters.path or ".").removeprefix("file://")
        has = [
            name
            for name in ("requirements.txt", "pyproject.toml", "setup.py")
            if world.exists(world.join(folder, name))
        ]
        if not has or (parameters.path is not None and has[0] != "requirements.txt"):
            return None
        file = "requirements.txt" if folder == "." else f"{folder.rstrip('/')}/requirements.txt"
        try:
            added = f"-r {quote(file, shell_of(world))}" if has[0] == "requirements.txt" else "."
        except ValueError:
            return None
        if parameters.path is None:
            return f"{command.line} {added}"
        named = re.compile(rf"(?<=\s)(?:(?:-e|--editable)\s+)?([\"']?){re.escape(parameters.path)}\1(?=\s|\Z)")
        arguments = named.sub(lambda _match: added, command.arguments)
        return None if arguments == command.arguments else f"{command.program}{command.command}{arguments}"
