"""A diagnosis is the same whatever frame its output stands in.

Each capture of the lab that holds a wording of its own is put into each frame of `frame.py`; the same signatures must
speak, at the rows that the same lines came to stand on. The quick suite tries a few captures in each frame, the slow
one as many as it has time for, in an order that does not change.

Not all can be the same: a frame may break a message where a pattern over several lines ends, put an error's place
between two of its lines, or indent what is told from a quotation by its indentation. So a few pairs may differ; they
are printed.
"""

from __future__ import annotations

import json
import time
import zlib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.frames.frame import Frame, Framed, Output, frames
from unstuck.core.analysis import analyse
from unstuck.core.catalog import Catalog
from unstuck.core.scanner import Options

CAPTURES = Path(__file__).parents[1] / "captures"
PATIENT = Options(time_limit=2.0)
FRAMES = frames()
QUICK, QUICK_MAY_DIFFER = 3, 1
BUDGET = 240.0  # seconds
# Of all pairs, and of those of one frame, so many may differ: measured were 1 and 6 in 100.
MAY_DIFFER, MAY_DIFFER_IN_ONE = 0.02, 0.12
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


def in_turn(frame: str) -> list[str]:
    """The captures that may stand in a frame, in an order of its own."""
    names = OUTPUTS.keys() - SURVIVED if frame.startswith(FAILING) else OUTPUTS.keys()
    return sorted(names, key=lambda name: zlib.crc32(f"{frame} {name}".encode()))


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
        yield from ((frame, order[place]) for frame, order in orders.items() if place < len(order))


@pytest.mark.parametrize("frame", FRAMES)
def test_a_few_captures_in_each_frame(frame: str, shipped: Catalog) -> None:
    differ = [problem for capture in in_turn(frame)[:QUICK] if (problem := check(shipped, FRAMES[frame], capture))]
    assert len(differ) <= QUICK_MAY_DIFFER, "\n" + "\n".join(differ)


@pytest.mark.slow
def test_captures_in_frames(shipped: Catalog) -> None:
    end = time.monotonic() + BUDGET
    tried: Counter[str] = Counter()
    differ: dict[str, list[str]] = {frame: [] for frame in FRAMES}
    for frame, capture in pairs():
        if time.monotonic() > end:
            break
        tried[frame] += 1
        if problem := check(shipped, FRAMES[frame], capture):
            differ[frame].append(problem)
    for frame, problems in differ.items():
        print(f"{frame}: {len(problems)} of {tried[frame]} differ", *problems, sep="\n  ")
    count = sum(map(len, differ.values()))
    assert count <= MAY_DIFFER * tried.total(), f"{count} of {tried.total()} differ"
    most = {frame: f"{len(each)} of {tried[frame]}" for frame, each in differ.items() if len(each) > 1}
    assert not [frame for frame in most if len(differ[frame]) > MAY_DIFFER_IN_ONE * tried[frame]], most
