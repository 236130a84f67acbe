"""Make the clean corpus again: run real programs that go well, and keep what they print.

    python make.py                  all sources, under an hour
    python make.py pip_large git    only these
    python make.py --list

Each source is one small function in sources/. One that lacks a program on this machine is left out and says so; one
that fails keeps what is stored already. Works on Debian or Ubuntu with network access to the package registries.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import traceback
from pathlib import Path

import sources  # noqa: F401  registers
from harness import CORPUS, SOURCES, Lab, Missing

INDEX = CORPUS / "index.json"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="sources to run; all by default")
    parser.add_argument("--list", action="store_true", help="list the sources and end")
    parser.add_argument("--place", type=Path, default=Path.home() / "unstuck-clean", help="where programs run")
    options = parser.parse_args()
    if options.list:
        print("\n".join(f"{name:20} {(function.__doc__ or '').splitlines()[0]}" for name, function in SOURCES.items()))
        return 0
    unknown = set(options.names) - set(SOURCES)
    if unknown:
        parser.error(f"no such source: {', '.join(sorted(unknown))}; --list shows them")

    failed = 0
    for name in options.names or SOURCES:
        print(f"{name} …", flush=True)
        lab, started = Lab(options.place.resolve()), time.monotonic()
        lab.source = name
        try:
            SOURCES[name](lab)
        except Missing as reason:
            print(f"  left out: {reason}")
        except Exception:
            traceback.print_exc(file=sys.stdout)
            failed += 1
        if lab.index:
            index = json.loads(INDEX.read_text()) if INDEX.exists() else {}
            index = {name: entry for name, entry in index.items() if (CORPUS / name).exists()} | lab.index
            INDEX.write_text(json.dumps(dict(sorted(index.items())), indent=1, ensure_ascii=False) + "\n")
        print(f"  {time.monotonic() - started:.0f} s", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
