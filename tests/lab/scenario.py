"""What a scenario is, and the laboratory that it gets: servers, files and commands of its own."""

from __future__ import annotations

import contextlib
import importlib
import os
import pkgutil
import re
import shlex
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from packaging.specifiers import SpecifierSet

from tests.lab import certificates, tools
from tests.lab.execute import Command, Output, Rendering, base_environment
from tests.lab.servers import Plain, closed_port
from unstuck.demo.index import Index
from unstuck.demo.packages import Distribution

# Names by which loopback is reached, and what captures call them. pip trusts localhost and 127.* over plain http,
# so an index that it must not trust is called 0.0.0.0 (which Linux and macOS connect to this machine).
NAMES = {
    "localhost": "pypi.example.com",
    "127.0.0.1": "packages.example.org",
    "127.0.0.2": "files.example.net",
    "0.0.0.0": "mirror.example.com",
}
# Variables that captures do not mention: they only keep a command from asking for more than it was told.
QUIET = frozenset({"PIP_DISABLE_PIP_VERSION_CHECK"})
SYSTEM_PATH = ("/usr/local/bin", "/usr/bin", "/bin")


@dataclass(frozen=True)
class Expected:
    """One diagnosis: this signature, at the first line that `telling` (a regex) is found in, with these captures.

    The line is a physical one without its escape sequences; captures that are not named here are not looked at.
    """

    id: str
    telling: str
    captures: Mapping[str, str] = field(default_factory=dict)
    occurrences: int | None = None


Change = Callable[[Command], Command | Sequence[Command]]


@dataclass(frozen=True)
class Try:
    """Something that people do about a failure: `change` makes the command or commands; the last one's end counts."""

    change: Change
    helps: bool | str
    environment: str = ""
    succeeded: Callable[[Output], bool] | None = None

    def should_help(self, version: str) -> bool:
        """Whether it is expected to, with this version of the tool."""
        return version in SpecifierSet(self.helps, prereleases=True) if isinstance(self.helps, str) else self.helps


def helps(
    change: Change, versions: str = "", environment: str = "", succeeded: Callable[[Output], bool] | None = None
) -> Try:
    """A workaround: expected to help, with `versions` (">=24.2") only where that is given."""
    return Try(change, versions or True, environment, succeeded)


def fails(change: Change, environment: str = "", succeeded: Callable[[Output], bool] | None = None) -> Try:
    """A dead end: expected to leave the failure as it is."""
    return Try(change, False, environment, succeeded)


@dataclass(frozen=True)
class Failure:
    """What a scenario returns: the command that fails, what must be found in its output, and what to try.

    `tries` are by the `name` of a workaround or dead end in the record; `fixes` by the `name` of a fix, each applied
    through the real server, with whether the command then succeeds (or a specifier of the versions in which it does).
    `undo` is run after each fix, where the command's success would make the next one succeed as well (pip does not
    ask the index for what is installed). `before` are commands that must succeed first. `exits` is the command's exit
    code, None for any but 0.
    """

    command: Command
    expected: Sequence[Expected] = ()
    tries: Mapping[str, Try] = field(default_factory=dict)
    fixes: Mapping[str, bool | str] = field(default_factory=dict)
    before: Sequence[Command] = ()
    undo: Command | None = None
    exits: int | None = None
    succeeded: Callable[[Output], bool] = lambda output: output.succeeded


@dataclass(frozen=True)
class Scenario:
    """A registered scenario; `versions` are names of `tools.PIPS` (or `tools.UVS`, or Pythons)."""

    name: str
    id: str
    tool: str
    versions: tuple[str, ...]
    python: str | None
    packages: tuple[str, ...]
    renderings: tuple[Rendering, ...]
    function: Callable[[Lab], Failure]
    needs: Callable[[], str | None]


SCENARIOS: dict[str, Scenario] = {}


