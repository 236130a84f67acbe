"""A workspace's own files: marked where they caused a failure, checked before a tool runs, mended where they are."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from editor import Editor, span
from files_support import Terminal, eventually, latest, until
from lsprotocol import types

pytestmark = pytest.mark.asyncio(loop_scope="module")

RECORDS = Path(__file__).parent.parent / "fixes" / "records"
START = {"settings": {"catalogs": [str(RECORDS)]}}
FAILED = "frob: no version of demo==9.9 (from versions: 1.0, 9.8)\n"
FILES = {
    "requirements.txt": "-r requirements/base.txt\nflask>=2\n",
    "requirements/base.txt": "-c lock.txt\ndemo==9.9  # pinned\n",
    "requirements/lock.txt": "flask==3.0\n",
    "dev-requirements.txt": "Demo == 9.9\n",
    "pyproject.toml": '[project]\nname = "x"\nversion = "1"\ndependencies = ["flask"]\n',
}
TERMINAL = "unstuck-terminal:///files"


@pytest.fixture(autouse=True)
def files(editor: Editor) -> None:
    for name, content in FILES.items():
        place = editor.workspace / name
        place.parent.mkdir(exist_ok=True)
        place.write_text(content)


def notify(editor: Editor, name: str, **params: Any) -> None:
    editor.client.protocol.notify(f"unstuck/terminal/{name}", {"uri": TERMINAL, **params})


def run(editor: Editor, output: str, exit_code: int) -> None:
    notify(editor, "didStartCommand", commandLine="frob install -r requirements.txt")
    notify(editor, "didWrite", text=output.replace("\n", "\r\n"))
    notify(editor, "didEndCommand", exitCode=exit_code)


NO_VERSION = "example/no-such-version"


async def test_a_failure_marks_the_lines_that_asked_for_it_until_they_are_edited_or_it_succeeds(editor: Editor) -> None:
    base, dev, top = (
        editor.uri(name) for name in ("requirements/base.txt", "dev-requirements.txt", "requirements.txt")
    )
    notify(editor, "didOpen", title="zsh", cwd=str(editor.workspace))
    run(editor, FAILED, 1)
    (there,) = await until(editor, base, [(NO_VERSION, 1)])
    await until(editor, dev, [(NO_VERSION, 0)])
    assert latest(editor, top) == []
    assert there.range == span(1, 0, 9)
    assert [one.location.uri for one in there.related_information or ()] == [TERMINAL]

    # Both ways: the terminal's own diagnostic leads to the two files.
    def leads() -> set[str]:
        return {i.location.uri for one in latest(editor, TERMINAL) for i in one.related_information or ()}

    await eventually(lambda: leads() == {base, dev})

    # A hover on a line that asked explains the failure, wherever it was told.
    await editor.open(dev, FILES["dev-requirements.txt"], "pip-requirements")
    await until(editor, dev, [(NO_VERSION, 0)])
    text = await editor.hover_text(dev, 0)
    missing = [part for part in ("This line caused a failure.", NO_VERSION, "What happened") if part not in text]
    assert not missing, f"missing: {missing}\nin:\n{text}"
    editor.close(dev)

    # Ten edits of the file: above the line it moves with it, in the line it goes for good.
    await editor.open(base, FILES["requirements/base.txt"], "pip-requirements")
    for number in range(9):
        editor.change(base, number + 2, (span(0, 0, 0), f"# {number}\n"))
    await until(editor, base, [(NO_VERSION, 10)])
    (action,) = [
        one for one in await editor.actions(base, span(10, 2, 2)) if one.title.startswith("Require demo==9.8")
    ][:1]
    action = await editor.resolve(action)
    assert action.edit is not None
    editor.change(base, 11, (span(10, 6, 9), "9.8"))
    await until(editor, base, [])
    editor.change(base, 12, (span(10, 6, 9), "9.7"))
    await asyncio.sleep(0.4)
    assert latest(editor, base) == [], "what was dealt with comes back only with another run"

    # The second run succeeds, and takes the other one away.
    run(editor, "frob: done\n", 0)
    await until(editor, dev, [])
    editor.close(base)
    notify(editor, "didClose")


async def test_a_closed_log_takes_its_marks_along(editor: Editor) -> None:
    uri, base = editor.uri("a.log"), editor.uri("requirements/base.txt")
    await editor.open(uri, FAILED)
    await until(editor, base, [(NO_VERSION, 1)])
    editor.close(uri)
    await until(editor, base, [])


async def test_a_file_is_checked_and_mended_before_anything_runs(editor: Editor) -> None:
    uri = editor.uri("requirements.txt")
    await editor.open(uri, "-r gone.txt\nflask=2.0\n", "pip-requirements")
    await until(editor, uri, [("requirements/missing-file", 0), ("requirements/invalid", 1)])
    (action,) = await editor.actions(uri, span(1, 0, 3))
    assert action.title == "Write flask==2.0"
    change = action.edit.document_changes[0]
    assert [(edit.range, edit.new_text) for edit in change.edits] == [(span(1, 6, 6), "=")]
    editor.change(uri, 2, (span(1, 6, 6), "="))
    await until(editor, uri, [("requirements/missing-file", 0)])
    editor.close(uri)
    await until(editor, uri, [])


async def test_a_contradiction_points_at_the_other_file(editor: Editor) -> None:
    uri = editor.uri("requirements.txt")
    await editor.open(uri, "-r requirements/base.txt\ndemo==1.0\n", "pip-requirements")
    (found,) = await until(editor, uri, [("requirements/contradiction", 1)])
    assert [one.location.uri for one in found.related_information or ()] == [editor.uri("requirements/base.txt")]
    editor.close(uri)


async def test_all_safe_fixes_at_once(editor: Editor) -> None:
    uri = editor.uri("requirements.txt")
    await editor.open(uri, "demo=1.0\n'other'  # c\nflask==3\nflask==3\n--user\nb --pre\n", "pip-requirements")
    assert await editor.actions(uri, span(0, 0, 0), only=["source.organizeImports"]) == []
    for kind in ("source.fixAll", "source.fixAll.unstuck"):
        (action,) = await editor.actions(uri, span(0, 0, 0), only=[kind])
        assert action.kind == "source.fixAll.unstuck"
        text = "demo=1.0\n'other'  # c\nflask==3\nflask==3\n--user\nb --pre\n"
        lines = text.splitlines(keepends=True)
        for edit in reversed(action.edit.document_changes[0].edits):
            start = sum(map(len, lines[: edit.range.start.line])) + edit.range.start.character
            end = sum(map(len, lines[: edit.range.end.line])) + edit.range.end.character
            text = text[:start] + edit.new_text + text[end:]
        assert text == "demo==1.0\nother  # c\nflask==3\n--pre\nb\n"
    editor.close(uri)


SPELT = "ERROR: Invalid requirement: 'flask=2.0' (from line 2 of requirements.txt)\n"


async def test_one_mistake_is_marked_once_with_the_terminal_that_told_it(editor: Editor) -> None:
    uri = editor.uri("requirements.txt")
    terminal = Terminal(editor, "once")
    terminal.show("pip install -r requirements.txt", SPELT, 1)
    await editor.open(uri, "# one\nflask=2.0\n", "pip-requirements")
    await until(editor, uri, [("requirements/invalid", 1)])
    await eventually(lambda: bool(latest(editor, uri)[0].related_information))
    (found,) = latest(editor, uri)
    assert [one.location.uri for one in found.related_information or ()] == [terminal.uri]
    # Its fix is offered once, and goes on working.
    titles = [one.title for one in await editor.actions(uri, span(1, 0, 0)) if isinstance(one, types.CodeAction)]
    assert titles == ["Write flask==2.0"]
    # The terminal leads here as well.
    await eventually(
        lambda: any(
            place.location.uri == uri for one in latest(editor, terminal.uri) for place in one.related_information or ()
        )
    )
    # Without the terminal the mistake is still one.
    terminal.close()
    await eventually(lambda: latest(editor, uri)[0].related_information is None)
    assert [one.code for one in latest(editor, uri)] == ["requirements/invalid"]
    editor.close(uri)


async def test_another_mistake_of_the_same_line_is_told_beside_it(editor: Editor) -> None:
    uri = editor.uri("requirements.txt")
    terminal = Terminal(editor, "beside")
    await editor.open(uri, "demo==9.9\nDemo==9.9\n", "pip-requirements")
    terminal.show("frob install", FAILED, 1)
    await until(editor, uri, [(NO_VERSION, 0), (NO_VERSION, 1), ("requirements/duplicate", 1)])
    terminal.close()
    await until(editor, uri, [("requirements/duplicate", 1)])
    editor.close(uri)


async def test_the_line_that_asked_comes_before_what_followed_and_repeats_are_few(editor: Editor) -> None:
    terminal = Terminal(editor, "repeats")
    terminal.show("frob install", FAILED * 9, 1)
    base = editor.uri("requirements/base.txt")
    await until(editor, base, [(NO_VERSION, 1)])

    def places() -> list[str]:
        (found,) = latest(editor, terminal.uri)
        return [one.location.uri for one in found.related_information or ()]

    await eventually(lambda: base in places())
    assert places() == [*dict.fromkeys(one for one in places() if one != terminal.uri), *[terminal.uri] * 5]
    terminal.close()
    await until(editor, base, [])


async def test_what_was_pulled_in_marks_what_pulled_it_in(editor: Editor) -> None:
    """The names stand in no file: the output and the lock say where they come from."""
    (editor.workspace / "uv.lock").write_text(
        '[[package]]\nname = "flask"\nversion = "3"\ndependencies = [{ name = "locked" }]\n', "utf-8"
    )
    project, top = editor.uri("pyproject.toml"), editor.uri("requirements.txt")
    terminal = Terminal(editor, "pulled")
    said = "Collecting chained==1 (from flask>=2->-r requirements.txt (line 2))\n"
    terminal.show("frob install", f"{said}frob: no version of chained==1 (from versions: 2)\n", 1)
    await until(editor, top, [(NO_VERSION, 1)])
    assert latest(editor, project) == []
    terminal.show("frob other", "frob: no version of locked==1 (from versions: 2)\n", 1)
    await until(editor, project, [(NO_VERSION, 3)])
    await until(editor, top, [(NO_VERSION, 1), (NO_VERSION, 1)])
    terminal.close()
    await until(editor, project, [])
    await until(editor, top, [])
    (editor.workspace / "uv.lock").unlink()
