"""From a failure to the line that asked for it."""

from __future__ import annotations

import pytest
from fixes_support import PROJECT, diagnosis, world

from unstuck.core.blame import blame
from unstuck.core.file_checks import check_file
from unstuck.core.fixes import Fix, Refusal, offers, resolve
from unstuck.core.locks import Generated, generated
from unstuck.core.said import Said
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


# What uv, pip and Poetry say around a failure, the name that failed, and what is marked for it.
UV_INCLUDED = """error: Error parsing included file in `requirements.txt` at position 0
  cause: Couldn't parse requirement in `requirements/base.txt` at position 25
  cause: no such comparison operator "=>", must be one of ~= == != <= >= < > ==="""
UV_LACKS = """error: No solution found when resolving dependencies
  cause: Because only helper==2.0 is available and all versions of parent depend on helper<2, we can conclude that
         all versions of parent cannot be used.
         And because you require parent, we can conclude that your requirements are unsatisfiable."""
UV_BUILD = """error: Failed to build `deep==1.0`
  cause: The build backend returned an error

hint: `deep` (v1.0) was included because `between` (v1.0) depends on `deep`
hint: `between` (v1.0) was included because `parent` (v1.0) depends on `between`"""
UV_CONFLICT = """error: No solution found when resolving dependencies
  cause: Because all versions of flask depend on helper>=2 and all versions of parent depend on helper<2, we can
         conclude that all versions of parent and all versions of flask are incompatible.
         And because you require parent and flask, we can conclude that your requirements are unsatisfiable."""
PIP_CONFLICT = """ERROR: Cannot install -r requirements/base.txt (line 2) and demo-pkg[x]==9.9 because these \
package versions have conflicting dependencies.

The conflict is caused by:
    The user requested demo-pkg[x]==9.9
    parent 1.0 depends on demo-pkg<9"""
POETRY = """Because parent (1.0) depends on deep (^9) which doesn't match any versions, parent is forbidden.
So, because project depends on parent (1.0), version solving failed."""
BASE = "requirements/base.txt"


@pytest.mark.parametrize(
    ("package", "text", "before", "expected"),
    [
        (None, UV_INCLUDED, [], [(BASE, "bad=>1")]),
        (None, "error: Expected `--hash`: requirements/base.txt:2:6", [], [(BASE, "parent==1.0")]),
        ("helper", UV_LACKS, [], [(BASE, "parent==1.0")]),
        ("deep", UV_BUILD, [], [(BASE, "parent==1.0")]),
        (None, UV_CONFLICT, [], [(BASE, "parent==1.0"), (BASE, "flask>=2"), ("pyproject.toml", '"flask"')]),
        (None, PIP_CONFLICT, [], [(BASE, "parent==1.0"), ("requirements.txt", "Demo_Pkg[x]==9.9")]),
        (None, "version solving failed.", POETRY.splitlines(), [(BASE, "parent==1.0")]),
        (
            "deep",
            "ERROR: Failed to build 'deep'",
            ["Collecting deep (from parent==1.0->-r requirements/base.txt (line 2))", "  Downloading deep-1.0.tar.gz"],
            [(BASE, "parent==1.0")],
        ),
        ("deep", "ERROR: Failed to build 'deep'", ["Collecting deeper (from parent)"], []),
        ("helper", "Because helper depends on helper and helper depends on parent", [], []),
    ],
)
def test_what_the_output_says(
    package: str | None, text: str, before: list[str], expected: list[tuple[str, str]]
) -> None:
    captures = {} if package is None else {"package": package}
    found = blame(diagnosis([], captures, text=text), world(FILES), Said(text, tuple(before)))
    shown = [(one.path.removeprefix(PROJECT + "/"), Text(FILES[one.path]).slice(one.span)) for one in found]
    missing, extra = [one for one in expected if one not in shown], [one for one in shown if one not in expected]
    assert sorted(shown) == sorted(expected), f"missing {missing}, extra {extra}"


