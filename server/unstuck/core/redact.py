"""Secrets never leave this function: everything that is shown, stored or logged passes through `redact`.

The grammars are those that secret scanners agree on (gitleaks, detect-secrets): tokens that name their issuer by a
prefix, headers, passwords in URLs, and values whose name says what they are. A part that helps a reader (the user's
name, the host, the header's scheme) stays.
"""

from __future__ import annotations

import re

HIDDEN = "****"

# Tokens that carry their issuer's prefix; \b keeps words that merely contain one.
_TOKENS = re.compile(
    r"""(?x)
    \b(?:
        pypi-AgE[\w-]{16,}                              # PyPI, TestPyPI
      | gh[pousr]_[A-Za-z0-9]{20,} | github_pat_\w{22,} # GitHub
      | gl(?:pat|dt|rt|cbt|ptt|soat)-[\w.-]{20,}        # GitLab
      | (?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}             # AWS key ids
      | npm_[A-Za-z0-9]{36,}
      | xox[abeoprs]-[\w-]{10,} | xapp-\d-[\w-]{10,}    # Slack
      | AIza[\w-]{35}                                   # Google
      | ya29\.[\w-]{20,}
      | hf_[A-Za-z0-9]{30,}
      | sk-(?:ant-|proj-)?[\w-]{32,}
      | dop_v1_[a-f0-9]{64}
      | dckr_pat_[\w-]{20,}
      | eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{6,}         # JWT
    )
    """
)

_KEY_BLOCK = re.compile(
    r"-----BEGIN (?P<kind>[A-Z ]*PRIVATE KEY(?: BLOCK)?)-----[\s\S]*?(?:-----END (?P=kind)-----|\Z)"
)

# user:password@ and token@ in a URL. "git" is a login that everybody uses.
_URL = re.compile(
    r"(?P<scheme>\b[A-Za-z][A-Za-z0-9+.-]{0,30}://)(?P<user>[^\s/?#@:'\"<>]*)(?P<password>:[^\s/?#'\"<>]*)?@"
)

_HEADER = re.compile(
    r"(?i)(?P<name>\b(?:proxy-)?authorization['\"]?\s*[:=]\s*['\"]?)(?P<scheme>(?:basic|bearer|token|digest|negotiate)\s+)?"
    r"[^\s'\",;]+"
)
_HEADER_VALUE = re.compile(
    r"(?i)(?P<name>\b(?:private-token|job-token|x-[a-z-]*(?:token|api-?key)|set-cookie|cookie)['\"]?\s*:\s*['\"]?)[^\s'\"]+"
)

# password=…, "token": "…", --password …, PIP_PASSWORD=…, ?access_token=…, X-Amz-Signature=…
_WORD = (
    r"(?:password|passwd|passphrase|pwd|secret|token|api[_-]?key|access[_-]?key|secret[_-]?key|private[_-]?key|"
    r"client[_-]?secret|credential|signature)s?"
)
_ASSIGNED = re.compile(
    rf"(?i)(?P<name>{_WORD}(?:=|['\"]\s*[:=]\s*|\s=\s))(?P<quote>['\"]?)(?P<value>[^\s'\"&,;]{{3,}})"
)
_OPTION = re.compile(
    rf"(?i)(?P<name>(?<!\S)--?(?:[\w-]*-)?{_WORD}\s+)(?P<quote>['\"]?)(?P<value>[^\s'\"-][^\s'\"]{{2,}})"
)

# A cheap look first: most lines hold none of these.
_HINT = re.compile(
    r"(?i)@|authorization|token|passw|passphrase|pwd|secret|key|credential|signature|cookie|pypi-|gh[pousr]_|github_pat|"
    r"gl[a-z]{2,4}-|akia|asia|abia|acca|npm_|xox|xapp|aiza|ya29|hf_|sk-|dop_v1|dckr|eyj"
)


def _url(match: re.Match[str]) -> str:
    user, password = match["user"], match["password"]
    if password is None:
        return match[0] if user == "git" else f"{match['scheme']}{HIDDEN}@"
    return f"{match['scheme']}{user and _TOKENS.sub(HIDDEN, user)}:{HIDDEN}@"


def _assigned(match: re.Match[str]) -> str:
    return f"{match['name']}{match['quote']}{HIDDEN}"


def redact(text: str) -> str:
    """`text` without its secrets, each of them replaced by `****`."""
    if not _HINT.search(text):
        return text
    text = _KEY_BLOCK.sub(lambda match: f"-----BEGIN {match['kind']}----- {HIDDEN} -----END {match['kind']}-----", text)
    text = _URL.sub(_url, text)
    text = _HEADER.sub(lambda match: f"{match['name']}{match['scheme'] or ''}{HIDDEN}", text)
    text = _HEADER_VALUE.sub(lambda match: f"{match['name']}{HIDDEN}", text)
    text = _TOKENS.sub(HIDDEN, text)
    text = _ASSIGNED.sub(_assigned, text)
    return _OPTION.sub(_assigned, text)


def redact_captures(captures: dict[str, str]) -> dict[str, str]:
    """Captures as they may be shown or sent."""
    return {name: redact(value) for name, value in captures.items()}
