"""A command line is written for the shell that its terminal runs."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from editor import Editor, span
from lsprotocol import types

pytestmark = pytest.mark.asyncio(loop_scope="module")

RECORDS = Path(__file__).parent.parent / "fixes" / "records"
START = {"settings": {"catalogs": [str(RECORDS)]}, "commands": ("unstuck.insertCommand",)}
SAID = "frob: the authority in /etc/my certificates/it's.pem is not used\r\n"
POSIX = "'/etc/my certificates/it'\"'\"'s.pem'"
POWERSHELL = "'/etc/my certificates/it''s.pem'"
CMD = '"/etc/my certificates/it\'s.pem"'
WINDOWS = sys.platform == "win32"


@pytest.mark.parametrize(
    ("shell", "quoted", "join"),
    [
        ("/bin/zsh", POSIX, " && "),
        ("bash", POSIX, " && "),
        ("fish", POSIX, " && "),
        ("pwsh", POWERSHELL, "; "),
        ("C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe", POWERSHELL, "; "),
        ("C:\\Windows\\System32\\cmd.exe", CMD, " && "),
        (None, POWERSHELL if WINDOWS else POSIX, "; " if WINDOWS else " && "),
    ],
)
async def test_the_shell_of_the_terminal_decides(editor: Editor, shell: str | None, quoted: str, join: str) -> None:
    await editor.ready()
    uri = f"unstuck-terminal:///shell/{abs(hash(shell))}"
    for name, params in (
        ("didOpen", {"shell": shell, "cwd": str(editor.workspace)}),
        ("didStartCommand", {"commandLine": "pip install demo"}),
        ("didWrite", {"text": SAID}),
        ("didEndCommand", {"exitCode": 1}),
    ):
        editor.client.protocol.notify(f"unstuck/terminal/{name}", {"uri": uri, **params})
    (found,) = await editor.diagnoses(uri)
    actions = await editor.actions(uri, span(found["range"]["start"]["line"], 0, 5))
    # lsprotocol takes a code action with a command for a command: the raw answer tells.
    shown = {action.title: str(action.command) for action in actions if isinstance(action, types.Command)}
    assert repr(f"pip install --cert {quoted} demo")[1:-1] in shown["Name the authority"]
    assert f"venv .venv{join}" in shown["Use an environment"]
    editor.client.protocol.notify("unstuck/terminal/didClose", {"uri": uri})
