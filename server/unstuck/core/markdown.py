"""Hostile text as Markdown: what a log or a record says is shown, never interpreted."""

from __future__ import annotations

import re

# Direction overrides and invisible characters can make a line read as another; control characters are noise.
_INVISIBLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
_SPACE = re.compile(r"\s+")
_CODE = re.compile(r"`([^`]+)`")
_SPECIAL = re.compile(r"[\\`*\[\]<]|(?<=[^\s(])~|~(?=~)|(?<![^\W_])_|_(?![^\W_])|&(?=#?\w+;)|!(?=\[)|(?<=:)//(?=\S*@)")
# What would begin a heading, a list, a quotation or a rule at the start of a line.
_START = re.compile(r"#{1,6}(?=\s|$)|[+-](?=\s|$)|[=-][=\-\s]*$|>|\d{1,9}(?=[.)](?:\s|$))")


def clean(text: str) -> str:
    """One line of visible characters."""
    return _SPACE.sub(" ", _INVISIBLE.sub("", _SPACE.sub(" ", text))).strip()


def escape(text: str) -> str:
    """`text` as literal Markdown, in one line."""
    text = _SPECIAL.sub(lambda match: f"\\{match[0]}", clean(text))
    start = _START.match(text)
    if start is None:
        return text
    # A number is escaped at the dot behind it: a backslash before a digit would be shown.
    place = start.end() if start[0][0].isdigit() else 0
    return f"{text[:place]}\\{text[place:]}"


def code(text: str) -> str:
    """`text` as a code span, whatever backticks it holds."""
    text = clean(text)
    if not text:
        return ""
    fence = "`" * (1 + max((len(run) for run in re.findall(r"`+", text)), default=0))
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def prose(text: str) -> str:
    """A record's sentence: its `code` stays code, everything else is literal."""
    parts = _CODE.split(clean(text))
    return "".join(code(part) if odd % 2 else _inner(part, odd == 0) for odd, part in enumerate(parts))


def _inner(part: str, first: bool) -> str:
    # `clean` strips; the blanks around a code span belong to the sentence.
    head = part[: len(part) - len(part.lstrip())]
    tail = part[len(part.rstrip()) :] if part.strip() else ""
    text = escape(part) if first else _SPECIAL.sub(lambda match: f"\\{match[0]}", part.strip())
    return f"{head}{text}{tail}"


def link(label: str, url: str) -> str:
    """A link to an http(s) page; anything else is shown as code."""
    if not is_web(url):
        return code(url)
    return f"[{escape(label)}](<{url}>)"


def is_web(url: str | None) -> bool:
    """Whether it is a plain http(s) address that is safe to put into a link."""
    return bool(url and re.fullmatch(r"https?://[^\s<>\"'`\\^{|}\x00-\x20\x7f]+", url))
