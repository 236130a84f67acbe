"""The server over stdio: appends to documents, a flooded terminal, a cold start, a log of a gigabyte."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

from tests.benchmarks import inputs
from tests.benchmarks.measure import OURS, Client, Row, client, cpu_of, memory, peer, percentile

MB = 1e6
# A failure that our own catalog knows; where its record changes, so does this line.
FAILURE = (
    "Could not fetch URL https://{host}:8443/simple/demo/: There was a problem confirming the ssl certificate: "
    "HTTPSConnectionPool(host='{host}', port=8443): Max retries exceeded with url: /simple/demo/ (Caused by "
    "SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed "
    "certificate in certificate chain (_ssl.c:1006)'))) - skipping\n"
)
LINE = "  Downloading demo_package-1.0-py3-none-any.whl.metadata (4.2 kB) from the usual place\n"


def appends(megabytes: tuple[int, ...] = (0, 1, 10, 50), rounds: int = 60) -> Iterator[Row]:
    """A kilobyte put at a document's end, until what it holds is published: ours and stock pygls's."""
    piece = (LINE * 12)[: 1000 - len(FAILURE) % 1000] + "\n" + FAILURE.format(host="pypi.example.com")
    base: float | None = None
    for size in megabytes:
        text = LINE * (size * 1_000_000 // len(LINE))
        ours = _append(OURS, text, piece, rounds)
        stock = _append(peer("stock"), text, piece, min(rounds, 12) if size > 1 else rounds)
        base = base or percentile(ours, 0.99)
        p99 = percentile(ours, 0.99)
        detail = {"median_ms": round(median(ours) * 1000, 2), "stock_median_ms": round(median(stock) * 1000, 2)}
        yield Row(
            f"append of 1 KB to {size} MB, p99",
            p99 * 1000,
            "ms",
            "the same at 0 MB",
            base * 1000,
            p99 / base,
            "<= 1.5 x" if size == megabytes[-1] else "",
            p99 / base <= 1.5 if size == megabytes[-1] else None,
            detail=detail,
        )
        other = percentile(stock, 0.99)
        yield Row(f"append of 1 KB to {size} MB, p99", p99 * 1000, "ms", "stock pygls", other * 1000, p99 / other)


def _append(command: list[str], text: str, piece: str, rounds: int) -> list[float]:
    """Seconds from each append to its publication."""
    uri = "untitled:benchmark.log"
    line = text.count("\n")
    lines = piece.count("\n")
    times = []
    with client(command) as server:
        server.open(uri, text)
        server.wait(lambda: server.published(uri))
        for number in range(rounds + 5):
            seen = len(server.published(uri))
            place = {"line": line, "character": 0}
            began = time.perf_counter()
            _change(server, uri, 2 * number + 2, {"start": place, "end": place}, piece)
            [(when, _), *_] = server.wait(lambda seen=seen: server.published(uri, seen))
            times.append(when - began)
            seen = len(server.published(uri))
            span = {"start": place, "end": {"line": line + lines, "character": 0}}
            _change(server, uri, 2 * number + 3, span, "")
            server.wait(lambda seen=seen: server.published(uri, seen))
            time.sleep(0.02)
    return times[5:]


def _change(server: Client, uri: str, version: int, span: object, text: str) -> None:
    server.notify(
        "textDocument/didChange",
        {"textDocument": {"uri": uri, "version": version}, "contentChanges": [{"range": span, "text": text}]},
    )


def flood(megabytes: int = 100) -> Iterator[Row]:
    """A terminal that writes without end, in writes of 4 KB, beside a server that only sends them back."""
    written = "".join(inputs.mixed(megabytes * 1_000_000)).replace("\n", "\r\n")[: megabytes * 1_000_000]
    writes = [written[at : at + 4096] for at in range(0, len(written), 4096)]
    echo, echo_cpu, _, _, _ = _flood(peer("echo"), writes)
    ours, cpu, before, half, after = _flood(OURS, writes)
    growth = (after - half) / MB
    yield Row(
        f"terminal flood of {megabytes} MB",
        len(written) / MB / ours,
        "MB/s",
        "echo on stock pygls",
        len(written) / MB / echo,
        echo / ours,
        ">= 0.5 x",
        echo / ours >= 0.5,
        note=f"{echo_cpu / cpu:.2f} x in processor time",
    )
    yield Row(
        "memory during the flood, from its half to its end",
        growth,
        "MB",
        target="flat (+ 15 MB)",
        reached=growth < 15,
        detail={"before_mb": round(before / MB), "half_mb": round(half / MB), "end_mb": round(after / MB)},
    )


def _flood(command: list[str], writes: list[str]) -> tuple[float, float, int, int, int]:
    """Seconds until the server has taken it all, by the clock and of processor time, and its memory before, in the
    middle and at the end."""
    uri = "unstuck-terminal:/benchmark"
    with client(command) as server:
        server.notify("unstuck/terminal/didOpen", {"uri": uri, "title": "benchmark"})
        server.notify("unstuck/terminal/didStartCommand", {"uri": uri, "commandLine": "make"})
        server.ask("unstuck/diagnoses", {"uri": uri})
        before, used = memory(server.process.pid), cpu_of(server.process.pid)
        server.keep = False
        began = time.perf_counter()
        half = 0
        for number, text in enumerate(writes):
            server.notify("unstuck/terminal/didWrite", {"uri": uri, "text": text})
            if number == len(writes) // 2:
                half = memory(server.process.pid)
        server.ask("unstuck/diagnoses", {"uri": uri})
        wall = time.perf_counter() - began
        return wall, cpu_of(server.process.pid) - used, before, half, memory(server.process.pid)


def cold_start(rounds: int = 9) -> Iterator[Row]:
    """From the start of the process to the first publication, in turns with a bare server."""
    # The first of each fills the caches: bytecode, and what is known of the catalog.
    both = [(_start(OURS), _start(peer("stock"))) for _ in range(rounds + 1)][1:]
    ours, bare = [one for (one, _), _ in both], [one for _, (one, _) in both]
    cpu, bare_cpu = median(one for (_, one), _ in both), median(one for _, (_, one) in both)
    ratio = median(ours) / median(bare)
    yield Row(
        "cold start to the first diagnostic",
        median(ours) * 1000,
        "ms",
        "bare pygls server",
        median(bare) * 1000,
        ratio,
        "<= 1.2 x",
        ratio <= 1.2,
        note=f"{cpu / bare_cpu:.2f} x in processor time",
        detail={
            "best_ms": round(min(ours) * 1000),
            "bare_best_ms": round(min(bare) * 1000),
            "cpu_ms": round(cpu * 1000),
            "bare_cpu_ms": round(bare_cpu * 1000),
        },
    )


def _start(command: list[str]) -> tuple[float, float]:
    """Seconds to the first publication: by the clock, and of processor time."""
    uri = "untitled:start.log"
    began = time.perf_counter()
    server = Client(command)
    try:
        server.start()
        server.open(uri, FAILURE.format(host="pypi.example.com"))
        [(when, _), *_] = server.wait(lambda: server.published(uri))
        return float(when - began), cpu_of(server.process.pid)
    finally:
        server.stop()


def watch(folder: Path, megabytes: int = 1_000) -> Iterator[Row]:
    """A log that the server follows on disk: what memory it leaves behind, and how fast it is read."""
    block = folder / "block.part"
    size = inputs.write_mixed(block, min(megabytes, 100) * 1_000_000)
    logs = folder / "logs"
    logs.mkdir()
    end = FAILURE.format(host="last.example.com")
    with client(OURS, folder=folder, settings={"logs.watch": ["logs/*.log"]}) as server:
        small = logs / "small.log"
        small.write_text(end)
        server.wait(lambda: _mentions(server, small, "last.example.com"))
        pid = server.process.pid
        before, used = _at_rest(pid), cpu_of(pid)
        path = logs / "big.log.part"
        with path.open("wb") as out:
            for _ in range(max(1, megabytes * 1_000_000 // size)):
                with block.open("rb") as source:
                    shutil.copyfileobj(source, out, 1 << 20)
            out.write(end.encode())
        total = path.stat().st_size
        path = path.rename(logs / "big.log")
        began, peak = time.perf_counter(), 0
        while not _mentions(server, path, "last.example.com"):
            peak = max(peak, memory(pid))
            if time.perf_counter() - began > 900:
                raise RuntimeError(f"the log was not read in 15 minutes: {server.stderr()[-2000:]}")
            time.sleep(0.05)
        wall, cpu = time.perf_counter() - began, cpu_of(pid) - used
        after = _at_rest(pid)
    growth = (after - before) / MB
    yield Row(
        f"memory after a log of {megabytes:,} MB through the watcher",
        growth,
        "MB",
        target="<= 50 MB",
        reached=growth <= 50,
        detail={"before_mb": round(before / MB), "peak_mb": round(peak / MB), "after_mb": round(after / MB)},
    )
    yield Row("reading that log", total / MB / wall, "MB/s", note=f"{total / MB / cpu:.0f} MB/s of processor time")


def _at_rest(pid: int) -> int:
    """The memory of a server once it has done what is left to do: the first failure has it import the fixes."""
    known, since = memory(pid), time.perf_counter()
    while time.perf_counter() - since < 3:
        time.sleep(0.1)
        if abs(memory(pid) - known) > 500_000:
            known, since = memory(pid), time.perf_counter()
    return known


def responsive(folder: Path, megabytes: int = 200) -> Iterator[Row]:
    """How long a hover takes while a log is read from disk, and while a terminal floods."""
    text = "".join(inputs.mixed(min(megabytes, 50) * 1_000_000))
    logs = folder / "logs"
    logs.mkdir()
    with client(OURS, folder=folder, settings={"logs.watch": ["logs/*.log"]}) as server:
        uri = "untitled:hover.log"
        server.open(uri, FAILURE.format(host="pypi.example.com"))
        server.wait(lambda: server.published(uri))
        _hovers(server, uri, lambda count: count == 50)
        idle = _hovers(server, uri, lambda count: count == 100)
        path = logs / "big.log.part"
        with path.open("w", encoding="utf-8", errors="replace") as out:
            for _ in range(max(1, megabytes // 50)):
                out.write(text)
            out.write(FAILURE.format(host="last.example.com"))
        path = path.rename(logs / "big.log")
        read = _hovers(server, uri, lambda _: _mentions(server, path, "last.example.com"))
        terminal = "unstuck-terminal:/benchmark"
        server.notify("unstuck/terminal/didOpen", {"uri": terminal})
        writes = iter([text[at : at + 4096].replace("\n", "\r\n") for at in range(0, len(text) // 2, 4096)])

        def write(_count: int) -> bool:
            # What is written before a request stands before it in the pipe: as much as is on its way at once.
            for _ in range(16):
                piece = next(writes, None)
                if piece is None:
                    return True
                server.notify("unstuck/terminal/didWrite", {"uri": terminal, "text": piece})
            return False

        flooded = _hovers(server, uri, write, pause=0.0)
        big = "untitled:big.log"
        server.open(big, text)
        # The first one stands behind the document in the pipe.
        opened = _hovers(server, uri, lambda _: server.published(big), pause=0.005)[1:]
    for what, times in (
        (f"a log of {megabytes} MB is read", read),
        ("a terminal floods, 64 KB before each", flooded),
        (f"a document of {len(text) / MB:.0f} MB was opened and is scanned", opened),
    ):
        p99 = percentile(times, 0.99) * 1000
        yield Row(
            f"hover while {what}, p99",
            p99,
            "ms",
            "at rest",
            percentile(idle, 0.99) * 1000,
            percentile(times, 0.99) / percentile(idle, 0.99),
            "< 50 ms",
            p99 < 50,
            note=f"median {median(times) * 1000:.0f} ms, longest {max(times) * 1000:.0f} ms",
        )


def _hovers(server: Client, uri: str, done: Callable[[int], bool], pause: float = 0.02) -> list[float]:
    """Seconds of each hover, one after the other, until `done` with how many there were."""
    times: list[float] = []
    params = {"textDocument": {"uri": uri}, "position": {"line": 0, "character": 5}}
    while not done(len(times)):
        began = time.perf_counter()
        server.ask("textDocument/hover", params)
        times.append(time.perf_counter() - began)
        time.sleep(pause)
    return times


def _mentions(server: Client, path: Path, host: str) -> bool:
    published = server.published(path.as_uri())
    return bool(published) and host in str(published[-1][1])
