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
        [
            (
                "http-index",
                "--index-url http://pypi.example.com/simple",
                "--index-url https://pypi.example.com/simple\n",
            )
        ],
    ),
    ("--index-url http://pypi.example.com/simple\n--trusted-host pypi.example.com\n", []),
    ("--index-url http://127.0.0.1:8080/simple\n", []),
    (
        "-i https://pypi.example.com/simple\n--trusted-host pypi.example.com\n",
        [("trusted-https", "--trusted-host pypi.example.com", "-i https://pypi.example.com/simple\n")],
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
    (".\n.[test]\n-e .\n", []),
    ("a[x]==1\na==1\n", []),
    ("a==1 ; python_version < '3.9'\na==2 ; python_version >= '3.9'\n", []),
    (
        "a==1 ; python_version < '3.9'\na==2 ; python_version<\"3.9\"\n",
        [("contradiction", 'a==2 ; python_version<"3.9"', None)],
    ),
    (f"--hash=sha256:{A}\na==1\n", [("stray-hash", f"--hash=sha256:{A}", None)]),
    ("--no-require-hashes\n--require-hashes\na\n", []),
    (f"a==1 --hash=sha256:{A}\n-e .\nb @ https://example.com/b.zip#sha256={A}\n", [("unverifiable", ".", None)]),
    (
        "-i https://a.example.com/simple\n-i https://b.example.com/simple\n",
        [("ignored-index", "-i https://a.example.com/simple", None)],
    ),
    (
        "--extra-index-url https://a.example.com/simple\n-i https://b.example.com/simple\n",
        [("ignored-index", "--extra-index-url https://a.example.com/simple", None)],
    ),
    ("-i https://b.example.com/simple\n--extra-index-url https://a.example.com/simple\n", []),
    (
        "--no-index\n-f ./wheels\n-i https://b.example.com/simple\n",
        [("ignored-index", "-i https://b.example.com/simple", None)],
    ),
    ("-r .\n", [("missing-file", ".", None)]),
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
    ('[project]\ndependencies = ["sklearn>=1"]\n',
     [("stub", '"sklearn>=1"', '[project]\ndependencies = ["scikit-learn"]\n')]),
    ('[project]\ndependencies = ["a==1", "A==2"]\n', [("contradiction", '"A==2"', None)]),
    ('[project]\ndependencies = ["a==1 ; os_name==\'nt\'", "a==2 ; os_name!=\'nt\'"]\n', []),
    ('[project]\ndependencies = ["a==1"]\n[dependency-groups]\nx = ["a==2"]\n', []),
    ('[project]\ndependencies = ["a==1"]\n[tool.uv]\nconstraint-dependencies = ["a<1"]\n',
     [("contradiction", '"a<1"', None)]),
    ('[project]\ndependencies = ["a==1"]\n[tool.uv]\noverride-dependencies = ["a==2"]\n'
     'build-constraint-dependencies = ["a==3"]\n', []),
    ('[dependency-groups]\nA-b = ["a"]\nx = [{ include-group = "a_b" }, { include-group = "gone" }]\n',
     [("missing-group", '"gone"', None)]),
    ('[dependency-groups]\na = [{ include-group = "b" }]\nb = [{ include-group = "a" }]\n',
     [("group-cycle", '"b"', None), ("group-cycle", '"a"', None)]),
    ('[tool.poetry.dependencies]\npython = "^3.9"\na = "^1.0 || ^2.0"\nb = ">>1"\nc = "1.*,!=1.5"\n'
     'd = { path = "./gone" }\ne = { git = "./gone" }\n',
     [("missing-path", '"./gone"', None)]),
    ('[tool.poetry.dependencies]\na = "one"\n', [("invalid-constraint", '"one"', None)]),
    ('[tool.uv]\nallow-insecure-host = ["a.example.com", "b.example.com"]\nindex-url = "http://b.example.com/simple"\n'
     '[[tool.uv.index]]\nurl = "https://a.example.com:8443/simple"\n',
     [("trusted-https", '"a.example.com"', None)]),
    ('[[tool.uv.index]]\nurl = "https://u:secret@a.example.com/simple" # https://u:x@b.example.com\n',
     [("secret", '"https://u:secret@a.example.com/simple"', None)]),
]  # fmt: skip


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
    files = {FILE: "-r base.txt\na==1\n", f"{PROJECT}/base.txt": "-r more.txt\na==2\n"}
    found = check_file(FILE, "requirements", files[FILE], world(files))
    assert [one.code for one in found] == ["requirements/contradiction"]
    assert found[0].related[0][0] == f"{PROJECT}/base.txt"


