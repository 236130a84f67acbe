"""Lets the tests of this folder import their helpers (pytest's importlib mode leaves sys.path alone); a real pip.

HYPOTHESIS_PROFILE chooses how much hypothesis tries: `quick`, or `thorough` where there is time.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

sys.path.insert(0, str(Path(__file__).parent))

settings.register_profile("quick", max_examples=40, deadline=None)
settings.register_profile("thorough", max_examples=1500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


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
