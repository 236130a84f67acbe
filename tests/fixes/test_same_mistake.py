"""What a check foretells: the catalog has those signatures, and a check has that code."""

from __future__ import annotations

import re
from pathlib import Path

from unstuck.core import file_checks
from unstuck.core.catalog import Catalog
from unstuck.core.same_mistake import FORETELLS, same_mistake

CODE = re.compile(r'"((?:requirements|pip_config|pyproject)/[a-z-]+)", "(?:error|warning|information|hint)"')
MADE = re.compile(r'f"requirements/\{code\}"')


def test_every_name_is_known(shipped: Catalog) -> None:
    modules = Path(file_checks.__file__).parent.glob("*_checks.py")
    sources = [path.read_text("utf-8") for path in modules]
    codes = {code for source in sources for code in CODE.findall(source)}
    assert any(MADE.search(source) for source in sources)
    codes |= {"requirements/unhashed", "requirements/unpinned", "requirements/unverifiable"}
    unknown = set(FORETELLS) - codes
    assert not unknown, f"no check has these codes: {sorted(unknown)}"
    missing = {id for ids in FORETELLS.values() for id in ids if shipped.get(id) is None}
    assert not missing, f"the catalog has no such signatures: {sorted(missing)}"


def test_another_mistake_on_the_same_line_is_another() -> None:
    assert same_mistake("requirements/contradiction", "pip/resolution-impossible")
    assert not same_mistake("requirements/contradiction", "pip/no-such-version")
    assert not same_mistake("requirements/pinned-twice", "pip/no-such-version")
    assert not same_mistake("nobody/knows", "pip/no-such-version")
