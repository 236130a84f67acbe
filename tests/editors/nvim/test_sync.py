"""What the server has of a terminal is the terminal's buffer, line for line, whatever happens there."""

from __future__ import annotations

from collections.abc import Callable

from editor import Editor

# Keeps the document as a server would, from what the client is told.
MODEL = """
local client = vim.lsp.get_clients({ name = 'unstuck-terminal' })[1]
local notify = client.notify
model, messages_sent, version = nil, 0, 0
function client.notify(self, method, params)
  if method == 'textDocument/didOpen' then
    model = vim.split(params.textDocument.text, '\\n')
  elseif method == 'textDocument/didChange' then
    assert(params.textDocument.version > version)
    version = params.textDocument.version
    messages_sent = messages_sent + 1
    for _, change in ipairs(params.contentChanges) do
      local from, to = change.range.start.line, change.range['end'].line
      assert(from <= to and to <= #model, 'a place that the document does not have')
      local new = vim.split(change.text, '\\n')
      table.remove(new)
      local after = vim.list_slice(model, to + 1)
      model = vim.list_extend(vim.list_extend(vim.list_slice(model, 1, from), new), after)
    end
  end
  return notify(self, method, params)
end
require('unstuck.sync').open(client, ...)
"""

SAME = """
require('unstuck.sync').flush(...)
local lines = vim.api.nvim_buf_get_lines(..., 0, -1, false)
table.insert(lines, '')
for index = 1, math.max(#lines, #model) do
  if lines[index] ~= model[index] then
    return ('line %d of %d, %d: %s, %s'):format(index, #lines, #model, tostring(lines[index]), tostring(model[index]))
  end
end
return ''
"""

STEPS = [
    "seq 1 50",
    "printf 'no line end'",
    "seq 1 500",
    "head -c 3000 /dev/zero | tr '\\0' x",
    "for i in $(seq 40); do printf '\\r%s' $i; sleep 0.02; done",
    "printf '\\e[2J\\e[H'; echo cleared",
    "printf '\\e[?1049h'; seq 1 40; sleep 0.3; printf '\\e[?1049l'",
    "seq 1 30000",
    "printf '\\e[5A\\e[2Kchanged\\e[5B'; sleep 0.2",
    "echo é漢字 🎉",
]


def test_the_server_has_the_terminal_s_lines(start: Callable[..., Editor]) -> None:
    editor = start()
    editor.command("set scrollback=200")
    buffer = editor.terminal()
    editor.wait_attached(buffer)
    editor.lua(MODEL, buffer)
    for columns in (80, 61, 120, 40):
        editor.nvim.ui_try_resize(columns, 24 if columns < 100 else 40)
        for step in STEPS:
            editor.keys(step.replace("<", "<lt>") + "<CR>")
            editor.lua("vim.wait(50)")
            assert editor.lua(SAME, buffer) == "", step
        editor.wait(lambda: editor.prompt(buffer), "the prompt", 30)
        assert editor.lua(SAME, buffer) == "", columns
    assert len(editor.lines(buffer)) <= 200 + 40


def test_the_server_is_told_the_width(start: Callable[..., Editor]) -> None:
    editor = start(columns=61)
    editor.lua(
        "told = {} vim.api.nvim_create_autocmd('LspNotify', { callback = function(event) "
        "if event.data.method == 'unstuck/terminal/didResize' then "
        "table.insert(told, event.data.params.columns) end end })"
    )
    editor.wait_attached(editor.terminal())
    editor.wait(lambda: editor.lua("return told") == [61], "the width", 10)
    editor.nvim.ui_try_resize(100, 24)
    editor.wait(lambda: editor.lua("return told") == [61, 100], "the new width", 10)


def test_a_quiet_terminal_is_told_once(start: Callable[..., Editor]) -> None:
    editor = start()
    buffer = editor.terminal()
    editor.wait_attached(buffer)
    editor.lua("vim.wait(500)")
    editor.lua(MODEL, buffer)
    editor.lua("vim.wait(1500)")
    assert editor.lua("return messages_sent") == 0, "nothing has changed"
    editor.type_command(buffer, "echo one")
    editor.lua("vim.wait(1000)")
    assert editor.lua("return messages_sent") <= 3
    assert editor.lua(SAME, buffer) == ""


def test_a_renamed_terminal_is_another_document(start: Callable[..., Editor]) -> None:
    from test_plugin import LOG, SELF_SIGNED, codes

    editor = start()
    (editor.folder / "old.log").write_text(LOG)
    buffer = editor.terminal()
    editor.wait_attached(buffer)
    editor.type_command(buffer, "cat old.log")
    editor.wait(lambda: codes(editor, buffer) == [SELF_SIGNED], "the diagnosis", 30)
    editor.leave_terminal_mode()
    editor.command("file term://mine")
    editor.wait(lambda: editor.nvim.current.buffer.name.endswith("term://mine"), "the name", 10)
    editor.lua("vim.wait(500)")
    editor.wait(lambda: codes(editor, buffer) == [SELF_SIGNED], "the diagnosis again", 15)
    editor.keys("K")
    assert SELF_SIGNED in editor.wait(editor.float_text, "the explanation", 15)


def test_a_wiped_terminal_leaves_nothing(start: Callable[..., Editor]) -> None:
    """A wiped terminal leaves nothing behind: no buffer is told of, no failure is alive."""
    editor = start()
    buffer = editor.terminal()
    editor.wait_attached(buffer)
    editor.leave_terminal_mode()
    editor.command(f"bwipeout! {buffer}")
    editor.wait(lambda: not editor.lua("return vim.api.nvim_buf_is_valid(...)", buffer), "the buffer to go", 10)
    assert editor.lua("return require('unstuck.sync').gone(...)", buffer) == 0
    assert not editor.lua("return next(vim.lsp.get_clients({ name = 'unstuck-terminal' })[1].attached_buffers) ~= nil")
    assert editor.messages() == []
