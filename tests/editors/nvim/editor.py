"""A real Neovim with a screen: driven by pynvim, seen through its own grid."""

from __future__ import annotations

import contextlib
import importlib
import os
import re
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[3]
PLUGIN = REPOSITORY / "editors" / "nvim"
SCREENS = REPOSITORY / "artefacts" / "nvim"
VERSIONS = ("0.11", "0.12")

# The environment of the machine must not decide how pip fails in the editor's terminal, nor which fixes are offered.
_SCRUBBED = ("PIP_", "SSL_CERT_", "UV_", "XDG_", "VIRTUAL_ENV", "NVIM", "PYTHON", "GIT_SSL", "NODE_EXTRA", "AWS_CA")
_SCRUBBED += ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")

_SCREEN = """
vim.cmd('redraw!')
local rows = {}
for row = 1, vim.o.lines do
  local cells = {}
  for column = 1, vim.o.columns do
    cells[column] = vim.fn.screenstring(row, column)
  end
  rows[row] = table.concat(cells):gsub('%s+$', '')
end
return rows
"""


def home() -> Path:
    return Path(os.environ.get("UNSTUCK_EDITORS_HOME") or REPOSITORY / ".lab" / "editors")


def binary(version: str) -> Path | None:
    """The program of a Neovim that install.sh has put there, or None."""
    return next((home() / f"nvim-{version}").glob("*/install/bin/nvim"), None)


def pynvim() -> Any:
    """The module, from the environment or from where install.sh has put it; ImportError where it is neither."""
    folder = home() / f"pynvim-{sys.version_info[0]}.{sys.version_info[1]}"
    if folder.is_dir() and str(folder) not in sys.path:
        sys.path.append(str(folder))
    return importlib.import_module("pynvim")