BASE, DEV, LIMITS = (f"{PROJECT}/{name}" for name in ("base.txt", "requirements-dev.txt", "constraints.txt"))


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        # The files; then for each file its checks, the marked text and the related file.
        ({FILE: "-r base.txt\na==1\n", BASE: "a==2\n"},
         [(FILE, "contradiction", "a==1", BASE), (BASE, "contradiction", "a==2", FILE)]),
        ({FILE: "-r base.txt\n-r requirements-dev.txt\n", BASE: "a==2\n", DEV: "a==1\n"},
         [(FILE, "contradiction", "requirements-dev.txt", DEV), (BASE, "contradiction", "a==2", DEV),
          (DEV, "contradiction", "a==1", BASE)]),
        ({FILE: "-r base.txt\n", DEV: "-r base.txt\na==1\n", BASE: "a>=2\n"},
         [(DEV, "contradiction", "a==1", BASE), (BASE, "contradiction", "a>=2", DEV)]),
        ({FILE: "-c constraints.txt\na>=2\n", LIMITS: "a<2\nb<1\n"},
         [(FILE, "contradiction", "a>=2", LIMITS), (LIMITS, "contradiction", "a<2", FILE)]),
        ({FILE: "-c constraints.txt\nb\n", LIMITS: "a<2\na>3\n"}, [(LIMITS, "contradiction", "a>3", LIMITS)]),
        ({FILE: "-r base.txt\na==1 ; python_version < '3.9'\n", BASE: "a==2 ; python_version >= '3.9'\n"}, []),
        ({FILE: "a==1\n", DEV: "a==2\n"}, []),
        ({FILE: "-r base.txt\na==1\nb>=1\n", BASE: "a==1\nb>=1\n"},
         [(FILE, "pinned-twice", "a==1", BASE), (BASE, "pinned-twice", "a==1", FILE)]),
        ({FILE: f"-r base.txt\na==1 --hash=sha256:{A}\n", BASE: "b==1\nc==2\n"},
         [(FILE, "unhashed", "base.txt", BASE), (BASE, "unhashed", "b==1", FILE), (BASE, "unhashed", "c==2", FILE)]),
        ({FILE: "-c constraints.txt\na\n", LIMITS: f"a==1 --hash=sha256:{A}\n"}, []),
        ({FILE: "-c constraints.txt\na\n", LIMITS: "a[x]<2\n-e ./b\n"},
         [(LIMITS, "invalid-constraint", "a[x]<2", None), (LIMITS, "invalid-constraint", "./b", None)]),
        ({FILE: "-r base.txt\n", BASE: "-r requirements.txt\n"},
         [(FILE, "include-cycle", "base.txt", None), (BASE, "include-cycle", "requirements.txt", None)]),
        ({FILE: "-r base.txt\n-i http://a.example.com/simple\n", BASE: "--trusted-host a.example.com\n"}, []),
        ({FILE: "-r base.txt\n-i https://a.example.com/simple\n", BASE: "--trusted-host a.example.com\n"},
         [(BASE, "trusted-https", "--trusted-host a.example.com", None)]),
        ({FILE: "--trusted-host a.example.com\n", USER_CONFIG: "[global]\nindex-url=https://a.example.com/simple\n"},
         [(FILE, "trusted-https", "--trusted-host a.example.com", None)]),
    ],
)  # fmt: skip
def test_files_that_pip_reads_together(files: dict[str, str], expected: list[tuple[str, str, str, str | None]]) -> None:
    found = [
        (path, one.code.split("/")[1], Text(text).slice(one.span), one.related[0][0] if one.related else None)
        for path, text in files.items()
        if path.startswith(PROJECT)
        for one in check_file(path, "requirements", text, world(files))
    ]
    missing, extra = [one for one in expected if one not in found], [one for one in found if one not in expected]
    assert not missing, f"missing {missing}, extra {extra}"
    assert not extra, f"missing {missing}, extra {extra}"


