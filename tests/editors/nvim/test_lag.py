"""How long the editor does not answer while a terminal prints, with the plugin and without.

The times are printed. What is judged is a ratio: with the plugin the worst wait stays within a small multiple of
what it is without.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from editor import Editor

LINES = 100_000


def worst_wait(editor: Editor, buffer: int) -> tuple[float, float]:
    """The longest answer to a request while the lines are printed, and how long printing took, both in seconds."""
    before = editor.prompt(buffer)
    editor.keys(f"seq 1 {LINES}<CR>")
    began = time.monotonic()
    worst = 0.0
    while True:
        asked = time.monotonic()
        last = editor.prompt(buffer)
        worst = max(worst, time.monotonic() - asked)
        if last > before:
            return worst, time.monotonic() - began
        time.sleep(0.01)


def test_lag(start: Callable[..., Editor], capsys: pytest.CaptureFixture[str]) -> None:
    found = {}
    for plugin in (False, True):
        editor = start(plugin=plugin)
        buffer = editor.terminal()
        if plugin:
            editor.wait_attached(buffer)
        found[plugin] = worst_wait(editor, buffer)
    with capsys.disabled():
        for plugin, (worst, took) in found.items():
            name = "with" if plugin else "without"
            print(
                f"\n{editor.version}, {name} the plugin: worst wait {worst * 1000:.0f} ms, printed in {took:.2f} s",
                end="",
            )
    assert found[True][0] < 10 * found[False][0] + 1
