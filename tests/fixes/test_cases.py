"""Every folder tests/fixes/<action>/<case>: `before` becomes `after`, byte for byte, once and not twice.

case.json: {"arguments": {…}, "target": the file's path (a default by the action's family), "others": {path: text},
"environ": {…}, "venv": path, "platform": sys.platform's word, "refuses": words of the reason}. A missing `before`
stands for a file that does not exist; a case that refuses has no `after`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from fixes_support import CERTIFICATE, PROJECT, USER_CONFIG, world

from unstuck.core.fixes import FileEdit, Fix, Refusal, actions, apply_edits, resolve

HERE = Path(__file__).parent
CASES = sorted(path.parent for path in HERE.glob("*/*/case.json"))
TARGETS = {
    "pip_config": USER_CONFIG,
    "requirements": f"{PROJECT}/requirements.txt",
    "pyproject": f"{PROJECT}/pyproject.toml",
    "uv": f"{PROJECT}/uv.toml",
}


def one(folder: Path, stem: str) -> str | None:
    found = list(folder.glob(f"{stem}.*"))
    assert len(found) < 2, f"{folder.name}: {stem} is there {len(found)} times"
    return found[0].read_bytes().decode("utf-8", "surrogateescape") if found else None


def check(folder: Path) -> None:
    """One case; what was expected and found goes into the message."""
    case: dict[str, Any] = json.loads((folder / "case.json").read_text("utf-8"))
    name = folder.parent.name
    before, after = one(folder, "before"), one(folder, "after")
    target = case.get("target") or TARGETS[name.split(".")[0]]
    files = {f"{PROJECT}/ca.pem": CERTIFICATE, **case.get("others", {})}
    if before is not None:
        files[target] = before
    changes = {key: case[key] for key in ("environ", "venv", "platform") if key in case}
    fix = Fix("", name, case["arguments"], "safe", target)
    result = resolve(fix, world(files, **changes))
    if "refuses" in case:
        assert isinstance(result, Refusal), f"expected a refusal, found {result}"
        assert case["refuses"] in result.reason, f"expected {case['refuses']!r}, found {result.reason!r}"
        assert after is None, "a case that refuses has no `after`"
        assert resolve(Fix("", name, case["arguments"], "safe", target, locale="zh"), world(files, **changes)) != result
        return
    assert after is not None, "no `after` file"
    assert isinstance(result, FileEdit), f"expected an edit, found {result}"
    assert result.after == after, f"expected\n{after!r}\nfound\n{result.after!r}"
    assert result.before == before
    assert apply_edits(before or "", result.edits) == after, f"the edits lead elsewhere: {result.edits}"
    again = resolve(fix, world({**files, target: after}, **changes))
    assert isinstance(again, Refusal), f"applied twice: {again}"


@pytest.mark.parametrize("folder", CASES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_case(folder: Path) -> None:
    check(folder)


def test_every_editing_action_has_cases() -> None:
    editing = {name for name, action in actions().items() if action.least != "display_only"}
    found = {path.parent.name for path in CASES}
    assert found == editing, f"missing {sorted(editing - found)}, extra {sorted(found - editing)}"
