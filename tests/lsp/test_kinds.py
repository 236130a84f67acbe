"""Kinds: what each document is, by scheme, name and language."""

from __future__ import annotations

import pytest

from unstuck.core.kinds import kind_of, kind_of_path

CASES = [
    ("file:///w/app.log", "", "log"),
    ("file:///w/app.log.1", "", "log"),
    ("file:///w/app.log.2026-11-22", "", "log"),
    ("file:///w/nohup.out", "", "log"),
    ("file:///w/app.log.py", "python", None),
    ("file:///w/catalog.py", "python", None),
    ("file:///w/notes.txt", "plaintext", "log"),
    ("file:///w/notes.txt", "text", "log"),
    ("file:///w/build-output", "log", "log"),
    ("file:///w/requirements.txt", "plaintext", "requirements"),
    ("file:///w/requirements-dev.txt", "pip-requirements", "requirements"),
    ("file:///w/dev-requirements.in", "", "requirements"),
    ("file:///w/requirements_test.txt", "", "requirements"),
    ("file:///w/REQUIREMENTS.TXT", "", "requirements"),
    ("file:///w/requirements/base.txt", "plaintext", "requirements"),
    ("file:///w/constraints.txt", "", "requirements"),
    ("file:///w/constraints-3.11.txt", "", "requirements"),
    ("file:///w/my%20requirements/dev.in", "", None),
    ("file:///w/requirements.md", "markdown", None),
    ("file:///w/requirements.py", "python", None),
    ("file:///home/a/.config/pip/pip.conf", "ini", "pip_config"),
    ("file:///c%3A/Users/a/AppData/Roaming/pip/pip.ini", "ini", "pip_config"),
    ("file:///w/pyproject.toml", "toml", "pyproject"),
    ("file:///w/uv.toml", "toml", "pyproject"),
    ("file:///w/Cargo.toml", "toml", None),
    ("untitled:Untitled-1", "plaintext", "log"),
    ("untitled:Untitled-1", "", "log"),
    ("untitled:Untitled-1", "markdown", None),
    ("untitled:/w/pip.conf", "ini", "pip_config"),
    ("vscode-remote://wsl/w/a.log", "log", "log"),
    ("term://~/a b//12:/bin/zsh", "", "terminal"),
    ("unstuck-terminal:/3/zsh", "", "terminal"),
    ("output:tasks", "Log", "output"),
    ("output:extension-output-example.unstuck-%231-Unstuck", "Log", None),
    ("output:extension-output-unstuck.unstuck-#2-Unstuck%20trace", "Log", None),
    ("output:extension-output-ms-python.python-%231-unstuck", "Log", "output"),
    ("output:extension-output-example.unstuck-tools-%231-Tools", "Log", "output"),
    ("output:tasks-unstuck", "Log", "output"),
    ("git:/w/requirements.txt?ref=HEAD", "plaintext", None),
    ("file:///w/main.c", "c", None),
    ("", "", None),
]


@pytest.mark.parametrize(("uri", "language", "kind"), CASES)
def test_documents(uri: str, language: str, kind: str | None) -> None:
    assert kind_of(uri, language) == kind


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        (r"C:\w\requirements\dev.txt", "requirements"),
        (r"C:\Users\a\pip\pip.ini", "pip_config"),
        ("build.log", "log"),
        ("./requirements/x.txt", "requirements"),
        ("notes.txt", None),
        ("", None),
    ],
)
def test_paths(path: str, kind: str | None) -> None:
    assert kind_of_path(path) == kind
