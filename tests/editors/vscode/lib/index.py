"""The loopback index that makes the real pip fail: started by index.mjs, ends with its standard input.

Prints one line of JSON: `url` (the index), `host` (name and port), `ca` (the private root's file).
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from unstuck.demo.certificates import private_root
from unstuck.demo.index import Index
from unstuck.demo.packages import wheel


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        context, root = private_root(Path(name))
        with Index(context=context) as index:
            index.add(wheel("unstuck-demo", "1.0"), wheel("unstuck-demo", "1.1"))
            print(json.dumps({"url": index.simple, "host": index.host, "ca": str(root)}), flush=True)
            sys.stdin.read()


if __name__ == "__main__":
    main()
