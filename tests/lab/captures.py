"""Stored outputs: tests/captures/<domain>/<slug>/<name>.txt (piped) or .ansi (terminal), and <name>.json about it.

`<name>` is theme.function.tool-version, the version being the oldest that prints this wording, and ends in -tty for a
terminal's. One wording is stored once: outputs that differ in numbers only are the same wording.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.lab.tools import ROOT

FOLDER = ROOT / "tests/captures"
# Example names, and the sites that tools point their readers to.
_OURS = re.compile(
    r"(?:^|\.)(?:example\.(?:com|org|net)|localhost|invalid|test|pypa\.io|python\.org|astral\.sh|readthedocs\.io|"
    r"github\.com|mozilla\.org|scikit-learn\.org|rustup\.rs|cmake\.org|microsoft\.com|w3\.org|curl\.se)$"
)
SUFFIX = {"pipe": ".txt", "pty": ".ansi"}


@dataclass
class Capture:
    """One wording: the text with what is expected of it, and the versions that print it."""

    id: str
    scenario: str
    tool: str
    rendering: str
    python: str
    command: str
    exit_code: int
    text: str
    expected: Sequence[dict[str, Any]]
    versions: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Its path below tests/captures without a suffix."""
        tty = "-tty" if self.rendering == "pty" else ""
        return f"{self.id}/{self.scenario}.{self.tool}-{self.versions[0]}{tty}"


def versions_of(scenario: Any) -> set[str]:
    """The versions, by the names that a scenario knows them by, that its stored captures tell of."""
    named: set[str] = set()
    for file in (FOLDER / scenario.id).glob(f"{scenario.name}.*.json"):
        for version in json.loads(file.read_text("utf-8"))["versions"]:
            # What the index had as its newest is called so.
            close = [name for name in scenario.versions if name == version or version.startswith(f"{name}.")]
            named.update(close or {"newest"})
    return named


def wording(text: str) -> str:
    """What two outputs of one wording share: numbers, hashes and how often a line was redrawn do not count."""
    text = re.sub(r"\x1b\[[0-9;?]*[ -/]*[@-~]", "", text)
    text = re.sub(r"[^\n\r]*\r(?!\n)", "", text)
    text = re.sub(r"\b[0-9a-f]{32,}\b", "H", text)
    text = re.sub(r"\d+(?:\.\d+)*", "N", text)
    text = re.sub(r"[ \t\b\r]+", " ", text)
    lines = text.splitlines()
    return "\n".join(line for number, line in enumerate(lines) if number == 0 or line != lines[number - 1])


def strangers(text: str) -> set[str]:
    """Hosts of URLs in a capture that are neither ours nor documentation's: a tool went past the loopback."""
    hosts = set(re.findall(r"https?://(?:[^/@\s'\"]*@)?([\w.-]+)", text))
    return {host for host in hosts if not _OURS.search(host)}


def distinct(captures: Sequence[Capture]) -> list[Capture]:
    """One capture for each wording of one scenario and rendering; the versions, oldest first, are joined."""
    found: dict[tuple[str, str, str, str], Capture] = {}
    for capture in captures:
        key = (capture.scenario, capture.tool, capture.rendering, wording(capture.text))
        first = found.setdefault(key, capture)
        if first is not capture:
            first.versions += [version for version in capture.versions if version not in first.versions]
    return list(found.values())


def store(captures: Sequence[Capture], *, complete: bool) -> None:
    """Write them; `complete` says that these are all of their scenarios' captures, so that former ones go."""
    if complete:
        for id, scenario in {(capture.id, capture.scenario) for capture in captures}:
            for old in (FOLDER / id).glob(f"{scenario}.*"):
                old.unlink()
    for capture in captures:
        file = FOLDER / f"{capture.name}{SUFFIX[capture.rendering]}"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(capture.text, encoding="utf-8", newline="")
        about = {
            "scenario": capture.scenario,
            "tool": capture.tool,
            "versions": capture.versions,
            "python": capture.python,
            "rendering": capture.rendering,
            "command": capture.command,
            "exit_code": capture.exit_code,
            "expected": list(capture.expected),
        }
        path = FOLDER / f"{capture.name}.json"
        path.write_text(json.dumps(about, indent=2, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")