def scenario(
    id: str,
    *,
    tool: str = "pip",
    versions: str | Sequence[str] = "",
    python: str | None = None,
    packages: Sequence[str] = (),
    renderings: Sequence[Rendering] = ("pipe", "pty"),
    needs: Callable[[], str | None] = lambda: None,
) -> Callable[[Callable[[Lab], Failure]], Callable[[Lab], Failure]]:
    """Register a function as the scenario of the signature `id`.

    `tool` is pip, uv, python, or a program of this machine (npm, make), of which there is one version. `versions` is
    a specifier (">=23.2") that picks from the lab's versions, or names
    them; all of them where it is empty. `python` fixes the interpreter's minor version. `packages` are installed in
    the environment beforehand ("setuptools==68.2.2"). `needs` returns why this machine cannot do it, or None.
    """

    def register(function: Callable[[Lab], Failure]) -> Callable[[Lab], Failure]:
        theme = function.__module__.rpartition(".")[2]
        name = f"{theme}.{function.__name__}"
        SCENARIOS[name] = Scenario(
            name=name,
            id=id,
            tool=tool,
            versions=_versions(tool, versions),
            python=python,
            packages=tuple(packages),
            renderings=tuple(renderings),
            function=function,
            needs=needs,
        )
        return function

    return register


def load() -> dict[str, Scenario]:
    """All scenarios of all theme files."""
    package = importlib.import_module("tests.lab.scenarios")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"tests.lab.scenarios.{module.name}")
    return SCENARIOS


def _versions(tool: str, wanted: str | Sequence[str]) -> tuple[str, ...]:
    known = {"pip": tuple(tools.PIPS), "uv": tools.UVS, "python": tools.pythons()}.get(tool, ("here",))
    if not isinstance(wanted, str):
        return tuple(wanted)
    if not wanted:
        return known
    # The newest one satisfies whatever has no end; asking the index for its number would cost each import a request.
    numbers = {name: "99" if name == "newest" else name for name in known}
    return tuple(name for name in known if SpecifierSet(wanted).contains(numbers[name]))


