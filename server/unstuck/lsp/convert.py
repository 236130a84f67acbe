"""From the core's words to the protocol's: positions in the client's units, diagnostics, edits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lsprotocol import types

from unstuck.core import markdown, render
from unstuck.core.diagnosis import Diagnosis
from unstuck.core.redact import redact_captures
from unstuck.core.scanner import Finding
from unstuck.core.signature import Severity
from unstuck.core.text import Encoding, Position, Span, Text, units_of
from unstuck.lsp.client import Client

SOURCE = "unstuck"
MOST_SYMPTOMS = 10
MOST_REPEATS = 5
# A capture longer than this is no use to a client.
_LONGEST_CAPTURE = 400

SEVERITIES: dict[Severity, types.DiagnosticSeverity] = {
    "error": types.DiagnosticSeverity.Error,
    "warning": types.DiagnosticSeverity.Warning,
    "information": types.DiagnosticSeverity.Information,
    "hint": types.DiagnosticSeverity.Hint,
}


def position(text: Text, place: Position, encoding: Encoding) -> types.Position:
    """A place of `text` in the client's units; one that no longer exists is the nearest that does."""
    line, column = text.clamp(place)
    return types.Position(line, units_of(text.line(line), column, encoding))


def span_range(text: Text, span: Span, encoding: Encoding) -> types.Range:
    return types.Range(position(text, span.start, encoding), position(text, span.end, encoding))


def data_of(diagnosis: Diagnosis) -> dict[str, Any]:
    """What comes back with a diagnostic: enough to find the diagnosis again, without its secrets."""
    captures = {name: value[:_LONGEST_CAPTURE] for name, value in diagnosis.captures.items()}
    return {"id": diagnosis.signature.id, "captures": redact_captures(captures)}


def find_by_data(
    diagnoses: Sequence[Diagnosis], data: Any, code: Any = None, line: int | None = None
) -> Diagnosis | None:
    """The live diagnosis that a diagnostic's `data` (or its code) names; of several the nearest to `line`."""
    data = data if isinstance(data, Mapping) else {}
    id = data.get("id", code)
    same = [diagnosis for diagnosis in diagnoses if diagnosis.signature.id == id]
    exact = [diagnosis for diagnosis in same if data_of(diagnosis)["captures"] == data.get("captures")]
    place = line if isinstance(line, int) else 0
    return min(exact or same, key=lambda diagnosis: abs(diagnosis.span.start.line - place), default=None)


def diagnostic(
    uri: str,
    text: Text,
    diagnosis: Diagnosis,
    *,
    client: Client,
    encoding: Encoding,
    locale: str,
    severity: Severity,
) -> types.Diagnostic:
    """One diagnosis as the client may have it."""
    url = diagnosis.signature.official_doc_url
    return types.Diagnostic(
        range=span_range(text, diagnosis.span, encoding),
        message=render.message(diagnosis, locale),
        severity=SEVERITIES[severity],
        code=diagnosis.signature.id,
        code_description=types.CodeDescription(url)
        if client.code_description and url and markdown.is_web(url)
        else None,
        source=SOURCE,
        related_information=related(uri, text, diagnosis, encoding, locale) if client.related_information else None,
        data=data_of(diagnosis) if client.diagnostic_data else None,
    )


def related(
    uri: str, text: Text, diagnosis: Diagnosis, encoding: Encoding, locale: str
) -> list[types.DiagnosticRelatedInformation] | None:
    """Where else the failure shows: what followed from it, then its first repeats, each in the text's order."""
    chosen = [
        *sorted(diagnosis.symptoms, key=lambda finding: finding.span)[:MOST_SYMPTOMS],
        *sorted(diagnosis.repeats, key=lambda finding: finding.span)[:MOST_REPEATS],
    ]
    return [
        types.DiagnosticRelatedInformation(
            types.Location(uri, span_range(text, finding.span, encoding)), _said(finding, diagnosis, locale)
        )
        for finding in chosen
    ] or None


def _said(finding: Finding, diagnosis: Diagnosis, locale: str) -> str:
    line = render.telling(finding.text)
    if finding.signature.id != diagnosis.signature.id:
        return line
    return f"同样的失败：{line}" if render.is_chinese(locale) else f"the same failure again: {line}"
