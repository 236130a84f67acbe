"""`unstuck catalog test FILE`: which signatures speak on a file, and why the nearest others do not."""

from __future__ import annotations

import argparse
import sys
from collections import Counter

from unstuck.authoring.silence import Silence, Silences
from unstuck.commands.common import NoCatalog, load, locale_of, say
from unstuck.commands.explain import nearest
from unstuck.commands.scan import kind_of_name
from unstuck.core.analysis import Analysis
from unstuck.core.catalog import Catalog
from unstuck.core.redact import redact, redact_captures
from unstuck.core.render import title
from unstuck.core.scanner import Finding
from unstuck.io.files import Unreadable, opened
from unstuck.report.terminal import visible

# An author tests the output of one failure; of a larger file this many characters are looked at.
MOST = 5_000_000
NEAREST = 5


def command(options: argparse.Namespace) -> int:
    """0 something speaks, 1 nothing does, 2 the file or an id is not there."""
    try:
        catalog = load(options)
        content = _read(options.file)
    except (NoCatalog, Unreadable) as problem:
        say(str(problem))
        return 2
    for id in options.ids:
        if id not in catalog:
            near = ", ".join(nearest(catalog, id))
            hint = f"Did you mean {near}?" if near else "`unstuck catalog list` names them all."
            say(f"there is no signature {id!r}. {hint}")
            return 2
    kind = options.kind or kind_of_name(options.file)
    analysis = Analysis(catalog, kind, content)
    analysis.update()
    lines = [f"{options.file}, read as {kind}:", *_speaking(analysis, locale_of(options.locale))]
    lines += _silent(analysis, catalog, options.ids)
    sys.stdout.write("".join(f"{visible(line)}\n" for line in lines))
    return 0 if analysis.diagnoses else 1


def _read(path: str) -> str:
    parts: list[str] = []
    size = 0
    with opened(path) as chunks:
        for chunk in chunks:
            parts.append(chunk)
            size += len(chunk)
            if size > MOST:
                say(f"{path} is long: only its first {MOST:,} characters are looked at.")
                break
    return "".join(parts)


def _speaking(analysis: Analysis, locale: str) -> list[str]:
    lines = []
    told: set[tuple[str, int]] = set()
    for diagnosis in analysis.diagnoses:
        signature = diagnosis.signature
        lines.append(f"  line {diagnosis.span.start.line + 1}: {signature.id}: {title(diagnosis, locale)}")
        lines.append(f"    {_quoted(diagnosis.finding)}")
        lines += [f"    {name} = {value}" for name, value in redact_captures(diagnosis.captures).items()]
        if diagnosis.repeats:
            lines.append(f"    again on {_lines_of(diagnosis.repeats)}")
        for id, findings in _by_id(diagnosis.symptoms).items():
            lines.append(f"    folded under it: {id} on {_lines_of(findings)}")
        told |= {
            (finding.signature.id, finding.span.start.line)
            for finding in (diagnosis.finding, *diagnosis.repeats, *diagnosis.symptoms)
        }
    dropped = [finding for finding in analysis.findings if (finding.signature.id, finding.span.start.line) not in told]
    for id, findings in _by_id(dropped).items():
        lines.append(f"  {id} matches on {_lines_of(findings)}, but that command succeeded in the end")
    return lines or ["  nothing speaks."]


def _silent(analysis: Analysis, catalog: Catalog, ids: list[str]) -> list[str]:
    speaking = Counter(finding.signature.id for finding in analysis.findings)
    silences = Silences(catalog, analysis.text, analysis.kind, analysis.scanner)
    asked: list[Silence] = []
    lines = []
    for id in ids:
        signature = catalog.get(id)
        if signature is None or speaking[id]:
            continue
        asked.append(silences.explain(signature))
    near = asked or silences.nearest(speaking, NEAREST)
    if near:
        lines.append("  silent, and why:" if asked else "  the nearest of those that are silent, and why:")
        lines += [f"    {silence.signature.id}: {silence.reason}" for silence in near]
    return lines


def _quoted(finding: Finding) -> str:
    text = redact(finding.text.strip())
    return text if len(text) <= 160 else text[:159] + "…"


def _by_id(findings: tuple[Finding, ...] | list[Finding]) -> dict[str, list[Finding]]:
    grouped: dict[str, list[Finding]] = {}
    for finding in findings:
        grouped.setdefault(finding.signature.id, []).append(finding)
    return grouped


def _lines_of(findings: tuple[Finding, ...] | list[Finding]) -> str:
    numbers = [str(finding.span.start.line + 1) for finding in findings]
    shown = ", ".join(numbers[:8]) + (", …" if len(numbers) > 8 else "")
    return f"line{'s' if len(numbers) > 1 else ''} {shown}"
