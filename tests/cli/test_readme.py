"""The README's picture is what `unstuck check` prints for a stored capture, to the letter."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

import pytest
from tests.cli.command import unstuck

ROOT = Path(__file__).parents[2]
CAPTURE = ROOT / "tests/captures/pip/tls-ssl-certificate-verify-failed-self-signed/pip_tls.index.pip-26.3.txt"


# What a machine of its own might add to the picture: authorities that its environment names.
BARE = dict.fromkeys(
    ("SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "GIT_SSL_CAINFO", "AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"),
    "",
)


@pytest.mark.skipif(sys.platform != "linux", reason="the picture names the place of pip's configuration on Linux")
def test_the_picture_in_the_readme_is_what_is_printed(tmp_path: Path) -> None:
    home, project = tmp_path / "home", tmp_path / "project"
    home.mkdir()
    project.mkdir()
    shutil.copy(CAPTURE, project / "build.log")
    more = {**BARE, "HOME": str(home), "COLUMNS": "100"}
    printed = unstuck("check", "build.log", cwd=project, more=more).stdout.decode()
    picture = re.search(r"<!-- picture -->\n```\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    assert picture is not None
    assert picture[1] == printed, f"put this into the README:\n{printed}"
