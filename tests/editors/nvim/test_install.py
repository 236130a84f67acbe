"""The ways to install the plugin: a package folder, and Neovim's own plugin manager."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from editor import PLUGIN, Editor
from test_plugin import LOG, SELF_SIGNED, codes, edit

EVERYTHING = """
local found = {}
for _, path in ipairs({ 'lsp/unstuck.lua', 'plugin/unstuck.lua', 'lua/unstuck/init.lua', 'ftdetect/unstuck.lua' }) do
  found[path] = #vim.api.nvim_get_runtime_file(path, true)
end
found[':Unstuck'] = vim.fn.exists(':Unstuck') == 2 and 1 or 0
return found
"""


def works(editor: Editor) -> None:
    """Everything is found once, a log is marked and a terminal is read."""
    found = editor.lua(EVERYTHING)
    assert set(found.values()) == {1}, found
    buffer = edit(editor, "build.log", LOG)
    editor.wait(lambda: codes(editor, buffer) == [SELF_SIGNED], "the diagnosis", 30)
    editor.command("tabnew")
    editor.wait_attached(editor.terminal())


def test_a_package_folder(start: Callable[..., Editor], tmp_path: Path) -> None:
    """As `:help packages` says, and as plugin managers lay it out."""
    shutil.copytree(PLUGIN, tmp_path / "site" / "pack" / "tools" / "start" / "unstuck")
    works(start(plugin=False, commands=(f"set packpath^={tmp_path}/site",)))


def test_vim_pack(start: Callable[..., Editor], tmp_path: Path) -> None:
    """Neovim 0.12's own manager clones a whole repository; the plugin is a folder in it."""
    editor = start(plugin=False, commands=("let g:nothing = 1",))
    if editor.version == "0.11":
        pytest.skip("vim.pack came with Neovim 0.12")
    repository = tmp_path / "unstuck"
    shutil.copytree(PLUGIN, repository / "editors" / "nvim")
    for words in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-q", "-m", "A plugin"]):
        identity = ["-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *identity, *words], cwd=repository, check=True, timeout=30)
    editor.lua(
        "vim.pack.add({ { src = 'file://' .. ..., name = 'unstuck' } }, { confirm = false })"
        "vim.opt.runtimepath:append(vim.fn.stdpath('data') .. '/site/pack/core/opt/unstuck/editors/nvim')"
        "vim.cmd.runtime('plugin/unstuck.lua')",
        str(repository),
    )
    editor.lua("vim.lsp.enable('unstuck')")
    works(editor)
