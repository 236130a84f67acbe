"""The README's picture is what `unstuck check` prints for a stored capture, to the letter."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from tests.cli.command import unstuck

ROOT = Path(__file__).parents[2]
CAPTURE = ROOT / "tests/captures/pip/tls-ssl-certificate-verify-failed-self-signed/pip_tls.index.pip-26.3.txt"


def test_the_picture_in_the_readme_is_what_is_printed(tmp_path: Path) -> None:
    shutil.copy(CAPTURE, tmp_path / "build.log")
    printed = unstuck("check", "build.log", cwd=tmp_path, more={"COLUMNS": "100"}).stdout.decode()
    picture = re.search(r"<!-- picture -->\n```\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    assert picture is not None
    assert picture[1] == printed
