"""What the benchmarks share: rows of the table, processes measured from outside, a client that costs little."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
SERVER = ROOT / "server"


@dataclass
class Row:
    """One line of the table: what was measured, beside what, and what it must reach."""

    what: str
    value: float
    unit: str
    against: str = ""
    other: float | None = None
    ratio: float | None = None
    target: str = ""
    reached: bool | None = None
    note: str = ""
    detail: dict[str, Any] = field(default_factory=dict)


def table(rows: Sequence[Row]) -> str:
    """The rows as a Markdown table."""
    head = ["what", "measured", "against", "ratio", "must reach", ""]
    body = [
        [
            row.what,
            f"{_short(row.value)} {row.unit}",
            f"{row.against}: {_short(row.other)} {row.unit}" if row.other is not None else row.against,
            "" if row.ratio is None else f"{_short(row.ratio)} x",
            row.target,
            {None: row.note, True: "yes " + row.note, False: "NO " + row.note}[row.reached].strip(),
        ]
        for row in rows
    ]
    lines = [head, ["---"] * len(head), *body]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def as_json(rows: Sequence[Row]) -> str:
    return json.dumps([asdict(row) for row in rows], indent=2)


def _short(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


@dataclass
class Ran:
    """How a process ran: wall and processor time in seconds, the most memory it had in bytes, its output."""

    wall: float
    cpu: float
    peak: int
    output: str
    code: int


def run(command: Sequence[str], *, one_core: bool = True, env: dict[str, str] | None = None) -> Ran:
    """Run a command to its end on one core, as far as the system can be told so."""
    # Not in a project: fixes of its files would be looked for.
    with tempfile.TemporaryFile() as out, tempfile.TemporaryDirectory() as place:
        began = time.perf_counter()
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL, env=environment(env), cwd=place)
        if one_core:
            pin(process.pid)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        output = out.read().decode(errors="replace")
    scale = 1 if sys.platform == "darwin" else 1024
    return Ran(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * scale, output, process.returncode)


def pin(pid: int) -> None:
    if hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        with contextlib.suppress(OSError):
            os.sched_setaffinity(pid, {cores[-1]})


def environment(extra: dict[str, str] | None = None) -> dict[str, str]:
    # What is installed has its bytecode beside it: without it a start would be one of the compiler.
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**inherited, "PYTHONPATH": os.pathsep.join([str(SERVER), str(ROOT)]), **(extra or {})}


def memory(pid: int) -> int:
    """The memory that a process has now, in bytes (Linux; 0 elsewhere)."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
    return 0


def cpu_of(pid: int) -> float:
    """The processor time that a process has used, in seconds (Linux; 0 elsewhere)."""
    with contextlib.suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return 0.0


class Client:
    """A client of a server over stdio that does as little as it can: JSON in, JSON out, a thread that reads."""

    def __init__(self, command: Sequence[str], env: dict[str, str] | None = None) -> None:
        self.errors = tempfile.TemporaryFile()  # noqa: SIM115
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors, env=environment(env)
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self._in, self._out = self.process.stdin, self.process.stdout
        self._id = 0
        self._lock = threading.Lock()
        self._news = threading.Condition()
        self.answers: dict[Any, dict[str, Any]] = {}
        self.notified: dict[str, list[tuple[float, Any]]] = {}
        self.count = 0
        self.keep = True
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        while True:
            length = 0
            while line := self._out.readline().strip():
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            if not length:
                return
            body = self._out.read(length)
            now = time.perf_counter()
            message = json.loads(body)
            with self._news:
                self.count += 1
                if "method" in message and "id" in message:
                    self._send({"id": message["id"], "result": self.answer(message)})
                elif "method" in message:
                    if self.keep:
                        self.notified.setdefault(message["method"], []).append((now, message.get("params")))
                else:
                    self.answers[message["id"]] = message
                self._news.notify_all()

    def answer(self, request: dict[str, Any]) -> Any:
        if request["method"] == "workspace/configuration":
            return [None for _ in request["params"]["items"]]
        return None

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        with self._lock:
            self._in.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
            self._in.flush()

    def notify(self, method: str, params: Any) -> None:
        self._send({"method": method, "params": params})

    def ask(self, method: str, params: Any, patience: float = 600.0) -> Any:
        self._id += 1
        self._send({"id": self._id, "method": method, "params": params})
        message = self.wait(lambda: self.answers.get(self._id), patience)
        if "error" in message:
            raise RuntimeError(message["error"])
        return message.get("result")

    def wait(self, what: Callable[[], Any], patience: float = 600.0) -> Any:
        """Wait until `what` is something; RuntimeError where that does not come."""
        with self._news:
            if not self._news.wait_for(what, patience):
                raise RuntimeError(f"nothing came in {patience} s: {self.stderr()[-2000:]}")
            return what()

    def published(self, uri: str, seen: int = 0) -> list[tuple[float, Any]]:
        """When and what was published for a document, after the first `seen` times."""
        found = self.notified.get("textDocument/publishDiagnostics", [])
        return [(when, params["diagnostics"]) for when, params in found if params["uri"] == uri][seen:]

    def start(self, folder: Path | None = None, settings: dict[str, Any] | None = None) -> None:
        """Shake hands as a client with VS Code's more important capabilities."""
        uri = folder.as_uri() if folder is not None else None
        self.ask(
            "initialize",
            {
                "processId": os.getpid(),
                "rootUri": uri,
                "workspaceFolders": [{"uri": uri, "name": "benchmark"}] if uri else None,
                "capabilities": {
                    "general": {"positionEncodings": ["utf-16"]},
                    "textDocument": {"publishDiagnostics": {"relatedInformation": True, "dataSupport": True}},
                    "workspace": {"textDocumentContent": {}},
                },
                "initializationOptions": {"settings": settings or {}},
            },
        )
        self.notify("initialized", {})

    def open(self, uri: str, text: str, language: str = "log") -> None:
        self.notify(
            "textDocument/didOpen",
            {"textDocument": {"uri": uri, "languageId": language, "version": 1, "text": text}},
        )

    def stderr(self) -> str:
        self.errors.seek(0)
        return self.errors.read().decode(errors="replace")

    def stop(self) -> None:
        try:
            self.ask("shutdown", None, 30)
            self.notify("exit", None)
            self.process.wait(30)
        except (RuntimeError, OSError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()


OURS = [sys.executable, "-m", "unstuck", "serve"]


def peer(name: str) -> list[str]:
    return [sys.executable, "-m", f"tests.benchmarks.peers.{name}"]


@contextlib.contextmanager
def client(command: Sequence[str], **start: Any) -> Iterator[Client]:
    """A server that has shaken hands, stopped at the end."""
    made = Client(command)
    try:
        made.start(**start)
        yield made
    finally:
        made.stop()


def percentile(values: Sequence[float], part: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]
