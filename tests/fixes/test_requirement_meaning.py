"""Every requirements action between hostile neighbours: its line means what was promised, and no other byte moves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from fixes_support import PROJECT, diagnosis, world
from hypothesis import assume, given
from hypothesis import strategies as st
from packaging.requirements import Requirement

from unstuck.core.fixes import FileEdit, Refusal, actions, offers, resolve
from unstuck.core.requirements import entries

FILE = f"{PROJECT}/requirements.txt"
A, B, C = "a" * 64, "b" * 64, "c" * 64
# The file is a constraint too: some actions are for those alone.
COMMAND = "pip install -c requirements.txt demo"
NEIGHBOURS = st.sampled_from(
    [
        "other==1", "# demo=1.0", "", "   ", "-r base.txt", "--pre", "🦊 # 注释", "other ; os_name == 'nt'",
        f"other==1 \\\n    --hash=sha256:{C}", "\tother >= 1  # demo", "./local", "-e .", "étrange==1",
        "other @ https://example.com/demo-1.0.zip", "--find-links ./demo", "x\x0c", "y\u2028z", "\\",
    ]
)  # fmt: skip
ENDS = st.sampled_from(["\n", "\r\n", "\r"])
BLOCK = st.lists(st.tuples(NEIGHBOURS, ENDS), max_size=4).map(
    # A continuation would make one line of two.
    lambda parts: "".join(piece + end for piece, end in parts if not piece.endswith("\\"))
)
TAIL = st.sampled_from(["", "  # demo=1.0", "\t# why"])


def one(text: str) -> Requirement:
    """The only requirement of a text."""
    (entry,) = [entry for entry in entries(text) if entry.kind in ("requirement", "url")]
    return Requirement(entry.text)


def options(text: str) -> list[str]:
    return [f"{option.name} {option.value}" for entry in entries(text) for option in entry.options]


# What the line says, the arguments, the captures, and what it means afterwards.
Case = tuple[str, dict[str, Any], dict[str, str], Callable[[str], bool]]
REQUIREMENT = {"requirement": "{requirement}"}
VERSIONS = {**REQUIREMENT, "versions": "0.9, 1.5, 2.0b1"}
CASES: dict[str, list[Case]] = {
    "correct_operator": [
        ("demo=1.0", REQUIREMENT, {"requirement": "demo=1.0"}, lambda text: str(one(text)) == "demo==1.0"),
        ("demo[x] ^1.2 ; os_name=='nt'", REQUIREMENT, {"requirement": "demo[x] ^1.2 ; os_name=='nt'"},
         lambda text: str(one(text).specifier) == "<2,>=1.2" and one(text).extras == {"x"} and bool(one(text).marker)),
    ],
    "unquote": [("'demo>=1'", REQUIREMENT, {"requirement": "'demo>=1'"}, lambda text: str(one(text)) == "demo>=1")],
    "at_url": [
        ("git+https://example.com/demo.git#egg=demo", REQUIREMENT,
         {"requirement": "git+https://example.com/demo.git#egg=demo"},
         lambda text: one(text).name == "demo" and "example.com/demo.git" in (one(text).url or "")),
    ],
    "rename": [
        ("demo[x]==1 ; os_name=='nt'", {"package": "demo", "to": "real"}, {},
         lambda text: one(text).name == "real" and one(text).extras == {"x"} and bool(one(text).marker)),
    ],
    "pin_nearest": [
        ("demo==1.4", VERSIONS, {"requirement": "demo==1.4"}, lambda text: "1.5" in one(text).specifier),
        ("demo>=3", VERSIONS, {"requirement": "demo>=3"}, lambda text: "1.5" in one(text).specifier),
    ],
    "set_specifier": [
        ("Demo [x]==1", {"package": "demo", "specifier": "==2.0"}, {}, lambda text: str(one(text)) == "Demo[x]==2.0"),
    ],
    "relax": [
        ("demo==1.0,<3", {"package": "demo"}, {}, 
         lambda text: "9" in one(text).specifier and "0" not in one(text).specifier),
    ],
    "allow_prerelease": [
        ("demo>=1", {"package": "demo", "versions": "0.9, 2.0b1"}, {},
         lambda text: bool(one(text).specifier.prereleases)),
    ],
    "add_marker": [
        ("demo==1 ; os_name=='nt' or os_name=='posix'", {"package": "demo", "marker": "python_version < '3.9'"}, {},
         lambda text: not one(text).marker.evaluate({"python_version": "3.12", "os_name": "nt"})),
    ],
    "replace_hash": [
        (f"demo==1 --hash=sha256:{A}", {"expected": A, "got": B}, {},
         lambda text: options(text) == [f"--hash sha256:{B}"]),
    ],
    "add_hash": [
        (f"demo==1 --hash=sha256:{A}", {"requirement": "demo==1", "hash": B}, {},
         lambda text: options(text) == [f"--hash sha256:{A}", f"--hash sha256:{B}"]),
    ],
    "remove_duplicate": [
        ("demo==1\ndemo==1", {"requirement": "demo==1"}, {}, lambda text: str(one(text)) == "demo==1"),
    ],
    "split_options": [
        ("demo==1 --pre", {"requirement": "demo==1 --pre"}, {},
         lambda text: [entry.text for entry in entries(text)] == ["--pre", "demo==1"]),
    ],
    "drop_pip_install": [
        ("pip install -U demo 'more>=1'", {}, {},
         lambda text: [entry.text for entry in entries(text)] == ["demo", "more>=1"]),
    ],
    "remove_option": [("--cert x.pem", {"option": "--cert"}, {}, lambda text: not entries(text))],
    "correct_include": [
        ("-r gone.txt", {"path": "gone.txt", "to": "there.txt"}, {}, lambda text: entries(text)[0].text == "there.txt"),
    ],
    "https_index": [
        ("-i http://demo.example.com/simple", {"host": "demo.example.com"}, {},
         lambda text: options(text) == ["--index-url https://demo.example.com/simple"]),
    ],
    "stop_trusting_host": [
        ("--trusted-host demo.example.com", {"host": "demo.example.com"}, {}, lambda text: not entries(text)),
        ("--pre --trusted-host demo.example.com:80", {"host": "demo.example.com"}, {},
         lambda text: options(text) == ["--pre None"]),
    ],
    "drop_source": [
        ("demo @ file:///croot/demo/work", {"source": "/croot/demo/work"}, {}, lambda text: str(one(text)) == "demo"),
    ],
    "drop_extras": [("demo[x]==1", {"package": "demo"}, {}, lambda text: str(one(text)) == "demo==1")],
    "spell_hash": [
        (f"demo==1 --hash={A}", {"requirement": "demo==1"}, {}, lambda text: options(text) == [f"--hash sha256:{A}"]),
    ],
    "remove": [("demo==1", {"package": "demo"}, {}, lambda text: not entries(text))],
}  # fmt: skip
# What is no UTF-8 has no meaning to compare; its bytes are compared by its own cases.
ELSEWHERE = {"requirements.to_utf8"}


def test_every_action_is_here() -> None:
    found = {f"requirements.{name}" for name in CASES} | ELSEWHERE
    known = {name for name in actions() if name.startswith("requirements.")}
    assert found == known, f"missing {sorted(known - found)}, extra {sorted(found - known)}"


@pytest.mark.parametrize(("name", "case"), [(name, case) for name, cases in CASES.items() for case in cases])
@given(head=BLOCK, tail=TAIL, end=ENDS, rest=BLOCK)
def test_meaning(name: str, case: Case, head: str, tail: str, end: str, rest: str) -> None:
    # Else the two would be one end of a line.
    assume(not (end == "\r" and rest.startswith("\n")))
    line, arguments, captures, means = case
    text = f"{head}{line}{tail}{end}{rest}"
    spec = {"action": f"requirements.{name}", "arguments": arguments, "title": "x"}
    fixes = [
        fix for fix in offers(diagnosis([spec], captures, command=COMMAND), world({FILE: text})) if fix.target == FILE
    ]
    assert fixes, f"not offered for {text!r}"
    edit = resolve(fixes[0], world({FILE: text}))
    assert isinstance(edit, FileEdit), edit
    after = edit.after
    assert after.startswith(head), f"changed before the line: {after!r}"
    assert after.endswith(rest), f"changed after the line: {after!r}"
    middle = after[len(head) : len(after) - len(rest)]
    assert means(middle), f"{line!r} became {middle!r}"
    if middle.strip() and "\n" not in line and "pip install" not in line:
        assert middle.endswith(f"{tail}{end}"), f"the comment or the end is lost: {middle!r}"
    assert isinstance(resolve(fixes[0], world({FILE: after})), Refusal), f"grows: {after!r}"
