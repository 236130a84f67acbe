"""How people write what versions they allow: PEP 440's operators, Poetry's and npm's, and slips of all of them."""

from __future__ import annotations

import re

from packaging.version import InvalidVersion, Version

_CLAUSE = re.compile(
    r"\s*,?\s*(?P<operator>[=<>!~^≥≤≠:]{1,4}|@)?\s*(?P<version>[A-Za-z0-9*][A-Za-z0-9.*+!_-]*)\s*,?(?=[\s,=<>!~^≥≤≠;]|\Z)"
)
_OPERATORS = {
    "=": "==", "=>": ">=", "=<": "<=", "<>": "!=", "!": "!=", "=~": "~=", "~>": "~=", "=!": "!=", ":": "==", "@": "==",
    ">==": ">=", "<==": "<=", "==>": ">=", "==<": "<=", "≥": ">=", "≤": "<=", "≠": "!=", "=^": "^", "==^": "^",
    "==~": "~",
    "!==": "!=", "====": "==", ">>": ">", "<<": "<", "": "==",
}  # fmt: skip
_KNOWN = frozenset({"==", ">=", "<=", "!=", "~=", "===", ">", "<"})


def clauses(rest: str) -> list[str] | None:
    """The clauses by PEP 440 that a constraint means, however it is written; None where that cannot be told."""
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
