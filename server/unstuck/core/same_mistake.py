"""Which failures a check of a file foretells: when one of them names the line, it is the same mistake told twice."""

from __future__ import annotations

_SPELLING = frozenset(
    {
        "pip/invalid-requirement", "pip/invalid-version", "pip/invalid-marker", "pip/requirement-single-equals",
        "pip/requirement-poetry-operator", "pip/requirement-quoted", "pip/requirement-wildcard",
        "pip/requirement-build-path", "pip/requirement-conda-export", "pip/requirement-git-address",
        "pip/requirement-html-page", "pip/requirement-looks-like-path", "pip/requirement-merge-marker",
        "pip/requirement-url-without-name", "pip/requirement-pip-command", "pip/https-address-without-name",
        "pip/vcs-without-name", "pip/misplaced-python-option", "uv/invalid-requirement", "build/pyproject-invalid",
    }
)  # fmt: skip
_CONFLICT = frozenset(
    {
        "pip/double-requirement", "pip/resolution-impossible", "pip/conflict-with-constraint", "uv/no-solution",
        "uv/conflict", "poetry/version-solving-failed",
    }
)  # fmt: skip
_NO_VERSION = _CONFLICT | {
    "pip/no-such-version", "pip/no-matching-distribution", "pip/could-not-find-version", "uv/no-such-version",
}  # fmt: skip
_STUB = frozenset(
    {"build/sklearn-deprecated", "pip/import-name-as-distribution", "pip/no-matching-distribution",
     "pip/could-not-find-version", "uv/package-not-found"}
)  # fmt: skip
_OPTION = frozenset({"pip/requirements-unknown-option", "pip/unknown-option", "uv/invalid-requirement"})
_HASH = frozenset({"pip/hash-missing", "pip/hash-unpinned", "pip/hash-dependency-not-listed", "uv/hash-missing"})

FORETELLS: dict[str, frozenset[str]] = {
    "requirements/invalid": _SPELLING,
    "requirements/pasted-command": _SPELLING,
    "requirements/missing-file": frozenset(
        {"pip/requirements-file-not-found", "pip/requirements-file-is-directory", "uv/file-not-found"}
    ),
    "requirements/unknown-option": _OPTION,
    "requirements/inline-option": _OPTION,
    "requirements/stub": _STUB,
    "requirements/impossible": _NO_VERSION,
    "requirements/contradiction": _CONFLICT,
    "requirements/duplicate": frozenset({"pip/double-requirement"}),
    "requirements/unhashed": _HASH,
    "requirements/unpinned": _HASH,
    "requirements/unverifiable": frozenset({"pip/hash-unverifiable"}),
    "requirements/invalid-constraint": frozenset({"pip/invalid-constraint"}),
    "requirements/http-index": frozenset({"pip/untrusted-http-host"}),
    "requirements/encoding": frozenset({"pip/requirements-encoding", "pip/requirements-utf16", "uv/file-not-utf8"}),
    "pip_config/unreadable": frozenset(
        {"pip/config-repeated", "pip/config-no-section", "pip/config-not-parsable", "pip/config-not-loaded"}
    ),
    "pip_config/bad-value": frozenset({"pip/config-bad-value", "pip/config-bad-boolean", "pip/bad-option-value"}),
    "pip_config/http-index": frozenset({"pip/untrusted-http-host"}),
    "pyproject/invalid-requirement": _SPELLING,
    "pyproject/stub": _STUB,
    "pyproject/impossible": _NO_VERSION,
    "pyproject/contradiction": _CONFLICT,
    "pyproject/invalid-constraint": _NO_VERSION,
    "pyproject/missing-group": frozenset({"uv/project-group-missing"}),
    "pyproject/missing-path": frozenset({"uv/path-not-found"}),
}


def same_mistake(code: str, signature: str) -> bool:
    """Whether a failure with this signature, at the line of a check with this code, is what the check foretold."""
    return signature in FORETELLS.get(code, ())
