"""Correct a requirement that is written wrong: its operator, its quotes, its `@`."""

from __future__ import annotations

import re

from packaging.requirements import InvalidRequirement, Requirement
from packaging.version import InvalidVersion, Version

from unstuck.core.fixes.action import Refusal
from unstuck.core.fixes.requirement_file import InFile, Item, RequirementAction
from unstuck.core.requirements import name_in

_HEAD = re.compile(r"\s*(?P<name>[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)(?P<extras>\s*\[[^\]]*\])?")
_CLAUSE = re.compile(
    r"\s*,?\s*(?P<operator>[=<>!~^≥≤≠:]{1,4}|@)?\s*(?P<version>[A-Za-z0-9*][A-Za-z0-9.*+!_-]*)\s*,?(?=[\s,=<>!~^≥≤≠;]|\Z)"
)
_MARKER = re.compile(
    r"\s+(?=(?:python_version|python_full_version|os_name|sys_platform|platform_\w+|implementation_\w+|extra)\b)"
)
_OPERATORS = {
    "=": "==", "=>": ">=", "=<": "<=", "<>": "!=", "!": "!=", "=~": "~=", "~>": "~=", "=!": "!=", ":": "==", "@": "==",
    ">==": ">=", "<==": "<=", "==>": ">=", "==<": "<=", "≥": ">=", "≤": "<=", "≠": "!=", "=^": "^", "==^": "^",
    "==~": "~",
    "!==": "!=", "====": "==", ">>": ">", "<<": "<", "": "==",
}  # fmt: skip
_KNOWN = frozenset({"==", ">=", "<=", "!=", "~=", "===", ">", "<"})
_INVISIBLE = {ord(c): " " for c in "\u00a0\u2007\u202f\u3000"} | dict.fromkeys(
    map(ord, "\u200b\u200c\u200d\u2060\ufeff")
)
_QUOTES = "\"'`“”‘’"


def parses(text: str) -> bool:
    """Whether packaging takes it as a requirement."""
    try:
        Requirement(text)
    except InvalidRequirement:
        return False
    return True


def unquoted(text: str) -> str | None:
    """A requirement without the quotes around it, None where that does not make it one."""
    bare = text.strip().strip(_QUOTES).strip()
    return bare if bare != text and parses(bare) else None


def corrected(text: str) -> str | None:
    """The requirement that was meant, None where it cannot be told."""
    # Newer readers put up with a comma at the end, older ones do not.
    if parses(text) and not text.rstrip().endswith(","):
        return None
    body = text.translate(_INVISIBLE).strip()
    if body[:1] in _QUOTES:
        body = body.strip(_QUOTES)
    body = body.strip().rstrip(",;").rstrip()
    body, marker = _split_marker(body)
    head = _HEAD.match(body)
    if head is None:
        return None
    rest = body[head.end() :].strip().removeprefix("(").removesuffix(")").strip()
    clauses = _clauses(rest) if rest else []
    if clauses is None:
        return None
    extras = re.sub(r"\s+", "", head["extras"] or "")
    result = head["name"] + extras + ",".join(clauses) + (f" ; {marker}" if marker else "")
    return result if parses(result) and result != text else None


def _split_marker(body: str) -> tuple[str, str]:
    head, semicolon, marker = body.partition(";")
    if not semicolon:
        found = _MARKER.search(body)
        if found is None:
            return body, ""
        head, marker = body[: found.start()], body[found.end() :]
    # A single "=" between a marker's variable and its value.
    marker = re.sub(r"(?<![=!<>~])=(?![=])", "==", marker).strip()
    return head.strip().rstrip(","), marker


def _clauses(rest: str) -> list[str] | None:
    found: list[str] = []
    at = 0
    while at < len(rest):
        match = _CLAUSE.match(rest, at)
        if match is None or match.end() == at:
            return None
        clause = _clause(match["operator"] or "", match["version"])
        if clause is None:
            return None
        found += clause
        at = match.end()
    return list(dict.fromkeys(found))


