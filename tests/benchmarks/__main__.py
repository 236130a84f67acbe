"""`python -m tests.benchmarks`: the table of what is measured, each number beside something real in the same run."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from functools import partial

from tests.benchmarks import checking, serving
from tests.benchmarks.measure import Row, as_json, table


def groups(*, quick: bool) -> dict[str, Callable[[], Iterator[Row]]]:
    """The rows by the name that chooses them; `quick` takes smaller inputs, for numbers that only orient."""
    scale = 10 if quick else 1
    return {
        "check": lambda: checking.in_folder(partial(checking.throughput, megabytes=200 // scale)),
        "sizes": lambda: checking.in_folder(partial(checking.sizes, megabytes=50 // scale)),
        "append": lambda: serving.appends(rounds=60 // (2 if quick else 1)),
        "flood": lambda: serving.flood(100 // scale),
        "start": lambda: serving.cold_start(9 // (3 if quick else 1)),
        "hover": lambda: checking.in_folder(partial(serving.responsive, megabytes=200 // scale)),
        "watch": lambda: checking.in_folder(partial(serving.watch, megabytes=1000 // scale)),
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("rows", nargs="*", help="which rows: check, sizes, append, flood, start, hover, watch (all)")
    parser.add_argument("--json", action="store_true", help="the rows with their details as JSON")
    parser.add_argument("--quick", action="store_true", help="a tenth of the input: numbers that only orient")
    options = parser.parse_args()
    known = groups(quick=options.quick)
    unknown = [name for name in options.rows if name not in known]
    if unknown:
        parser.error(f"no such rows: {', '.join(unknown)}; choose from {', '.join(known)}")
    rows: list[Row] = []
    for name in options.rows or known:
        for row in known[name]():
            rows.append(row)
            print(f"{row.what}: {row.value:.3g} {row.unit} {row.against}", file=sys.stderr)
    print(as_json(rows) if options.json else table(rows))
    return 0 if all(row.reached is not False for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
