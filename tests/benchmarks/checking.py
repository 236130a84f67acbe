"""Throughput of `unstuck check`, beside the peer's lookup, ripgrep and Hyperscan; and how it grows with the catalog."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.benchmarks import inputs
from tests.benchmarks.measure import Ran, Row, run
from unstuck.core.catalog import Catalog
from unstuck.core.literals import trigger
from unstuck.io.catalogs import load_catalog

MB = 1e6


def check(path: Path, *catalogs: Path) -> Ran:
    options = [part for catalog in catalogs for part in ("--catalog", str(catalog))]
    return run([sys.executable, "-m", "unstuck", "check", "--format", "json", *options, str(path)])


def rate(size: float, seconds: float) -> float:
    return size / MB / seconds


def foreign() -> Path | None:
    """The folder of deadends.dev's records, where its package is installed."""
    try:
        files = importlib.metadata.files("deadends-dev") or []
    except importlib.metadata.PackageNotFoundError:
        return None
    first = next((file for file in files if "canons" in file.parts and file.suffix == ".json"), None)
    if first is None:
        return None
    return Path(str(first.locate())).parents[len(first.parts) - 2 - first.parts.index("canons")]


def throughput(folder: Path, megabytes: int) -> Iterator[Row]:
    """The rows of the mixed log, with our own catalog and with the foreign one as well."""
    path = folder / "mixed.log"
    size = inputs.write_mixed(path, megabytes * 1_000_000)
    small = folder / "small.log"
    small.write_text("nothing\n")
    for catalogs, name, floor in (((), "shipped catalog", 100.0), ((foreign(),), "and the foreign records", 17.0)):
        if None in catalogs:
            yield Row(f"check, {name}", float("nan"), "MB/s", note="pip install deadends-dev")
            continue
        paths = [path for path in catalogs if path is not None]
        start = check(small, *paths)
        ran = check(path, *paths)
        ours = rate(size, ran.cpu - start.cpu)
        detail = {
            "bytes": size,
            "seconds_cpu": round(ran.cpu, 2),
            "seconds_wall": round(ran.wall, 2),
            "seconds_cpu_start": round(start.cpu, 2),
            "peak_mb": round(ran.peak / MB),
            "with_start": round(rate(size, ran.cpu), 1),
        }
        yield Row(
            f"check, {megabytes} MB, {name}",
            ours,
            "MB/s",
            target=f">= {floor:g} MB/s",
            reached=ours >= floor,
            detail=detail,
        )
        if not catalogs:
            yield from _others(path, size, folder, ours)


def _others(path: Path, size: int, folder: Path, ours: float) -> Iterator[Row]:
    catalog = load_catalog().catalog
    other = _lookup(path)
    if other is not None:
        ratio = ours / other
        yield Row(
            "check", ours, "MB/s", "deadends-dev's lookup, line by line", other, ratio, ">= 1,000 x", ratio >= 1000
        )
    else:
        yield Row("check", ours, "MB/s", "deadends-dev's lookup", note="pip install deadends-dev")
    if program := _program("rg"):
        literals = folder / "literals.txt"
        literals.write_text("".join(f"{literal}\n" for literal in sorted(triggers(catalog))), "utf-8")
        run([program, "--version"])
        ran = run([program, "--no-config", "-j1", "-a", "-F", "-i", "-c", "-f", str(literals), str(path)])
        other = rate(size, ran.cpu)
        yield Row(
            "check", ours, "MB/s", "ripgrep -F -f (our literals)", other, other / ours, "within 3 x", other / ours <= 3
        )
    else:
        yield Row("check", ours, "MB/s", "ripgrep", note="pip install ripgrep")
    yield _hyperscan(path, catalog, ours)


def triggers(catalog: Catalog) -> set[str]:
    """The literals that the prefilter looks for."""
    return {
        literal
        for pattern in catalog.patterns
        for alternative in pattern.alternatives or ()
        for literal in trigger(alternative)
    }


def _lookup(path: Path) -> float | None:
    """The peer's rate on a slice that takes it some seconds."""
    try:
        from generator.lookup import lookup  # type: ignore[import-not-found]
    except ImportError:
        return None
    with path.open(encoding="utf-8") as stream:
        lookup(stream.readline())  # it loads its records at the first call
        began = time.process_time()
        size = 0
        while time.process_time() - began < 10:
            line = stream.readline()
            size += len(line.encode())
            lookup(line.rstrip("\n"))
    return rate(size, time.process_time() - began)


def _hyperscan(path: Path, catalog: Catalog, ours: float) -> Row:
    try:
        import hyperscan  # type: ignore[import-not-found]
    except ImportError:
        return Row("check", ours, "MB/s", "Hyperscan", note="pip install hyperscan")
    began = time.perf_counter()
    kept: list[bytes] = []
    for pattern in catalog.patterns:
        expression = pattern.source.encode()
        try:
            _database(hyperscan, [expression])
        except hyperscan.error:
            continue
        kept.append(expression)
    database = _database(hyperscan, kept)
    compiled = time.perf_counter() - began
    data = path.read_bytes()
    found = 0

    def count(*_match: object) -> None:
        nonlocal found
        found += 1

    began = time.process_time()
    # It reads up to 4 GB at once; blocks keep what it has to remember small.
    for start in range(0, len(data), 1 << 24):
        database.scan(data[start : start + (1 << 24)], match_event_handler=count)
    other = rate(len(data), time.process_time() - began)
    note = f"{len(kept)} of {len(catalog.patterns)} patterns compile, in {compiled:.0f} s; {found:,} matches"
    return Row("check", ours, "MB/s", "Hyperscan", other, other / ours, note=note)


def _database(hyperscan: object, expressions: list[bytes]) -> object:
    database = hyperscan.Database()  # type: ignore[attr-defined]
    flags = hyperscan.HS_FLAG_MULTILINE  # type: ignore[attr-defined]
    database.compile(expressions=expressions, ids=list(range(len(expressions))), flags=[flags] * len(expressions))
    return database


def sizes(folder: Path, megabytes: int, counts: tuple[int, ...] = (100, 1_000, 10_000)) -> Iterator[Row]:
    """The time for a log with more and more signatures, and the time to load them."""
    path = folder / "sizes.log"
    size = inputs.write_mixed(path, megabytes * 1_000_000)
    small = folder / "small.log"
    small.write_text("nothing\n")
    before: float | None = None
    for count in counts:
        records = folder / f"records-{count}"
        inputs.write_records(records, count)
        check(small, records)  # what can be cached is cached
        start = check(small, records)
        ran = check(path, records)
        seconds = ran.cpu - start.cpu
        ratio = seconds / before if before else None
        yield Row(
            f"check, {megabytes} MB, {count:,} signatures",
            seconds,
            "s",
            "a tenth of them" if before else "",
            before,
            ratio,
            "< 2 x" if before else "",
            ratio < 2 if ratio is not None else None,
            detail={"rate": round(rate(size, seconds), 1), "peak_mb": round(ran.peak / MB)},
        )
        if count == counts[-1]:
            loading = start.cpu - check(small).cpu
            yield Row(f"load of {count:,} records", loading, "s", target="< 2 s", reached=loading < 2)
        before = seconds


def _program(name: str) -> str | None:
    return shutil.which(name, path=os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]))


def in_folder(work: Callable[[Path], Iterator[Row]]) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        yield from work(Path(folder))
