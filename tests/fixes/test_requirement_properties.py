"""Every requirements action on hostile files with hostile captures: it means what it says and harms nothing else."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from fixes_support import PROJECT, diagnosis, world
from hypothesis import assume, given
from hypothesis import strategies as st
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from unstuck.core.fixes import FileEdit, actions, apply_edits, offers, resolve
from unstuck.core.fixes.requirement_file import RequirementAction, items, leaves
from unstuck.core.requirements import entries, logical_lines, name_in
from unstuck.core.text import Text, split_lines

FILE = f"{PROJECT}/requirements.txt"
TOML = f"{PROJECT}/pyproject.toml"
A, B = "a" * 64, "b" * 64
ENDS = st.sampled_from(["\n", "\n", "\r\n", "\r", "", " \\\n", "  # c\n", "\x0c\n", "\u2028"])
PIECES = st.sampled_from(
    [
        "demo=1.0", "demo==1.0", "Demo>=1,<2", "'demo'", "demo[x]^1.2", "demo @ https://example.com/d-1.zip",
        "other==1", "demo 1.0", "-r base.txt", "--pre", "# note", "  # demo=1.0", f"--hash=sha256:{A}",
        f"demo==1.0 --hash=sha256:{A}", "pip install demo", "-e .", "", "   ", "\\", "🦊==1", "\ufeffdemo=1.0",
        "demo --index-url https://pypi.example.com/simple",
        "-i http://pypi.example.com/simple", "--trusted-host pypi.example.com --pre", "--trusted-host=pypi.example.com",
        "--cert x", "sklearn",
        "demo @ file:///croot/demo/work", f"demo==1 --hash={A}",
        "demo==1.0 ; os_name == 'nt' or os_name == 'posix'", "git+https://example.com/demo.git#egg=demo",
    ]
)  # fmt: skip
FILES = st.lists(st.tuples(PIECES, ENDS), max_size=8).map(lambda parts: "".join(piece + end for piece, end in parts))
HOSTILE = st.one_of(
    st.sampled_from(["demo", "demo=1.0", "demo==1.0", "demo[x]^1.2", "demo 1.0", "sklearn", "'demo'"]),
    st.text(max_size=20),
    st.sampled_from(
        ["demo\n--index-url http://x", "demo ; rm -rf", "-r /etc/passwd", "--index-url=http://x", "${HOME}"]
    ),
)
# Arguments of each action, in which {requirement} and {name} take hostile captures.
ARGUMENTS: dict[str, dict[str, Any]] = {
    "requirements.correct_operator": {"requirement": "{requirement}"},
    "requirements.unquote": {"requirement": "{requirement}"},
    "requirements.at_url": {"requirement": "{requirement}"},
    "requirements.rename": {"package": "{requirement}", "to": "{name}"},
    "requirements.pin_nearest": {"requirement": "{requirement}", "versions": "{versions}"},
    "requirements.set_specifier": {"package": "{requirement}", "specifier": "==2.0"},
    "requirements.relax": {"package": "{requirement}"},
    "requirements.allow_prerelease": {"package": "{requirement}", "versions": "{versions}"},
    "requirements.add_marker": {"package": "{requirement}", "marker": "python_version < '3.9'"},
    "requirements.replace_hash": {"expected": A, "got": B},
    "requirements.add_hash": {"requirement": "{requirement}", "hash": B},
    "requirements.remove_duplicate": {"requirement": "{requirement}"},
    "requirements.split_options": {},
    "requirements.drop_pip_install": {},
    "requirements.remove_option": {"option": "--cert"},
    "requirements.to_utf8": {},
    "requirements.drop_source": {"source": "/croot/demo/work"},
    "requirements.drop_extras": {},
    "requirements.spell_hash": {},
    "requirements.remove": {"package": "{requirement}"},
    "requirements.https_index": {"host": "pypi.example.com"},
    "requirements.stop_trusting_host": {"host": "pypi.example.com"},
    "requirements.correct_include": {"path": "base.txt", "to": "requirements/base.txt"},
}
# Those that change whole lines on purpose.
LINES = {
    "requirements.stop_trusting_host",
    "requirements.split_options",
    "requirements.drop_pip_install",
    "requirements.remove_option",
    "requirements.remove_duplicate",
    "requirements.remove",
}


def test_every_action_is_fuzzed() -> None:
    assert set(ARGUMENTS) == {name for name in actions() if name.startswith("requirements.")}


@pytest.mark.parametrize("name", ARGUMENTS)
@given(text=FILES, requirement=HOSTILE, other=HOSTILE)
def test_requirements_file(name: str, text: str, requirement: str, other: str) -> None:
    spec = {"action": name, "arguments": ARGUMENTS[name], "title": "x"}
    captures = {"requirement": requirement, "name": other, "versions": "0.9, 1.5, 2.0b1"}
    for fix in offers(diagnosis([spec], captures), world({FILE: text}), "en"):
        edit = resolve(fix, world({FILE: text}))
        assert isinstance(edit, FileEdit), edit
        after = edit.after
        assert apply_edits(text, edit.edits) == after
        assert resolve(fix, world({FILE: after})).__class__.__name__ == "Refusal", f"grows: {after!r}"
        # No option appears that was not there: a capture cannot smuggle one in.
        before_options = {option.name for entry in entries(text) for option in entry.options}
        after_options = {option.name for entry in entries(after) for option in entry.options}
        assert after_options <= before_options | {"--hash"}
        if name in LINES:
            continue
        comments = [line[line.index("#") :] for line in split_lines(text) if line.lstrip("\ufeff ").startswith("#")]
        assert all(comment in after for comment in comments)
        untouched = [item.text for item in items(text, "requirements") if item.name not in ("demo", "sklearn")]
        names = {canonicalize_name(requirement.split("=")[0].strip()) if requirement.strip() else ""}
        assert [one for one in untouched if one.split("=")[0] not in names and "other" in one] == [
            item.text for item in items(after, "requirements") if item.text in untouched and "other" in item.text
        ]


TOML_LINES = [
    'dependencies = ["demo=1.0", "other"]  # demo=1.0', "dependencies = ['demo==1.0', \"Demo[x]^1.2\"]",
    'dependencies = [\n  "demo ; os_name == \'nt\'", # c\n  "sklearn",\n]', 'keywords = ["demo==1.0"]',
    'description = """\n"demo==1.0"\n"""',
]  # fmt: skip
TOML_TABLES = [
    '[build-system]\nrequires = ["demo==1.0"]',
    '[dependency-groups]\na = ["demo==1.0", { include-group = "b" }]\nb = []',
    '[tool.poetry.dependencies]\npython = "^3.9"\ndemo = "^1.2"\nsklearn = "*"',
    "[tool.poetry.group.x.dependencies]\n'demo' = { version = '1.0', extras = ['x'] } # c",
    '[tool.poetry.dev-dependencies]\ndemo = [{ version = "^1.2", python = "<3.9" }, { version = "==1.0" }]',
    '[tool.uv]\ndev-dependencies = ["demo==1.0"]\noverride-dependencies = ["demo>=1,<2"]',
    '[tool.uv.sources]\ndemo = { git = "https://example.com/demo" }',
    '[tool.x]\n"demo" = "demo==1.0"\nsklearn = "^1.2"', "[[tool.uv.index]]\nurl = 'http://pypi.example.com/simple'",
]  # fmt: skip
OF_TOML = [name for name, action in actions().items() if isinstance(action, RequirementAction)]


@pytest.mark.parametrize("name", OF_TOML)
@given(
    project=st.lists(st.sampled_from(TOML_LINES), max_size=3, unique_by=lambda line: line.split(" ")[0]),
    tables=st.lists(st.sampled_from(TOML_TABLES), max_size=4, unique_by=lambda table: table.split("\n")[0]),
    requirement=HOSTILE,
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_pyproject(name: str, project: list[str], tables: list[str], requirement: str, end: str) -> None:
    """Only strings that stand for the requirement change; everything else is read as it was, comments stay."""
    content = "\n".join(["[project]", 'name = "x"', *project, "", *tables, ""]).replace("\n", end)
    # What begins with a dash is left out, and an action that was told no requirement may look at all.
    assume(not requirement.startswith("-"))
    spec = {"action": name, "arguments": ARGUMENTS[name], "title": "x"}
    captures = {"requirement": requirement, "name": "real", "versions": "0.9, 1.5, 2.0b1"}
    machine = world({TOML: content})
    for fix in offers(diagnosis([spec], captures), machine, "en"):
        edit = resolve(fix, machine)
        assert isinstance(edit, FileEdit), edit
        assert apply_edits(content, edit.edits) == edit.after
        before, after = leaves(tomllib.loads(content)), leaves(tomllib.loads(edit.after))
        changed = {key for key in {*before, *after} if before.get(key) != after.get(key)}
        assert changed
        wanted = name_in(requirement)
        for key in changed:
            assert key[-1] != "name"
            assert key[:2] not in ((("project", "keywords")), ("tool", "x"))
            assert wanted in (*(canonicalize_name(str(part)) for part in key), name_in(str(before.get(key, ""))))
        comments = [line[line.index("#") :] for line in content.splitlines() if "#" in line]
        assert [line[line.index("#") :] for line in edit.after.splitlines() if "#" in line] == comments
        assert resolve(fix, world({TOML: edit.after})).__class__.__name__ == "Refusal", f"grows: {edit.after!r}"


@given(st.one_of(FILES, st.text(max_size=60)))
def test_places_are_true(text: str) -> None:
    document = Text(text)
    for logical in logical_lines(text):
        for character, place in zip(logical.text, logical.places, strict=False):
            if character != " ":
                assert document.raw_line(place.line)[place.column] == character
    for entry in entries(text):
        if entry.requirement is not None:
            Requirement(entry.text)
