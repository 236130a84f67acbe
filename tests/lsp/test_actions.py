"""Code actions: the right fixes at the right place, in the form that each client can take."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from editor import GAVE_UP, REFUSED, Editor, plain, span
from lsprotocol import types

pytestmark = pytest.mark.asyncio(loop_scope="module")

START = {"commands": ("unstuck.mute",)}
TRUST = "Trust pypi.example.com:8443 without a valid certificate"
LINE = span(1, 5, 5)


async def opened(editor: Editor, name: str = "a.log") -> str:
    uri = editor.uri(name)
    await editor.open(uri, f"before\n{REFUSED}\n{GAVE_UP}\nafter\n")
    return uri


def trusting(actions: list[Any]) -> list[Any]:
    """Those that trust the host in the user's file: whether the machine has one of its own is not our business."""
    return [action for action in actions if action.title.startswith(f"{TRUST} (your user")]


def config(editor: Editor) -> Path:
    return editor.home / ".config" / "pip" / "pip.conf"


@pytest.fixture(autouse=True)
def no_configuration(editor: Editor) -> None:
    config(editor).unlink(missing_ok=True)


async def test_offered_for_the_lines_of_the_failure_only(editor: Editor) -> None:
    uri = await opened(editor)
    assert trusting(await editor.actions(uri, LINE))
    assert trusting(await editor.actions(uri, span(2, 0, 3))), "a symptom is part of the failure"
    assert await editor.actions(uri, span(3, 0, 3)) == []
    assert await editor.actions(uri, span(0, 0, 3)) == []


@pytest.mark.parametrize(
    ("only", "offered"),
    [
        (["quickfix"], True),
        ([""], True),
        (["refactor", "quickfix"], True),
        (["quickfix.other"], False),
        (["source"], False),
        (["source.fixAll"], False),
        (["refactor"], False),
        ([], False),
    ],
)
async def test_only(editor: Editor, only: list[str], offered: bool) -> None:
    uri = await opened(editor, f"only-{len(only)}-{'-'.join(only)}.log")
    assert bool(await editor.actions(uri, LINE, only=only)) == offered


async def test_a_diagnostic_of_the_context_counts_where_the_cursor_is_elsewhere(editor: Editor) -> None:
    uri = await opened(editor, "context.log")
    shown = [params for params in editor.published if params.uri == uri][-1].diagnostics
    assert trusting(await editor.actions(uri, span(3, 0, 0), diagnostics=list(shown)))
    foreign = types.Diagnostic(LINE, "x", source="other", code=shown[0].code)
    assert await editor.actions(uri, span(3, 0, 0), diagnostics=[foreign]) == []


async def test_resolving_an_unsafe_fix_asks_for_confirmation_and_is_never_preferred(editor: Editor) -> None:
    uri = await opened(editor, "unsafe.log")
    actions = trusting(await editor.actions(uri, LINE))
    for action in actions:
        assert action.kind == "quickfix"
        assert not action.is_preferred
        assert action.edit is None
        assert action.diagnostics[0].code == "example/certificate-refused"
    edit = (await editor.resolve(actions[0])).edit
    create, change = edit.document_changes
    assert change.text_document.uri == create.uri == config(editor).as_uri()
    assert isinstance(create, types.CreateFile)
    assert create.options is not None
    assert create.options.ignore_if_exists
    assert not create.options.overwrite
    assert change.text_document.version is None
    [insert] = change.edits
    assert isinstance(insert, types.AnnotatedTextEdit)
    assert "trusted-host = pypi.example.com:8443" in insert.new_text
    annotation = edit.change_annotations[insert.annotation_id]
    assert annotation.needs_confirmation
    assert "no longer check" in annotation.description


async def test_an_open_document_is_edited_with_its_version_and_its_own_text(editor: Editor) -> None:
    uri = await opened(editor, "version.log")
    conf = config(editor)
    conf.parent.mkdir(parents=True, exist_ok=True)
    conf.write_text("[global]\n")
    client = editor.client
    text = "# 世界\n[global]\ntrusted-host = other.example.com\n"
    client.text_document_did_open(
        types.DidOpenTextDocumentParams(types.TextDocumentItem(conf.as_uri(), "ini", 41, text))
    )
    [action] = trusting(await editor.actions(uri, LINE))
    [change] = (await editor.resolve(action)).edit.document_changes
    assert change.text_document.uri == conf.as_uri()
    assert change.text_document.version == 41
    assert "pypi.example.com:8443" in change.edits[0].new_text
    assert change.edits[0].range.start.line >= 2, "the text that the editor shows, not the disk's"
    editor.close(conf.as_uri())


async def test_what_cannot_work_is_shown_disabled_with_the_reason(editor: Editor) -> None:
    uri = await opened(editor, "disabled.log")
    conf = config(editor)
    conf.parent.mkdir(parents=True, exist_ok=True)
    conf.write_text("[global]\ntrusted-host = pypi.example.com:8443\n")
    [action] = trusting(await editor.actions(uri, LINE))
    assert action.disabled is not None
    assert "needs no change" in action.disabled.reason
    assert not action.is_preferred
    assert action.edit is None


