"""`unstuck demo`: a real failure, recognised and fixed."""

from __future__ import annotations

import argparse

from unstuck.commands.common import locale_of, say


def command(options: argparse.Namespace) -> int:
    try:
        from unstuck.demo import run_demo
    except ModuleNotFoundError as problem:
        say(
            f"the demo needs the module {problem.name}, which is not installed. "
            "Install it with: python -m pip install 'unstuck[demo]'"
        )
        return 2
    return run_demo(locale_of(options.locale)) or 0
