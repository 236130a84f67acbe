"""What a tool's output says of where a failure comes from: files and lines, what was asked for, what depends on what.

Everything is read from text that anybody may have written: names and places are only ever looked up in the workspace.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from packaging.utils import canonicalize_name

from unstuck.core.requirements import name_in
from unstuck.core.text import Text
from unstuck.core.view import View

# So many lines before and after a failure's own are read for what they say of it.
MOST_BEFORE = 300
MOST_AFTER = 24
MOST_EXPLAINED = 20
MOST_OWN = 100
_LONGEST = 2_000

_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9])?"
# (from -r x.txt (line 3)), (from parent->-r x.txt (line 3)), from line 1 of bad.txt, (line 3 of x.txt), x.txt:3
_PLACES = (
    re.compile(r"-[rc] (?P<path>[^()\r\n]{1,400}?) \(line (?P<line>\d{1,7})\)"),
    re.compile(r"\b(?:from|at|on) line (?P<line>\d{1,7}) of (?P<path>[^()\r\n'\"]{1,400}?)(?=[)'\",:]|\s*$)"),
    re.compile(r"\(line (?P<line>\d{1,7}) of (?P<path>[^()\r\n]{1,400}?)\)"),
    # configparser, as pip shows it.
    re.compile(r"'(?P<path>[^'\r\n]{1,400})' ?\[line +(?P<line>\d{1,7})\]"),
    # uv: a line and a column, from 1.
    re.compile(r"(?:^|[\s`(])(?P<path>[^\s`'\"():][^\r\n`'\"():]{0,300}\.(?:txt|in|toml)):(?P<line>\d{1,7}):\d{1,7}\b"),
)
# uv: how many bytes of the file stand before it.
_OFFSET = re.compile(r"\bin `(?P<path>[^`\r\n]{1,400})` at position (?P<offset>\d{1,9})")
_CHAIN = re.compile(r"\(from (?!versions: )(?P<chain>[^()\r\n]{1,400}(?:\(line \d{1,7}\))?)\)")
_COLLECTING = re.compile(rf"\s*(?:Collecting|Processing|Requirement already satisfied:)\s+(?P<name>{_NAME})")
# It gives nothing back: a line of "=====" could be read as versions in more ways than there is time.
_VERSION = (
    r"(?:\[[^\]\r\n]{0,100}\])?`?"
    r"(?:,?\s*[<>=!~]{1,3}\s*[^\s,]{1,60}|\s+\(?v?\d[^\s)]{0,60}\)?|\s+\([^)\r\n]{0,80}\)){0,6}+"
)
_DEPENDS = re.compile(rf"(?<![\w.-])(?P<parent>{_NAME}){_VERSION}\s+depends?\s+on\s+(?:both\s+)?`?(?P<child>{_NAME})")
_DEPEND = re.compile(r"\sdepends?\s+on\s")
_ASKED = re.compile(
    rf"(?:\byou\s+require|\b(?:your\s+)?project\s+depends\s+on)\s+(?:both\s+)?(?P<one>{_NAME}){_VERSION}"
    rf"(?:\s+and\s+(?P<other>{_NAME})(?=\s|[<>=!~,]))?"
)
# Poetry: So, because NAME depends on both A (1) and B (2), version solving failed.
_SOLVING = re.compile(
    rf"[Bb]ecause\s+(?P<project>{_NAME})\s+depends\s+on\s+(?:both\s+)?(?P<one>{_NAME})\s+\([^)\r\n]{{0,80}}\)"
    rf"(?:\s+and\s+(?P<other>{_NAME})\s+\([^)\r\n]{{0,80}}\))?[^\r\n]{{0,200}}version\s+solving\s+failed"
)
_REQUESTED = re.compile(r"^\s*The user requested (?:\(constraint\) )?(?P<requirement>[^\r\n]{1,200})$", re.MULTILINE)
# uv: two of one name.
_BOTH = re.compile(
    rf"\byou\s+require\s+(?P<one>(?P<name>{_NAME})[<>=!~][^\s,]*)\s+and\s+(?P<other>(?P=name)[<>=!~][^\s,]*)"
)
_CANNOT = re.compile(r"Cannot install (?P<listed>[^\r\n]{1,1000}?) because these package versions")


@dataclass(frozen=True)
class Said:
    """The output around a failure: what it says itself and explains after (`text`), and the lines before it."""

    text: str = ""
    before: tuple[str, ...] = ()


def said_around(text: Text, first: int, last: int, start: int = 0) -> Said:
    """What stands around the lines `first` to `last` of a document, not before line `start`."""
    view = View(text)
    # The text may be shorter by now, and a failure's repeats may stand a whole log apart.
    first = min(first, len(text))
    last = min(last, first + MOST_OWN)
    stop = min(len(text), last + 1 + MOST_AFTER)
    shown = [view.alone(number).text[:_LONGEST] for number in range(first, stop)]
    kept = shown[: last + 1 - first]
    for line in shown[len(kept) :]:
        # The next prompt or failure says nothing of this one.
        if re.match(r"\s*(?:error:|ERROR:|Traceback|\S*[$#%>❯] \S)", line):
            break
        kept.append(line)
    before = [
        view.alone(number).text[:_LONGEST]
        for number in range(max(start, first - MOST_BEFORE), first)
        if number >= first - MOST_EXPLAINED or "(from " in text.line(number)
    ]
    return Said("\n".join(kept), tuple(before))


def places(text: str) -> Iterator[tuple[str, int]]:
    """The files and lines (from 1) that a text names."""
    for pattern in _PLACES:
        for match in pattern.finditer(text):
            yield match["path"], int(match["line"])


def offset_in(text: str) -> tuple[str, int] | None:
    """The file that uv names with an offset in bytes: of files that include each other, the innermost."""
    found = list(_OFFSET.finditer(text))
    return (found[-1]["path"], int(found[-1]["offset"])) if found else None


def line_at(content: str, offset: int) -> int:
    """The line (from 1) at an offset in bytes."""
    head = content.encode("utf-8", "surrogateescape")[:offset].decode("utf-8", "replace")
    return 1 + head.count("\n") + head.replace("\r\n", "").count("\r")


def collecting(said: Said, name: str) -> Iterator[str]:
    """What pip said when it came to a distribution, the latest first: `… (from parent->-r x.txt (line 3))`."""
    for line in reversed(said.before):
        match = _COLLECTING.match(line)
        if match and canonicalize_name(match["name"]) == name and "(from " in line:
            yield line


def conflicting(text: str) -> list[str]:
    """The requirements that were asked for and that do not go together; files and lines are left out."""
    found = [match["requirement"].strip() for match in _REQUESTED.finditer(text)]
    for match in _CANNOT.finditer(text):
        found += [part for part in re.split(r", | and ", match["listed"]) if not part.startswith("-")]
    for match in _BOTH.finditer(text):
        found += [match["one"], match["other"]]
    return [part for part in dict.fromkeys(found) if name_in(part)]


def parents(names: Sequence[str], said: Said) -> list[str]:
    """What pulled one of `names` in, as far as the output says so; the nearest first, normalised."""
    chained = [name for text in (said.text, *_chains(names, said)) for name in _chain(text)]
    edges: dict[str, list[str]] = {}
    for text in ("\n".join(said.before[-MOST_EXPLAINED:]), said.text):
        # Most outputs say nothing of the kind, and the pattern looks at each of their words.
        for match in _DEPENDS.finditer(text) if _DEPEND.search(text) else ():
            edges.setdefault(canonicalize_name(match["child"]), []).append(canonicalize_name(match["parent"]))
    found: list[str] = []
    waiting = list(names)
    while waiting:
        for parent in edges.get(waiting.pop(0), ()):
            if parent not in found and parent not in names:
                found.append(parent)
                waiting.append(parent)
    return list(dict.fromkeys([*chained, *found]))


def asked_for(said: Said) -> list[str]:
    """The names that the output says were asked for, normalised: `because you require a and b`."""
    explained = "\n".join([*said.before[-MOST_EXPLAINED:], said.text])
    found = [*_ASKED.finditer(said.text), *_SOLVING.finditer(explained)]
    names = [name for match in found for name in (match["one"], match["other"]) if name]
    return list(dict.fromkeys(canonicalize_name(name) for name in names))


def _chains(names: Sequence[str], said: Said) -> Iterator[str]:
    for name in names:
        yield from collecting(said, name)


def _chain(text: str) -> Iterator[str]:
    for match in _CHAIN.finditer(text):
        # The last one of a chain is the one that a file asked for.
        for link in reversed(match["chain"].split("->")):
            name = name_in(link)
            if name and not link.startswith("-"):
                yield name
