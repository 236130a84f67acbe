"""What a terminal that prints costs with the plugin and without: how long the editor does not answer, and prints.

Both editors run at the same time and print in turn, so that they share what the machine does besides. Waits and times
are printed and kept in artefacts/nvim; what is judged is the time that the editor's own process computed, which says
the same on a busy machine, and the worst wait by a wide margin.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from editor import SCREENS, Editor
from test_plugin import LOG, codes

LINES = 100_000
ROUNDS = 5
MOST = 1.5  # times as much computing; measured: see the table in editors/nvim/README.md


class Run(NamedTuple):
    wait: float
    printed: float
    computed: float


def computed(pid: int) -> float:
    """Seconds of processor time of one process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def flood(editor: Editor, buffer: int) -> Run:
    before, processor = editor.prompt(buffer), computed(editor.pid)
    editor.keys(f"seq 1 {LINES}<CR>")
    began = time.monotonic()
    worst = 0.0
    while True:
        asked = time.monotonic()
        last = editor.prompt(buffer)
        worst = max(worst, time.monotonic() - asked)
        if last > before:
            return Run(worst, time.monotonic() - began, computed(editor.pid) - processor)
        time.sleep(0.01)


def middle(runs: list[Run]) -> Run:
    return Run(*(statistics.median(values) for values in zip(*runs, strict=True)))


def test_lag(start: Callable[..., Editor], capsys: pytest.CaptureFixture[str]) -> None:
    editors: dict[str, tuple[Editor, int]] = {}
    for name in ("without", "with", "with, a failure shown"):
        editor = start(plugin=name != "without")
        buffer = editor.terminal()
        if name != "without":
            editor.wait_attached(buffer)
        if "failure" in name:
            (editor.folder / "old.log").write_text(LOG)
            editor.type_command(buffer, "cat old.log")
            editor.wait(lambda editor=editor, buffer=buffer: codes(editor, buffer), "the diagnosis", 30)
        editors[name] = editor, buffer
    runs: dict[str, list[Run]] = {name: [] for name in editors}
    for _ in range(ROUNDS):
        for name, (editor, buffer) in editors.items():
            runs[name].append(flood(editor, buffer))
            time.sleep(0.5)
    found = {name: middle(each) for name, each in runs.items()}
    plain = found["without"]
    table = "\n".join(
        f"{editor.version} {name:<24}"
        f" worst wait {run.wait * 1000:4.0f} ms  printed in {run.printed:.2f} s  computed {run.computed:.2f} s"
        f"  ({run.printed / plain.printed:.2f} x, {run.computed / plain.computed:.2f} x)"
        for name, run in found.items()
    )
    with capsys.disabled():
        print("\n" + table, end="")
    SCREENS.mkdir(parents=True, exist_ok=True)
    (SCREENS / f"lag-{editor.version}.txt").write_text(table + "\n")
    for name, run in found.items():
        assert run.computed < MOST * plain.computed, name
        assert run.wait < 5 * plain.wait + 0.5, name
