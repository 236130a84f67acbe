"""What the tools really printed, and the lines of a workspace that are marked for it."""

from __future__ import annotations

from pathlib import Path

import pytest
from fixes_support import HOME, PROJECT, USER_CONFIG, world

from unstuck.core.analysis import Analysis
from unstuck.core.blame import blame
from unstuck.core.catalog import Catalog
from unstuck.core.said import said_around
from unstuck.core.text import Text

CAPTURES = Path(__file__).parent.parent / "captures"
REQUIREMENTS, PYPROJECT = f"{PROJECT}/requirements.txt", f"{PROJECT}/pyproject.toml"
BASE = f"{PROJECT}/base.txt"

# A capture, the workspace, and the marked texts by file.
CASES: list[tuple[str, dict[str, str], list[tuple[str, str]]]] = [
    ("pip/requirement-single-equals/pip_requirements.single_equals.pip-*",
     {REQUIREMENTS: "# first\ndemo=1.0\n", BASE: "demo==1.0\n"}, [(REQUIREMENTS, "demo=1.0")]),
    ("pip/resolution-impossible/pip_conflict.user_against_dependency.pip-*",
     {REQUIREMENTS: "demo==1.0\nhelper==2.0\n"}, [(REQUIREMENTS, "demo==1.0"), (REQUIREMENTS, "helper==2.0")]),
    ("pip/double-requirement/pip_conflict.double_requirement.pip-*",
     {REQUIREMENTS: "demo==1.0\ndemo==2.0\n"}, [(REQUIREMENTS, "demo==1.0"), (REQUIREMENTS, "demo==2.0")]),
    ("pip/hash-mismatch/pip_hashes.requirements_file.pip-*",
     {REQUIREMENTS: "demo==1.0 --hash=sha256:00\n", BASE: "demo==1.0\n"}, [(REQUIREMENTS, "demo==1.0")]),
    ("pip/hash-missing/pip_hashes.missing.pip-*", {REQUIREMENTS: "demo==1.0\n"}, [(REQUIREMENTS, "demo==1.0")]),
    ("pip/requirements-file-not-found/pip_requirements.no_nested_file.pip-*",
     {REQUIREMENTS: "-r missing/base.txt\n"}, [(REQUIREMENTS, "missing/base.txt")]),
    ("pip/config-repeated/pip_command_line.repeated_section.pip-*",
     {USER_CONFIG: "[global]\nx = 1\n[global]\n"}, [(USER_CONFIG, "[global]")]),
    ("uv/invalid-requirement/uv_commands.single_equals.uv-*",
     {REQUIREMENTS: "demo=1.0\n", BASE: "demo=1.0\n"}, [(REQUIREMENTS, "demo=1.0")]),
    ("uv/invalid-requirement/uv_commands.inline_option.uv-*",
     {REQUIREMENTS: "demo --no-index\n"}, [(REQUIREMENTS, "demo")]),
    ("uv/file-not-found/uv_commands.nested_file.uv-*",
     {REQUIREMENTS: "-r missing.txt\n"}, [(REQUIREMENTS, "missing.txt")]),
    ("uv/no-such-version/uv_resolution.impossible_range.uv-*",
     {REQUIREMENTS: "demo>=2,<3\n", PYPROJECT: '[project]\ndependencies = ["demo <3,>=2"]\n'},
     [(REQUIREMENTS, "demo>=2,<3"), (PYPROJECT, '"demo <3,>=2"')]),
    ("uv/no-such-version/uv_resolution.dependency_without_version.uv-*",
     {REQUIREMENTS: "# c\ndemo\n"}, [(REQUIREMENTS, "demo")]),
    ("uv/package-not-found/uv_resolution.unknown_dependency.uv-*",
     {REQUIREMENTS: "other\ndemo\n"}, [(REQUIREMENTS, "demo")]),
    ("uv/conflict/uv_resolution.direct.uv-*",
     {REQUIREMENTS: "demo==1.0\n-r base.txt\n", BASE: "demo==2.0\n"},
     [(REQUIREMENTS, "demo==1.0"), (BASE, "demo==2.0")]),
    ("uv/conflict/uv_resolution.dependencies.uv-*",
     {REQUIREMENTS: "a\nb\nc\n"}, [(REQUIREMENTS, "a"), (REQUIREMENTS, "b")]),
    ("uv/hash-mismatch/uv_commands.other_hash.uv-*",
     {REQUIREMENTS: "demo==1.0 --hash=sha256:00\n"}, [(REQUIREMENTS, "demo==1.0")]),
    ("poetry/version-solving-failed/neighbours_python.poetry_solve.poetry-*",
     {PYPROJECT: '[tool.poetry.dependencies]\ntiny = ">=9"\nother = "^1"\n'}, [(PYPROJECT, '">=9"')]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "files", "expected"), CASES, ids=[name for name, _, _ in CASES])
def test_capture(shipped: Catalog, name: str, files: dict[str, str], expected: list[tuple[str, str]]) -> None:
    captures = [path for path in CAPTURES.glob(name) if path.suffix in (".txt", ".ansi")]
    assert captures, f"there is no capture {name}"
    machine = world(files, home=HOME)
    for path in captures:
        analysis = Analysis(shipped, "log", path.read_bytes().decode("utf-8", "replace"))
        analysis.update()
        assert analysis.diagnoses, path.name
        found = []
        for diagnosis in analysis.diagnoses:
            lines = [span.start.line for span in diagnosis.spans]
            said = said_around(analysis.text, min(lines), max(lines))
            found += [(one.path, Text(files[one.path]).slice(one.span)) for one in blame(diagnosis, machine, said)]
        missing = [one for one in expected if one not in found]
        extra = [one for one in found if one not in expected]
        assert not missing, f"{path.name}: missing {missing}, extra {extra}"
        assert not extra, f"{path.name}: missing {missing}, extra {extra}"
