"""What pages, mail programs and people make of an output when they pass it on."""

from __future__ import annotations

import html
from collections.abc import Callable

from tests.frames.frame import Framed, Output, Writer, frame


def _each(output: Output, change: Callable[[str], str]) -> Framed:
    writer = Writer()
    for line in output.lines:
        writer.line(change(line))
    return writer.framed()


@frame
def HTML(output: Output) -> Framed:
    """The source of a page: what must be escaped is."""
    return _each(output, lambda line: html.escape(line, quote=False))


@frame
def curly_quotes(output: Output) -> Framed:
    """Quotes as a word processor sets them."""

    def curled(line: str) -> str:
        text, opened = "", False
        for character in line:
            if character == '"':
                opened = not opened
                character = "“" if opened else "”"
            text += "’" if character == "'" else character
        return text

    return _each(output, curled)


@frame
def no_break_spaces(output: Output) -> Framed:
    """Blanks as pages copy them."""
    return _each(output, lambda line: line.replace(" ", "\u00a0"))


@frame
def no_break_spaces_in_rows(output: Output) -> Framed:
    """Every second one of several blanks, as editors of rich text keep them."""
    return _each(output, lambda line: line.replace("  ", " \u00a0"))


@frame
def zero_width_spaces(output: Output) -> Framed:
    """Marks that chats put at the start of a line."""
    return _each(output, lambda line: f"\u200b{line}")


@frame
def prose_around(output: Output) -> Framed:
    """An issue's text with the output between its paragraphs."""
    writer = Writer()
    writer.around("Hello,", "", f"I ran `{output.command}` and this happens:", "")
    for line in output.lines:
        writer.line(line)
    writer.around("", "Any idea? Thanks in advance")
    return writer.framed()


@frame
def ends_without_a_line_end(output: Output) -> Framed:
    """As copied: nothing ends the last line."""
    return Framed("\n".join(output.lines), [(at, at) for at in range(len(output.lines))])
