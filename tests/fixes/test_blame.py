"""From a failure to the line that asked for it."""

from __future__ import annotations

import pytest
from fixes_support import PROJECT, diagnosis, world

from unstuck.core.blame import blame
from unstuck.core.text import Text

FILES = {
    f"{PROJECT}/requirements.txt": "-r requirements/base.txt\n# demo\nDemo_Pkg[x]==9.9 \\\n  --hash=sha256:00  # why\n",
    f"{PROJECT}/requirements/base.txt": "flask>=2\nparent==1.0\nbad=>1\n",
    f"{PROJECT}/requirements-dev.txt": "demo.pkg == 9.9\n",
    f"{PROJECT}/pyproject.toml": '[project]\nname = "demo-pkg"\ndependencies = [\n  "flask",\n]\n',
    f"{PROJECT}/notes.txt": "demo-pkg==9.9\n",
    "/etc/requirements.txt": "demo-pkg==9.9\n",
}
BOTH = [("requirements.txt", "Demo_Pkg[x]==9.9"), ("requirements-dev.txt", "demo.pkg == 9.9")]


@pytest.mark.parametrize(
    ("captures", "text", "expected"),
    [
        ({"package": "demo-pkg"}, "x", BOTH),
        ({"requirement": "demo-pkg==9.9"}, "x", BOTH[1:]),
        ({"requirement": "demo-pkg[x]==9.9"}, "x", BOTH[:1]),
        ({"requirement": "Flask>=3"}, "x", [("pyproject.toml", '"flask"'), ("requirements/base.txt", "flask>=2")]),
        (
            {"requirement": "bad=>1"},
            "Invalid requirement: 'bad=>1' (from line 3 of requirements/base.txt)",
            [("requirements/base.txt", "bad=>1")],
        ),
        ({"path": "requirements.txt", "line": "4"}, "x", BOTH[:1]),
        (
            {"package": "deep"},
            "No match for deep (from other->parent->-r requirements/base.txt (line 2))",
            [("requirements/base.txt", "parent==1.0")],
        ),
        ({"package": "deep"}, "No match for deep (from lost->parent)", [("requirements/base.txt", "parent==1.0")]),
        ({"package": "deep"}, "No match for deep (from versions: none)", []),
        ({"path": "/etc/requirements.txt", "line": "1"}, "x", []),
        ({"path": "../../../etc/requirements.txt", "line": "1"}, "x", []),
        ({"path": "requirements.txt", "line": "99999"}, "x", []),
        ({"path": "requirements.txt", "line": "²"}, "x", []),
        ({"host": "pypi.example.com"}, "x", []),
        ({"package": "]]evil[["}, "x", []),
    ],
)
def test_blame(captures: dict[str, str], text: str, expected: list[tuple[str, str]]) -> None:
    found = blame(diagnosis([], captures, text=text), world(FILES))
    shown = [(one.path.removeprefix(PROJECT + "/"), Text(FILES[one.path]).slice(one.span)) for one in found]
    missing, extra = [one for one in expected if one not in shown], [one for one in shown if one not in expected]
    assert sorted(shown) == sorted(expected), f"missing {missing}, extra {extra}"


PYPROJECT = """
[build-system]
requires = ["backend==9.9"]
[dependency-groups]
dev = ["grouped==9.9", { include-group = "test" }]
test = ["tested==9.9"]
[tool.poetry.dependencies]
python = "^3.9"
plain = "^9.9"
tabled = { version = "^9.9", extras = ["x"] }
many = [{ version = "^9.9", python = "<3.9" }, { version = "^8.8", python = ">=3.9" }]
[tool.poetry.group.docs.dependencies]
grouped_there = "^9.9"
[tool.poetry.dev-dependencies]
old = "^9.9"
[tool.uv]
dev-dependencies = ["developed==9.9"]
constraint-dependencies = ["constrained<9"]
[tool.uv.sources]
sourced = { git = "https://git.example.com/sourced" }
"""


@pytest.mark.parametrize(
    ("package", "expected"),
    [
        ("backend", ['"backend==9.9"']),
        ("grouped", ['"grouped==9.9"']),
        ("tested", ['"tested==9.9"']),
        ("Plain", ['"^9.9"']),
        ("tabled", ['"^9.9"']),
        ("many", ['"^9.9"', '"^8.8"']),
        ("grouped-there", ['"^9.9"']),
        ("old", ['"^9.9"']),
        ("developed", ['"developed==9.9"']),
        ("constrained", ['"constrained<9"']),
        ("sourced", ['"https://git.example.com/sourced"']),
        ("python", []),
    ],
)
def test_every_table_of_a_pyproject(package: str, expected: list[str]) -> None:
    files = {f"{PROJECT}/pyproject.toml": PYPROJECT}
    found = blame(diagnosis([], {"package": package}), world(files))
    assert [Text(PYPROJECT).slice(one.span) for one in found] == expected


def test_the_file_of_the_command_comes_first() -> None:
    found = blame(diagnosis([], {"package": "demo-pkg"}, command="pip install -r requirements-dev.txt"), world(FILES))
    assert found[0].path == f"{PROJECT}/requirements-dev.txt"


def test_the_document_itself_is_left_out() -> None:
    own = f"{PROJECT}/requirements.txt"
    found = blame(diagnosis([], {"package": "demo-pkg"}), world(FILES, document=own))
    assert [one.path for one in found] == [f"{PROJECT}/requirements-dev.txt"]