COMPILED = """#
# This file is autogenerated by pip-compile with Python 3.11
# by the following command:
#
#    pip-compile --generate-hashes -o requirements.txt requirements.in
#
deep==9.9 \\
    --hash=sha256:00
    # via between
between==1.0
    # via
    #   flask
    #   -r requirements.in
flask==3.0  # via -r requirements.in
"""


@pytest.mark.parametrize(
    ("package", "expected"),
    [
        ("flask", [("requirements.in", "flask"), ("requirements.txt", "flask==3.0")]),
        ("deep", [("requirements.in", "flask"), ("requirements.txt", "deep==9.9")]),
    ],
)
def test_a_compiled_file_leads_to_what_it_is_made_from(package: str, expected: list[tuple[str, str]]) -> None:
    files = {f"{PROJECT}/requirements.txt": COMPILED, f"{PROJECT}/requirements.in": "flask\n"}
    found = blame(diagnosis([], {"package": package}), world(files))
    assert sorted((one.path.removeprefix(PROJECT + "/"), one.text) for one in found) == sorted(expected)
    assert {one.made_from for one in found} == {(), ("requirements.in",)}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("uv.lock", '[[package]]\nname = "flask"\nversion = "3"\ndependencies = [{ name = "deep" }]\n'),
        ("poetry.lock", '[[package]]\nname = "Flask"\nversion = "3"\n[package.dependencies]\ndeep = ">=1"\n'),
        ("pdm.lock", '[[package]]\nname = "flask"\nversion = "3"\ndependencies = ["deep>=1"]\n'),
    ],
)
def test_a_lock_tells_what_pulled_it_in(name: str, content: str) -> None:
    files = {f"{PROJECT}/pyproject.toml": '[project]\ndependencies = ["flask"]\n', f"{PROJECT}/{name}": content}
    found = blame(diagnosis([], {"package": "deep"}), world(files))
    assert [(one.path, one.text, one.how) for one in found] == [(f"{PROJECT}/pyproject.toml", "flask", "parent")]


@pytest.mark.parametrize(
    ("line", "command", "inputs"),
    [
        ("#    pip-compile requirements.in", "pip-compile requirements.in", ("requirements.in",)),
        ("#    pip-compile --output-file=out.txt a.in b/c.in", "pip-compile --output-file=out.txt a.in b/c.in",
         ("a.in", "b/c.in")),
        ("#    pip-compile -o out.txt", "pip-compile -o out.txt", ("requirements.in", "pyproject.toml")),
        ("#    uv pip compile pyproject.toml -c c.txt", "uv pip compile pyproject.toml -c c.txt", ("pyproject.toml",)),
        ("#    uv export --format requirements-txt", "uv export --format requirements-txt", ("pyproject.toml",)),
        ("#    ./make.sh", "", ()),
    ],
)  # fmt: skip
def test_what_made_a_file(line: str, command: str, inputs: tuple[str, ...]) -> None:
    header = "# This file was autogenerated by uv via the following command:"
    assert generated(f"{header}\n{line}\na==1\n") == Generated(command, inputs)
    assert generated(f"{line}\na==1\n") is None


def test_a_generated_file_is_never_edited() -> None:
    files = {f"{PROJECT}/requirements.txt": COMPILED, f"{PROJECT}/uv.lock": "flask==3.0\n"}
    specs = [
        {"action": "requirements.relax", "arguments": {"package": "flask"}, "title": "relax"},
        {"action": "requirements.remove_duplicate", "arguments": {"requirement": "flask==3.0"}, "title": "remove"},
    ]
    machine = world({**files, f"{PROJECT}/other-requirements.txt": "flask==3.0\n"})
    found = offers(diagnosis(specs, {"path": "uv.lock", "line": "1"}), machine)
    assert {fix.target for fix in found if fix.disabled is None} == {f"{PROJECT}/other-requirements.txt"}
    (refused,) = [fix for fix in found if fix.disabled]
    assert refused.disabled is not None
    assert "change requirements.in" in refused.disabled
    for path in files:
        fix = Fix("", "requirements.relax", {"package": "flask"}, "safe", path)
        assert isinstance(resolve(fix, machine), Refusal)
        assert all(not check.fixes for check in check_file(path, "requirements", files[path] + "x=1\n", machine))
