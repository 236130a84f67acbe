"""GitHub's workflow commands: a line per diagnosis, which the runner turns into an annotation."""

from __future__ import annotations

from collections.abc import Sequence

from unstuck.report.model import Entry, FileReport
from unstuck.report.terminal import visible

_LEVELS = {"error": "error", "warning": "warning", "information": "notice", "hint": "notice"}


def write(reports: Sequence[FileReport], locale: str = "en") -> str:
    return "".join(_command(report.path, entry, locale) for report in reports for entry in report.entries)


def _command(path: str, entry: Entry, locale: str) -> str:
    place = entry.place
    # Columns mean something only within one line.
    columns = (
        {"col": str(place.character + 1), "endColumn": str(max(place.end_character, place.character + 1))}
        if place.line == place.end_line
        else {}
    )
    properties = {
        **({} if path == "-" else {"file": path.replace("\\", "/")}),
        "line": str(place.line + 1),
        "endLine": str(place.end_line + 1),
        **columns,
        "title": f"{entry.message} [{entry.code}]",
    }
    cause = entry.signature.root_cause_zh if locale == "zh" else ""
    message = "\n".join(
        part
        for part in (
            visible(entry.text).strip(),
            visible(cause or entry.signature.root_cause),
            *(f"- {fix.title}" for fix in entry.fixes[:1]),
        )
        if part
    )
    listed = ",".join(f"{name}={_property(visible(value))}" for name, value in properties.items())
    return f"::{_LEVELS[entry.severity]} {listed}::{_data(message)}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
