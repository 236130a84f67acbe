"""The whole path, with six pips: pip fails, the server says why and where, its edit is applied, pip succeeds."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from lsprotocol import types

from tests.lab import tools
from tests.lab.diagnose import telling_line
from tests.lab.execute import Command, run
from tests.lab.scenario import Lab, impatient
from unstuck.demo.client import Editor, apply
from unstuck.demo.packages import wheel

ID = "pip/tls-ssl-certificate-verify-failed-self-signed"
TELLING = r"WARNING: Retrying \(Retry\(total=4.*self.signed certificate in certificate chain"
TABLE: dict[str, dict[str, str]] = {}


@dataclass
class Offered:
    """What an editor showed for a failure: the diagnostics, the hover's text, the quick fixes with their edits."""

    diagnostics: list[types.Diagnostic]
    hover: str
    actions: list[types.CodeAction]


@pytest.fixture(scope="module", autouse=True)
def _table() -> Iterator[None]:
    """What helped, pip by pip, printed at the end (pytest -s shows it)."""
    yield
    rows = list(dict.fromkeys(name for column in TABLE.values() for name in column))
    print(f"\n{'':28}" + "".join(f"{'pip ' + version:12}" for version in TABLE))
    for name in rows:
        print(f"{name:28}" + "".join(f"{column.get(name, ''):12}" for column in TABLE.values()))


def ask(lab: Lab, output: str) -> Offered:
    """Open the output in an editor whose server has the environment of the command that failed."""

    async def session() -> Offered:
        async with Editor(lab.project, lab.env) as editor:
            log = lab.project / "install.log"
            diagnostics = await editor.open(log, output)
            if not diagnostics:
                return Offered([], "", [])
            hover = await editor.hover(log, diagnostics[0].range.start)
            actions = [await editor.resolve(action) for action in await editor.actions(log, diagnostics[0])]
            return Offered(diagnostics, hover, actions)

    return asyncio.run(session())


def edit_titled(offered: Offered, *words: str) -> types.CodeAction:
    """The first offered quick fix whose title has all these words."""
    for action in offered.actions:
        if all(word in action.title for word in words) and action.edit is not None:
            return action
    titles = [action.title for action in offered.actions]
    raise AssertionError(f"no fix with an edit has {words} in its title: {titles}")


def write_back(paths: list[Path]) -> None:
    """The state before the edits, which created these files."""
    for path in paths:
        path.unlink()


@pytest.mark.parametrize("pip", tools.PIPS)
def test_pip_fails_is_diagnosed_mended_and_succeeds(pip: str) -> None:
    try:
        lab = Lab("pip", pip)
    except tools.Unavailable as reason:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(reason))
    with lab:
        index = lab.index(wheel("demo", "1.0"), tls="private-root")
        lab.tell_authority()
        wrong = lab.write("somewhere/else.pem", lab.other_authority())
        command = lab.pip("install", "--index-url", index.simple, "demo")
        outcome = TABLE.setdefault(lab.version, {})

        output = run(command, lab.env)
        assert output.exit_code == 1, output.text
        outcome["as it is"] = "fails"

        offered = ask(lab, output.text)
        line = telling_line(output.text, TELLING)
        assert [(d.code, d.range.start.line) for d in offered.diagnostics] == [(ID, line)]
        diagnostic = offered.diagnostics[0]
        assert diagnostic.source == "unstuck"
        assert diagnostic.severity == types.DiagnosticSeverity.Error
        assert diagnostic.code_description is not None
        assert "5" in diagnostic.message, "five retries are one diagnosis that says so"
        assert diagnostic.related_information, "the two lines that pip ends in are shown as what followed"
        assert index.host in offered.hover

        trust_ca = edit_titled(offered, "etc/ssl/company-ca.pem")
        trust_host = edit_titled(offered, index.host)
        assert trust_ca.is_preferred
        assert not trust_host.is_preferred
        assert trust_host.edit is not None
        annotations = trust_host.edit.change_annotations or {}
        assert any(annotation.needs_confirmation for annotation in annotations.values()), "an unsafe edit asks first"

        for name, change in dead_ends(wrong).items():
            failed = run(impatient(command.plus(*change)), lab.env)
            outcome[name] = "works" if failed.succeeded else "fails"
        for name, action in {"fix: trust the CA": trust_ca, "fix: trust the host": trust_host}.items():
            assert action.edit is not None
            changed = apply(action.edit)
            assert changed == [lab.venv / "pip.conf"], "the narrowest file that this pip reads"
            outcome[name] = "works" if again(lab, command) else "fails"
            write_back(changed)

        assert outcome == {
            "as it is": "fails",
            **dict.fromkeys(dead_ends(wrong), "fails"),
            "fix: trust the CA": "works",
            "fix: trust the host": "works",
        }


def dead_ends(wrong: Path) -> dict[str, tuple[str, ...]]:
    return {
        "dead end: --user": ("--user",),
        "dead end: a wrong --cert": ("--cert", str(wrong)),
        "dead end: --no-cache-dir": ("--no-cache-dir",),
    }


def again(lab: Lab, command: Command) -> bool:
    """Whether the command now installs the package; it is taken away again."""
    succeeded = run(impatient(command), lab.env).succeeded
    imported = run(lab.interpreter("-c", "import demo"), lab.env).succeeded
    assert succeeded is imported
    if imported:
        assert run(lab.pip("uninstall", "--yes", "demo"), lab.env).succeeded
    return succeeded
