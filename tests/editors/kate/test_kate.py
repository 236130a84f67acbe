"""A real Kate on a virtual screen: a log is marked, hover explains, a fix changes pip's configuration.

The screen is looked at by people (artefacts/kate); what is judged is what Kate and the server said to each other, and
the file in the end.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from unstuck.demo.certificates import private_root
from unstuck.demo.index import Index
from unstuck.demo.packages import wheel

REPOSITORY = Path(__file__).resolve().parents[3]
SCREENS = REPOSITORY / "artefacts" / "kate"
PROGRAMS = ("kate", "Xvfb", "xdotool", "dbus-run-session", "scrot")
SELF_SIGNED = "pip/tls-ssl-certificate-verify-failed-self-signed"

HEADER = re.compile(rb"(?:[\w-]+: [^\r\n]*\r\n)*?Content-Length: (\d+)\r\n(?:[\w-]+: [^\r\n]*\r\n)*\r\n")

# Stands between Kate and the server, and keeps what each says.
BETWEEN = """#!/bin/sh
tee -a {folder}/said-by-kate | {python} -m unstuck "$@" | tee -a {folder}/said-by-server
"""

# What the user would have answered to "Do you want the LSP server to be started?", and done in the settings.
SETTINGS = """
[General]
Startup Session=new
[Kate Plugins]
lspclientplugin=true
[lspclient]
AllowedServerCommandLines={command} serve
Diagnostics=true
"""


def said(path: Path) -> list[dict[str, Any]]:
    """The messages in one direction, as far as they are whole."""
    content = path.read_bytes() if path.exists() else b""
    found = []
    while header := re.match(
        rb"(?:[\w-]+: [^\r\n]*\r\n)*?Content-Length: (\d+)\r\n(?:[\w-]+: [^\r\n]*\r\n)*\r\n", content
    ):
        end = header.end() + int(header[1])
        if len(content) < end:
            break
        found.append(json.loads(content[header.end() : end]))
        content = content[end:]
    return found


class Kate:
    """Kate with a home of its own, in a window on a screen that nobody sees."""

    def __init__(self, folder: Path, environment: dict[str, str], log: Path, line: int) -> None:
        self.folder = folder
        self.processes: list[subprocess.Popen[bytes]] = []
        read, write = os.pipe()
        argv = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1200x900x24"]
        self.processes.append(subprocess.Popen(argv, pass_fds=[write], stderr=subprocess.DEVNULL))
        os.close(write)
        with os.fdopen(read) as numbers:
            self.environment = {**environment, "DISPLAY": f":{numbers.readline().strip()}"}
        argv = ["dbus-run-session", "--", "kate", "-n", "-l", str(line + 1), str(log)]
        with (folder / "kate.log").open("wb") as own:
            self.processes.append(subprocess.Popen(argv, env=self.environment, stdout=own, stderr=own))

    def said(self) -> list[dict[str, Any]]:
        return said(self.folder / "said-by-kate")

    def answers(self) -> list[dict[str, Any]]:
        return said(self.folder / "said-by-server")

    def do(self, *words: str) -> None:
        subprocess.run(["xdotool", *words], env=self.environment, check=True, timeout=20, capture_output=True)

    def picture(self, name: str) -> None:
        SCREENS.mkdir(parents=True, exist_ok=True)
        subprocess.run(["scrot", "-o", SCREENS / f"{name}.png"], env=self.environment, check=True, timeout=20)

    def wait(self, condition: Callable[[], Any], what: str, seconds: float = 60) -> Any:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if value := condition():
                return value
            time.sleep(0.2)
        self.picture("failed")
        raise AssertionError(f"waited {seconds} s for: {what}; see artefacts/kate/failed.png\n{self.said()[-3:]}")

    def answer(self, method: str) -> Any:
        """The server's answer to the last request of that method."""
        ids = [message["id"] for message in self.said() if message.get("method") == method]
        return next((message.get("result") for message in self.answers() if ids and message.get("id") == ids[-1]), None)

    def close(self) -> None:
        for process in reversed(self.processes):
            process.terminate()
            process.wait(20)


@pytest.fixture
def company(tmp_path: Path) -> Iterator[tuple[Index, Path]]:
    context, root = private_root(tmp_path, "localhost")
    with Index(context=context).add(wheel("demo", "1.0")) as index:
        yield index, root


