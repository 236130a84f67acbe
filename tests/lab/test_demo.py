"""`unstuck demo` as a person runs it: it tells what really happened, and leaves nothing behind."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.lab.tools import ROOT


def demo(folder: Path, *arguments: str, code: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run it with `folder` for temporary files."""
    environ = {**os.environ, "PYTHONPATH": str(ROOT / "server"), "TMPDIR": str(folder), "PYTHONIOENCODING": "utf-8"}
    program = ["-c", code] if code is not None else ["-m", "unstuck", "demo"]
    command = [sys.executable, *program, *arguments]
    return subprocess.run(command, env=environ, cwd=folder, capture_output=True, encoding="utf-8", timeout=120)


@pytest.mark.parametrize(
    ("locale", "marked", "end"),
    [("en", "[pip/tls-ssl-certificate-verify-failed-self-signed]", "pip succeeds."), ("zh", "证书", "pip 成功了")],
)
def test_the_story(locale: str, marked: str, end: str, tmp_path: Path) -> None:
    started = time.monotonic()
    done = demo(tmp_path, "--locale", locale)
    assert done.returncode == 0, done.stdout + done.stderr
    rows = done.stdout.splitlines()
    telling = next(number for number, row in enumerate(rows) if row.startswith(" > "))
    assert "WARNING: Retrying" in rows[telling]
    assert "^^^^" in rows[telling + 1]
    assert marked in "".join(rows[telling + 2 : telling + 5])
    assert "Successfully installed hello-unstuck-1.0" in done.stdout
    assert end in done.stdout
    assert list(tmp_path.iterdir()) == [], "it leaves nothing behind"
    assert time.monotonic() - started < 60


def test_without_trustme_it_says_what_to_install(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['trustme'] = None; from unstuck.commands.demo import command; "
        "from argparse import Namespace; sys.exit(command(Namespace(locale='en')))"
    )
    done = demo(tmp_path, code=code)
    assert done.returncode == 2
    assert "pip install 'unstuck[demo]'" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []
