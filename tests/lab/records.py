"""What the lab learns goes into the records: who printed a signature, and what helped.

A record keeps the order of its keys, its keys of other makers and its formatting.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.version import Version

from tests.lab.tools import ROOT, locked

SEEDS = ROOT / "seeds"


@dataclass(frozen=True)
class Printed:
    """A tool's version printed the wording that is stored as `capture`."""

    id: str
    tool: str
    version: str
    capture: str
    rendering: str
    scenario: str


@dataclass(frozen=True)
class Tried:
    """A workaround or dead end called `name` was tried with a tool's version; or a fix, through the server."""

    id: str
    name: str
    tool: str
    version: str
    fixed: bool
    environment: str = ""
    fix: bool = False


def path_of(id: str) -> Path:
    return SEEDS / f"{id}.json"


def dump(record: dict[str, Any]) -> str:
    """A record as the catalog writes it: two spaces, Chinese as it is, a list of versions on one line."""
    text = json.dumps(record, indent=2, ensure_ascii=False)
    versions = re.compile(r'"versions": \[\s+((?:"[^"\n]*",?\s+)+)\]')
    return versions.sub(lambda found: f'"versions": [{" ".join(found[1].split())}]', text)


def update(id: str, printed: Iterable[Printed], tried: Iterable[Tried], *, complete: bool) -> list[str]:
    """Write what was seen into one record, under a lock; what the run did not touch stays. Returns complaints.

    `complete` says that `printed` is all there is of its scenarios, so that their former evidence goes.
    """
    complaints: list[str] = []
    with locked(f"record-{id.replace('/', '-')}"):
        path = path_of(id)
        if not path.is_file():
            return [f"{id}: there is no record {path.relative_to(ROOT)}; write it, then run again"]
        text = path.read_text(encoding="utf-8")
        record = json.loads(text)
        _evidence(record, list(printed), complete=complete)
        complaints += _outcomes(record, list(tried))
        new = dump(record) + ("\n" if text.endswith("\n") else "")
        if new != text:
            path.write_text(new, encoding="utf-8", newline="\n")
    return complaints


def _evidence(record: dict[str, Any], printed: list[Printed], *, complete: bool) -> None:
    if not printed:
        return
    renewed = {(entry.scenario, entry.tool, entry.rendering, entry.version) for entry in printed}
    gone = {entry.scenario for entry in printed} if complete else set()
    versions: dict[tuple[str, str, str], set[str]] = {}
    for entry in record.get("evidence", []):
        scenario = _scenario_of(entry["capture"])
        for version in entry["versions"] if scenario not in gone else ():
            if (scenario, entry["tool"], entry["rendering"], version) not in renewed:
                versions.setdefault((entry["capture"], entry["tool"], entry["rendering"]), set()).add(version)
    for one in printed:
        versions.setdefault((one.capture, one.tool, one.rendering), set()).add(one.version)
    record["evidence"] = [
        {"tool": tool, "versions": sorted(found, key=Version), "capture": capture, "rendering": rendering}
        for (capture, tool, rendering), found in sorted(versions.items())
    ]
    record["verification_tier"] = "reproduced"


def _scenario_of(capture: str) -> str:
    """pip/slug/theme.function.pip-25.3-tty -> theme.function"""
    return ".".join(capture.rpartition("/")[2].split(".")[:2])


def _outcomes(record: dict[str, Any], tried: list[Tried]) -> list[str]:
    complaints = []
    named: dict[tuple[str, bool], dict[str, Any]] = {}
    for key in ("fixes", "workarounds", "dead_ends"):
        for entry in record.get(key, []):
            if entry.get("name"):
                named[entry["name"], key == "fixes"] = entry
    for name, fix in sorted({(one.name, one.fix) for one in tried}):
        # What a hand did in a scenario says nothing of what the server offers.
        entry = named.get((name, fix))
        if entry is None:
            wanted = "fix" if fix else "workaround or dead end"
            complaints.append(f"{record['id']}: a scenario tries {name!r}, which no {wanted} is named")
            continue
        seen: dict[tuple[str, str], dict[str, bool]] = {}
        for outcome in entry.get("outcomes", []):
            group = seen.setdefault((outcome["tool"], outcome.get("environment", "")), {})
            group.update(dict.fromkeys(outcome["versions"], outcome["fixed"]))
        fresh: dict[tuple[str, str], dict[str, bool]] = {}
        for one in tried:
            if (one.name, one.fix) == (name, fix):
                group = fresh.setdefault((one.tool, one.environment), {})
                # Several scenarios of one signature: it helps only where it helped in all of them.
                group[one.version] = one.fixed and group.get(one.version, True)
        for where, group in fresh.items():
            seen.setdefault(where, {}).update(group)
        entry["outcomes"] = [
            {
                "tool": tool,
                "versions": versions,
                "fixed": fixed,
                **({"environment": environment} if environment else {}),
            }
            for (tool, environment), group in sorted(seen.items())
            for fixed in (True, False)
            if (versions := sorted((v for v, result in group.items() if result is fixed), key=Version))
        ]
    return complaints
