"""`unstuck check`: the failures in files, folders and standard input."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from unstuck.commands.common import NoCatalog, columns_of, load, locale_of, say
from unstuck.commands.scan import CHECKED, Examiner
from unstuck.core.scanner import Options
from unstuck.io.files import Unreadable, expand, opened_raw
from unstuck.report.model import FileReport
from unstuck.report.terminal import wants_color

FOUND, UNREADABLE = 1, 2


def command(options: argparse.Namespace) -> int:
    locale = locale_of(options.locale)
    try:
        catalog = load(options)
    except NoCatalog as problem:
        say(str(problem))
        return UNREADABLE
    domains = {signature.domain for signature in catalog} | CHECKED
    for name in options.mute:
        if name not in catalog and name not in domains and name.split("/")[0] not in CHECKED:
            say(f"--mute {name}: there is no such signature or domain. `unstuck catalog list` names them all.")
            return UNREADABLE
    examiner = Examiner(catalog, locale, Options(muted=frozenset(options.mute)))
    reports: list[FileReport] = []
    failed = False
    for path in dict.fromkeys(expand(options.paths)):
        try:
            if isinstance(path, Unreadable):
                raise path
            with opened_raw(path) as chunks:
                reports.append(FileReport(path, examiner.entries(path, chunks, options.kind)))
        except Unreadable as problem:
            failed = True
            say(str(problem))
    _write(reports, options, locale)
    if failed:
        return UNREADABLE
    return FOUND if any(report.entries for report in reports) else 0


def _write(reports: Sequence[FileReport], options: argparse.Namespace, locale: str) -> None:
    if options.format == "text":
        from unstuck.report.text import TextReport

        text = TextReport(wants_color(sys.stdout, options.color), locale, columns_of(sys.stdout))
        sys.stdout.write(text.write(reports))
    elif options.format == "json":
        from unstuck.report import json

        sys.stdout.write(json.write(reports))
    elif options.format == "sarif":
        from unstuck.report import sarif

        sys.stdout.write(sarif.write(reports, locale))
    else:
        from unstuck.report import github

        # The runner reads UTF-8, whatever the machine's own encoding is.
        if hasattr(sys.stdout, "reconfigure"):
            sys.stdout.reconfigure(encoding="utf-8", errors="replace")
        sys.stdout.write(github.write(reports, locale))
