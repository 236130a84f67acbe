"""Running a command as people do: into a pipe, or on a terminal of 80 columns; the environment is all ours."""

from __future__ import annotations

import fcntl
import os
import select
import shutil
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Literal

Rendering = Literal["pipe", "pty"]
COLUMNS = 80


@dataclass(frozen=True)
class Command:
    """A command line. `env` completes the laboratory's own environment; None removes a variable.

    `within` starts it where it would not be otherwise (in a mount namespace, without a capability): a prefix that the
    person at the prompt knows nothing of.
    """

    argv: tuple[str, ...]
    cwd: Path
    env: Mapping[str, str | None] = field(default_factory=dict)
    stdin: str = ""
    timeout: float = 120
    within: tuple[str, ...] = ()

    def plus(self, *arguments: str, before: str | None = None) -> Command:
        """The same with more arguments, at the end or before the argument `before`."""
        at = self.argv.index(before) if before is not None else len(self.argv)
        return replace(self, argv=(*self.argv[:at], *arguments, *self.argv[at:]))

    def less(self, *arguments: str) -> Command:
        """The same without these arguments."""
        return replace(self, argv=tuple(argument for argument in self.argv if argument not in arguments))

    def replaced(self, old: str, new: str) -> Command:
        """The same with one argument in another's place."""
        if old not in self.argv:
            raise ValueError(f"{old!r} is no argument of {self.argv}")
        return replace(self, argv=tuple(new if argument == old else argument for argument in self.argv))

    def having(self, **variables: str | None) -> Command:
        """The same with these environment variables."""
        return replace(self, env={**self.env, **variables})

    def line(self, text: str) -> Command:
        """A line of shell in this one's place: the same directory, variables and surroundings."""
        return replace(self, argv=("/bin/sh", "-ec", text))


@dataclass(frozen=True)
class Output:
    """What a command printed, stdout and stderr in the order of their arrival, and how it ended."""

    text: str
    exit_code: int
    seconds: float
    timed_out: bool = False

    @property
    def succeeded(self) -> bool:
        return self.exit_code == 0 and not self.timed_out


def run(command: Command, environment: Mapping[str, str], rendering: Rendering = "pipe") -> Output:
    """Run it to its end, or kill it with its children at its timeout."""
    variables = dict(environment)
    if rendering == "pty":
        variables.setdefault("TERM", "xterm-256color")
    for name, value in command.env.items():
        if value is None:
            variables.pop(name, None)
        else:
            variables[name] = value
    started = time.monotonic()
    if rendering == "pty":
        data, code, timed_out = _on_terminal(command, variables)
    else:
        data, code, timed_out = _into_pipe(command, variables)
    return Output(data.decode("utf-8", "replace"), code, time.monotonic() - started, timed_out)


def _into_pipe(command: Command, variables: Mapping[str, str]) -> tuple[bytes, int, bool]:
    process = subprocess.Popen(
        hidden([*command.within, *command.argv]),
        cwd=command.cwd,
        env=variables,
        stdin=subprocess.PIPE if command.stdin else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        data, _ = process.communicate(command.stdin.encode() or None, timeout=command.timeout)
        return data, process.returncode, False
    except subprocess.TimeoutExpired:
        _kill(process)
        data, _ = process.communicate()
        return data, process.returncode, True


def _on_terminal(command: Command, variables: Mapping[str, str]) -> tuple[bytes, int, bool]:
    master, slave = os.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, COLUMNS, 0, 0))
    process = subprocess.Popen(
        hidden([*command.within, *command.argv]),
        cwd=command.cwd,
        env=variables,
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
    )
    os.close(slave)
    if command.stdin:
        os.write(master, command.stdin.encode())
    chunks: list[bytes] = []
    deadline = time.monotonic() + command.timeout
    timed_out = False
    while True:
        ready, _, _ = select.select([master], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            timed_out = True
            _kill(process)
            break
        try:
            chunk = os.read(master, 65536)
        except OSError:  # Linux says so when the last holder of the other side is gone.
            break
        if not chunk:
            break
        chunks.append(chunk)
    os.close(master)
    return b"".join(chunks), process.wait(), timed_out


def _kill(process: subprocess.Popen[bytes]) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        process.kill()


def base_environment(root: Path, path: Sequence[str | Path]) -> dict[str, str]:
    """The whole environment of a tool: nothing of this machine's PIP_*, UV_*, proxies, bundles or configuration."""
    home, temporary, xdg = root / "home/user", root / "tmp", root / "etc/xdg"
    for folder in (home, temporary, xdg):
        folder.mkdir(parents=True, exist_ok=True)
    return {
        "PATH": os.pathsep.join(map(str, path)),
        "HOME": str(home),
        "TMPDIR": str(temporary),
        "XDG_CONFIG_DIRS": str(xdg),
        "LC_ALL": "C.UTF-8",
        "USER": "user",
        "LOGNAME": "user",
    }


@cache
def _hiding() -> tuple[str, ...]:
    """A prefix that hides the machine's own /etc/pip.conf, which every pip reads and no variable can move.

    Empty where there is none, and where only root could hide it (`machine_configuration` tells then).
    """
    if not Path("/etc/pip.conf").exists() or os.geteuid() != 0 or not shutil.which("unshare"):
        return ()
    enter = ("unshare", "-m", "--propagation", "private", "sh", "-c")
    prefix = (*enter, 'mount --bind /dev/null /etc/pip.conf && exec "$@"', "sh")
    tried = subprocess.run([*prefix, "test", "!", "-s", "/etc/pip.conf"], capture_output=True)
    return prefix if tried.returncode == 0 else ()


def hidden(argv: Sequence[str]) -> list[str]:
    """The command line that runs `argv` without the machine's own pip configuration."""
    prefix = _hiding()
    program = shutil.which(prefix[0]) if prefix else None
    return [program, *prefix[1:], *argv] if program else list(argv)


def machine_configuration() -> str | None:
    """What /etc/pip.conf says, where it could not be hidden: outputs may then differ from a fresh machine's."""
    if _hiding() or not Path("/etc/pip.conf").exists():
        return None
    return Path("/etc/pip.conf").read_text(errors="replace")
