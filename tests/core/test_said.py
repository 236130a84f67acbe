"""What an output says of a failure is read in bounded time, whatever stands there."""

from __future__ import annotations

import time

import pytest

from unstuck.core.said import Said, asked_for, parents, places, said_around
from unstuck.core.text import Text

LONGEST = 2_000
HOSTILE = [
    "=" * LONGEST,
    "a" + "=" * 1_900 + " depends on b",
    "x 1.0 " * 300,
    "1 (x) " * 300,
    "a-" * 900,
    "a<=1 " * 300,
    "you require a" + "=" * 1_900,
    "Because a depends on both " * 80,
    "from line 1 of " * 130,
]


@pytest.mark.parametrize("line", HOSTILE, ids=[line[:12] for line in HOSTILE])
def test_hostile_lines_take_no_time(line: str) -> None:
    line = f"{line[: LONGEST - 40]} x depends on y, you require a and b"
    said = Said(line, (line,) * 20)
    began = time.process_time()
    assert parents(["y"], said)
    asked_for(said)
    list(places(said.text))
    # Without a bound it is hours.
    assert time.process_time() - began < 2


def test_what_depends_on_what_is_still_read() -> None:
    said = Said("Because foo>=1.0,<2 depends on b and bar==2 depends on `foo`", ("baz 1.2 (from x) depends on bar",))
    assert parents(["b"], said) == ["foo", "bar", "baz"]


def test_a_text_that_lost_the_failure_says_nothing() -> None:
    assert said_around(Text("one\ntwo"), 40, 50).text == ""
    assert said_around(Text("one\ntwo"), 1, 1) == Said("two", ("one",))
    assert said_around(Text("x\n" * 100_000), 5, 99_000).text.count("\n") < 200
