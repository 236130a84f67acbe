"""Which kind a document is, from its scheme, its language id and its file's name; None is not looked at."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

if TYPE_CHECKING:
    from unstuck.core.signature import Kind

TERMINAL_SCHEMES = frozenset({"unstuck-terminal", "term"})

# Copies of a file, parts of an editor's own interface: what they show is not what a tool just printed.
_NEVER = frozenset(
    {"git", "gitfs", "vscode-scm", "comment", "vscode-notebook-cell", "vscode-settings", "vscode-userdata", "debug"}
)

# What the editors call them: VS Code, Vim and Neovim, Emacs, Helix.
_LANGUAGES: dict[str, Kind] = {
    "log": "log",
    "logs": "log",
    "unstuck-log": "log",
    "unstuck-terminal": "terminal",
    "terminal": "terminal",
    "pip-requirements": "requirements",
    "pip_requirements": "requirements",
    "requirements": "requirements",
}
_PLAIN = frozenset({"plaintext", "text", "plain", "txt"})

_REQUIREMENTS = re.compile(
    r"(?:.*[-_.])?(?:requirements|constraints)(?:[-_.].*)?\.(?:txt|in)|requirements\w*\.(?:txt|in)"
)
_LOG = re.compile(r".+\.log(?:[.-]\d[\w.-]*)?|nohup\.out")
# The channels of our own extension, whoever published it: what it tells there would be diagnosed again and again.
_OWN_CHANNEL = re.compile(r"extension-output-[\w-]+\.unstuck-#\d+-", re.IGNORECASE)
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):")


def scheme_of(uri: str) -> str:
    """The scheme of a URI in lower case; "file" for a path, a Windows one (`C:\\…`) included."""
    match = _SCHEME.match(uri)
    return match[1].lower() if match else "file"


def kind_of_path(path: str) -> Kind | None:
    """The kind that a file's name alone tells; `path` may use either separator."""
    *parents, name = path.replace("\\", "/").lower().split("/")
    parent = parents[-1] if parents else ""
    if name in {"pip.conf", "pip.ini"}:
        return "pip_config"
    if name in {"pyproject.toml", "uv.toml"}:
        return "pyproject"
    if _REQUIREMENTS.fullmatch(name):
        return "requirements"
    if parent in {"requirements", "constraints"} and name.endswith((".txt", ".in")):
        return "requirements"
    if _LOG.fullmatch(name):
        return "log"
    return None


def kind_of(uri: str, language_id: str | None = None) -> Kind | None:
    """The kind of an editor's document.

    A file's name counts before its language: editors call a requirements file plain text. Plain text that nothing
    else tells, and an untitled document in no language, are read as logs: a person pasted something there.
    """
    scheme = scheme_of(uri)
    language = (language_id or "").lower()
    if scheme in TERMINAL_SCHEMES:
        return "terminal"
    if scheme in _NEVER:
        return None
    if scheme == "output":
        return None if _OWN_CHANNEL.search(unquote(uri)) else "output"
    path = unquote(re.split(r"[?#]", uri, maxsplit=1)[0]) if _SCHEME.match(uri) else uri
    kind = kind_of_path(path)
    if kind is not None:
        return kind
    if language in _LANGUAGES:
        return _LANGUAGES[language]
    if language in _PLAIN or (scheme == "untitled" and not language):
        return "log"
    return None
