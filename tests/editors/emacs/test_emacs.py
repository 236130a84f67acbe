"""The suite in unstuck-test.el, run by a real Emacs in batch mode against the real server, pip and index."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from unstuck.demo.certificates import private_root
from unstuck.demo.index import Index
from unstuck.demo.packages import wheel

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[2]
LOG = (
    "WARNING: Retrying (Retry(total=4, connect=None, read=None, redirect=None, status=None)) after connection broken "
    "by 'SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: "
    "self-signed certificate in certificate chain (_ssl.c:1006)'))': /simple/demo/\n"
)
SCRUBBED = ("PIP_", "SSL_CERT_", "UV_", "XDG_", "VIRTUAL_ENV", "PYTHON", "GIT_SSL", "NODE_EXTRA", "AWS_CA")
SCRUBBED += ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
TESTS = re.findall(r"\(ert-deftest (\S+)", (HERE / "unstuck-test.el").read_text())


def emacs() -> str:
    program = shutil.which("emacs")
    if program is None:
        reason = "Emacs is missing: apt-get install emacs-nox elpa-eglot elpa-lsp-mode"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return program


@pytest.mark.parametrize("name", TESTS)
def test_in_emacs(name: str, tmp_path: Path) -> None:
    home, folder = tmp_path / "home", tmp_path / "project"
    home.mkdir()
    (folder / ".git").mkdir(parents=True)
    context, root = private_root(tmp_path, "localhost")
    with Index(context=context).add(wheel("demo", "1.0")) as index:
        pip = f"{sys.executable} -m pip install --retries 1 -t out -i {index.simple} demo"
        environment = {key: value for key, value in os.environ.items() if not key.startswith(SCRUBBED)}
        environment |= {
            "HOME": str(home),
            "NODE_EXTRA_CA_CERTS": str(root),
            "PYTHONPATH": str(REPOSITORY / "server"),
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "UNSTUCK_SERVER": f"{sys.executable} -m unstuck serve",
            "UNSTUCK_FOLDER": str(folder),
            "UNSTUCK_LOG": LOG,
            "UNSTUCK_PIP": pip,
            "UNSTUCK_FAILING": pip,
        }
        argv = [emacs(), "--batch", "-L", str(REPOSITORY / "editors" / "emacs"), "-l", str(HERE / "unstuck-test.el")]
        argv += ["--eval", f"(ert-run-tests-batch-and-exit '{name})"]
        done = subprocess.run(
            argv, env=environment, cwd=folder, capture_output=True, text=True, timeout=120, check=False
        )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 skipped" not in done.stderr + done.stdout or os.environ.get("CI") != "true", "skipped where it must run"


def test_it_compiles_without_a_warning(tmp_path: Path) -> None:
    copy = tmp_path / "unstuck.el"
    copy.write_text((REPOSITORY / "editors" / "emacs" / "unstuck.el").read_text())
    argv = [emacs(), "-Q", "--batch", "-f", "batch-byte-compile", str(copy)]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0
    assert not done.stderr.replace("\n", "").strip() or "Warning" not in done.stderr, done.stderr
