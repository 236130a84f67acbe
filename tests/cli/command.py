"""Running `unstuck` as a user does: in a process of its own, in an empty home, with only our test records besides."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
RECORDS = HERE / "records"
SERVER = HERE.parent.parent / "server"

# What would change where pip's configuration lies, or how the output looks.
_SCRUBBED = (
    "PIP_CONFIG_FILE", "PIP_CERT", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "VIRTUAL_ENV",
    "CONDA_PREFIX", "XDG_CONFIG_HOME", "XDG_CONFIG_DIRS", "NO_COLOR", "FORCE_COLOR", "LANGUAGE", "LC_ALL",
    "LC_MESSAGES", "LANG", "COLUMNS", "PIP_TRUSTED_HOST",
)  # fmt: skip


def environment(home: Path, more: dict[str, str] | None = None) -> dict[str, str]:
    """This process's environment without what would disturb, and `more`."""
    kept = {name: value for name, value in os.environ.items() if name not in _SCRUBBED}
    own = {"HOME": str(home), "USERPROFILE": str(home), "PYTHONPATH": str(SERVER), "PYTHONIOENCODING": "utf-8"}
    return {**kept, **own, **(more or {})}


def unstuck(
    *arguments: str | Path,
    cwd: Path,
    stdin: bytes = b"",
    more: dict[str, str] | None = None,
    timeout: float = 60,
) -> subprocess.CompletedProcess[bytes]:
    """`unstuck` with these arguments; nothing is decoded, so that bytes can be compared."""
    return subprocess.run(
        [sys.executable, "-m", "unstuck", *map(str, arguments)],
        cwd=cwd,
        input=stdin,
        capture_output=True,
        env=environment(cwd, more),
        timeout=timeout,
        check=False,
    )
