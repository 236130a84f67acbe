"""Logical lines: what is set aside, what is rejoined, and that every character maps back to its place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unstuck.core.text import Text
from unstuck.core.view import View, Widths, prefix_length

PREFIXES = {
    "GitHub Actions": "2024-05-01T10:00:00.1234567Z ",
    "GitHub Actions, by gh": "build\tInstall\t2024-05-01T10:00:00.1234567Z ",
    "GitHub Actions command": "##[error]",
    "GitLab timestamp": "2024-05-01T10:00:00.123456Z 01O ",
    "GitLab continuation": "2024-05-01T10:00:00.123456Z 01E+",
    "Jenkins": "[2024-05-01T10:00:00.000Z] ",
    "Jenkins short": "10:00:00  ",
    "BuildKit": "#12 3.456 ",
    "BuildKit step": "#12 ",
    "BuildKit on a terminal": " => => # ",
    "Compose": "web-1  | ",
    "Vercel": "21:51:55.736 | ",
    "Netlify": "9:46:17 AM: ",
    "Cloud Build": 'Step #1 - "build": ',
    "Heroku": "remote:        ",
    "pipenv": "[pipenv.exceptions.InstallError]: ",
    "a script's": "stderr: ",
    "quoted": "> ",
    "pip --log": "2025-08-17T22:07:31,538 ",
    "PowerShell": "pip : ",
    "pip's gutter": "  │ ",
    "pip's arrow": "  ╰─> ",
    "pip's gutter, ascii": "  +-> ",
    "BuildKit and a gutter": "#9 10.42   │ ",
    "none": "",
}


@pytest.mark.parametrize("name", PREFIXES)
def test_what_a_system_put_before_a_line_is_set_aside(name: str) -> None:
    line = f"{PREFIXES[name]}ERROR: No matching distribution found for 中😀"
    logical = View(Text(line)).line(0)
    assert logical.text == "ERROR: No matching distribution found for 中😀"
    assert logical.span(0, 5) == ((0, len(PREFIXES[name])), (0, len(PREFIXES[name]) + 5))


@pytest.mark.parametrize(
    "line", ["error: a", "  File x", "12:30 is a time", "#define x", "name | value", "e : x", "a: b : c", "12 files"]
)
def test_ordinary_lines_lose_nothing(line: str) -> None:
    assert prefix_length(line) == 0


def test_a_hard_wrapped_line_is_rejoined_and_maps_back_over_its_rows() -> None:
    rows = ["0123456789" * 2, "abcdefghij" * 2, "end", "next"]
    logical = View(Text("\n".join(rows)), frozenset({20})).line(1)
    assert logical.text == rows[0] + rows[1] + "end"
    assert logical.span(18, 42) == ((0, 18), (2, 2))
    assert View(Text("\n".join(rows)), frozenset({20})).line(3).text == "next"


@given(st.text(st.sampled_from("ab \x1b[31m\b中é😀│#1"), max_size=60))
def test_every_character_maps_to_its_place(line: str) -> None:
    line = line.replace("\n", "").replace("\r", "")
    logical = View(Text(line)).line(0)
    for index, character in enumerate(logical.text):
        (row, start), (_, end) = logical.span(index, index + 1)
        assert row == 0
        assert character in line[start:end] or character == " "


def rows(text: str, width: int) -> list[str]:
    return [text[at : at + width] for at in range(0, len(text), width)]


def test_the_width_of_a_wrapped_document_is_inferred() -> None:
    long = [f"{number} " * 90 for number in range(11, 15)]
    widths = Widths()
    wrapped = [row for text in long for row in rows(text, 80)]
    widths.add(wrapped + ["short lines stand between them"] * 4)
    widths.add([row for text in long * 4 for row in rows("=" + text, 61)])
    assert widths.inferred == {80, 61}
    widths.add(["z" * 200])
    assert widths.inferred == set()


def test_retries_of_one_warning_do_not_look_wrapped() -> None:
    widths = Widths()
    widths.add([f"WARNING: Retrying (Retry(total={left})) after connection broken" for left in (4, 3, 2, 1, 0)])
    assert widths.inferred == set()


@pytest.mark.parametrize(
    "lines",
    [
        [
            f"2026-11-22 10:00:{second:02} worker {second % 7} took a job and ended it at {second:02}"
            for second in range(60)
        ],
        [f"test_module_{name}.py::test_case_{name} PASSED and was quick enough" for name in "abcdefghijklmnopqrst"],
        [f"{name * 3}: the file was compiled, which took {number:03} ms" for number, name in enumerate("abcdefgh")],
        [f"{name}{'x' * 40} is done." for name in ("Alpha", "Gamma", "Delta", "Kappa", "Sigma", "Omega")] * 3,
    ],
    ids=["times", "names", "modules", "sentences"],
)
def test_lines_of_one_length_were_not_wrapped(lines: list[str]) -> None:
    assert len({len(line) for line in lines}) == 1
    widths = Widths()
    widths.add([*lines, "a short line"])
    assert widths.inferred == set()


def test_counting_is_undone_by_removing() -> None:
    text = ["the first line of a text that is broken at a wid", "th, and goes on", "x" * 30, "y" * 30, "", "z" * 30]
    widths = Widths()
    widths.add(text)
    widths.remove(text)
    assert not any([*widths._counts.values(), *widths._broken.values(), *widths._ended.values()])
