"""A diagnosis is the same whatever frame its output stands in.

Each capture of the lab that holds a wording of its own is put into each frame of `frame.py`; the same signatures must
speak, at the rows that the same lines came to stand on. The quick suite tries a few captures in each frame, the slow one as many as
it has time for, in an order that does not change. `exceptions.json` names what cannot be the same, with the reason.
"""

from __future__ import annotations

import json
import time
import zlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.frames.frame import Frame, Framed, Output, frames
from unstuck.core.analysis import analyse
from unstuck.core.catalog import Catalog
from unstuck.core.scanner import Options

CAPTURES = Path(__file__).parents[1] / "captures"
EXCEPTIONS: dict[str, dict[str, str]] = json.loads(
    Path(__file__).with_name("exceptions.json").read_text(encoding="utf-8")
)
PATIENT = Options(time_limit=2.0)
FRAMES = frames()
QUICK = 4
BUDGET = 240.0  # seconds
# Frames that tell of a build's failure themselves: what did not fail stands in none of them.
FAILING = ("BuildKit", "buildkit", "docker classic", "Compose builds", "podman")

Said = tuple[str, int]
"""A signature's id and the line that it marks."""


def captures() -> dict[str, Output]:
    """One output for each wording, by the capture's name."""
    known: set[tuple[str, ...]] = set()
    found: dict[str, Output] = {}
    for file in sorted(CAPTURES.rglob("*.json")):
        about = json.loads(file.read_text(encoding="utf-8"))
        wording = tuple(f"{entry['id']} {entry['text'][:60]}" for entry in about["expected"])
        if about["rendering"] != "pipe" or wording in known:
            continue
        known.add(wording)
        text = file.with_suffix(".txt").read_bytes().decode("utf-8", "surrogateescape").replace("\r\n", "\n")
        if "\r" in text:  # what was rewritten on a line has no lines of its own
            continue
        name = file.relative_to(CAPTURES).with_suffix("").as_posix()
        found[name] = Output(text.removesuffix("\n").split("\n"), about["command"], about["expected"][0]["line"])
    return found


OUTPUTS = captures()
SURVIVED = {name for name in OUTPUTS if json.loads((CAPTURES / f"{name}.json").read_text("utf-8"))["exit_code"] == 0}


def excepted(frame: str, capture: str) -> bool:
    """Whether `exceptions.json` names this pair; its frames may end in `*`, its captures are ids or parts of names."""
    if frame.startswith(FAILING) and capture in SURVIVED:
        return True
    return any(
        (name == frame or (name.endswith("*") and frame.startswith(name[:-1]))) and part in capture
        for name, parts in EXCEPTIONS.items()
        for part in parts
    )


def in_turn(frame: str) -> list[str]:
    """All captures in an order of the frame's own."""
    return sorted(OUTPUTS, key=lambda name: zlib.crc32(f"{frame} {name}".encode()))


@cache
def said(catalog: Catalog, capture: str) -> tuple[Said, ...]:
    """What is diagnosed of an output without a frame."""
    text = "".join(f"{line}\n" for line in OUTPUTS[capture].lines)
    return tuple((one.signature.id, one.span.start.line) for one in analyse(catalog, "log", text, PATIENT))


def check(catalog: Catalog, frame: Frame, capture: str) -> str | None:
    """What differs in a frame: what was expected, found, missing and extra; None where nothing does."""
    framed: Framed = frame(OUTPUTS[capture])
    found = {(one.signature.id, one.span.start.line) for one in analyse(catalog, "log", framed.text, PATIENT)}
    rows = {(id, line): framed.rows[line] for id, line in said(catalog, capture)}
    missing = [
        f"{id} on {first} to {last}" for (id, _), (first, last) in rows.items() if not _is_there(id, first, last, found)
    ]
    extra = [
        f"{id} on {line}"
        for id, line in sorted(found)
        if not any(id == other and first <= line <= last for (other, _), (first, last) in rows.items())
    ]
    if not missing and not extra:
        return None
    return f"{capture}: found {sorted(found)}; missing {missing}; extra {extra}"


def _is_there(id: str, first: int, last: int, found: set[Said]) -> bool:
    return any(id == other and first <= line <= last for other, line in found)


def pairs() -> Iterator[tuple[str, str]]:
    """All frames and captures: each frame's first, then each frame's second."""
    orders = {frame: in_turn(frame) for frame in FRAMES}
    for place in range(len(OUTPUTS)):
        yield from ((frame, order[place]) for frame, order in orders.items())


@pytest.mark.parametrize("frame", FRAMES)
def test_a_few_captures_in_each_frame(frame: str, shipped: Catalog) -> None:
    tried = [capture for capture in in_turn(frame) if not excepted(frame, capture)][:QUICK]
    failed = [problem for capture in tried if (problem := check(shipped, FRAMES[frame], capture))]
    assert not failed, "\n" + "\n".join(failed)


@pytest.mark.slow
def test_captures_in_frames(shipped: Catalog) -> None:
    end = time.monotonic() + BUDGET
    tried, failed = 0, []
    for frame, capture in pairs():
        if time.monotonic() > end:
            break
        if not excepted(frame, capture):
            tried += 1
            if problem := check(shipped, FRAMES[frame], capture):
                failed.append(f"{frame}: {problem}")
    print(f"{tried} of {len(FRAMES) * len(OUTPUTS)} pairs tried, {len(failed)} failed")
    assert not failed, "\n" + "\n".join(failed)


def test_exceptions_name_frames_and_captures_that_exist() -> None:
    for frame, parts in EXCEPTIONS.items():
        assert any(frame == name or (frame.endswith("*") and name.startswith(frame[:-1])) for name in FRAMES), frame
        for part, reason in parts.items():
            assert any(part in capture for capture in OUTPUTS), part
            assert reason, part
