"""Files, :make, :Unstuck run and the rest of the commands, health, and a server that dies."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from editor import PLUGIN, REPOSITORY, Editor

from conftest import Company

SELF_SIGNED = "pip/tls-ssl-certificate-verify-failed-self-signed"

LOG = """\
WARNING: Retrying (Retry(total=4, connect=None, read=None, redirect=None, status=None)) after connection broken by \
'SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: \
self-signed certificate in certificate chain (_ssl.c:1006)'))': /simple/demo/
"""


def codes(editor: Editor, buffer: int) -> list[str]:
    return [str(each.get("code")) for each in editor.diagnostics(buffer)]


def edit(editor: Editor, name: str, content: str) -> int:
    path = editor.folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    editor.lua("vim.cmd.edit(...)", str(path))
    return int(editor.nvim.current.buffer.number)


def test_a_log_is_read_with_lsp_unstuck_lua_alone(start: Callable[..., Editor], tmp_path: Path) -> None:
    """In nvim-lspconfig's manner: one file in somebody else's plugin."""
    other = tmp_path / "lspconfig" / "lsp"
    other.mkdir(parents=True)
    (other / "unstuck.lua").write_text((PLUGIN / "lsp" / "unstuck.lua").read_text())
    editor = start(plugin=False)
    editor.lua("vim.opt.runtimepath:prepend(...)", str(other.parent))
    editor.lua("vim.filetype.add({ extension = { log = 'log' } })")
    editor.lua(
        "vim.lsp.config('unstuck', { cmd = ... }); vim.lsp.enable('unstuck')",
        [sys.executable, "-m", "unstuck", "serve"],
    )
    buffer = edit(editor, "build.log", LOG)
    found = editor.wait(lambda: editor.lua("return vim.diagnostic.get(...)", buffer), "the diagnosis", 30)
    assert [each["code"] for each in found] == [SELF_SIGNED]
    editor.keys("K")
    assert SELF_SIGNED in editor.wait(editor.float_text, "Neovim's own hover", 15)
    editor.dump("log-alone")


@pytest.mark.parametrize(
    ("name", "filetype", "attached"),
    [
        ("build.log", "log", True),
        ("build.log.1", "log", True),
        ("requirements.txt", "requirements", True),
        ("requirements-dev.txt", "requirements", True),
        ("dev-requirements.txt", "requirements", True),
        ("requirements/test.txt", "requirements", True),
        ("constraints.txt", "requirements", True),
        ("requirements.in", "requirements", True),
        ("pip.conf", "dosini", True),
        ("pip.ini", "dosini", True),
        ("pyproject.toml", "toml", True),
        ("Cargo.toml", "toml", False),
        ("other.ini", "dosini", False),
        ("notes.txt", "text", False),
    ],
)
def test_which_files_are_read(start: Callable[..., Editor], name: str, filetype: str, attached: bool) -> None:
    editor = start(server=["sleep", "60"])  # it is started and never answers
    buffer = edit(editor, name, "\n")
    assert editor.lua("return vim.bo[...].filetype", buffer) == filetype
    clients = editor.lua("return #vim.lsp.get_clients({ bufnr = ..., _uninitialized = true })", buffer)
    assert clients == (1 if attached else 0)


def test_make_and_the_quickfix_list(start: Callable[..., Editor], company: Company) -> None:
    editor = start()
    (editor.folder / "Makefile").write_text(f"install:\n\t{company.pip()}\n")
    editor.lua("vim.o.shellpipe = '>%s 2>&1'")
    editor.command("silent make! install")
    buffer = editor.wait(lambda: editor.lua("return require('unstuck.output').last"), "the output to be read", 60)
    editor.wait(lambda: SELF_SIGNED in codes(editor, buffer), "the diagnosis", 30)
    assert editor.lua("return vim.api.nvim_buf_get_name(...)", buffer) == "unstuck-output://make"
    editor.wait(lambda: any(":Unstuck output shows it" in text for text in editor.messages()), "the message", 10)
    editor.command("Unstuck output")
    editor.wait(lambda: editor.nvim.current.buffer.number == buffer, "the buffer to be shown", 10)
    editor.dump("make-output")
    editor.command("Unstuck quickfix")
    items = editor.wait(
        lambda: editor.lua(
            "local l = vim.fn.getqflist({ title = 1, items = 1 }) return l.title == 'Unstuck' and l.items"
        ),
        "the list",
        10,
    )
    assert [item["bufnr"] for item in items] == [buffer]
    editor.dump("make-quickfix")


def test_run_is_read_unwrapped_and_shown_in_its_terminal(start: Callable[..., Editor], company: Company) -> None:
    editor = start(columns=61)
    editor.command("Unstuck run " + company.pip())
    buffer = editor.wait(
        lambda: editor.lua(
            "for _, b in ipairs(vim.api.nvim_list_bufs()) do if vim.b[b].unstuck_run then return b end end"
        ),
        "the terminal",
        10,
    )
    (found,) = editor.wait(lambda: editor.diagnostics(buffer), "the diagnosis", 60)
    rows = editor.lines(buffer)
    assert found["code"] == SELF_SIGNED
    assert rows[found["lnum"]].startswith("WARNING: Retrying")
    assert found["end_lnum"] > found["lnum"], "it is marked over the rows that it takes"
    editor.keys(f"{found['lnum'] + 1}Gzt")
    assert "└──── The package index's" in editor.dump("run-marked")
    editor.keys("K")
    assert SELF_SIGNED in editor.wait(editor.float_text, "the explanation", 15)
    editor.select("Trust localhost:")
    editor.keys("gra")
    editor.wait(editor.offered, "code actions", 15)
    assert [text for text in editor.offered() if text.startswith("Trust localhost:")]


def test_the_output_of_an_ex_command(start: Callable[..., Editor], tmp_path: Path) -> None:
    editor = start()
    (tmp_path / "old.log").write_text(LOG)
    editor.command(f"Unstuck output !cat {tmp_path}/old.log")
    editor.wait(lambda: SELF_SIGNED in codes(editor, 0), "the diagnosis", 30)
    editor.dump("ex-output")


def test_explain_by_id_mute_and_unmute(start: Callable[..., Editor]) -> None:
    editor = start()
    editor.command(f"Unstuck explain {SELF_SIGNED}")
    assert SELF_SIGNED in editor.wait(editor.float_text, "the explanation", 30)
    editor.dump("explain-id")
    editor.keys("<C-w>o")
    editor.command("Unstuck explain nothing/like-this")
    editor.wait(lambda: any("no signature" in text for text in editor.messages()), "the message", 15)
    buffer = edit(editor, "build.log", LOG)
    editor.wait(lambda: codes(editor, buffer) == [SELF_SIGNED], "the diagnosis", 30)
    assert editor.lua("return require('unstuck').statusline()") == "Unstuck 1"
    assert SELF_SIGNED in editor.lua("return require('unstuck.command').complete('', 'Unstuck mute ')")
    editor.command("Unstuck mute pip")
    # A more general signature of another domain may still speak.
    editor.wait(lambda: SELF_SIGNED not in codes(editor, buffer), "silence", 15)
    editor.command("Unstuck mute network")
    editor.wait(lambda: not codes(editor, buffer), "full silence", 15)
    assert editor.lua("return require('unstuck').statusline()") == ""
    editor.command("Unstuck unmute pip")
    editor.wait(lambda: codes(editor, buffer) == [SELF_SIGNED], "the diagnosis again", 15)


def test_health(start: Callable[..., Editor]) -> None:
    editor = start()
    buffer = editor.terminal()
    editor.wait_attached(buffer)
    editor.leave_terminal_mode()
    editor.command("checkhealth unstuck")
    editor.wait(lambda: editor.nvim.current.buffer.options["filetype"] == "checkhealth", "the report", 30)
    report = editor.wait(lambda: "\n".join(editor.nvim.current.buffer[:]), "its text", 10)
    editor.dump("health")
    assert "ERROR" not in report, report
    for part in ("version: unstuck", "unstuck-terminal runs", f"buffer {buffer} ", "0 failures are alive"):
        assert part in report, report


def test_health_without_a_server(start: Callable[..., Editor]) -> None:
    editor = start(server=["no-such-program", "serve"])
    buffer = editor.terminal()
    editor.leave_terminal_mode()
    assert editor.messages() == ["unstuck: the server cannot be started; see :checkhealth unstuck"]
    editor.command("checkhealth unstuck")
    editor.wait(lambda: editor.nvim.current.buffer.options["filetype"] == "checkhealth", "the report", 30)
    report = "\n".join(editor.nvim.current.buffer[:])
    assert "no-such-program is not executable" in report
    assert f"buffer {buffer} " in report
    assert "is not read" in report
    editor.dump("health-no-server")


def test_log_and_explain_at_the_cursor(start: Callable[..., Editor]) -> None:
    editor = start()
    buffer = edit(editor, "build.log", LOG)
    editor.wait(lambda: codes(editor, buffer) == [SELF_SIGNED], "the diagnosis", 30)
    editor.command("Unstuck explain")
    assert SELF_SIGNED in editor.wait(editor.float_text, "the explanation", 15)
    editor.keys("<C-w>o")
    editor.command("Unstuck log")
    editor.wait(lambda: editor.nvim.current.buffer.name.endswith("lsp.log"), "Neovim's log", 10)
    editor.command("Unstuck nonsense")
    editor.wait(lambda: any("there is no" in text and "explain" in text for text in editor.messages()), "the cure", 10)


@pytest.mark.parametrize("after", ["open", "write"])
def test_what_happens_after_an_edit(start: Callable[..., Editor], company: Company, after: str) -> None:
    """The folder of the file is missing: it is made."""
    editor = start(environment={"NODE_EXTRA_CA_CERTS": str(company.root)})
    editor.lua("require('unstuck').setup({ after_edit = ... })", after)
    buffer = editor.terminal()
    editor.wait_attached(buffer)
    editor.type_command(buffer, company.pip())
    editor.wait(lambda: codes(editor, buffer) == [SELF_SIGNED], "the diagnosis", 30)
    editor.leave_terminal_mode()
    editor.select("Trust the authority in")
    editor.keys("gra")
    if after == "open":
        editor.wait(lambda: editor.nvim.current.buffer.name.endswith("pip.conf"), "the file's window", 15)
        editor.wait(lambda: any("not yet written: ~/.config/pip/pip.conf" in text for text in editor.messages()), "it")
        editor.dump("after-edit-open")
        editor.command("write")
    (config,) = editor.wait(lambda: list(editor.home.rglob("pip.conf")), "the file to be written", 15)
    editor.wait(lambda: f"cert = {company.root}" in config.read_text(), "its text", 10)


def server_pids(editor: Editor) -> list[int]:
    children = editor.lua("return vim.api.nvim_get_proc_children(vim.fn.getpid())")
    return [pid for pid in children if b"unstuck\0serve" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def test_a_server_that_dies_is_started_again_once(start: Callable[..., Editor], company: Company) -> None:
    editor = start()
    buffer = editor.terminal()
    editor.wait_attached(buffer)
    editor.type_command(buffer, company.pip())
    editor.wait(lambda: codes(editor, buffer), "the diagnosis", 30)
    (first,) = server_pids(editor)
    os.kill(first, signal.SIGKILL)
    editor.wait(lambda: any("is being restarted" in text for text in editor.messages()), "the message", 15)
    editor.wait(lambda: [pid for pid in server_pids(editor) if pid != first], "another server", 15)
    editor.wait(lambda: codes(editor, buffer) == [SELF_SIGNED], "the diagnosis again", 30)
    (second,) = server_pids(editor)
    os.kill(second, signal.SIGKILL)
    editor.wait(lambda: any("again; see" in text for text in editor.messages()), "the message", 15)
    editor.leave_terminal_mode()
    editor.dump("server-died-twice")
    assert not server_pids(editor)
    editor.command("Unstuck restart")
    editor.wait(lambda: codes(editor, buffer) == [SELF_SIGNED], "the diagnosis after a restart by hand", 30)
    assert len(server_pids(editor)) == 1


def test_the_help_has_its_tags(start: Callable[..., Editor], tmp_path: Path) -> None:
    editor = start()
    text = (PLUGIN / "doc" / "unstuck.txt").read_text()
    (tmp_path / "doc").mkdir()
    (tmp_path / "doc" / "unstuck.txt").write_text(text)
    editor.lua("vim.cmd.helptags(...)", str(tmp_path / "doc"))
    tags = {line.split("\t")[0] for line in (tmp_path / "doc" / "tags").read_text().splitlines()}
    for name in editor.lua("return require('unstuck.command').complete('', 'Unstuck ')"):
        assert f":Unstuck-{name}" in tags
    assert {"unstuck", ":Unstuck", "unstuck-options", "unstuck-terminals"} <= tags
    assert max(map(len, text.splitlines())) <= 78
    assert REPOSITORY.name not in tags
