"""`python -m tests.benchmarks.soak MINUTES`: one server under all at once, for as long as that.

Three terminals that flood, clear, resize, run full-screen programs and fail; logs on disk that grow, rotate, are cut
off and deleted; documents that are edited, closed and opened again. It ends well where the memory is flat, nothing is
in the server's log, and what should be found at the end is found.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.benchmarks import inputs
from tests.benchmarks.measure import OURS, Client, client, memory, percentile
from tests.benchmarks.serving import FAILURE

MB = 1e6
TERMINALS = 3
# A first part of the run fills the transcripts; memory is compared from its end on.
WARM = 0.3
MOST_GROWTH = 30.0


class Terminal:
    """A terminal that does at random what terminals do."""

    def __init__(self, server: Client, number: int, chance: random.Random) -> None:
        self.uri = f"unstuck-terminal:/soak-{number}"
        self._server = server
        self._chance = chance
        self.tell("didOpen", title="soak", columns=100, rows=30)

    def tell(self, method: str, **params: object) -> None:
        self._server.notify(f"unstuck/terminal/{method}", {"uri": self.uri, **params})

    def write(self, text: str) -> None:
        text = text.replace("\n", "\r\n")
        at = 0
        while at < len(text):
            size = self._chance.randrange(1, 8192)
            self.tell("didWrite", text=text[at : at + size])
            at += size

    def act(self) -> None:
        chance = self._chance
        what = chance.randrange(6)
        if what == 0:
            self.tell("didResize", columns=chance.randrange(20, 200))
        elif what == 1:
            self.write(f"\x1b[?1049h{chance.choice(inputs.clean())[:5000]}\x1b[?1049l")
        elif what == 2:
            self.write("\x1b[H\x1b[2J" + ("\x1b[3J" if chance.random() < 0.3 else ""))
        elif what == 3:
            self.write("".join(f"\r\x1b[K{part}%" for part in range(100)) + "\ndone\n")
        command = f"make target-{chance.randrange(50)}"
        self.tell("didStartCommand", commandLine=command)
        text = chance.choice(inputs.clean())
        start = chance.randrange(max(1, len(text) - 100_000))
        self.write(text[start : start + chance.randrange(1000, 100_000)])
        failed = chance.random() < 0.3
        if failed:
            self.write(chance.choice(inputs.failures()) + "\n")
        self.tell("didEndCommand", exitCode=int(failed))


class Log:
    """A log on disk to which at random happens what happens to logs."""

    def __init__(self, path: Path, chance: random.Random) -> None:
        self._path = path
        self._chance = chance

    def act(self) -> None:
        chance = self._chance
        what = chance.randrange(30)
        if what == 0 and self._path.exists():
            self._path.replace(self._path.with_suffix(".old"))
        elif what == 1 and self._path.exists():
            os.truncate(self._path, 0)
        elif what == 2:
            self._path.unlink(missing_ok=True)
        else:
            text = chance.choice(inputs.clean() if chance.random() < 0.9 else inputs.failures())
            start = chance.randrange(max(1, len(text)))
            with self._path.open("a", encoding="utf-8", errors="replace") as stream:
                stream.write(text[start : start + chance.randrange(1, 50_000)])


class Editor:
    """A document that is edited at random."""

    def __init__(self, server: Client, number: int, chance: random.Random) -> None:
        self._uri = f"untitled:soak-{number}.log"
        self._server = server
        self._chance = chance
        self._open()

    def _open(self) -> None:
        self._version = 1
        text = self._chance.choice(inputs.clean())[:200_000]
        self._server.open(self._uri, text)

    def act(self) -> None:
        chance = self._chance
        if chance.random() < 0.05:
            self._server.notify("textDocument/didClose", {"textDocument": {"uri": self._uri}})
            self._open()
            return
        self._version += 1
        line = chance.randrange(3000)
        text = chance.choice(["", "x", "\n", "😀\n", FAILURE.format(host="soak.example.com"), "line\n" * 50])
        span = {
            "start": {"line": line, "character": chance.randrange(20)},
            "end": {"line": line + chance.randrange(3), "character": chance.randrange(20)},
        }
        self._server.notify(
            "textDocument/didChange",
            {
                "textDocument": {"uri": self._uri, "version": self._version},
                "contentChanges": [{"range": span, "text": text}],
            },
        )


def soak(minutes: float, seed: int) -> int:
    """Run it; the exit code."""
    chance = random.Random(seed)
    problems: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "logs").mkdir()
        settings = {"logs.watch": ["logs/*.log"], "terminal.limit": 2}
        with client(OURS, folder=folder, settings=settings) as server:
            server.keep = False
            pid = server.process.pid
            actors: list[Callable[[], None]] = []
            terminals = [Terminal(server, number, chance) for number in range(TERMINALS)]
            actors += [terminal.act for terminal in terminals]
            actors += [Log(folder / "logs" / f"{number}.log", chance).act for number in range(3)]
            actors += [Editor(server, number, chance).act for number in range(2)] * 5
            waits: list[float] = []
            sizes: list[tuple[float, int]] = []
            began = time.monotonic()
            end = began + minutes * 60
            while (now := time.monotonic()) < end:
                for _ in range(20):
                    chance.choice(actors)()
                asked = time.perf_counter()
                server.ask("unstuck/terminal/links", {"uri": terminals[0].uri, "line": "nothing to see"}, 60)
                waits.append(time.perf_counter() - asked)
                sizes.append((now - began, memory(pid)))
                server.answers.clear()
                if len(sizes) % 50 == 0:
                    print(f"{now - began:6.0f} s  {sizes[-1][1] / MB:6.0f} MB", flush=True)
            last = chance.choice(terminals)
            last.tell("didStartCommand", commandLine="the last one")
            last.write("\x1b[H\x1b[2J\x1b[3J" + FAILURE.format(host="end.example.com"))
            found = _settled(server, last.uri)
            if [entry.get("command") for entry in found] != ["the last one"]:
                problems.append(f"the last failure is not found: {found}")
            errors = server.stderr()
    if errors.strip():
        problems.append(f"the server's log: {errors[-3000:]}")
    warm = [size for at, size in sizes if at > minutes * 60 * WARM]
    third = max(1, len(warm) // 3)
    growth = (sum(warm[-third:]) - sum(warm[:third])) / third / MB if warm else 0.0
    if growth > MOST_GROWTH:
        problems.append(f"memory grew by {growth:.0f} MB")
    print(
        f"{minutes:g} minutes: {len(waits) * 20:,} actions, memory {warm[0] / MB:.0f} to {warm[-1] / MB:.0f} MB "
        f"({growth:+.1f} MB from the first to the last third), answers p50 {percentile(waits, 0.5) * 1000:.0f} ms, "
        f"p99 {percentile(waits, 0.99) * 1000:.0f} ms with all that was sent before them"
    )
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


def _settled(server: Client, uri: str) -> list[dict[str, object]]:
    """What is found on a document, once that is of the last command."""
    found: list[dict[str, object]] = []
    for _ in range(100):
        found = server.ask("unstuck/diagnoses", {"uri": uri})
        if any(entry.get("command") == "the last one" for entry in found):
            break
        time.sleep(0.1)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.soak", description=__doc__)
    parser.add_argument("minutes", type=float, nargs="?", default=30.0)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    return soak(options.minutes, options.seed)


if __name__ == "__main__":
    sys.exit(main())
