"""`unstuck catalog check`: what is wrong with records, each complaint with its cure."""

from __future__ import annotations

import argparse
import lzma
import sys
from collections.abc import Iterator
from pathlib import Path

from unstuck.commands.common import say
from unstuck.commands.explain import nearest
from unstuck.core.catalog import Catalog
from unstuck.core.check import Surroundings, check_catalog
from unstuck.core.signature import Signature
from unstuck.io.catalogs import Loaded, Problem, load_catalog, shipped_path


def command(options: argparse.Namespace) -> int:
    """0 all is well, 1 complaints, 2 an id that is not there."""
    paths = [Path(path).expanduser() for path in options.catalog]
    ids: list[str] = []
    for given in options.ids:
        # A record's file is as good a name as its id, also one that stands outside the catalog.
        if given.endswith(".json"):
            if not Path(given).is_file():
                say(f"cannot read {given}: there is no such file. Check the spelling.")
                return 2
            ids.append(given)
            if shipped_path() not in Path(given).resolve().parents:
                paths.append(Path(given))
        else:
            ids.append(given)
    loaded = load_catalog(paths)
    wanted = _wanted(ids, loaded)
    if wanted is None:
        return 2
    lines = [str(problem) for problem in _problems(loaded, ids)]
    catalog, broken = _compiling(loaded.catalog)
    checked = [id for id in wanted if id not in broken]
    lines += [f"{loaded.sources[id]}: {broken[id]}" for id in wanted if id in broken]
    complaints = check_catalog(catalog, checked, _surroundings(with_clean=options.clean))
    for id in wanted:
        file = loaded.sources[id]
        lines += [f"{file}: {text}" for text in _place(id, file)]
        lines += [f"{file}: {found.field}: {found.message}" for found in complaints if found.id == id]
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    count = len(lines)
    signatures = f"{len(wanted)} signature{'' if len(wanted) == 1 else 's'}"
    sys.stdout.write(f"{signatures} checked, {count or 'no'} complaint{'' if count == 1 else 's'}.\n")
    return 1 if count else 0


def _wanted(given: list[str], loaded: Loaded) -> list[str] | None:
    """The ids to check; None, after a message, where one is not there."""
    if not given:
        return [signature.id for signature in loaded.catalog]
    by_file = {file.resolve(): id for id, file in loaded.sources.items()}
    bad_files = {Path(problem.source).resolve() for problem in loaded.problems}
    wanted: list[str] = []
    for name in given:
        id = by_file.get(Path(name).resolve()) if name.endswith(".json") else name
        if id is None or id not in loaded.catalog:
            broken = Path(name if name.endswith(".json") else shipped_path() / f"{name}.json").resolve()
            if broken in bad_files:
                continue  # its problems are listed
            near = ", ".join(nearest(loaded.catalog, name))
            say(
                f"there is no signature {name!r}. "
                + (f"Did you mean {near}?" if near else "`unstuck catalog list` names them all.")
            )
            return None
        wanted.append(id)
    return wanted


def _problems(loaded: Loaded, given: list[str]) -> list[Problem]:
    """What did not load: all of it, or of the given records only."""
    if not given:
        return loaded.problems
    files = {Path(n if n.endswith(".json") else shipped_path() / f"{n}.json").resolve() for n in given}
    return [problem for problem in loaded.problems if Path(problem.source).resolve() in files]


def _compiling(catalog: Catalog) -> tuple[Catalog, dict[str, str]]:
    """The signatures whose patterns compile, and for the others what is wrong: one cannot be scanned with."""
    import regex

    broken: dict[str, str] = {}
    for pattern in catalog.patterns:
        try:
            _ = pattern.compiled
        except regex.error as error:
            field = "regex" if pattern.index == 0 else f"patterns.{pattern.index - 1}"
            broken[pattern.signature.id] = f"{field}: is not a regular expression: {error}"
    if not broken:
        return catalog, broken
    kept: list[Signature] = [signature for signature in catalog if signature.id not in broken]
    return Catalog(kept), broken


def _place(id: str, file: Path) -> Iterator[str]:
    """A record of ours lies where its id says."""
    root = shipped_path()
    if root in file.resolve().parents and file.resolve() != (root / f"{id}.json").resolve():
        yield f"id: is {id!r}; move the file to {root.name}/{id}.json, or change the id"


def _surroundings(*, with_clean: bool) -> Surroundings:
    """The captures and the clean corpus of a checkout; an installed wheel has neither."""
    tests = shipped_path().parent / "tests"
    captures = tests / "captures"
    names = None
    if captures.is_dir():
        stored = [*captures.rglob("*.txt"), *captures.rglob("*.ansi")]
        names = {path.relative_to(captures).with_suffix("").as_posix() for path in stored}
    if with_clean and not (tests / "clean" / "corpus").is_dir():
        say("--clean needs a checkout of the project: there is no tests/clean/corpus beside the catalog.")
    return Surroundings(names or None, _clean(tests / "clean" / "corpus") if with_clean else ())


def _clean(corpus: Path) -> Iterator[tuple[str, str]]:
    for file in sorted(corpus.rglob("*.xz")):
        if not file.name.endswith(".jsonl.xz"):
            yield file.relative_to(corpus).as_posix(), lzma.decompress(file.read_bytes()).decode("utf-8", "replace")
