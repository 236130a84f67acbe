"""Lets the tests of this folder import their helpers (pytest's importlib mode leaves sys.path alone); a real pip."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="module")
def venv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with pip, for a module's tests alone: they may put a pip.conf into it."""
    place = tmp_path_factory.mktemp("real") / "venv"
    made = subprocess.run([sys.executable, "-m", "venv", str(place)], capture_output=True, text=True, check=False)
    if made.returncode != 0:
        message = f"venv cannot make an environment with pip here: {made.stderr or made.stdout}"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    return place
