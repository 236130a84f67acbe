"""What several commands share: the catalog, the reader's language, and the terminal's width."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from unstuck.report.terminal import visible

if TYPE_CHECKING:
    from unstuck.core.catalog import Catalog


def say(text: str) -> None:
    """A message on standard error, under our name. Paths and log text may stand in it."""
    sys.stderr.write("unstuck: " + "\n".join(map(visible, text.splitlines())) + "\n")


def locale_of(choice: str) -> str:
    """ "zh" or "en": what `--locale` says, or for "auto" the environment as gettext reads it."""
    if choice == "auto":
        names = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
        choice = next((os.environ[name] for name in names if os.environ.get(name)), "en")
    return "zh" if choice.lower().startswith("zh") else "en"


def columns_of(stream: TextIO) -> int:
    """The width of the terminal behind `stream`; 100 where there is none."""
    return shutil.get_terminal_size((100, 24)).columns if stream.isatty() else 100


class NoCatalog(Exception):
    """A catalog that the user named cannot be used."""


def load(options: argparse.Namespace) -> Catalog:
    """Our catalog and what `--catalog` adds. A bad record is named on standard error, and the others load.

    Raises NoCatalog where a named path does not exist.
    """
    from unstuck.io.catalogs import load_catalog

    paths = [Path(path).expanduser() for path in options.catalog]
    for path in paths:
        if not path.exists():
            raise NoCatalog(f"--catalog {path}: there is no such file or folder. Check the spelling.")
    loaded = load_catalog(paths)
    for problem in loaded.problems:
        field = f", {problem.field}" if problem.field else ""
        say(f"{problem.source}{field}: {problem.message}")
    return loaded.catalog