class Lab:
    """A place of its own for one run: a home, a project with an environment, servers; all gone afterwards.

    `root` stands for the machine: root/home/user is the home, root/home/user/project the working directory and
    root/home/user/project/.venv the environment, which is active. Captures show them without `root`.
    """

    def __init__(
        self,
        tool: str = "pip",
        version: str = "newest",
        python: str | None = None,
        packages: Sequence[str] = (),
        rendering: Rendering = "pipe",
    ) -> None:
        self.tool = tool
        self.rendering = rendering
        self._stack = contextlib.ExitStack()
        self.root = Path(tempfile.mkdtemp(prefix="lab-", dir=os.environ.get("UNSTUCK_LAB_TMP"))).resolve()
        self._stack.callback(_remove, self.root)
        self.home = self.root / "home/user"
        self.project = self.home / "project"
        self.venv = self.project / ".venv"
        self.project.mkdir(parents=True)
        if tool == "pip":
            pip, self.python = version, tools.python_for(version, python)
        else:
            self.python = version if tool == "python" else python or tools.python_for("newest")
            pip = tools.pip_for(self.python)
        tools.clone(tools.environment(pip, self.python, tuple(packages)), self.venv)
        path: list[str | Path] = [self.venv / "bin", *SYSTEM_PATH]
        if tool == "uv":
            program, number = tools.uv(version)
            path.insert(1, program.parent)
            self.version = number
        elif tool in tools.APPLICATIONS:
            program, self.version = tools.application(tool)
            # A folder with this program alone: its environment's Python is not the project's.
            (self.folder("applications") / tool).symlink_to(program)
            path.insert(1, self.folder("applications"))
        elif tool in tools.DEBIAN:
            root, self.version = tools.debian(tool)
            path[1:1] = [root / "usr/bin", root / "usr/sbin"]
        elif tool == "pip":
            self.version = tools.pip_version(version)
        else:
            self.version = self._python_version() if tool == "python" else tools.installed_version(tool)
        self.env = base_environment(self.root, path)
        self.env["VIRTUAL_ENV"] = str(self.venv)
        self._shown: list[tuple[re.Pattern[str], str]] = []
        interpreter = tools.find_python(self.python)
        prefix = str(interpreter.resolve().parent.parent) if interpreter else ""
        if prefix not in ("", "/", "/usr", "/usr/local"):
            self.show(prefix, "/usr/local")
        if tool in tools.APPLICATIONS:
            self.show(str(program.parents[1]), f"/home/user/.local/share/pipx/venvs/{tool}")
        self.ports = iter(range(8443, 8500))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def _python_version(self) -> str:
        text = (self.venv / "pyvenv.cfg").read_text()
        found = re.search(r"^version(?:_info)? = (\d+\.\d+\.\d+)", text, re.M)
        return found[1] if found else self.python

    # Servers

    def index(self, *distributions: Distribution, tls: str | None = None, name: str = "localhost") -> Index:
        """A running index with these files. `tls` is a kind of `certificates.KINDS`; plain http without."""
        context = None
        if tls is not None:
            made = certificates.make(tls, self.folder(f"tls-{name}"), name)
            context = made.context
            self.write("company-ca.pem", made.authority)
        index = Index(host=name, context=context).start().add(*distributions)
        self._stack.callback(index.close)
        self.show_port(index.port)
        return index

    def tell_authority(self) -> None:
        """Let another program's variable name the authority, outside the project: from there it may be trusted."""
        authority = (self.project / "company-ca.pem").read_bytes()
        self.env["NODE_EXTRA_CA_CERTS"] = str(self.write(self.root / "etc/ssl/company-ca.pem", authority))

    def serve(self, server: Plain) -> Plain:
        """A server of `servers.py`, closed at the end of the run; captures show another port."""
        self._stack.callback(server.close)
        self.show_port(server.port)
        return server

    def closed_port(self) -> int:
        """A port of loopback where nobody listens; captures show a fixed one."""
        port = closed_port()
        self.show_port(port)
        return port

    def real(self, project: str, version: str | None = None) -> Distribution:
        """A real wheel to serve from an index."""
        file = tools.download(project, version, python=self.python)
        return Distribution(project, file.name, file.read_bytes())

    def real_source(self, project: str, version: str) -> Distribution:
        """A real source distribution to serve from an index."""
        file = tools.download_source(project, version)
        return Distribution(project, file.name, file.read_bytes())

    def closing(self, close: Callable[[], None]) -> None:
        """Call this at the end of the run."""
        self._stack.callback(close)

    # Files

    def folder(self, name: str) -> Path:
        """A folder outside the project."""
        folder = self.root / "var" / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def write(self, path: str | Path, content: str | bytes) -> Path:
        """A file at `path`, which is relative to the project or absolute below the root."""
        file = self.project / path
        if not file.is_relative_to(self.root):
            raise ValueError(f"{file} is outside the laboratory")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    def without(self, *programs: str) -> str:
        """A PATH on which these programs are not found ("gcc" takes gcc-12 and x86_64-linux-gnu-gcc away as well)."""
        folder = self.folder("bin-without-" + "-".join(programs))
        unwanted = re.compile(rf"(?:.*-)?(?:{'|'.join(map(re.escape, programs))})(?:-?[\d.]+)?")
        for place in SYSTEM_PATH:
            for program in Path(place).iterdir() if Path(place).is_dir() else ():
                link = folder / program.name
                if not unwanted.fullmatch(program.name) and not link.is_symlink():
                    link.symlink_to(program)
        return os.pathsep.join([*(p for p in self.env["PATH"].split(os.pathsep) if p not in SYSTEM_PATH), str(folder)])

    def other_authority(self) -> bytes:
        """The PEM of an authority that signed nothing here."""
        return certificates.make("good", self.folder("tls-other")).authority

    # Commands

    def command(self, *argv: str | Path, timeout: float = 120, **env: str | None) -> Command:
        """Any program, in the project."""
        return Command(tuple(map(str, argv)), self.project, env, timeout=timeout)

    def pip(self, *arguments: str | Path, timeout: float = 120, **env: str | None) -> Command:
        """pip; its look for a newer pip goes where the command's own index is, or nowhere."""
        if not {"-i", "--index-url", "--no-index"}.intersection(map(str, arguments)) and "PIP_INDEX_URL" not in env:
            env.setdefault("PIP_DISABLE_PIP_VERSION_CHECK", "1")
        return self.command(self.venv / "bin/pip", *arguments, timeout=timeout, **env)

    def uv(self, *arguments: str | Path, timeout: float = 120, **env: str | None) -> Command:
        return self.command("uv", *arguments, timeout=timeout, **env)

    def interpreter(self, *arguments: str | Path, timeout: float = 120, **env: str | None) -> Command:
        return self.command(self.venv / "bin/python", *arguments, timeout=timeout, **env)

    # What captures show

    def show(self, real: str, shown: str) -> None:
        """Let captures say `shown` where the tool printed `real`."""
        self._shown.append((re.compile(re.escape(real)), shown))

    def show_port(self, port: int) -> None:
        """Let captures show one of the fixed ports, 8443 for the first server."""
        self._shown.append((re.compile(rf"\b{port}\b"), str(next(self.ports))))

    def shown(self, text: str) -> str:
        """A text as captures show it: other names for hosts, ports, folders and what is drawn by lot."""
        text = text.replace(str(self.root), "")
        for pattern, name in self._shown:
            text = pattern.sub(name.replace("\\", r"\\"), text)
        for real, name in NAMES.items():
            # A style may stand right before a name, and ends in a letter.
            text = re.sub(rf"(\x1b\[[\d;]*m|(?<![\w.])){re.escape(real)}(?![\w.])", rf"\g<1>{name}", text)
        text = re.sub(r"(?<=/)((?:pip|tmp|build)[a-z-]*[-_]?)[a-z0-9_]{8}(?=[/'\"\s:_,)]|$)", r"\1xxxxxxxx", text)
        return re.sub(r"(?<=/)\.tmp[A-Za-z0-9]{6}\b", ".tmpXXXXXX", text)

    def shown_command(self, command: Command) -> str:
        """A command line as captures show it."""
        whole = [*command.within, *command.argv]
        argv = [Path(whole[0]).name, *whole[1:]]
        told = {name: value for name, value in command.env.items() if value and name not in QUIET}
        variables = "".join(f"{name}={shlex.quote(value)} " for name, value in told.items())
        return self.shown(variables + shlex.join(argv))

    def typed(self, command: Command) -> str:
        """A command line as somebody types it: a shell's script, or the program by its name where PATH finds it."""
        if command.argv[0].rpartition("/")[2] in ("sh", "bash") and command.argv[1:2] == ("-c",):
            return command.argv[2]
        if command.stdin.endswith("\nexit\n"):
            return command.stdin.partition("\n")[0]
        program = Path(command.argv[0])
        path = command.env.get("PATH") or self.env["PATH"]
        found = shutil.which(program.name, path=path)
        short = found is not None and Path(found) == program
        return shlex.join([program.name if short else str(program), *command.argv[1:]])


def impatient(command: Command) -> Command:
    """The same without retries: in a try only the end counts, and five retries take a quarter of a minute."""
    return replace(command, env={"PIP_RETRIES": "0", "UV_HTTP_RETRIES": "0", **command.env})


def commands(made: Command | Sequence[Command]) -> Iterable[Command]:
    return (made,) if isinstance(made, Command) else made


def _remove(root: Path) -> None:
    # A scenario may have taken its own permissions away.
    for folder, _, _ in os.walk(root):
        with contextlib.suppress(OSError):
            if not Path(folder).is_symlink():
                Path(folder).chmod(0o755)
    shutil.rmtree(root, ignore_errors=True)
