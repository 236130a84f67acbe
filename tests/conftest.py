"""What all suites share: the two catalogs, read once in a process, and how hard properties are tried."""

from __future__ import annotations

import importlib.metadata
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from unstuck.core.catalog import Catalog
from unstuck.io.catalogs import load_catalog

# The user's own cache is none of the tests' business; servers that they start share this one.
os.environ.setdefault("UNSTUCK_CACHE_DIR", str(Path(__file__).parent.parent / ".pytest_cache" / "unstuck"))

# Properties are tried with the same examples each time, so that a failure is of the change at hand; `thorough` is for
# finding: HYPOTHESIS_PROFILE=thorough python -m pytest tests/core tests/fixes
settings.register_profile("quick", max_examples=40, deadline=None, derandomize=True)
settings.register_profile("thorough", max_examples=1500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


@pytest.fixture(scope="session")
def shipped() -> Catalog:
    loaded = load_catalog()
    assert not loaded.problems, "\n".join(map(str, loaded.problems))
    return loaded.catalog


@pytest.fixture(scope="session")
def foreign_records() -> Path:
    """The folder of deadends.dev's published records, from the installed distribution `deadends-dev`."""
    files = importlib.metadata.files("deadends-dev") or []
    first = next(file for file in files if "canons" in file.parts and file.suffix == ".json")
    path = Path(str(first.locate()))
    return path.parents[len(first.parts) - 1 - first.parts.index("canons") - 1]


@pytest.fixture(scope="session")
def foreign(foreign_records: Path) -> Catalog:
    return load_catalog([foreign_records], shipped=False).catalog
