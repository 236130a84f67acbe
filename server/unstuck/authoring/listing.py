"""`unstuck catalog list`, `table` and `actions`: what the catalog holds and how each signature is known."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable

from unstuck.commands.common import NoCatalog, load, locale_of, say
from unstuck.core.render import tried
from unstuck.core.signature import Applicability, Signature, Tier
from unstuck.io.catalogs import shipped_path
from unstuck.report.model import open_title
from unstuck.report.terminal import visible

BEGIN = "<!-- catalog table: `unstuck catalog table --write` makes it -->"
END = "<!-- end of the catalog table -->"
TIERS: tuple[Tier, ...] = ("reproduced", "documented", "reported", "ai_generated")


def command(options: argparse.Namespace) -> int:
    if options.subcommand == "actions":
        sys.stdout.write(_actions())
        return 0
    try:
        catalog = load(options)
    except NoCatalog as problem:
        say(str(problem))
        return 2
    if options.subcommand == "table":
        return _table(catalog, options)
    kept = [
        signature
        for signature in sorted(catalog, key=lambda signature: signature.id)
        if options.domain in (None, signature.domain) and options.tier in (None, signature.tier)
    ]
    sys.stdout.write(_json(kept) if options.format == "json" else _text(kept, locale_of(options.locale)))
    return 0


def _text(signatures: list[Signature], locale: str) -> str:
    width = max((len(signature.id) for signature in signatures), default=0)
    lines = [
        f"{signature.id:{width}}  {signature.tier:12}  {visible(open_title(signature, locale))}"
        for signature in signatures
    ]
    counts = Counter(signature.tier for signature in signatures)
    tiers = ", ".join(f"{counts[tier]} {tier}" for tier in TIERS if counts[tier])
    return "\n".join([*lines, f"{len(signatures)} signatures" + (f": {tiers}" if tiers else "")]) + "\n"


def _actions() -> str:
    from unstuck.core.fixes import actions

    lines = []
    for name, action in sorted(actions().items()):
        fields = action.parameters.model_fields.items()
        arguments = ", ".join(field if info.is_required() else f"[{field}]" for field, info in fields)
        lines.append(f"{name:32} {action.least:12} {arguments}")
    return "\n".join(["action".ljust(32) + " " + "at the safest".ljust(13) + "arguments, [optional]", *lines]) + "\n"


def _json(signatures: list[Signature]) -> str:
    rows = [
        {
            "id": signature.id,
            "title": signature.title,
            "tier": signature.tier,
            "severity": signature.severity,
            "role": signature.role,
            "documents": signature.documents,
            "tested": signature.tested_versions,
        }
        for signature in signatures
    ]
    return json.dumps(rows, indent=2, ensure_ascii=False) + "\n"


def table(signatures: Iterable[Signature]) -> str:
    """The Markdown tables of the catalog: counts by tier, what the fixes did, and who printed each signature."""
    ordered = sorted(signatures, key=lambda signature: signature.id)
    domains = sorted({signature.domain for signature in ordered})
    counts = Counter((signature.domain, signature.tier) for signature in ordered)
    lines = ["| domain | signatures | " + " | ".join(TIERS) + " |", "|---|--:|" + "--:|" * len(TIERS)]
    for domain in domains:
        cells = [counts[domain, tier] for tier in TIERS]
        lines.append(f"| {domain} | {sum(cells)} | " + " | ".join(map(str, cells)) + " |")
    sums = [sum(counts[domain, tier] for domain in domains) for tier in TIERS]
    lines.append(f"| all | {sum(sums)} | " + " | ".join(map(str, sums)) + " |")
    lines += ["", *_mended(ordered), "", "| signature | tier | printed by |", "|---|---|---|"]
    for signature in ordered:
        versions = "; ".join(f"{tool} {', '.join(found)}" for tool, found in signature.tested_versions.items())
        lines.append(f"| `{signature.id}` | {signature.tier} | {versions.replace('|', '')} |")
    return "\n".join(lines) + "\n"


def _mended(signatures: Iterable[Signature]) -> list[str]:
    """What came of each fix in each version of a tool, as the lab saw it through the server; hover says the same."""
    rows: list[str] = []
    proven: set[str] = set()
    untried: Counter[Applicability] = Counter()
    for signature in signatures:
        for fix in signature.fixes:
            if not fix.outcomes:
                untried[fix.applicability] += 1
            for (tool, environment), seen in tried(fix.outcomes).items():
                words = {
                    good: ", ".join(version for version, fixed in seen.items() if fixed is good)
                    for good in (True, False)
                }
                if words[True]:
                    proven.add(signature.id)
                where = tool + (f" with {environment}" if environment else "")
                cells = [f"{where} {words[good]}" if words[good] else "" for good in (True, False)]
                told = [f"`{signature.id}`", fix.name, f"`{fix.action}`", fix.applicability, *cells]
                rows.append("| " + " | ".join(cell.replace("|", "") for cell in told) + " |")
    left = ", ".join(f"{count} {kind}" for kind, count in sorted(untried.items()))
    return [
        f"{len(proven)} signatures have a fix that the lab saw mend the failure. Fixes that it has not tried: "
        f"{left or 'none'}.",
        "",
        "| signature | fix | action | | mended | not mended |",
        "|---|---|---|---|---|---|",
        *rows,
    ]


def with_table(page: str, signatures: Iterable[Signature]) -> str | None:
    """A page with its table made anew; None where the page has no place for one."""
    head, begin, rest = page.partition(BEGIN)
    _, end, tail = rest.partition(END)
    return f"{head}{BEGIN}\n\n{table(signatures)}\n{END}{tail}" if begin and end else None


def _table(signatures: Iterable[Signature], options: argparse.Namespace) -> int:
    if not (options.write or options.check):
        sys.stdout.write(table(signatures))
        return 0
    file = shipped_path() / "README.md"
    page = file.read_text(encoding="utf-8") if file.is_file() else ""
    new = with_table(page, signatures)
    if new is None:
        say(f"{file} has no place for the table. Put these two lines where it belongs:\n{BEGIN}\n{END}")
        return 2
    if options.write:
        file.write_text(new, encoding="utf-8", newline="\n")
        return 0
    if new != page:
        say(f"the table in {file} is not what the records say. Make it anew: unstuck catalog table --write")
        return 1
    return 0
