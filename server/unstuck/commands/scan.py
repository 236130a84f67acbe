"""From the text of one file to the entries of a report."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING

from unstuck.commands.blocks import MOST_ALIKE, scan_blocks
from unstuck.commands.common import say
from unstuck.core import render
from unstuck.core.analysis import Analysis
from unstuck.core.catalog import Catalog
from unstuck.core.diagnosis import Diagnosis
from unstuck.core.haystack import decoded
from unstuck.core.kinds import kind_of_path
from unstuck.core.redact import redact, redact_captures
from unstuck.core.same_mistake import same_mistake
from unstuck.core.scanner import Options, Scanner
from unstuck.core.signature import Kind, Signature
from unstuck.core.text import Text
from unstuck.core.wrapping import Wrapping, widths_of
from unstuck.report.model import Entry, OfferedFix
from unstuck.report.places import Places, TextPlaces

if TYPE_CHECKING:
    from unstuck.core.fixes import Fix, World

# Bytes of which it is found out whether they were wrapped at a width, and which are analysed as one document then.
WHOLE = 16_000_000
# Kinds that go through by blocks: nothing on their last lines changes what was found above.
LOGS: frozenset[Kind] = frozenset({"log", "output"})

# Kinds whose files are checked as well as searched for what a tool printed.
CHECKED: frozenset[Kind] = frozenset({"requirements", "pip_config", "pyproject"})


class Examiner:
    """Examines files with one catalog; `locale` is "en" or "zh"."""

    def __init__(self, catalog: Catalog, locale: str = "en", options: Options | None = None) -> None:
        self._catalog = catalog
        self._locale = locale
        self._options = options or Options()

    def entries(self, path: str, chunks: Iterator[bytes], kind: Kind | None = None) -> list[Entry]:
        """What stands in the text of `path`, in UTF-8, in order; `kind` is told by the name unless given.

        Raises what `chunks` raises.
        """
        kind = kind or kind_of_name(path)
        head: list[bytes] = []
        size = 0
        watch = Wrapping()
        for chunk in chunks:
            head.append(chunk)
            size += len(chunk)
            if kind in LOGS:
                watch.see(chunk)
            if size > WHOLE or (kind in LOGS and watch.is_out):
                return self._by_blocks(chain(head, chunks), kind, path)
        if kind in LOGS and not widths_of(b"".join(head)):
            return self._by_blocks(iter(head), kind, path)
        analysis = Analysis(self._catalog, kind, decoded(b"".join(head)), options=self._options)
        analysis.update()
        places = TextPlaces(analysis.text)
        found = [self.entry(diagnosis, places, path) for diagnosis in analysis.diagnoses]
        known = {(entry.place.line, entry.code) for entry in found}
        for entry in self._checks(kind, analysis.text, path):
            # What a signature says of the same line is not said twice.
            if not any(line == entry.place.line and same_mistake(entry.code, code) for line, code in known):
                found.append(entry)
        return sorted(found, key=lambda entry: entry.place.line)

    def _checks(self, kind: Kind, text: Text, path: str) -> Iterator[Entry]:
        """What is wrong in a requirements file, pyproject.toml or configuration before any tool runs."""
        if kind not in CHECKED:
            return
        from unstuck.core.file_checks import check_file

        places = TextPlaces(text)
        for check in check_file(os.path.abspath(path), kind, text.content, self._world_of(path), self._locale):  # noqa: PTH100
            domain = check.code.split("/")[0]
            if check.severity not in ("error", "warning") or {check.code, domain} & self._options.muted:
                continue
            quote, message = places.quote(check.span), redact(check.message)
            line = redact(quote.text)
            yield Entry(
                signature=Signature(
                    id=check.code, domain=domain, signature=message, regex="", severity=check.severity,
                    verification_tier="documented",
                ),
                severity=check.severity,
                message=message,
                place=places.place(check.span),
                text=line,
                mark=(quote.start, quote.end) if line == quote.text else None,
                captures={},
                fixes=_offered(check.fixes),
            )  # fmt: skip

    def _by_blocks(self, chunks: Iterator[bytes], kind: Kind, path: str) -> list[Entry]:
        scan = scan_blocks(chunks, kind, Scanner(self._catalog, self._options))
        if scan.unlisted:
            say(f"{path}: {scan.unlisted} more matches of the same kinds are not listed.")
        if scan.left_out:
            named = ", ".join(sorted(scan.left_out)[:5]) + (", …" if len(scan.left_out) > 5 else "")
            say(
                f"{path}: {len(scan.left_out)} signatures were no longer looked for after a while, because they "
                f"matched {MOST_ALIKE} times and more, always alike, or took too long: {named}. Mute them where they "
                "are of no use."
            )
        return [self.entry(diagnosis, scan, path) for diagnosis in scan.diagnoses]

    def entry(self, diagnosis: Diagnosis, places: Places, path: str = "-") -> Entry:
        """One diagnosis as it is reported; `places` knows the document's lines."""
        quote = places.quote(diagnosis.span)
        text = redact(quote.text)
        mark = (quote.start, quote.end)
        return Entry(
            signature=diagnosis.signature,
            severity=diagnosis.signature.severity,
            message=render.title(diagnosis, self._locale),
            place=places.place(diagnosis.span),
            text=text,
            mark=mark if text == quote.text else _found(text, redact(quote.text[slice(*mark)])),
            captures=redact_captures(diagnosis.captures),
            occurrences=diagnosis.occurrences,
            fixes=self._fixes(diagnosis, path),
            related=tuple(
                (finding.signature.id, places.place(finding.span))
                for finding in (*diagnosis.repeats, *diagnosis.symptoms)
            ),
        )

    @cached_property
    def _world(self) -> World:
        from unstuck.io.environment import machine

        return machine((os.getcwd(),))  # noqa: PTH109

    def _fixes(self, diagnosis: Diagnosis, path: str) -> tuple[OfferedFix, ...]:
        if not diagnosis.signature.fixes:
            return ()
        from unstuck.core.fixes import offers

        return _offered(offers(diagnosis, self._world_of(path), self._locale))

    def _world_of(self, path: str) -> World:
        return self._world if path == "-" else replace(self._world, document=os.path.abspath(path))  # noqa: PTH100


def _offered(fixes: Iterable[Fix]) -> tuple[OfferedFix, ...]:
    return tuple(
        OfferedFix(redact(fix.title), fix.applicability, redact(fix.command) if fix.command else None)
        for fix in fixes
        if fix.disabled is None
    )


def kind_of_name(path: str) -> Kind:
    """What a file is by its name; what the name does not tell is read as a log."""
    return kind_of_path(path[:-3] if path.lower().endswith(".gz") else path) or "log"


def _found(text: str, part: str) -> tuple[int, int] | None:
    start = text.find(part) if part else -1
    return None if start < 0 else (start, start + len(part))
