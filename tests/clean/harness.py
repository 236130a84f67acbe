"""Running real programs and keeping what they print: the part of make.py that all sources share."""

from __future__ import annotations

import contextlib
import fcntl
import json
import lzma
import os
import pty
import re
import shlex
import shutil
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scrub import scrub

HERE = Path(__file__).parent
CORPUS = HERE / "corpus"
LIMIT = 1_200_000  # characters kept of one recording, unless it says otherwise

# What reaches the programs from the caller's environment: certificates and proxies, which registries may need.
_PASSED = re.compile(r"(?i)PATH|.*_CA_BUNDLE|SSL_CERT_.*|PIP_CERT|.*_CAINFO|NODE_EXTRA_CA_CERTS|(https?|no)_proxy")


class Missing(Exception):
    """This machine lacks what a source needs; the source is left out and says why."""


@dataclass
class Recording:
    """Output of one or more commands on its way into a file of the corpus."""

    lab: Lab
    name: str
    tty: bool = False
    prompts: bool = True
    parts: list[str] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)

    def run(
        self,
        *command: str | Path,
        ok: Iterable[int] = (0,),
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        timeout: float = 500,
        shown: str | None = None,
    ) -> str:
        """Run a command and keep its output, stderr with stdout. An exit code outside `ok` is refused: RuntimeError."""
        line = shown or shlex.join([Path(command[0]).name, *map(str, command[1:])])
        status, output = self.lab.execute(command, cwd=cwd, env=env, tty=self.tty, timeout=timeout)
        if status not in ok:
            raise RuntimeError(f"{line} ended with {status}:\n{output[-2000:]}")
        self.commands.append(line)
        if self.prompts:
            self.parts.append(f"$ {line}\r\n" if self.tty else f"$ {line}\n")
        self.parts.append(output)
        return output

    def add(self, text: str, command: str) -> None:
        """Keep text that a program wrote elsewhere, such as its log file."""
        self.commands.append(command)
        self.parts.append(text)


