"""What is said of files before a tool runs, and that each offered fix ends it."""

from __future__ import annotations

from typing import Any

import pytest
from fixes_support import PROJECT, USER_CONFIG, world
from hypothesis import given
from hypothesis import strategies as st

from unstuck.core.file_checks import Check, check_file
from unstuck.core.fixes import FileEdit, resolve
from unstuck.core.signature import Kind
from unstuck.core.text import Text

FILE = f"{PROJECT}/requirements.txt"
A = "a" * 64

# A text, and for each expected check: its code, the marked text, and the whole text after its fix (None: no fix).
REQUIREMENTS: list[tuple[str, list[tuple[str, str, str | None]]]] = [
    ("flask>=2\n# demo=1\n-r base.txt\n--pre\n", []),
    ("demo=1.0  # c\n", [("invalid", "demo=1.0", "demo==1.0  # c\n")]),
    ('"demo"\n', [("invalid", '"demo"', "demo\n")]),
    ("demo ^1.2\n", [("invalid", "demo ^1.2", "demo>=1.2,<2\n")]),
    ("demo????\n", [("invalid", "demo????", None)]),
    ("pip install demo\n", [("pasted-command", "pip install demo", "demo\n")]),
    ("pip install -r x.txt demo\n", [("pasted-command", "pip install", "-r x.txt\ndemo\n")]),
    ("git+https://git.example.com/demo.git#egg=demo\n./local\nhttps://example.com/demo-1.0.zip\n", []),
    ("a==1\nA==1\n", [("duplicate", "A==1", "a==1\n")]),
    ("a==1 ; os_name=='nt'\na==2 ; os_name=='posix'\n", []),
    ("a==1\na==2\n", [("contradiction", "a==2", None)]),
    ("a>=2,<1\n", [("impossible", "a>=2,<1", None)]),
    ("--cert x.pem\na\n", [("unknown-option", "--cert x.pem", "a\n")]),
    ("a --user\n", [("unknown-option", "--user", "a\n")]),
    (
        "a --index-url https://pypi.example.com/simple\n",
        [
            (
                "inline-option",
                "--index-url https://pypi.example.com/simple",
                "--index-url https://pypi.example.com/simple\na\n",
            )
        ],
    ),
    (
        "--index-url http://pypi.example.com/simple\n",
        [("http-index", "--index-url http://pypi.example.com/simple", None)],
    ),
    ("--index-url http://pypi.example.com/simple\n--trusted-host pypi.example.com\n", []),
    ("--index-url http://127.0.0.1:8080/simple\n", []),
    (
        "-i https://pypi.example.com/simple\n--trusted-host pypi.example.com\n",
        [("trusted-https", "--trusted-host pypi.example.com", None)],
    ),
    ("-i https://u:secret@pypi.example.com/simple\n", [("secret", "u:secret", None)]),
    ("-i https://u:${TOKEN}@pypi.example.com/simple\n", []),
    (f"a==1 --hash=sha256:{A}\nb==1\n", [("unhashed", "b==1", None)]),
    (f"a>=1 --hash=sha256:{A}\n", [("unpinned", "a>=1", None)]),
    ("sklearn==0.0\n", [("stub", "sklearn==0.0", "scikit-learn\n")]),
    ("-r gone.txt\n", [("missing-file", "gone.txt", None)]),
    ("-r base-requirement.txt\n", [("missing-file", "base-requirement.txt", "-r base-requirements.txt\n")]),
    ("-r requirement.txt\n", [("missing-file", "requirement.txt", None)]),
    ("# caf\udce9\na\n", [("encoding", "# caf\udce9", "# caf\xe9\na\n")]),
    (f"demo=1 \\\n  --hash=sha256:{A}\n", [("invalid", "demo=1", f"demo==1 \\\n  --hash=sha256:{A}\n")]),
    ("\ufeffdemo=1\r\n", [("invalid", "demo=1", "\ufeffdemo==1\r\n")]),
]
CONFIG: list[tuple[str, list[tuple[str, str, str | None]]]] = [
    ("[global]\ntimeout = 5\n[install]\nno-compile = yes\n", []),
    ("[global]\ntimeout = 1\ntimeout = 2\n", [("unreadable", "timeout = 2", "[global]\ntimeout = 2\n")]),
    ("timeout = 1\n", [("unreadable", "timeout = 1", None)]),
    ("[pip]\ntimeout = 1\n", [("unknown-section", "[pip]", None)]),
    ("[global]\ntimeout = soon\n", [("bad-value", "timeout = soon", "[global]\n")]),
    ("[global]\ntrusted-host = https://a.example.com\n", [("bad-host", "trusted-host = https://a.example.com", None)]),
    ("[global]\ntrusted-host = a.example.com,\n", [("bad-host", "trusted-host = a.example.com,", None)]),
    (
        "[global]\nindex-url = https://a.example.com/simple\ntrusted-host = a.example.com\n",
        [("trusted-https", "trusted-host = a.example.com", "[global]\nindex-url = https://a.example.com/simple\n")],
    ),
    (
        "[global]\nindex-url = http://a.example.com/simple\n",
        [
            (
                "http-index",
                "index-url = http://a.example.com/simple",
                "[global]\nindex-url = https://a.example.com/simple\n",
            )
        ],
    ),
    (
        "[global]\nindex-url = https://u:p@a.example.com/simple\n",
        [("secret", "index-url = https://u:p@a.example.com/simple", None)],
    ),
]
PYPROJECT: list[tuple[str, list[tuple[str, str, str | None]]]] = [
    ('[project]\nname = "x"\ndependencies = ["a", "b>=1"]\n', []),
    (
        '[build-system]\nrequires = ["demo=1"]\n',
        [("invalid-requirement", '"demo=1"', '[build-system]\nrequires = ["demo==1"]\n')],
    ),
    ("[project]\ndependencies = [\n", []),
]


