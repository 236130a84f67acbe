"""Command lines: what is shown for a failed command, in each shell, and what is never shown."""

from __future__ import annotations

import shlex
from typing import Any

import pytest
from fixes_support import PROJECT, diagnosis, world
from hypothesis import given
from hypothesis import strategies as st

from unstuck.core.fixes import offers
from unstuck.core.fixes.command_line import parse, quote, segments
from unstuck.core.fixes.system_packages import CONFIRMED, cells

DEBIAN = {"/etc/os-release": 'NAME="x"\nID=debian\n'}
VENV = "python3 -m venv .venv && .venv/bin/python -m pip install"

CASES: list[tuple[str, dict[str, Any], dict[str, str], str | None, str | None]] = [
    # action, arguments, captures, the failed command, what is shown
    ("rerun_with", {"options": ["--pre"]}, {}, "pip install demo", "pip install --pre demo"),
    (
        "rerun_with",
        {"options": ["--pre"]},
        {},
        "cd x && python3.11 -m pip install demo>=1 | tee log",
        "python3.11 -m pip install --pre demo>=1",
    ),
    (
        "rerun_with",
        {"options": ["--pre"]},
        {},
        "sudo -H PIP_X=1 pip install demo",
        "sudo -H PIP_X=1 pip install --pre demo",
    ),
    (
        "rerun_with",
        {"options": ["--cert", "{path}"]},
        {"path": "/a b/ca.pem"},
        "pip3 -v install x",
        "pip3 -v install --cert '/a b/ca.pem' x",
    ),
    ("rerun_with", {"options": ["--native-tls"]}, {}, "uv pip install demo", "uv pip install --native-tls demo"),
    ("rerun_with", {"without": ["--user"]}, {}, "pip install --user demo", "pip install demo"),
    ("rerun_with", {"without": ["--timeout"], "valued": True}, {}, "pip install --timeout x demo", "pip install demo"),
    (
        "rerun_with",
        {"replace": "{path}", "by": "requirements.txt"},
        {"path": "requirement.txt"},
        "pip install -r requirement.txt",
        "pip install -r requirements.txt",
    ),
    (
        "rerun_with",
        {"variables": {"PIP_CONSTRAINT": "c.txt"}},
        {},
        "pip install demo",
        "PIP_CONSTRAINT=c.txt pip install demo",
    ),
    (
        "rerun_with",
        {"options": ["--pre"], "requirement": "{requirement}"},
        {"requirement": "demo>=1"},
        None,
        "python3 -m pip install --pre 'demo>=1'",
    ),
    ("rerun_with", {"options": ["--pre"]}, {}, None, None),
    ("rerun_with", {"options": ["--pre"]}, {}, "pip install --pre demo", None),
    ("rerun_with", {"options": ["--pre"]}, {}, "echo pip install demo", None),
    ("rerun_with", {"options": ["--pre"]}, {}, "pip install $(curl x)", None),
    ("rerun_with", {"options": ["--pre"]}, {}, "pip install demo\nrm -rf x", None),
    ("rerun_with", {"options": ["{package}"]}, {"package": "--index-url=http://x"}, "pip install demo", None),
    ("quote", {"word": "{name}"}, {"name": "demo[x]"}, "pip install demo[x] other", "pip install 'demo[x]' other"),
    ("create_venv", {}, {}, "sudo pip install --user demo", f"{VENV} demo"),
    ("create_venv", {}, {}, "pip install --break-system-packages 'demo>=1'", f"{VENV} 'demo>=1'"),
    ("create_venv", {}, {}, "uv pip install --system demo", "uv venv && uv pip install demo"),
    ("create_venv", {}, {}, None, "python3 -m venv .venv"),
    ("create_venv", {"requirement": "{requirement}"}, {"requirement": "demo"}, None, f"{VENV} demo"),
    (
        "pip_install",
        {"requirements": ["setuptools<81"], "options": ["-U"]},
        {},
        "/v/bin/pip install demo",
        "/v/bin/pip install -U 'setuptools<81'",
    ),
    ("rerun_with", {"without": ["{option}"]}, {"option": "--upgrad"}, "pip install --upgrad demo", "pip install demo"),
    ("rerun_with", {"without": ["{option}"]}, {"option": "-x y; z"}, "pip install -x demo", None),
    (
        "rerun_with",
        {"replace": "{name}", "by": "{expected}"},
        {"name": "instal", "expected": "install"},
        "pip instal demo",
        "pip install demo",
    ),
    (
        "rerun_with",
        {"replace": "{name}", "by": "pip install"},
        {"name": "install"},
        "uv install demo",
        "uv pip install demo",
    ),
    ("rerun_with", {"unset": ["{name}"]}, {"name": "UV_OFFLINE"}, "uv pip list", None),
    ("rerun_with", {"unset": ["{name}"]}, {"name": "UV_OFFLINE"}, "uv sync", "env -u UV_OFFLINE uv sync"),
    (
        "rerun_with",
        {"direct": "{host}"},
        {"host": "pypi.example.com:8443"},
        "pip install demo",
        "NO_PROXY=pypi.example.com pip install demo",
    ),
    ("pip_install", {"module": "{module}"}, {"module": "yaml.x"}, "python3.9 a.py", "python3.9 -m pip install pyyaml"),
    ("pip_install", {"module": "{module}"}, {"module": "never_heard_of"}, "python3.9 a.py", None),
    ("prepare", {"recipe": "ensurepip"}, {}, ".venv/bin/python -m pip list", ".venv/bin/python -m ensurepip --upgrade"),
    ("prepare", {"recipe": "git-init"}, {}, "git -C mine status", "git -C mine init"),
    (
        "prepare",
        {"recipe": "git-remove-lock", "path": "{path}"},
        {"path": "/a b/.git/index.lock"},
        None,
        "rm '/a b/.git/index.lock'",
    ),
    ("prepare", {"recipe": "git-remove-lock", "path": "{path}"}, {"path": "/etc/passwd"}, None, None),
    ("prepare", {"recipe": "git-pull-rebase", "name": "{name}"}, {"name": "--upload-pack=x"}, None, None),
    (
        "instead",
        {"recipe": "git-push-upstream", "name": "{name}"},
        {"name": "topic"},
        None,
        "git push --set-upstream origin topic",
    ),
    ("add_to_path", {"path": "{path}"}, {"path": "/home/a b/bin"}, None, "export PATH='/home/a b/bin':$PATH"),
    ("pip_install", {"requirements": ["{module}"]}, {"module": "x; rm -rf ~"}, None, None),
    ("system_package", {"header": "{header}"}, {"header": "Python.h"}, None, "sudo apt-get install python3-dev"),
    ("system_package", {"tool": "{tool}"}, {"tool": "pg_config"}, None, "sudo apt-get install libpq-dev"),
    ("system_package", {"tool": "{tool}"}, {"tool": "x; rm -rf ~"}, None, None),
    ("system_package", {"library": "{library}"}, {"library": "libffi.so.8"}, None, "sudo apt-get install libffi-dev"),
]


