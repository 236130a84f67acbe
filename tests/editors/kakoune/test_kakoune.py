"""The real Kakoune takes `unstuck.kak` and knows the files; kakoune-lsp is not in Debian, what it is told is seen."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

CONFIGURATION = Path(__file__).resolve().parents[3] / "editors" / "kakoune" / "unstuck.kak"

FILES = {
    "build.log": "log",
    "build.log.1": "log",
    "requirements.txt": "requirements",
    "requirements-dev.txt": "requirements",
    "dev-requirements.in": "requirements",
    "requirements/test.in": "requirements",
    "constraints.txt": "requirements",
    "pip.conf": "pip-conf",
    "pip.ini": "pip-conf",
    "notes.txt": "",
    "catalog.txt": "",
}

# The names of kakoune-lsp that the configuration uses.
STAND_IN = "declare-option str lsp_servers; define-command lsp-enable-window %{ echo -to-file enabled yes }"


@pytest.mark.parametrize("name", FILES)
def test_files(name: str, tmp_path: Path) -> None:
    kak = shutil.which("kak")
    if kak is None:
        reason = "Kakoune is missing: apt-get install kakoune"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("x\n")
    seen = 'echo -to-file filetype "%opt{filetype}"; echo -to-file servers "%opt{lsp_servers}"'
    commands = f"{STAND_IN}; source {CONFIGURATION}; edit {name}; {seen}; quit!"
    argv = [kak, "-n", "-ui", "dummy", "-e", commands]
    done = subprocess.run(
        argv, cwd=tmp_path, env={**os.environ, "HOME": str(tmp_path)}, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "filetype").read_text() == FILES[name]
    assert (tmp_path / "enabled").exists() == bool(FILES[name])
    assert ('command = "unstuck"' in (tmp_path / "servers").read_text()) == bool(FILES[name])
