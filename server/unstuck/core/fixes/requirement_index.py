"""Where a requirements file has packages fetched from: a host asked over https, and one trusted no more."""

from __future__ import annotations

from unstuck.core.fixes.action import Refusal
from unstuck.core.fixes.grammar import Host, host_of
from unstuck.core.fixes.requirement_file import InFile
from unstuck.core.fixes.requirement_lines import LineAction
from unstuck.core.fixes.trust_host import items_for
from unstuck.core.requirements import Entry, Option, entries, replace_span, without_lines
from unstuck.core.text import Position, Span, bare, split_lines

ADDRESSES = ("--index-url", "--extra-index-url", "--find-links")
_CUT = Refusal(
    "The option is cut in two by a continuation: join its lines first", "选项被续行符分成两行：请先合并"
)  # fmt: skip


class OfHost(InFile):
    host: Host


class StopTrustingHostAction(LineAction[OfHost]):
    """Removes `--trusted-host` for a host: its line, or the part of a line that says it."""

    name = "requirements.stop_trusting_host"
    parameters = OfHost

    def apply(self, parameters: OfHost, text: str) -> str | Refusal:
        for entry in reversed(entries(text)):
            for option in reversed(entry.options):
                if option.name != "--trusted-host" or not items_for(parameters.host, [option.value or ""]):
                    continue
                if entry.kind == "option" and len(entry.options) == 1:
                    text = without_lines(text, entry.logical.first, entry.logical.last)
                    break
                shorter = _without(text, entry, option)
                if isinstance(shorter, Refusal):
                    return shorter
                text = shorter
        return text


def _without(text: str, entry: Entry, option: Option) -> str | Refusal:
    span = entry.logical.span(option.start, option.end)
    if span.start.line != span.end.line:
        return _CUT
    line = bare(split_lines(text)[span.start.line])
    head, end = line[: span.start.column], span.end.column
    if head.strip("\ufeff \t"):
        start = len(head.rstrip())
    else:
        start, end = span.start.column, end + len(line[end:]) - len(line[end:].lstrip())
    return replace_span(text, Span(Position(span.start.line, start), Position(span.start.line, end)), "")


class HttpsIndexAction(LineAction[OfHost]):
    """Writes https in the addresses of a host."""

    name = "requirements.https_index"
    parameters = OfHost

    def apply(self, parameters: OfHost, text: str) -> str | Refusal:
        for entry in reversed(entries(text)):
            for option in reversed(entry.options):
                value = option.value or ""
                host = host_of(value, "http") if option.name in ADDRESSES else None
                start = option.end - len(value)
                if host is None or not items_for(parameters.host, [host]):
                    continue
                span = entry.logical.span(start, start + len("http"))
                if span.start.line != span.end.line:
                    return _CUT
                text = replace_span(text, span, "https")
        return text
