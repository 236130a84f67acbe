"""The JSON report: its shape is a contract, see `seeds/README.md` and the README."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from unstuck.report.model import Entry, FileReport, Place


def write(reports: Sequence[FileReport]) -> str:
    """All files, those without a diagnosis too. ASCII only: a byte that is not text is kept as a lone surrogate."""
    files = [{"path": report.path, "diagnoses": [_entry(entry) for entry in report.entries]} for report in reports]
    return json.dumps({"files": files}, indent=2) + "\n"


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "code": entry.code,
        "severity": entry.severity,
        "message": entry.message,
        "range": place(entry.place),
        "text": entry.text,
        "captures": entry.captures,
        "occurrences": entry.occurrences,
        "fixes": [{"title": fix.title, "applicability": fix.applicability} for fix in entry.fixes],
        "related": [{"code": code, "range": place(where)} for code, where in entry.related],
    }


def place(where: Place) -> dict[str, Any]:
    return {
        "start": {"line": where.line, "character": where.character},
        "end": {"line": where.end_line, "character": where.end_character},
    }
