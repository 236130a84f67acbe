"""`unstuck catalog schema`: the JSON schema of a record, made from the models."""

from __future__ import annotations

import argparse
import json
import sys

from unstuck.commands.common import say
from unstuck.core.signature import Signature
from unstuck.io.catalogs import shipped_path


def schema() -> str:
    """The text of seeds/schema.json."""
    made = {"$schema": "https://json-schema.org/draft/2020-12/schema", **Signature.model_json_schema()}
    made["title"] = "A signature of Unstuck's catalog"
    return json.dumps(made, indent=2, ensure_ascii=False) + "\n"


def command(options: argparse.Namespace) -> int:
    if not options.check:
        sys.stdout.write(schema())
        return 0
    stored = shipped_path() / "schema.json"
    if stored.is_file() and stored.read_text(encoding="utf-8") == schema():
        sys.stdout.write(f"{stored} is what the models say.\n")
        return 0
    say(f"{stored} is not what the models say. Write it anew: unstuck catalog schema > seeds/schema.json")
    return 1
