"""A shell that marks its commands (OSC 133): a failure goes when the same command succeeds, whatever it prints."""

from __future__ import annotations

from collections.abc import Callable

from editor import Editor
from test_plugin import LOG, SELF_SIGNED, codes

# As a user's .bashrc would have it: D and the exit code, A, the prompt, B; C before the output; OSC 7 for the folder.
MARKS = r"""
PS1='\[\e]133;D;$?\a\e]133;A\a\]\#$ \[\e]133;B\a\]'
PS0='\[\e]133;C\a\]'
PROMPT_COMMAND='printf "\e]7;file://%s%s\a" "$HOSTNAME" "$PWD"'
"""


def terminal(start: Callable[..., Editor], marks: bool = True) -> tuple[Editor, int]:
    """An editor with a terminal in which `sh build.sh` fails as long as there is no file `ok`."""
    editor = start()
    (editor.folder / "build.sh").write_text("test -e ok || { cat old.log; exit 1; }\n")
    (editor.folder / "old.log").write_text(LOG)
    if marks:
        with (editor.home / ".bashrc").open("a") as file:
            file.write(MARKS)
    buffer = editor.terminal()
    editor.wait_attached(buffer)
    return editor, buffer


def stays(editor: Editor, buffer: int, count: int) -> None:
    """The failures are as many as before after all that was printed has been read."""
    editor.lua("require('unstuck.sync').flush(...)", buffer)
    editor.lua("vim.wait(600)")
    assert codes(editor, buffer) == [SELF_SIGNED] * count, editor.dump("shell-wrong")


def test_a_failure_goes_when_the_same_command_succeeds(start: Callable[..., Editor]) -> None:
    editor, buffer = terminal(start)
    editor.type_command(buffer, "sh build.sh")
    editor.wait(lambda: codes(editor, buffer) == [SELF_SIGNED], "the diagnosis", 30)
    editor.leave_terminal_mode()
    editor.dump("shell-1-failed")
    editor.keys("i")
    editor.type_command(buffer, "touch ok")
    editor.type_command(buffer, "sh build.sh --other")
    stays(editor, buffer, 1)
    editor.type_command(buffer, "sh  build.sh")
    editor.wait(lambda: not codes(editor, buffer), "the diagnosis to go", 15)
    editor.leave_terminal_mode()
    editor.dump("shell-2-succeeded")


def test_it_goes_after_a_resize_and_among_thousands_of_lines(start: Callable[..., Editor]) -> None:
    """Rows are broken anew, and a full scrollback drops lines at its top."""
    editor, buffer = terminal(start)
    editor.lua("vim.bo[...].scrollback = 300", buffer)
    editor.type_command(buffer, "seq 1 310")
    editor.type_command(buffer, "sh build.sh")
    editor.wait(lambda: codes(editor, buffer) == [SELF_SIGNED], "the diagnosis", 30)
    for columns in (61, 100, 70):
        editor.nvim.ui_try_resize(columns, 30)
        editor.wait(lambda columns=columns: editor.lua("return vim.o.columns") == columns, "the resize", 10)
        stays(editor, buffer, 1)
    editor.type_command(buffer, "seq 1 150")
    stays(editor, buffer, 1)
    (found,) = editor.diagnostics(buffer)
    assert editor.lines(buffer)[found["lnum"]].startswith("WARNING: Retrying")
    editor.leave_terminal_mode()
    editor.keys("K")
    assert SELF_SIGNED in editor.wait(editor.float_text, "the explanation", 15)
    editor.dump("shell-3-resized")
    editor.keys("i")
    editor.type_command(buffer, "touch ok; sh build.sh")
    stays(editor, buffer, 1)
    editor.type_command(buffer, "sh build.sh")
    editor.wait(lambda: not codes(editor, buffer), "the diagnosis to go", 15)


def test_the_commands_are_told_to_a_server_that_is_started_again(start: Callable[..., Editor]) -> None:
    editor, buffer = terminal(start)
    editor.type_command(buffer, "sh build.sh")
    editor.wait(lambda: codes(editor, buffer) == [SELF_SIGNED], "the diagnosis", 30)
    editor.command("Unstuck restart")
    editor.wait(lambda: not codes(editor, buffer), "the server to go", 15)
    editor.wait(lambda: codes(editor, buffer) == [SELF_SIGNED], "the diagnosis again", 30)
    editor.type_command(buffer, "touch ok")
    editor.type_command(buffer, "sh build.sh")
    editor.wait(lambda: not codes(editor, buffer), "the diagnosis to go", 15)


def test_a_shell_without_marks_keeps_it(start: Callable[..., Editor]) -> None:
    """Nothing tells the exit code: only what a tool prints of its success counts."""
    editor, buffer = terminal(start, marks=False)
    editor.type_command(buffer, "sh build.sh")
    editor.wait(lambda: codes(editor, buffer) == [SELF_SIGNED], "the diagnosis", 30)
    editor.type_command(buffer, "touch ok")
    editor.type_command(buffer, "sh build.sh")
    stays(editor, buffer, 1)


COMMANDS = """
local shell, sent = require('unstuck.shell'), {}
local client = { notify = function(_, method, params) table.insert(sent, params) end }
for index, step in ipairs(...) do
  vim.api.nvim_buf_set_lines(0, 0, -1, false, step.lines)
  shell.request(1, '\\27]' .. step.osc, step.cursor)
end
vim.wait(60)
shell.tell(1, client, 'term:x', 0)
return sent
"""

ROWS = ["❯❯❯ pip install demo", ""]
CASES = {
    "typed": [("133;A", 1, 0), ("133;B", 1, 4), ("133;C", 2, 0)],
    "fish": [("133;A", 1, 0), ("133;C;cmdline_url=pip%20install%20demo", 2, 0)],
    "VS Code's": [("633;A", 1, 0), ("633;B", 1, 4), (r"633;E;pip\x20install demo;nonce", 1, 9), ("633;C", 2, 0)],
}


def test_what_shells_say_of_their_commands(start: Callable[..., Editor]) -> None:
    editor = start()
    for name, marks in CASES.items():
        steps = [("7;file://host/home/me/a%20b", 1, 0), *marks, ("133;D;3", 2, 0)]
        sent = editor.lua(
            COMMANDS,
            [
                {"osc": osc, "cursor": [row, column], "lines": ["❯❯❯ pip install demo", ""]}
                for osc, row, column in steps
            ],
        )
        assert sent == [
            {"uri": "term:x", "commandLine": "pip install demo", "cwd": "/home/me/a b", "line": 0},
            {"uri": "term:x", "exitCode": 3, "line": 1},
        ], name
        editor.lua("require('unstuck.shell').close(1)")
