"""The distributions that a terminal shows as installed: what failed for want of one, or over it, is dealt with."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from unstuck.core.view import View

# pip names all that it installed on one line, uv each on a line of its own.
_PIP = "Successfully installed "
_UV = re.compile(r" \+ ([A-Za-z0-9][\w.-]*)==\S")
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*")
# Those that name what was to be installed or imported.
_CAPTURES = ("package", "requirement", "module")


class Installed(NamedTuple):
    """A line that says so, and the names as they are compared."""

    line: int
    names: frozenset[str]


def installed_in(view: View, first: int, last: int) -> list[Installed]:
    """What the lines `first` up to and without `last` say was installed; pip's line may go on below."""
    found = []
    for number in range(first, last):
        raw = view.raw(number)
        if raw.startswith(" + "):
            match = _UV.match(raw)
            if match:
                found.append(Installed(number, frozenset({_normal(match[1])})))
        elif _PIP in raw:
            before, _, listed = view.line(number).text.partition(_PIP)
            names = frozenset(_normal(entry.rpartition("-")[0]) for entry in listed.split() if "-" in entry)
            if names and not before.strip():
                found.append(Installed(number, names))
    return found


def wanted(captures: Mapping[str, str]) -> frozenset[str]:
    """The names that a failure is about, as they are compared."""
    names = set()
    for capture in _CAPTURES:
        match = _NAME.match(captures.get(capture, "").strip())
        if match:
            names.add(_normal(match[0].partition(".")[0] if capture == "module" else match[0]))
    return frozenset(names)


def later(installed: Iterable[Installed], line: int, names: frozenset[str]) -> bool:
    """Whether one of `names` was installed on `line` or below."""
    return any(entry.line >= line and not names.isdisjoint(entry.names) for entry in installed)


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
