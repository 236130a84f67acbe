"""The report for people: where, what happened, the telling line with its mark, why, the best fix, how it is known."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import NamedTuple

from unstuck.core.escapes import render
from unstuck.core.signature import Signature
from unstuck.report.model import Entry, FileReport, OfferedFix, localised
from unstuck.report.terminal import Style, visible, width

# The telling line takes at the most so many rows.
MOST_ROWS = 4

_WORDS = {
    "cause": ("cause", "原因"),
    "fix": ("fix", "修复"),
    "try": ("try", "尝试"),
    "known": ("known", "依据"),
}
_APPLICABILITY = {
    "unsafe": ("unsafe: gives up a protection", "不安全：会放弃一项保护"),
}


class TextReport:
    """Writes entries for a person; `columns` is the width to fit the quoted line and the prose into."""

    def __init__(self, color: bool = False, locale: str = "en", columns: int = 100) -> None:
        self._style = Style(color)
        self._locale = locale
        self._columns = max(40, min(columns, 120))

    def write(self, reports: Sequence[FileReport]) -> str:
        """All entries of all files, and a summary line."""
        blocks = [self.entry(report.path, entry) for report in reports for entry in report.entries]
        return "\n".join([*blocks, self.summary(reports)])

    def entry(self, path: str | None, entry: Entry) -> str:
        """One diagnosis; without a path it says where nothing stands (the output of a command that just ran)."""
        style = self._style
        where = "" if path is None else f"{visible(_shown(path))}:{entry.place.line + 1}:{self._column(entry)}: "
        times = (
            f" ({self._say(f'{entry.occurrences} times', f'{entry.occurrences} 次')})" if entry.occurrences > 1 else ""
        )
        head = (
            style.bold(where)
            + style.severity(entry.severity, visible(entry.message))
            + times
            + style.dim(f"  [{entry.code}]")
        )
        lines = [head, *self._quote(entry)]
        lines += self._field(
            "cause", localised(entry.signature.root_cause, entry.signature.root_cause_zh, self._locale)
        )
        best = entry.fixes[0] if entry.fixes else None
        # What gives up a protection never stands alone where there is another way.
        if best is None or best.applicability == "unsafe":
            lines += self._field("try", best_workaround(entry.signature, self._locale) or "")
        if best is not None:
            lines += self._field("fix", self._fix(best))
        lines += self._field("known", known(entry.signature, self._locale))
        return "\n".join(lines) + "\n"

    def summary(self, reports: Sequence[FileReport]) -> str:
        found = sum(len(report.entries) for report in reports)
        files = len(reports)
        if not found:
            return self._say(
                f"Nothing found in {_count(files, 'file')}.\n",
                f"在 {files} 个文件中没有发现问题。\n",
            )
        touched = sum(bool(report.entries) for report in reports)
        return self._say(
            f"Found {_count(found, 'failure')} in {touched} of {_count(files, 'file')}.\n",
            f"在 {files} 个文件中的 {touched} 个里发现 {found} 处失败。\n",
        )

    def _say(self, english: str, chinese: str) -> str:
        return chinese if self._locale == "zh" else english

    def _column(self, entry: Entry) -> int:
        # People and compilers count characters; without a mark the protocol's units are the nearest thing.
        return (entry.mark[0] if entry.mark else entry.place.character) + 1

    def _fix(self, fix: OfferedFix) -> str:
        note = _APPLICABILITY.get(fix.applicability)
        title = f"{fix.title}: {fix.command}" if fix.command else fix.title
        return f"{title} ({self._say(*note)})" if note else title

    def _field(self, name: str, text: str) -> list[str]:
        text = " ".join(visible(text).split())
        if not text:
            return []
        label = f"  {self._say(*_WORDS[name])}: "
        room = max(30, self._columns - width(label))
        wrapped = wrap(text, room)
        indent = " " * width(label)
        return [self._style.dim(label) + wrapped[0], *(indent + line for line in wrapped[1:])]

    def _quote(self, entry: Entry) -> list[str]:
        """The telling line as a person saw it, in rows, with carets under the rows where the mark begins and ends."""
        seen, mark = _seen(entry.text, entry.mark)
        if not seen.strip():
            return []
        gutter = self._style.dim("  | ")
        lines = []
        for row in _rows(*_cut(seen, mark, MOST_ROWS * (self._columns - 4)), self._columns - 4):
            lines.append(gutter + visible(row.text))
            if row.mark is not None:
                start, end = row.mark
                lead = " " * width(visible(row.text[:start]))
                carets = "^" * max(1, width(visible(row.text[start:end])))
                lines.append(gutter + lead + self._style.severity(entry.severity, carets))
        return lines


class _Row(NamedTuple):
    text: str
    mark: tuple[int, int] | None
    """What of the row to underline, where the mark begins or ends in it."""


def _rows(text: str, mark: tuple[int, int] | None, room: int) -> list[_Row]:
    rows: list[_Row] = []
    start = 0
    while start < len(text):
        end = min(start + room, len(text))
        while width(text[start:end]) > room:
            end -= 1
        under = None
        if mark is not None and (start <= mark[0] < end or start < mark[1] <= end):
            under = (max(mark[0], start) - start, min(mark[1], end) - start)
        rows.append(_Row(text[start:end], under))
        start = end
    return rows


def _seen(text: str, mark: tuple[int, int] | None) -> tuple[str, tuple[int, int] | None]:
    """The line without its escape sequences, and where the mark stands then."""
    rendered = render(text)
    if mark is None:
        return rendered.text, None
    if rendered.text == text:
        return text, mark
    start, end = mark
    inside = [index for index, column in enumerate(rendered.columns) if start <= column < end]
    return rendered.text, (inside[0], inside[-1] + 1) if inside else None


def _cut(text: str, mark: tuple[int, int] | None, room: int) -> tuple[str, tuple[int, int] | None]:
    if width(text) <= room:
        return text, mark
    start = mark[0] if mark else 0
    begin = 0 if start < room // 2 else start - room // 4
    head = "…" if begin else ""
    kept = text[begin : begin + room - 2]
    while width(kept) > room - 2:
        kept = kept[:-1]
    tail = "…" if begin + len(kept) < len(text) else ""
    if mark is not None:
        shift = len(head) - begin
        mark = (mark[0] + shift, min(mark[1] + shift, len(head) + len(kept)))
    return head + kept + tail, mark


def wrap(text: str, room: int) -> list[str]:
    """Wrapped at blanks; Chinese, which has none, wherever the line is full."""
    if text.isascii():
        return textwrap.wrap(text, room, break_long_words=False, break_on_hyphens=False) or [text]
    lines, line = [], ""
    for word in _pieces(text):
        if line and width(line + word.rstrip()) > room:
            lines.append(line.rstrip())
            line = word.lstrip()
        else:
            line += word
    return [*lines, line.rstrip()] if line.strip() else lines or [text]


def _pieces(text: str) -> list[str]:
    pieces: list[str] = []
    for char in text:
        wide = width(char) == 2
        if pieces and not wide and not pieces[-1].endswith(" ") and width(pieces[-1][-1]) != 2:
            pieces[-1] += char
        elif pieces and wide and char in "，。；：、！？）》」":
            pieces[-1] += char  # punctuation does not begin a line
        else:
            pieces.append(char)
    return pieces


def _shown(path: str) -> str:
    return "<stdin>" if path == "-" else path


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


def best_workaround(signature: Signature, locale: str) -> str | None:
    """What the record recommends first, the safe ones before those that give up a protection."""
    ranked = sorted(enumerate(signature.workarounds), key=lambda item: (item[1].applicability == "unsafe", item[0]))
    for number, workaround in ranked:
        chinese = signature.workarounds_zh[number] if number < len(signature.workarounds_zh) else ""
        text = localised(workaround.action or workaround.how, chinese, locale)
        if text:
            return text
    return None


def known(signature: Signature, locale: str) -> str:
    """How the signature is known: its tier, and the tool versions that printed it in the lab."""
    tiers = {
        "reproduced": ("reproduced with the real tool", "已用真实工具复现"),
        "documented": ("from the tool's own source or manual", "来自工具自身的源码或手册"),
        "reported": ("from public reports", "来自公开报告"),
        "ai_generated": ("unverified", "未经验证"),
    }
    text = localised(*tiers[signature.tier], locale)
    versions = "; ".join(f"{tool} {', '.join(found)}" for tool, found in signature.tested_versions.items())
    return f"{text} ({versions})" if versions else text
