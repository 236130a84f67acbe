"""Make a pip configuration file one that pip can read, and an index in it one that pip can ask."""

from __future__ import annotations

import re

from pydantic import ValidationError

from unstuck.core.fixes import pip_place
from unstuck.core.fixes.action import Parameters, Refusal
from unstuck.core.fixes.grammar import split_host
from unstuck.core.fixes.pip_option import INDEXES, KNOWN, UNSAFE_TO_SET, URL, WhereItStands
from unstuck.core.ini import Unreadable, load, locate, newline_of, normalise
from unstuck.core.text import bare, split_lines

# What must be a URL: find-links may be a folder.
_ASKED = frozenset(INDEXES) - {"find-links"}


class NoParameters(Parameters):
    """Nothing to say: the file itself shows what is wrong."""


class AddSectionAction(WhereItStands[NoParameters]):
    """`[global]` above the settings of a file that has no section, and no byte order mark before one."""

    name = "pip_config.add_section"
    parameters = NoParameters

    def apply(self, parameters: NoParameters, text: str) -> str | Refusal:  # noqa: ARG002
        body = text.removeprefix("\ufeff")
        lines = split_lines(body)
        first = next((n for n, line in enumerate(lines) if line.strip() and line.strip()[0] not in "#;"), None)
        if first is None:
            return text
        if not lines[first].lstrip().startswith("["):
            lines.insert(first, f"[global]{newline_of(body)}")
        return _readable("".join(lines))


class AddEqualsAction(WhereItStands[NoParameters]):
    """`timeout 60` becomes `timeout = 60`, for the options whose values can be checked."""

    name = "pip_config.add_equals"
    parameters = NoParameters

    def apply(self, parameters: NoParameters, text: str) -> str | Refusal:  # noqa: ARG002
        lines = split_lines(text)
        for number, line in enumerate(lines):
            found = re.fullmatch(r"((?:--)?[A-Za-z][A-Za-z0-9_-]*)[ \t]+([^\s=:\[#;][^=:]*)", bare(line).rstrip())
            if found is None or normalise(found[1]) not in KNOWN or normalise(found[1]) in UNSAFE_TO_SET:
                continue
            try:
                KNOWN[normalise(found[1])].validate_python(found[2])
            except ValidationError:
                continue
            lines[number] = f"{found[1]} = {found[2]}{line[len(bare(line)) :]}"
        after = "".join(lines)
        return text if after == text else _readable(after)


class CorrectIndexAction(WhereItStands[NoParameters]):
    """An index URL without its scheme, or with a slash too few, gets `https://`."""

    name = "pip_config.correct_index"
    parameters = NoParameters

    def apply(self, parameters: NoParameters, text: str) -> str | Refusal:  # noqa: ARG002
        try:
            load(text)
        except Unreadable as error:
            return pip_place.unreadable("the file", error)
        lines = split_lines(text)
        for part in locate(text):
            for option in part.options:
                for number in option.lines if option.name in _ASKED else ():
                    head = re.match(r"[^:=]*[:=]", lines[number]) if number == option.lines[0] else None
                    start = head.end() if head else 0
                    lines[number] = lines[number][:start] + re.sub(r"\S+", _corrected, lines[number][start:])
        return _readable("".join(lines))


def _corrected(word: re.Match[str]) -> str:
    """The URL that a word was meant as; the word where it is one, or cannot be told."""
    text = word[0]
    slashes = re.fullmatch(r"(https?)(?::/?|//?|:/{3,})([^/:].*)", text)
    plain = re.fullmatch(
        r"((?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}|localhost|[\d.]{7,15}|\[[0-9a-fA-F:]+\])(:\d+)?(/\S*)?", text
    )
    if re.match(r"https?://[^/]", text):
        return text
    made = f"{slashes[1]}://{slashes[2]}" if slashes and not plain else f"https://{text}" if plain else text
    try:
        URL.validate_python(made)
        split_host(made.split("://")[1].split("/")[0].rpartition("@")[2])
    except (ValidationError, ValueError, IndexError):
        return text
    return made


def _readable(text: str) -> str | Refusal:
    try:
        load(text)
    except Unreadable as error:
        return pip_place.unreadable("the file", error)
    return text