def test_a_configuration_looks_at_the_others() -> None:
    mine = f"{PROJECT}/.venv/pip.conf"
    files = {mine: "[global]\nindex-url = http://a.example.com/simple\n"}
    (found,) = check_file(mine, "pip_config", files[mine], world(files, venv=f"{PROJECT}/.venv"))
    assert found.code == "pip_config/http-index"
    files[USER_CONFIG] = "[global]\ntrusted-host = a.example.com\n"
    assert check_file(mine, "pip_config", files[mine], world(files, venv=f"{PROJECT}/.venv")) == []
    files[mine] = files[mine].replace("http:", "https:")
    (found,) = check_file(USER_CONFIG, "pip_config", files[USER_CONFIG], world(files, venv=f"{PROJECT}/.venv"))
    assert found.code == "pip_config/trusted-https"


def test_a_host_that_the_configuration_trusts_is_no_surprise() -> None:
    files = {FILE: "-i http://a.example.com/simple\n", USER_CONFIG: "[global]\ntrusted-host = a.example.com\n"}
    assert check_file(FILE, "requirements", files[FILE], world(files)) == []


def test_both_languages() -> None:
    (english,) = check_file(FILE, "requirements", "demo=1\n", world())
    (chinese,) = check_file(FILE, "requirements", "demo=1\n", world(), "zh-CN")
    assert english.message != chinese.message
    assert english.fixes[0].title != chinese.fixes[0].title


KINDS: list[Any] = ["requirements", "pip_config", "pyproject"]


ODD_TOML = st.lists(
    st.sampled_from(
        [
            "tool = 1", "project = []", "[tool]", "[tool.uv]", "uv = 2", "[dependency-groups]", "a = 1", "sources = 3",
            'a = [{ include-group = 1 }, "x", 2]', "[tool.poetry]", "dependencies = 7", "[tool.poetry.dependencies]",
            "demo = 5", "demo = [1, {}, [2]]", "demo = { version = 1, path = 2 }",
            "[project]", 'dependencies = ["a", 1]',
            "[[tool.uv.index]]", "url = 3", "allow-insecure-host = [1, 'h']", "index = 'x'", "[build-system]",
            "requires = {}",
            "[tool.uv.sources]", "b = [{ path = '.' }, 4]", "group = 1", "'' = ''", 'x = """a"""',
            "optional-dependencies = 1",
        ]
    ),
    max_size=8,
)  # fmt: skip


@given(ODD_TOML)
def test_any_toml_is_checked_without_an_error(lines: list[str]) -> None:
    text = "\n".join(lines)
    for path in (f"{PROJECT}/pyproject.toml", f"{PROJECT}/uv.toml"):
        for one in check_file(path, "pyproject", text, world({path: text})):
            assert Text(text).slice(one.span)


@given(st.sampled_from(KINDS), st.text(alphabet="ab-rc=<>~^,;[]'\"@:/\\ #\n\r.1https{}$%\ud83e\udc80", max_size=80))
def test_any_text_is_checked_without_an_error(kind: Kind, text: str) -> None:
    path = {"requirements": FILE, "pip_config": USER_CONFIG, "pyproject": f"{PROJECT}/pyproject.toml"}[kind]
    found = check_file(path, kind, text, world({path: text}))
    assert all(isinstance(one, Check) and one.message for one in found)