@pytest.mark.parametrize(("action", "arguments", "captures", "command", "expected"), CASES)
def test_shown(
    action: str, arguments: dict[str, Any], captures: dict[str, str], command: str | None, expected: str | None
) -> None:
    spec = {"action": f"command.{action}", "arguments": arguments, "title": "x", "applicability": "display_only"}
    found = offers(diagnosis([spec], captures, command=command), world(DEBIAN), "en")
    assert [fix.command for fix in found] == ([] if expected is None else [expected])
    assert all(fix.applicability == "display_only" and fix.target is None for fix in found)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"shell": "pwsh"}, "pip install --cert '/a b/it''s.pem' demo"),
        ({"shell": "/usr/bin/zsh"}, "pip install --cert '/a b/it'\"'\"'s.pem' demo"),
        ({"platform": "win32", "shell": "C:\\Windows\\System32\\cmd.exe"}, 'pip install --cert "/a b/it\'s.pem" demo'),
    ],
)
def test_each_shell_has_its_quotes(changes: dict[str, str], expected: str) -> None:
    spec = {"action": "command.rerun_with", "arguments": {"options": ["--cert", "{path}"]}, "title": "x"}
    found = offers(diagnosis([spec], {"path": "/a b/it's.pem"}, command="pip install demo"), world(**changes), "en")
    assert [fix.command for fix in found] == [expected]


