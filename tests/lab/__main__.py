"""python -m tests.lab: run scenarios, print a table of what helped, and fail where an expectation does."""

from __future__ import annotations

import argparse
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path

from packaging.version import Version

from tests.lab import captures, execute, records, tools
from tests.lab.runner import Result, run_scenario
from tests.lab.scenario import SCENARIOS, Scenario, load


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.lab", description=__doc__)
    parser.add_argument("--only", action="append", help="ids or scenario names, shell patterns allowed (pip/tls-*)")
    parser.add_argument("--versions", default="quick", help="quick, all, ci, or names, by comma")
    parser.add_argument("--record", action="store_true", help="store captures, evidence and outcomes")
    parser.add_argument("--no-tries", action="store_true", help="only fail and diagnose")
    parser.add_argument("--only-fixes", action="store_true", help="only apply the scenarios' fixes through the server")
    parser.add_argument("--show", action="store_true", help="print the outputs")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results there too")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument(
        "--seconds", type=float, help="start no run after this long; what is left is counted, and is first tomorrow"
    )
    parser.add_argument("--list", action="store_true", help="list the scenarios and stop")
    options = parser.parse_args()
    load()
    chosen = [one for one in SCENARIOS.values() if not options.only or any(_picks(pick, one) for pick in options.only)]
    if options.list:
        for one in chosen:
            print(f"{one.name:50} {one.id}")
        return 0
    if not chosen:
        print(f"no scenario is called {options.only}; --list shows them", file=sys.stderr)
        return 2
    if (text := execute.machine_configuration()) is not None:
        print(f"note: /etc/pip.conf of this machine is read and cannot be hidden:\n{text}", file=sys.stderr)
    jobs = [(one, version) for number, one in enumerate(chosen) for version in _versions(one, options.versions, number)]
    started = time.monotonic()
    results: list[Result] = []
    if options.seconds is not None:
        # Each day begins elsewhere, so that a bounded run still comes to all of them.
        jobs = _turned(jobs, date.today().toordinal() * 53 % len(jobs))

    def run(job: tuple[Scenario, str]) -> Result | None:
        if options.seconds is not None and time.monotonic() - started > options.seconds:
            return None
        return run_scenario(*job, tries=not options.no_tries, only_fixes=options.only_fixes)

    with ThreadPoolExecutor(options.workers) as pool:
        for result in pool.map(run, jobs):
            if result is not None:
                results.append(result)
                _tell(result, show=options.show)
    if options.versions == "ci":
        results = [_once_more(result, tries=not options.no_tries) for result in results]
    _table(results)
    complaints = (
        _record(results, complete=options.versions == "all" and not options.only_fixes) if options.record else []
    )
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    if options.json:
        options.json.write_text(json.dumps([_plain(result) for result in results], indent=2, ensure_ascii=False) + "\n")
    failed = [result for result in results if result.problems]
    skipped = sum(bool(result.skipped) for result in results)
    seconds = time.monotonic() - started
    left = f", {len(jobs) - len(results)} not begun in the time given" if len(results) < len(jobs) else ""
    print(f"\n{len(results)} runs, {len(failed)} not as expected, {skipped} skipped{left}, {seconds:.0f} s")
    return 1 if failed or complaints else 0


def _once_more(result: Result, *, tries: bool) -> Result:
    """A run that did not go as expected is tried again by itself: a busy machine runs into time limits."""
    if not result.problems:
        return result
    again = run_scenario(result.scenario, result.asked, tries=tries)
    print(f"second try of {result.scenario.name}, alone:")
    _tell(again, show=False)
    return again


def _turned(jobs: list[tuple[Scenario, str]], by: int) -> list[tuple[Scenario, str]]:
    return jobs[by:] + jobs[:by]


def _picks(pattern: str, one: Scenario) -> bool:
    return any(fnmatchcase(name, pattern) for name in (one.id, one.name)) or one.name.startswith(f"{pattern}.")


def _versions(one: Scenario, wanted: str, number: int) -> tuple[str, ...]:
    """The versions to run a scenario with; `ci` is one for each, so that all versions have their share."""
    if wanted == "ci":
        recorded = captures.versions_of(one)
        known = [version for version in one.versions if version in recorded] or one.versions
        return (known[number % len(known)],)
    if wanted == "all" or one.tool != "pip":
        return one.versions
    names = tools.QUICK if wanted == "quick" else tuple(wanted.split(","))
    # A scenario that runs with none of the quick versions still runs, with its newest.
    return tuple(version for version in one.versions if version in names) or one.versions[-1:]


def _tell(result: Result, *, show: bool) -> None:
    state = f"skipped: {result.skipped}" if result.skipped else "FAILED" if result.problems else "ok"
    name = f"{result.scenario.name} {result.scenario.tool} {result.version}"
    print(f"{name} (Python {result.python or '?'}): {state}", flush=True)
    for problem in result.problems:
        print("    " + problem.replace("\n", "\n    "))
    if show or (result.problems and not result.tried):
        for rendering, text in result.outputs.items():
            print(f"    -- {rendering}")
            print("    " + (text if rendering == "pipe" else repr(text)).replace("\n", "\n    "))


def _table(results: list[Result]) -> None:
    """Signature x what was tried x version: whether the command then succeeded."""
    rows: dict[tuple[str, str, str], dict[str, bool]] = {}
    for result in results:
        for one in result.tried:
            name = f"{one.name} [{one.environment}]" if one.environment else one.name
            rows.setdefault((result.scenario.name, one.id, name), {})[f"{one.tool} {one.version}"] = one.fixed
    if not rows:
        return
    columns = sorted({c for row in rows.values() for c in row}, key=lambda c: (c.split()[0], Version(c.split()[1])))
    width = max(len(name) for _, _, name in rows)
    last = None
    for (scenario, id, name), row in rows.items():
        if (scenario, id) != last:
            last = (scenario, id)
            print(f"\n{id}  ({scenario})")
            print(" " * width + "  " + "  ".join(columns))
        cells = [{True: "works", False: "fails", None: ""}[row.get(column)].ljust(len(column)) for column in columns]
        print(f"{name.ljust(width)}  {'  '.join(cells)}".rstrip())


def _record(results: list[Result], *, complete: bool) -> list[str]:
    """Store what went as expected; a scenario with a problem in any version is not stored at all."""
    spoilt = {result.scenario.name for result in results if result.problems}
    good = [result for result in results if result.scenario.name not in spoilt]
    kept = captures.distinct([capture for result in good for capture in result.captures])
    strangers = {f"{one.name}: {host} is no host of the lab" for one in kept for host in captures.strangers(one.text)}
    if strangers:
        return sorted(strangers)
    captures.store(kept, complete=complete)
    complaints: list[str] = []
    for id in sorted({result.scenario.id for result in good}):
        printed = [
            records.Printed(id, one.tool, version, one.name, one.rendering, one.scenario)
            for one in kept
            if one.id == id
            for version in one.versions
        ]
        tried = [one for result in good if result.scenario.id == id for one in result.tried]
        complaints += records.update(id, printed, tried, complete=complete)
    return complaints


def _plain(result: Result) -> dict[str, object]:
    return {
        "scenario": result.scenario.name,
        "id": result.scenario.id,
        "tool": result.scenario.tool,
        "version": result.version,
        "python": result.python,
        "skipped": result.skipped,
        "problems": result.problems,
        "tried": {one.name: one.fixed for one in result.tried},
    }


if __name__ == "__main__":
    sys.exit(main())
