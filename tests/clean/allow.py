"""List the lines of prose that the catalog takes for a failure, as entries for prose-allowed.json.

    PYTHONPATH=server python tests/clean/allow.py

Prints JSON with an empty reason where the list has none yet: look at each, mend the signature where a sensible pattern
would not match, and only then write a reason and save the entry.
"""

from __future__ import annotations

import json
import sys

import test_clean


def main() -> int:
    reasons = {
        (entry["file"], entry["where"], entry["id"], entry["text"]): entry["reason"]
        for entry in json.loads(test_clean.ALLOWED.read_text("utf-8"))
    }
    entries = []
    for name in test_clean.PROSE:
        for alarm in test_clean.alarms("log", test_clean.corpus.texts(name), errors_only=True):
            entry = {"file": name, "where": alarm["where"], "id": alarm["id"], "text": alarm["text"][:300]}
            entries.append({**entry, "reason": reasons.get(tuple(entry.values()), "")})
    print(json.dumps(entries, indent=1, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