def _clause(operator: str, version: str) -> list[str] | None:
    if version.lower() in ("*", "latest", "any"):
        return []
    operator = _OPERATORS.get(operator, operator)
    wild = re.fullmatch(r"(\d+(?:\.\d+)*)\.[xX*](?:\.[xX*])*", version)
    if wild:
        version = wild[1] + ".*"
        if operator in (">=", "<="):
            return [f"{operator}{wild[1]}"] if operator == ">=" else None
        if operator in ("^", "~=", "~", "=="):
            return [f"=={version}"] if operator in ("==", "~=", "~") else _range(wild[1], caret=True)
        return [f"!={version}"] if operator == "!=" else None
    try:
        Version(version)
    except InvalidVersion:
        return None
    if operator == "^":
        return _range(version, caret=True)
    if operator == "~" or (operator == "~=" and len(Version(version).release) == 1):
        return _range(version, caret=False)
    return [f"{operator}{version}"] if operator in _KNOWN else None


def _range(version: str, *, caret: bool) -> list[str]:
    """What Poetry and npm mean by ^ (the first part that is not 0 stays) and ~ (the second part stays)."""
    release = list(Version(version).release)
    if caret:
        keep = next((index for index, part in enumerate(release) if part), len(release) - 1)
    else:
        keep = min(1, len(release) - 1)
    upper = [*release[:keep], release[keep] + 1]
    return [f">={version}", f"<{'.'.join(map(str, upper))}"]


class CorrectOperatorAction(RequirementAction[InFile]):
    name = "requirements.correct_operator"
    parameters = InFile

    def change(self, parameters: InFile, item: Item) -> str | Refusal:  # noqa: ARG002
        new = corrected(item.text)
        if new is None:
            return item.text
        return new

    def words(self, parameters: InFile) -> dict[str, str]:
        new = corrected(parameters.requirement or "")
        return {**super().words(parameters), **({"corrected": new} if new else {})}


class UnquoteAction(RequirementAction[InFile]):
    name = "requirements.unquote"
    parameters = InFile

    def change(self, parameters: InFile, item: Item) -> str | Refusal:  # noqa: ARG002
        return unquoted(item.text) or item.text


_GIT_LOGIN = re.compile(r"(?P<prefix>git\+)?(?:ssh://)?git@(?P<host>[A-Za-z0-9.-]+):(?P<path>[A-Za-z0-9][^\s]*)\Z")
_LOCATION = re.compile(r"(?:git|hg|svn|bzr)(?:\+[a-z]+)?[:@]|https?://|ftp://|file:")


def located(text: str) -> str | None:
    """`name @ URL` for what was meant as one: an egg fragment, a version or an arrow before the URL, a git login."""
    body, semicolon, marker = text.partition(" ;")
    body = body.strip().strip(_QUOTES)
    match = re.match(
        r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*?(?:\[[^\]]*\])?)\s*(?:[=<>!~]=?=?\s*[\w.]+\s*)?(?:@|->|=|:=|\s)\s*(?P<url>\S+)\Z",
        body,
    )
    if match and _LOCATION.match(match["url"]):
        name, url = match["name"], match["url"]
    elif _LOCATION.match(body) and " " not in body:
        egg = re.search(r"[#&]egg=([A-Za-z0-9][A-Za-z0-9._-]*(?:\[[^\]&]*\])?)", body)
        named = egg[1] if egg else name_in(body)
        if not named:
            return None
        name, url = named, re.sub(r"[#&]egg=[^&]*", "", body)
    else:
        return None
    login = _GIT_LOGIN.match(url)
    if login:
        url = f"git+ssh://git@{login['host']}/{login['path']}"
    elif url.startswith("git://") or (url.startswith("https://") and re.search(r"\.git(?:[@#]|\Z)", url)):
        url = f"git+{url}"
    result = f"{name} @ {url}" + (f" ;{marker}" if semicolon else "")
    return result if parses(result) else None


class AtUrlAction(RequirementAction[InFile]):
    name = "requirements.at_url"
    parameters = InFile

    def change(self, parameters: InFile, item: Item) -> str | Refusal:  # noqa: ARG002
        new = located(item.text)
        return item.text if new is None or new.replace(" ", "") == item.text.replace(" ", "") else new
