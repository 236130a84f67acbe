"""Every requirements action on hostile files with hostile captures: it means what it says and harms nothing else."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from fixes_support import PROJECT, diagnosis, world
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from unstuck.core.fixes import FileEdit, actions, apply_edits, offers, resolve
from unstuck.core.fixes.requirement_file import items
from unstuck.core.requirements import entries, logical_lines
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
@settings(max_examples=60, deadline=None)
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


@pytest.mark.parametrize(
    "name", ["requirements.correct_operator", "requirements.pin_nearest", "requirements.add_marker"]
)
@settings(max_examples=60, deadline=None)
@given(
    texts=st.lists(
        st.sampled_from(["demo=1.0", "demo==1.0", "demo ; os_name == 'nt'", 'demo=1.0 ; os_name == "nt"', "other"]),
        max_size=4,
    ),
    quoted=st.booleans(),
)
def test_pyproject(name: str, texts: list[str], quoted: bool) -> None:
    listed = ", ".join(
        f"'{text}'" if "'" not in text and quoted else '"' + text.replace('"', '\\"') + '"' for text in texts
    )
    content = f'# demo=1.0\n[project]\nname = "demo=1.0"\ndependencies = [{listed}] # c\nkeywords = ["demo==1.0"]\n'
    spec = {"action": name, "arguments": ARGUMENTS[name], "title": "x"}
    captures = {"requirement": "demo=1.0" if "correct" in name else "demo==1.0", "versions": "0.9, 1.5"}
    machine = world({TOML: content})
    for fix in offers(diagnosis([spec], captures), machine, "en"):
        edit = resolve(fix, machine)
        assert isinstance(edit, FileEdit), edit
        before, after = tomllib.loads(content), tomllib.loads(edit.after)
        dependencies = after["project"].pop("dependencies")
        assert len(dependencies) == len(before["project"].pop("dependencies"))
        assert before == after


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