@pytest.fixture
def place(tmp_path: Path, company: tuple[Index, Path]) -> tuple[Path, dict[str, str]]:
    """A project's folder, and an environment in which Kate has a home of its own and the page's settings."""
    if missing := [program for program in PROGRAMS if shutil.which(program) is None]:
        reason = f"{', '.join(missing)} is missing: apt-get install kate xvfb xdotool scrot dbus-daemon"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    home, folder = tmp_path / "home", tmp_path / "project"
    (folder / ".git").mkdir(parents=True)
    between = tmp_path / "bin" / "unstuck"
    between.parent.mkdir()
    between.write_text(BETWEEN.format(folder=tmp_path, python=sys.executable))
    between.chmod(0o755)
    servers = home / ".config" / "kate" / "lspclient" / "settings.json"
    servers.parent.mkdir(parents=True)
    servers.write_text((REPOSITORY / "editors" / "kate" / "settings.json").read_text())
    (home / ".config" / "katerc").write_text(SETTINGS.format(command=between))
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    return folder, {
        "PATH": f"{between.parent}:/usr/local/bin:/usr/bin:/bin",
        "HOME": str(home),
        "XDG_RUNTIME_DIR": str(runtime),
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(REPOSITORY / "server"),
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "NODE_EXTRA_CA_CERTS": str(company[1]),
    }


@pytest.mark.parametrize("name", ["requirements.txt", "pip.conf", "pyproject.toml"])
def test_files(tmp_path: Path, place: tuple[Path, dict[str, str]], name: str) -> None:
    folder, environment = place
    (folder / name).write_text("flask => 1.0\n")
    kate = Kate(tmp_path, environment, folder / name, 0)
    try:
        kate.wait(lambda: [each for each in kate.said() if each.get("method") == "textDocument/didOpen"], "didOpen", 30)
        kate.picture(name)
    finally:
        kate.close()


def test_main_loop(tmp_path: Path, company: tuple[Index, Path], place: tuple[Path, dict[str, str]]) -> None:
    index, root = company
    folder, environment = place
    config = Path(environment["HOME"]) / ".config" / "pip" / "pip.conf"
    config.parent.mkdir(parents=True)
    config.write_text("[global]\ntimeout = 5\n")
    pip = [sys.executable, "-m", "pip", "install", "--retries", "1", "-t", "out", "-i", index.simple, "demo"]
    failed = subprocess.run(
        pip, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    (folder / "build.log").write_text(failed.stdout)
    telling = next(at for at, each in enumerate(failed.stdout.splitlines()) if each.startswith("WARNING: Retrying"))

    kate = Kate(tmp_path, environment, folder / "build.log", telling)
    try:
        kate.wait(lambda: [each for each in kate.answers() if each.get("method", "").endswith("Diagnostics")], "a mark")
        [published] = [each for each in kate.answers() if each.get("method", "").endswith("Diagnostics")][-1:]
        [found] = published["params"]["diagnostics"]
        assert (found["code"], found["range"]["start"]["line"]) == (SELF_SIGNED, telling)
        time.sleep(1)
        kate.picture("1-marked")

        # Menu: LSP Client > Symbol Info.
        kate.do("key", "alt+l")
        kate.do("key", "y")
        hover = kate.wait(lambda: kate.answer("textDocument/hover"), "the explanation", 20)
        assert SELF_SIGNED in hover["contents"]["value"]
        time.sleep(1)
        kate.picture("2-explained")
        kate.do("key", "Escape")

        kate.do("key", "alt+Return")
        actions = kate.wait(lambda: kate.answer("textDocument/codeAction"), "the fixes", 20)
        assert [each for each in actions if each["title"].startswith("Trust the authority")]
        time.sleep(1)
        kate.picture("3-fixes")
        number = next(at for at, each in enumerate(actions) if each["title"].startswith("Trust the authority"))
        for _ in range(number + 1):
            kate.do("key", "Down")
        kate.do("key", "Return")
        time.sleep(2)
        kate.picture("4-fixed")
        kate.do("key", "ctrl+l")
        kate.wait(lambda: f"cert = {root}" in config.read_text(), "the file to be written", 20)
    finally:
        kate.close()
    assert config.read_text().startswith("[global]\ntimeout = 5\n"), "the rest is as it was"
    again = subprocess.run(pip, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert again.returncode == 0, again.stderr
