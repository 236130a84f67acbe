"""A record's own fixes, applied through the real language server as an editor does."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.lab.runner import Result
    from tests.lab.scenario import Lab


def fixes(result: Result, lab_of: Callable[[Result], Lab]) -> None:
    """Apply each fix that the scenario names, and run its command again."""
