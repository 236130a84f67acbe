"""The text store against a model: one string, split anew after each edit."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from unstuck.core.text import Encoding, Position, Span, Text, column_of, units_of

# Form feeds and separators that str.splitlines() takes for line ends, carriage returns, and characters of all widths.
contents = st.text(st.sampled_from("ab\n\r\x0b\x0c\x85\u2028中😀"), max_size=40)


def split(content: str) -> list[str]:
    return re.split("\r\n|\n|\r", content)


def offset(content: str, position: Position) -> int:
    starts = [0, *(match.end() for match in re.finditer("\r\n|\n|\r", content))]
    return starts[position.line] + position.column


@st.composite
def edits(draw: st.DrawFn, content: str) -> tuple[Span, str]:
    lines = split(content)
    places = sorted(
        Position(line, draw(st.integers(0, len(lines[line]))))
        for line in draw(st.lists(st.integers(0, len(lines) - 1), min_size=2, max_size=2))
    )
    return Span(*places), draw(contents)


@given(st.data())
def test_random_edits_keep_our_text_equal_to_a_model(data: st.DataObject) -> None:
    content = data.draw(contents)
    text = Text(content)
    for _ in range(4):
        span, new = data.draw(edits(content))
        lines_before = len(text)
        content = content[: offset(content, span.start)] + new + content[offset(content, span.end) :]
        dirty = text.replace(span, new)
        assert text.content == content
        assert [text.line(number) for number in range(len(text))] == split(content)
        assert len(text) == lines_before - dirty.removed + dirty.added


@given(contents, st.integers(-2, 60), st.integers(-2, 60))
def test_a_position_that_does_not_exist_is_clamped_into_the_text(content: str, line: int, column: int) -> None:
    text = Text(content)
    clamped = text.clamp(Position(line, column))
    assert 0 <= clamped.line < len(text)
    assert 0 <= clamped.column <= len(text.line(clamped.line))
    assert text.clamp(clamped) == clamped


@given(st.text(st.sampled_from("aé中😀\ud800"), max_size=20), st.sampled_from(["utf-8", "utf-16", "utf-32"]))
def test_columns_survive_the_way_to_units_and_back(line: str, encoding: Encoding) -> None:
    sizes = {"utf-8": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}
    unit = {"utf-8": 1, "utf-16": 2, "utf-32": 4}[encoding]
    for column in range(len(line) + 1):
        units = units_of(line, column, encoding)
        assert units == len(line[:column].encode(sizes[encoding], "surrogatepass")) // unit
        assert column_of(line, units, encoding) == column


def test_a_unit_inside_a_character_is_the_character_itself() -> None:
    assert column_of("a😀b", 2, "utf-16") == 1
    assert column_of("a😀b", 4, "utf-8") == 1
    assert column_of("a😀b", 99, "utf-16") == 3