class Editor:
    """One Neovim whose home is a folder of the test's, so that nothing of the user's takes part."""

    def __init__(
        self,
        version: str,
        folder: Path,
        *,
        columns: int = 80,
        lines: int = 24,
        environment: dict[str, str] | None = None,
        plugin: bool = True,
        server: list[str] | None = None,
        commands: tuple[str, ...] = (),
    ) -> None:
        program = binary(version)
        assert program, f"Neovim {version} is missing: run tests/editors/nvim/install.sh"
        self.version = version
        self.folder = folder
        self.home = folder / "home"
        self.home.mkdir(parents=True, exist_ok=True)
        (self.home / ".bashrc").write_text("PS1='\\#$ '\n")
        before = dict(os.environ)
        try:
            for name in list(os.environ):
                if name.startswith(_SCRUBBED):
                    del os.environ[name]
            os.environ.update(
                HOME=str(self.home),
                PYTHONPATH=str(REPOSITORY / "server"),
                PIP_DISABLE_PIP_VERSION_CHECK="1",
                TERM="xterm-256color",
                **(environment or {}),
            )
            argv = [str(program), "--embed", "--headless", "-u", "NONE", "-i", "NONE", "-n"]
            if plugin:
                argv += ["--cmd", f"set runtimepath^={PLUGIN}"]
            for command in commands:
                argv += ["--cmd", command]
            # After the path: ftdetect/ is read when file types are switched on.
            argv += ["--cmd", "filetype plugin on", "--cmd", "syntax on", "--cmd", "set loadplugins"]
            self.nvim = pynvim().attach("child", argv=argv)
        finally:
            os.environ.clear()
            os.environ.update(before)
        self.pid = int(self.nvim.funcs.getpid())
        self.nvim.ui_attach(columns, lines, rgb=True)
        self.lua("vim.fn.chdir(...)", str(folder))
        # Messages are what the user reads: they are kept, not waited for.
        self.lua(
            "messages = {}; vim.notify = function(text) table.insert(messages, text) "
            "vim.api.nvim_echo({{vim.fn.strcharpart(text:gsub('\\n.*', ''), 0, vim.o.columns - 12)}}, false, {}) end "
            "vim.o.shell = 'bash'"
        )
        if plugin or commands:
            command = server or [sys.executable, "-m", "unstuck", "serve"]
            self.lua("vim.lsp.config('unstuck', { cmd = ... }); vim.lsp.enable('unstuck')", command)

    def lua(self, code: str, *arguments: Any) -> Any:
        return self.nvim.exec_lua(code, *arguments)

    def keys(self, text: str) -> None:
        """Type, with key names as <CR> and <C-\\>."""
        self.nvim.input(text)

    def command(self, text: str) -> None:
        """An Ex command, as if typed: an error of its own or a question for Enter does not hold the test up."""
        self.lua("local text = ...; vim.schedule(function() vim.cmd(text) end)", text)
        time.sleep(0.05)

    def screen(self) -> list[str]:
        return list(self.lua(_SCREEN))

    def dump(self, scene: str) -> str:
        """What stands on the screen, also written to artefacts/nvim for people to look at."""
        text = "\n".join(self.screen()) + "\n"
        SCREENS.mkdir(parents=True, exist_ok=True)
        (SCREENS / f"{scene}-{self.version}.txt").write_text(text)
        return text

    def wait(self, condition: Callable[[], Any], what: str, seconds: float = 60) -> Any:
        """The condition's first true value; fails with the screen and the messages after `seconds`."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            value = condition()
            if value:
                return value
            time.sleep(0.05)
        raise AssertionError(f"waited {seconds} s for: {what}\n{self.dump('failed')}\nmessages: {self.messages()}")

    def messages(self) -> list[str]:
        return list(self.lua("return messages"))

    def terminal(self) -> int:
        """Open a terminal with a plain bash in it, typing mode on, its prompt there; the buffer's number."""
        self.command(f"terminal bash --noprofile --rcfile {self.home}/.bashrc -i")
        buffer = int(self.nvim.current.buffer.number)
        self.keys("i")
        self.wait(lambda: self.prompt(buffer), "a prompt in the terminal", 20)
        return buffer

    def lines(self, buffer: int) -> list[str]:
        return list(self.nvim.api.buf_get_lines(buffer, 0, -1, False))

    def prompt(self, buffer: int) -> int:
        """The number of the prompt that waits for a command; 0 where the last row is none."""
        filled = [line for line in self.lines(buffer) if line.strip()]
        match = re.fullmatch(r"(\d+)\$ *", filled[-1]) if filled else None
        return int(match[1]) if match else 0

    def type_command(self, buffer: int, text: str, seconds: float = 60) -> None:
        """Type a command line at the terminal's prompt and wait until the next prompt is there."""
        before = self.wait(lambda: self.prompt(buffer), "the prompt", 20)
        self.keys(text.replace("<", "<lt>") + "<CR>")
        self.wait(lambda: self.prompt(buffer) > before, f"{text} to end", seconds)

    def leave_terminal_mode(self) -> None:
        self.keys("<C-\\><C-n>")
        self.wait(lambda: self.nvim.api.get_mode()["mode"] == "nt", "the terminal's normal mode", 10)

    def pass_enter_prompt(self) -> None:
        """Answer "Press ENTER", which follows a question and a message; no other request is answered meanwhile."""
        for _ in range(20):
            time.sleep(0.1)
            if self.nvim.api.get_mode()["blocking"]:
                self.keys("<CR>")

    def diagnostics(self, buffer: int = 0) -> list[dict[str, Any]]:
        """The failures of one buffer; 0 is the current one."""
        return list(self.lua("return require('unstuck.diagnoses').all(...)", buffer))

    def attached(self, buffer: int) -> bool:
        return bool(
            self.lua(
                "for _, c in ipairs(vim.lsp.get_clients({ bufnr = ... })) do "
                "if c.initialized and vim.startswith(c.name, 'unstuck') then return true end end return false",
                buffer,
            )
        )

    def wait_attached(self, buffer: int) -> None:
        self.wait(lambda: self.attached(buffer), "the server to be attached", 40)

    def select(self, part: str) -> None:
        """The next vim.ui.select takes the first entry that contains `part`; all entries are kept in `offered`."""
        self.lua(
            "local part = ...; vim.ui.select = function(items, opts, on_choice) offered = {} "
            "local chosen; for i, item in ipairs(items) do local text = (opts.format_item or tostring)(item) "
            "table.insert(offered, text) if not chosen and text:find(part, 1, true) then chosen = i end end "
            "on_choice(chosen and items[chosen], chosen) end",
            part,
        )

    def offered(self) -> list[str]:
        return list(self.lua("return offered or {}"))

    def float_text(self) -> str:
        """The text of the floating window that is open, or the empty string."""
        return str(
            self.lua(
                "for _, w in ipairs(vim.api.nvim_list_wins()) do if vim.api.nvim_win_get_config(w).relative ~= '' then "
                "return table.concat(vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(w), 0, -1, false), '\\n') "
                "end end return ''"
            )
        )

    def close(self) -> None:
        # Not by a command: an editor that waits for an answer would never run it.
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        with contextlib.suppress(Exception):  # what pynvim makes of a connection that ends
            self.nvim.close()