@pytest.mark.parametrize(
    ("files", "captures", "command", "expected"),
    [
        (["requirements.txt"], {}, "pip install", "pip install -r requirements.txt"),
        (["requirements.txt"], {"path": "."}, "pip install -e .", "pip install -r requirements.txt"),
        (["sub/requirements.txt"], {"path": "./sub"}, "pip install ./sub", "pip install -r ./sub/requirements.txt"),
        (["pyproject.toml"], {}, "pip install", "pip install ."),
        (["pyproject.toml"], {"path": "."}, "pip install .", None),
        ([], {}, "pip install", None),
        (["requirements.txt"], {}, "pip uninstall", None),
    ],
)
def test_what_the_folder_has_is_installed(
    files: list[str], captures: dict[str, str], command: str, expected: str | None
) -> None:
    arguments = {"path": "{path}"} if captures else {}
    spec = {"action": "command.install_project", "arguments": arguments, "title": "x"}
    machine = world({f"{PROJECT}/{name}": "" for name in files})
    found = offers(diagnosis([spec], captures, command=command), machine, "en")
    assert [fix.command for fix in found] == ([] if expected is None else [expected])


def test_a_mistyped_file_gives_way_to_the_one_that_is_meant() -> None:
    spec = {"action": "command.rerun_with", "arguments": {"replace": "{path}"}, "title": "x"}
    failed = diagnosis([spec], {"path": "requirement.txt"}, command="pip install -r requirement.txt")
    found = offers(failed, world({f"{PROJECT}/requirements.txt": "a\n"}), "en")
    assert [fix.command for fix in found] == ["pip install -r requirements.txt"]
    assert offers(failed, world({f"{PROJECT}/other.txt": "a\n"}), "en") == []


def test_an_environment_comes_before_breaking_the_system() -> None:
    broken = {"action": "command.rerun_with", "arguments": {"options": ["--break-system-packages"]}, "title": "break"}
    venv = {"action": "command.create_venv", "title": "venv"}
    found = offers(diagnosis([broken, venv], {}, command="pip install demo"), world(), "en")
    assert [fix.title for fix in found] == ["venv", "break"]
    assert found[1].consequence
    assert found[0].consequence is None


@pytest.mark.parametrize(
    ("release", "platform", "expected"),
    [
        ("ID=ubuntu\nID_LIKE=debian\n", "linux", "sudo apt-get install libpq-dev"),
        ('ID="rocky"\nID_LIKE="rhel centos fedora"\n', "linux", "sudo dnf install libpq-devel"),
        ("ID=alpine\n", "linux", "sudo apk add postgresql-dev"),
        ("ID=arch\n", "linux", None),
        ("", "darwin", "brew install libpq"),
        ("", "win32", None),
    ],
)
def test_each_system_has_its_package(release: str, platform: str, expected: str | None) -> None:
    spec = {"action": "command.system_package", "arguments": {"tool": "pg_config"}, "title": "x"}
    found = offers(diagnosis([spec], {}), world({"/etc/os-release": release}, platform=platform), "en")
    assert [fix.command for fix in found] == ([] if expected is None else [expected])


def test_the_table_names_packages_and_who_confirmed_them() -> None:
    for key, row in cells().items():
        for manager, cell in row.items():
            if cell:
                package, _, source = cell.partition(" ")
                assert all(c.isalnum() or c in "+-.@" for c in package), (key, manager, package)
                assert len(source) == 1, (key, manager, cell)
                assert source in CONFIRMED[manager], (key, manager, cell)


@given(st.text(max_size=30))
def test_a_quoted_word_is_one_word(word: str) -> None:
    try:
        quoted = quote(word, "posix")
    except ValueError:
        return
    assert shlex.split(quoted) == [word]


@given(st.text(alphabet="pip install-uv&|;'\" $()`=demo\n", max_size=40))
def test_any_line_is_parsed_or_left(line: str) -> None:
    segments(line)
    found = parse(line)
    if found is not None:
        assert found.line in line
