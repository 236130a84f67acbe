"""Globs as editors write them (`**/*.log`, `{a,b}.log`), over folders that may be large."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

# Folders that hold no log of the project's own, and may hold a hundred thousand files.
SKIPPED = frozenset({".git", ".hg", ".svn", "__pycache__", "node_modules", "site-packages", "dist-packages"})


def compile_glob(glob: str) -> re.Pattern[str]:
    """The glob as a pattern for a whole path with `/` between its parts: `*` and `?` stay within a part, `**` does
    not, `{a,b}` is one of several, `[a-z]` and `[!a-z]` a character. Raises ValueError where it is none."""
    pattern = ""
    depth = 0
    at = 0
    while at < len(glob):
        rest = glob[at:]
        if rest.startswith("**/"):
            pattern, at = pattern + "(?:[^/]+/)*", at + 3
        elif rest.startswith("**"):
            pattern, at = pattern + ".*", at + 2
        elif found := re.match(r"\[(!?)([^\]/]+)\]", rest):
            inside = found[2].replace("\\", "\\\\").replace("[", "\\[").replace("^", "\\^")
            pattern, at = pattern + f"[{'^/' if found[1] else ''}{inside}]", at + found.end()
        else:
            character = glob[at]
            at += 1
            if character == "{":
                depth += 1
                pattern += "(?:"
            elif character == "}" and depth:
                depth -= 1
                pattern += ")"
            elif character == "," and depth:
                pattern += "|"
            else:
                pattern += {"*": "[^/]*", "?": "[^/]"}.get(character) or re.escape(character)
    if depth:
        raise ValueError("a brace is not closed")
    try:
        return re.compile(pattern, re.IGNORECASE if os.name == "nt" else 0)
    except re.error as error:
        raise ValueError(str(error)) from error


def split_glob(glob: str) -> tuple[str, str]:
    """A glob's leading folders without wildcards, and the rest: "/var/log/**/*.log" is "/var/log" and "**/*.log"."""
    parts = glob.replace("\\", "/").split("/") if os.name == "nt" else glob.split("/")
    fixed = 0
    while fixed < len(parts) - 1 and not re.search(r"[*?\[{]", parts[fixed]):
        fixed += 1
    return "/".join(parts[:fixed]) or ("/" if glob.startswith("/") and fixed else ""), "/".join(parts[fixed:])


def find(folder: str, glob: str, most: int) -> Iterator[str]:
    """The files below `folder` that `glob` names, at most `most`; what may not be read is left out."""
    pattern = compile_glob(glob)
    deepest = None if "**" in glob else glob.count("/")
    count = 0
    for root, folders, names in os.walk(folder):
        relative = Path(root).relative_to(folder).as_posix()
        prefix = "" if relative == "." else f"{relative}/"
        folders[:] = sorted(name for name in folders if name not in SKIPPED)
        if deepest is not None and prefix.count("/") >= deepest:
            folders.clear()
        for name in sorted(names):
            if pattern.fullmatch(prefix + name):
                yield str(Path(root, name))
                count += 1
                if count >= most:
                    return