def check(
    path: str, kind: Kind, text: str, expected: list[tuple[str, str, str | None]], others: dict[str, str]
) -> None:
    """Compares codes and marked texts, carries each fix out, and sees that it ends the check."""
    machine = world({**others, path: text})
    found = check_file(path, kind, text, machine)
    shown = [(one.code.split("/")[1], Text(text).slice(one.span)) for one in found]
    wanted = [(code, marked) for code, marked, _ in expected]
    missing, extra = [one for one in wanted if one not in shown], [one for one in shown if one not in wanted]
    assert shown == wanted, f"missing {missing}, extra {extra}"
    for one, (code, marked, after) in zip(found, expected, strict=True):
        assert bool(one.fixes) == (after is not None), f"{code}: fixes {one.fixes}"
        for fix in one.fixes:
            edit = resolve(fix, machine)
            assert isinstance(edit, FileEdit), edit
            assert edit.after == after
            left = check_file(path, kind, edit.after, world({**others, path: edit.after}))
            assert (code, marked) not in [(c.code.split("/")[1], Text(edit.after).slice(c.span)) for c in left]


@pytest.mark.parametrize(("text", "expected"), REQUIREMENTS)
def test_requirements(text: str, expected: list[tuple[str, str, str | None]]) -> None:
    check(
        FILE,
        "requirements",
        text,
        expected,
        {f"{PROJECT}/base.txt": "other\n", f"{PROJECT}/base-requirements.txt": "a\n"},
    )


@pytest.mark.parametrize(("text", "expected"), CONFIG)
def test_pip_config(text: str, expected: list[tuple[str, str, str | None]]) -> None:
    check(USER_CONFIG, "pip_config", text, expected, {})


@pytest.mark.parametrize(("text", "expected"), PYPROJECT)
def test_pyproject(text: str, expected: list[tuple[str, str, str | None]]) -> None:
    check(f"{PROJECT}/pyproject.toml", "pyproject", text, expected, {})


def test_a_contradiction_with_an_included_file_names_it() -> None:
    files = {FILE: "-r base.txt\na==1\n", f"{PROJECT}/base.txt": "-r requirements.txt\na==2\n"}
    found = check_file(FILE, "requirements", files[FILE], world(files))
    assert [one.code for one in found] == ["requirements/contradiction"]
    assert found[0].related[0][0] == f"{PROJECT}/base.txt"


def test_a_host_that_the_configuration_trusts_is_no_surprise() -> None:
    files = {FILE: "-i http://a.example.com/simple\n", USER_CONFIG: "[global]\ntrusted-host = a.example.com\n"}
    assert check_file(FILE, "requirements", files[FILE], world(files)) == []


def test_both_languages() -> None:
    (english,) = check_file(FILE, "requirements", "demo=1\n", world())
    (chinese,) = check_file(FILE, "requirements", "demo=1\n", world(), "zh-CN")
    assert english.message != chinese.message
    assert english.fixes[0].title != chinese.fixes[0].title


KINDS: list[Any] = ["requirements", "pip_config", "pyproject"]


@given(st.sampled_from(KINDS), st.text(alphabet="ab-rc=<>~^,;[]'\"@:/\\ #\n\r.1https{}$%\ud83e\udc80", max_size=80))
def test_any_text_is_checked_without_an_error(kind: Kind, text: str) -> None:
    path = {"requirements": FILE, "pip_config": USER_CONFIG, "pyproject": f"{PROJECT}/pyproject.toml"}[kind]
    found = check_file(path, kind, text, world({path: text}))
    assert all(isinstance(one, Check) and one.message for one in found)
