"""Correct a requirement that is written wrong: its operator, its quotes, its `@`."""

from __future__ import annotations

import difflib
import re

from packaging.requirements import InvalidRequirement, Requirement

from unstuck.core.constraints import clauses
from unstuck.core.fixes.action import Refusal
from unstuck.core.fixes.requirement_file import InFile, Item, RequirementAction
from unstuck.core.requirements import name_in

_HEAD = re.compile(r"\s*(?P<name>[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)(?P<extras>\s*\[[^\]]*\])?")
_MARKER = re.compile(
    r"\s+(?=(?:python_version|python_full_version|os_name|sys_platform|platform_\w+|implementation_\w+|extra)\b)"
)
_INVISIBLE = {ord(c): " " for c in "\u00a0\u2007\u202f\u3000"} | dict.fromkeys(
    map(ord, "\u200b\u200c\u200d\u2060\ufeff")
)
_VARIABLES = (
    "python_version", "python_full_version", "os_name", "sys_platform", "platform_release", "platform_system",
    "platform_version", "platform_machine", "platform_python_implementation", "implementation_name",
    "implementation_version", "extra",
)  # fmt: skip
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
    found = clauses(rest) if rest else []
    if found is None:
        return None
    extras = re.sub(r"\s+", "", head["extras"] or "")
    result = head["name"] + extras + ",".join(found) + (f" ; {marker}" if marker else "")
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
    return head.strip().rstrip(","), _marker(marker)


def _marker(marker: str) -> str:
    """A marker whose variables are spelt right and whose values are quoted, where that makes it one."""
    if not marker or parses(f"x ; {marker}"):
        return marker

    def variable(match: re.Match[str]) -> str:
        word = match[0]
        if word in ("and", "or", "in", "not") or word in _VARIABLES:
            return word
        near = difflib.get_close_matches(word.replace(".", "_").lower(), _VARIABLES, n=1, cutoff=0.8)
        return near[0] if near else word

    words = re.sub(r"(?<![\w.'\"])[A-Za-z_][\w.]*(?![\w'\"])", variable, marker)
    words = re.sub(r"(?<=[=<>!~])(\s*)([0-9][\w.]*|[A-Za-z]\w*)(?=\s|\)|\Z)", r"\1'\2'", words)
    return words if parses(f"x ; {words}") else marker


class CorrectOperatorAction(RequirementAction[InFile]):
    name = "requirements.correct_operator"
    parameters = InFile
    anywhere = True

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
    if body.startswith("@"):
        # The name is missing, which a wheel or an archive of sources says itself.
        body = body[1:].strip()
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
