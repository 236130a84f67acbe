"""`unstuck run CMD…`: the user's own command, its output untouched, then what its failure means."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from unstuck.commands.common import NoCatalog, columns_of, load, locale_of, say
from unstuck.report.terminal import wants_color

if TYPE_CHECKING:
    from unstuck.core.analysis import Analysis

# Characters of output that are kept for the diagnosis: the end of a long output is where it failed.
KEPT = 10_000_000


def command(options: argparse.Namespace) -> int:
    words: list[str] = options.words[1:] if options.words[:1] == ["--"] else options.words
    if not words:
        say("say which command to run, such as: unstuck run -- pip install demo")
        return 2
    try:
        catalog = load(options)
    except NoCatalog as problem:
        say(str(problem))
        return 2
    from unstuck.commands.scan import Examiner
    from unstuck.core.analysis import Analysis
    from unstuck.io.processes import CannotRun, Relay, run

    columns = columns_of(sys.stdout) if sys.stdout.isatty() else None
    transcript = Transcript(Analysis(catalog, "terminal", columns=columns), columns)
    try:
        code = run(words, Relay(transcript.feed))
    except CannotRun as problem:
        say(str(problem))
        return problem.code
    analysis = transcript.finish()
    if analysis.diagnoses:
        from unstuck.report.places import TextPlaces
        from unstuck.report.text import TextReport

        locale = locale_of(options.locale)
        examiner = Examiner(catalog, locale)
        report = TextReport(wants_color(sys.stderr, options.color), locale, columns_of(sys.stderr))
        places = TextPlaces(analysis.text)
        for diagnosis in analysis.diagnoses:
            sys.stderr.write("\n" + report.entry(None, examiner.entry(diagnosis, places)))
    return code


class Transcript:
    """The command's output as a person sees it, given to an analysis as it comes."""

    def __init__(self, analysis: Analysis, columns: int | None) -> None:
        from unstuck.core.stream import Stream

        self._analysis = analysis
        self._stream = Stream(columns, limit=KEPT)

    def feed(self, text: str) -> None:
        from unstuck.core.stream import Edit

        for event in self._stream.feed(text):
            if isinstance(event, Edit):
                self._analysis.edit(event.span, event.new)

    def finish(self) -> Analysis:
        self._analysis.update()
        return self._analysis
