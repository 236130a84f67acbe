"""One server for each test module: starting one costs more than most tests."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

sys.path.insert(0, str(Path(__file__).parent))

from editor import Editor


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def editor(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> AsyncIterator[Editor]:
    """An editor with VS Code's capabilities, or with those of the module's START."""
    made = Editor(tmp_path_factory.mktemp("editor"))
    await made.start(**getattr(request.module, "START", {}))
    yield made
    await made.stop()
    assert made.client.error is None, made.client.error
