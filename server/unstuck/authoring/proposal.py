"""From the line that tells of a failure to a proposed record: what varies becomes a capture, the rest stays."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from unstuck.core.escapes import render
from unstuck.core.redact import HIDDEN, redact
from unstuck.core.view import prefix_length

_VERSION = r"\d+(?:\.\d+)+(?:(?:a|b|rc|\.?post|\.?dev)\d+)*(?:\+[\w.]+)?"
_FILES = r"(?:py|pyc|txt|toml|cfg|ini|conf|json|whl|gz|zip|c|h|cpp|so|dll|dylib|exe|in|log|lock|md|html?|ya?ml|pem|crt)"

# What varies from one machine to the next, in the order in which it is recognised: the capture it becomes (empty:
# none), how it looks, and the pattern that takes its place.
_VARIABLES: tuple[tuple[str, str, str], ...] = (
    ("", r"_ssl\.c:\d+", r"_ssl\.c:\d+"),
    ("url", r"\b(?:git\+)?(?:https?|ssh|file|socks5h?)://[^\s'\"<>)\]]*[^\s'\"<>)\].,;:]", r"[^\s'\"<>]+"),
    ("hash", r"\b[0-9a-f]{32,128}\b", r"[0-9a-f]+"),
    ("requirement", rf"\b[A-Za-z][\w.-]*(?:\[[\w,-]+\])?(?:[=!~<>]=|[<>])\s?{_VERSION}", r"[^\s'\"]+"),
    ("path", r"(?<![\w.])[A-Za-z]:\\[^\s'\":*?<>|]+", r"[A-Za-z]:[^'\":*?<>|]+"),
    ("path", r"(?<![\w.:/])/(?:[\w.@+~-]+/)*[\w.@+~-]+", r"[^\s'\"]+"),
    ("path", rf"(?<![\w/])[\w-]+(?:[./][\w-]+)*\.{_FILES}\b", r"[^\s'\"]+"),
    ("module", r"(?<=No module named ')[\w.]+", r"[\w.]+"),
    ("host", r"\b(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}(?::\d+)?\b", r"[\w.-]+(?::\d+)?"),
    ("host", r"\b(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?\b", r"[\w.-]+(?::\d+)?"),
    ("version", rf"(?<![\w.])v?{_VERSION}", r"[\w.+!-]+"),
    ("line", r"(?<=\bline )\d+", r"\d+"),
    ("port", r"(?<=\bport=)\d+", r"\d+"),
    ("status", r"(?<=\bcode[: ])\d+|(?<=\bcode: )\d+|(?<=\bstatus )\d+|(?<=\bHTTP error )\d+", r"\d+"),
    ("", r"0x[0-9a-fA-F]+", r"0x[0-9a-fA-F]+"),
    ("", re.escape(HIDDEN), r"\S+"),
    ("", r"(?<![\w.])\d+(?![\w.])", r"\d+"),
)
_ANY = re.compile("|".join(f"(?P<v{number}>{looks})" for number, (_, looks, _) in enumerate(_VARIABLES)))
# A quoted name after which the sentence goes on: No module named 'x'.
_QUOTED = re.compile(r"(?<![\w])(?P<quote>['\"`])(?P<inside>[^'\"`\n]{1,80})(?P=quote)")
_SPECIAL = re.compile(r"[\\.^$*+?{}\[\]|()]")


@dataclass(frozen=True)
class Proposal:
    """A pattern for the telling line, and what its named groups hold there."""

    line: str
    regex: str
    captures: dict[str, str]


def telling_line(line: str) -> str:
    """A line as the tool printed it: no escapes, no CI system's prefix, no gutter, no secret."""
    seen = render(line.rstrip("\r\n")).text
    return redact(seen[prefix_length(seen) :].strip())


def propose(telling: str) -> Proposal:
    """A pattern that matches `telling`, one line as `telling_line` gives it."""
    parts: list[str] = []
    used: set[str] = set()
    at = 0

    def take(name: str, pattern: str) -> str:
        if not name or name in used:
            return pattern
        used.add(name)
        return f"(?P<{name}>{pattern})"

    def literal(text: str) -> str:
        """The text between what varies; a quoted name in it varies as well."""
        done, start = [], 0
        for match in _QUOTED.finditer(text):
            quote = match["quote"]
            name = "module" if text[: match.start()].rstrip().endswith("module named") else "name"
            done += [escape(text[start : match.start()]), quote, take(name, f"[^{quote}]+"), quote]
            start = match.end()
        return "".join([*done, escape(text[start:])])

    for match in _ANY.finditer(telling):
        name, _, pattern = _VARIABLES[int((match.lastgroup or "v0")[1:])]
        parts += [literal(telling[at : match.start()]), take(name, pattern)]
        at = match.end()
    parts.append(literal(telling[at:]))
    regex = "".join(parts)
    found = re.search(regex, telling)
    captures = {key: value for key, value in found.groupdict().items() if value is not None} if found else {}
    return Proposal(telling, regex, captures)


def escape(text: str) -> str:
    """A literal in a pattern; unlike re.escape it leaves blanks, quotes and dashes readable."""
    return _SPECIAL.sub(lambda match: "\\" + match[0], text)


def record(id: str, proposal: Proposal, answers: dict[str, str]) -> dict[str, Any]:
    """A record in the order of keys that those in seeds have; what nobody said is empty, and `catalog check` asks."""
    said = {name: answers.get(name, "") for name in ("title", "title_zh", "root_cause", "root_cause_zh")}
    workaround = answers.get("workaround", "")
    return {
        "id": id,
        "title": said["title"],
        "title_zh": said["title_zh"],
        "signature": proposal.line,
        "signature_zh": "",
        "regex": proposal.regex,
        "patterns": [],
        "domain": id.split("/", 1)[0],
        "category": "",
        "severity": "error",
        "role": "cause",
        "root_cause": said["root_cause"],
        "root_cause_zh": said["root_cause_zh"],
        "versions": [],
        "dead_ends": [],
        "workarounds": [{"action": workaround, "how": workaround, "sources": []}] if workaround else [],
        "workarounds_zh": [answers["workaround_zh"]] if workaround and answers.get("workaround_zh") else [],
        "fixes": [],
        "transition_graph": {"leads_to": [], "preceded_by": [], "frequently_confused_with": []},
        "official_doc_url": answers.get("official_doc_url") or None,
        "verification_tier": "reported",
        "examples": {"matches": [{"text": proposal.line, "captures": proposal.captures}], "non_matches": []},
        "locale": "en",
    }