class Lab:
    """A place to run programs in, the corpus' index, and the interpreters at hand."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.scratch = root / "scratch"
        self.scratch.mkdir(parents=True, exist_ok=True)
        self.index: dict[str, dict[str, Any]] = {}
        self.source = ""

    # Running

    def environment(self, extra: Mapping[str, str] | None = None) -> dict[str, str]:
        passed = {name: value for name, value in os.environ.items() if _PASSED.fullmatch(name)}
        return {
            **passed,
            "HOME": str(self.root),
            "TMPDIR": str(self.scratch),
            "LANG": "C.UTF-8",
            "TERM": "xterm-256color",
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_DEFAULT_TIMEOUT": "120",
            "PYTHONDONTWRITEBYTECODE": "1",
            "DEBIAN_FRONTEND": "noninteractive",
            **(extra or {}),
        }

    def execute(
        self,
        command: Sequence[str | Path],
        *,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        tty: bool = False,
        timeout: float = 500,
    ) -> tuple[int, str]:
        """The exit code and the output, on a pipe or on a pseudo-terminal of 80 columns."""
        arguments = [str(part) for part in command]
        where = cwd or self.root
        if tty:
            return _on_terminal(arguments, where, self.environment(env), timeout)
        done = subprocess.run(
            arguments,
            cwd=where,
            env=self.environment(env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=timeout,
            check=False,
        )
        return done.returncode, done.stdout.decode("utf-8", "replace")

    @contextlib.contextmanager
    def serve(self, *command: str | Path, env: Mapping[str, str] | None = None, wait: float = 1.5) -> Iterator[Path]:
        """A server in the background while the block runs; gives the file that takes its output."""
        log = self.scratch / f"serve-{time.monotonic_ns()}.log"
        with log.open("wb") as out:
            process = subprocess.Popen(
                [str(part) for part in command], cwd=self.root, env=self.environment(env), stdout=out, stderr=out
            )
            try:
                time.sleep(wait)
                yield log
            finally:
                process.terminate()
                process.wait(30)

    def need(self, *programs: str) -> None:
        for program in programs:
            if not shutil.which(program):
                raise Missing(f"no {program} on this machine")

    def python(self, version: str) -> Path:
        """An interpreter, such as "3.8": pyenv's, or the one on PATH."""
        for found in sorted((Path.home() / ".pyenv/versions").glob(f"{version}.*/bin/python{version}")):
            return found
        found_on_path = shutil.which(f"python{version}")
        if not found_on_path:
            raise Missing(f"no python{version} on this machine")
        return Path(found_on_path)

    def venv(self, name: str, version: str = "3.11", *packages: str, pip: str | None = None) -> Path:
        """The `bin` folder of a fresh environment with `packages`, and pip at a version if asked."""
        place = self.root / "envs" / name
        if place.exists():
            shutil.rmtree(place)
        self.check(self.python(version), "-m", "venv", place)
        if pip:
            self.check(place / "bin/python", "-m", "pip", "install", "-q", f"pip=={pip}")
        if packages:
            self.check(place / "bin/python", "-m", "pip", "install", "-q", *packages)
        return place / "bin"

    def check(self, *command: str | Path, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> str:
        """Run a step of preparation, which is not kept."""
        status, output = self.execute(command, cwd=cwd, env=env)
        if status:
            raise RuntimeError(f"{shlex.join(map(str, command))} ended with {status}:\n{output[-2000:]}")
        return output

    def folder(self, name: str) -> Path:
        """An empty folder."""
        place = self.root / name
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        return place

    def sdist(self, requirement: str) -> Path:
        """A package's unpacked sdist. The finder is `unearth`, which downloads without building metadata."""
        finder = self.root / "envs/finder/bin/unearth"
        if not finder.exists():
            self.venv("finder", "3.11", "unearth")
        place = self.root / "sdists" / requirement
        if not place.exists():
            target = self.folder(f"sdists/{requirement}")
            self.check(finder, "--no-binary", "--download", target, "--", requirement)
            for archive in [*target.glob("*.tar.*"), *target.glob("*.zip")]:
                shutil.unpack_archive(archive, target, **({"filter": "data"} if ".tar." in archive.name else {}))
                archive.unlink()
        return next(path for path in place.iterdir() if path.is_dir())

    # Keeping

    @contextlib.contextmanager
    def recording(
        self, name: str, *, tty: bool = False, limit: int = LIMIT, note: str = "", prompts: bool = True
    ) -> Iterator[Recording]:
        """Collect output and store it as corpus/NAME.log.xz (.tty.xz for a pseudo-terminal's) when the block ends."""
        recording = Recording(self, name, tty, prompts)
        yield recording
        self.store(f"{name}.{'tty' if tty else 'log'}", "".join(recording.parts), recording.commands, limit, note)

    def store(self, name: str, text: str, commands: list[str], limit: int = LIMIT, note: str = "") -> None:
        text = scrub(text)
        whole = len(text)
        if whole > limit:
            text = text[: text.rindex("\n", 0, limit) + 1]
            note = f"{note}; the first {len(text)} of {whole} characters".removeprefix("; ")
        entry = {"source": self.source, "commands": [scrub(command)[:300] for command in commands][:12]}
        self.keep(name, text, entry | ({"note": note} if note else {}))

    def keep(self, name: str, text: str, entry: dict[str, Any]) -> None:
        path = CORPUS / f"{name}.xz"
        path.parent.mkdir(parents=True, exist_ok=True)
        data = text.encode("utf-8", "replace")
        path.write_bytes(lzma.compress(data, preset=9 | lzma.PRESET_EXTREME))
        self.index[f"{name}.xz"] = {**entry, "bytes": len(data), "stored": path.stat().st_size}
        print(f"  {name}: {len(data):,} -> {path.stat().st_size:,} bytes", flush=True)

    def keep_texts(self, name: str, texts: list[dict[str, str]], entry: dict[str, Any]) -> None:
        """Store many small texts as JSON lines: {"package", "path", "text"}."""
        lines = [json.dumps({**item, "text": scrub(item["text"])}, ensure_ascii=False) for item in texts]
        self.keep(f"{name}.jsonl", "\n".join(lines) + "\n", {"source": self.source, **entry, "texts": len(texts)})


def _on_terminal(arguments: list[str], cwd: Path, env: dict[str, str], timeout: float) -> tuple[int, str]:
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    process = subprocess.Popen(
        arguments, cwd=cwd, env=env, stdin=slave, stdout=slave, stderr=slave, start_new_session=True
    )
    os.close(slave)
    chunks: list[bytes] = []
    end = time.monotonic() + timeout
    with contextlib.suppress(OSError):  # EIO is how a pseudo-terminal says that the program has ended
        while chunk := os.read(master, 65536):
            chunks.append(chunk)
            if time.monotonic() > end:
                process.kill()
    os.close(master)
    return process.wait(10), b"".join(chunks).decode("utf-8", "replace")


Source = Callable[[Lab], None]
SOURCES: dict[str, Source] = {}


def source(function: Source) -> Source:
    """Register a source under its function's name."""
    SOURCES[function.__name__] = function
    return function
