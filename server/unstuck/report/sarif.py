"""SARIF 2.1.0, which code scanning services read: one run, a rule for each signature that spoke."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path, PurePath
from typing import Any
from urllib.parse import quote

from unstuck import __version__
from unstuck.core.signature import Signature
from unstuck.report.model import Entry, FileReport, Place, localised, open_title
from unstuck.report.terminal import visible

_LEVELS = {"error": "error", "warning": "warning", "information": "note", "hint": "note"}


def write(reports: Sequence[FileReport], locale: str = "en") -> str:
    rules: dict[str, dict[str, Any]] = {}
    results: list[dict[str, Any]] = []
    for report in reports:
        for entry in report.entries:
            if entry.code not in rules:
                rules[entry.code] = _rule(entry.signature, locale)
            results.append(_result(report.path, entry, list(rules).index(entry.code)))
    driver = {"name": "unstuck", "semanticVersion": __version__, "version": __version__, "rules": list(rules.values())}
    run = {"tool": {"driver": driver}, "columnKind": "utf16CodeUnits", "results": results}
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    }
    return json.dumps(log, indent=2) + "\n"


def _rule(signature: Signature, locale: str) -> dict[str, Any]:
    rule: dict[str, Any] = {
        "id": signature.id,
        "shortDescription": {"text": visible(open_title(signature, locale))},
        "defaultConfiguration": {"level": _LEVELS[signature.severity]},
        "properties": {"tags": [signature.domain], "tier": signature.tier},
    }
    cause = localised(signature.root_cause, signature.root_cause_zh, locale)
    if cause:
        rule["fullDescription"] = {"text": visible(cause)}
        rule["help"] = {"text": visible(cause)}
    if (signature.official_doc_url or "").startswith(("https://", "http://")):
        rule["helpUri"] = signature.official_doc_url
    return rule


def _result(path: str, entry: Entry, rule: int) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": entry.code,
        "ruleIndex": rule,
        "level": _LEVELS[entry.severity],
        "message": {"text": visible(entry.message)},
        "occurrenceCount": entry.occurrences,
        "locations": [_location(path, entry.place, entry.text)],
    }
    if entry.related:
        result["relatedLocations"] = [
            {"id": number, **_location(path, place), "message": {"text": code}}
            for number, (code, place) in enumerate(entry.related, 1)
        ]
    return result


def _location(path: str, place: Place, text: str | None = None) -> dict[str, Any]:
    region: dict[str, Any] = {
        "startLine": place.line + 1,
        "startColumn": place.character + 1,
        "endLine": place.end_line + 1,
        "endColumn": place.end_character + 1,
    }
    if text is not None and place.line == place.end_line:
        # The property holds the region's own text; a whole line is its context.
        context = {"startLine": place.line + 1, "snippet": {"text": visible(text)}}
        return {
            "physicalLocation": {
                "artifactLocation": {"uri": _uri(path)},
                "region": region,
                "contextRegion": context,
            }
        }
    return {"physicalLocation": {"artifactLocation": {"uri": _uri(path)}, "region": region}}


def _uri(path: str) -> str:
    if path == "-":
        return "stdin"
    if PurePath(path).is_absolute():
        return Path(path).as_uri()
    return quote(os.fsencode(path.replace(os.sep, "/")))