async def test_a_safe_fix_is_preferred_once_there_is_something_to_mend(editor: Editor) -> None:
    uri = await opened(editor, "safe.log")
    conf = config(editor)
    conf.parent.mkdir(parents=True, exist_ok=True)
    conf.write_text("[global]\ntrusted-host = pypi.example.com:8443\n    other.example.com\n")
    actions = await editor.actions(uri, LINE)
    preferred = [action for action in actions if isinstance(action, types.CodeAction) and action.is_preferred]
    assert [action.title.split(" (")[0] for action in preferred] == ["Stop trusting pypi.example.com:8443"]
    resolved = await editor.resolve(preferred[0])
    [change] = resolved.edit.document_changes
    assert change.text_document.uri == conf.as_uri()
    assert all(not isinstance(edit, types.AnnotatedTextEdit) for edit in change.edits)
    # What was offered is no longer true when it is chosen: the user is told, nothing is edited.
    conf.write_text("[global]\ntrusted-host = other.example.com\n")
    before = len(editor.client.messages)
    assert (await editor.resolve(preferred[0])).edit is None
    assert len(editor.client.messages) == before + 1


async def test_a_failure_that_is_gone_is_refused_with_a_message(editor: Editor) -> None:
    uri = await opened(editor, "gone.log")
    action = trusting(await editor.actions(uri, LINE))[0]
    editor.change(uri, 2, (None, "all well\n"))
    before = len(editor.client.messages)
    assert (await editor.resolve(action)).edit is None
    assert "gone" in editor.messages()[before]


async def test_foreign_data_is_refused_with_a_message(editor: Editor) -> None:
    for data in (
        7,
        [],
        {"uri": 3},
        {"uri": "file:///x"},
    ):
        before = len(editor.client.messages)
        assert (await editor.resolve(types.CodeAction("x", data=data))).edit is None
        assert len(editor.client.messages) == before + 1


async def test_resolving_what_has_no_data_leaves_it_as_it_is(editor: Editor) -> None:
    before = len(editor.client.messages)
    action = types.CodeAction("x", command=types.Command(title="x", command="y"))
    assert await editor.resolve(action) == action
    assert len(editor.client.messages) == before


async def test_emacs_gets_edits_at_once_and_no_file_is_created(tmp_path: Path) -> None:
    """eglot: no resource operations, no annotations: the title says that it is unsafe."""
    editor = Editor(tmp_path)
    result = await editor.start("emacs")
    assert not result.capabilities.code_action_provider.resolve_provider
    uri = await opened(editor)
    assert [action for action in trusting(await editor.actions(uri, LINE)) if not action.disabled] == []
    conf = config(editor)
    conf.parent.mkdir(parents=True)
    conf.write_text("[global]\n")
    [action] = [action for action in trusting(await editor.actions(uri, LINE)) if not action.disabled]
    assert action.title.endswith("(unsafe)")
    assert action.edit is not None
    [change] = action.edit.document_changes
    assert "pypi.example.com:8443" in change.edits[0].new_text
    assert not isinstance(change.edits[0], types.AnnotatedTextEdit)
    assert await editor.stop() == 0


async def test_neovim_can_create_files_though_it_does_not_name_document_changes(tmp_path: Path) -> None:
    editor = Editor(tmp_path)
    await editor.start("neovim")
    uri = await opened(editor)
    [action] = trusting(await editor.actions(uri, LINE))
    assert action.title.endswith("(unsafe)")
    create, change = (await editor.resolve(action)).edit.document_changes
    assert isinstance(create, types.CreateFile)
    assert isinstance(change, types.TextDocumentEdit)
    assert await editor.stop() == 0


async def test_a_client_without_literals_gets_commands_that_the_server_applies(tmp_path: Path) -> None:
    def bare(capabilities: types.ClientCapabilities) -> None:
        assert capabilities.text_document is not None
        capabilities.text_document.code_action = None
        assert capabilities.workspace is not None
        capabilities.workspace.workspace_edit = None
        capabilities.workspace.apply_edit = True

    editor = Editor(tmp_path)
    result = await editor.start(adjust=bare)
    assert result.capabilities.execute_command_provider.commands == ("unstuck.applyFix",) or list(
        result.capabilities.execute_command_provider.commands
    ) == ["unstuck.applyFix"]
    conf = config(editor)
    conf.parent.mkdir(parents=True)
    conf.write_text("[global]\n")
    uri = await opened(editor)
    commands = trusting(await editor.actions(uri, LINE))
    assert commands
    assert all(isinstance(command, types.Command) for command in commands)
    await editor.client.workspace_execute_command_async(
        types.ExecuteCommandParams(commands[0].command, [plain(argument) for argument in commands[0].arguments])
    )
    [applied] = editor.applied
    assert applied.edit.document_changes is None
    assert "pypi.example.com:8443" in applied.edit.changes[conf.as_uri()][0].new_text
    assert await editor.stop() == 0


async def test_muting_is_offered_where_the_client_can(editor: Editor) -> None:
    uri = await opened(editor, "mute.log")
    # lsprotocol takes a code action with a command for a command: the raw answer tells.
    mutes = [action.command for action in await editor.actions(uri, LINE) if isinstance(action, types.Command)]
    assert ["{'id': 'example/certificate-refused'}" in command for command in mutes] == [True, False]
    assert ["{'domain': 'example'}" in command for command in mutes] == [False, True]
