"""What `unstuck check` must hold beyond its words: a quick start, any size in bounded memory, a reader that leaves."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest
from command import RECORDS, environment, unstuck

from unstuck.commands.blocks import blocks, scan_blocks
from unstuck.core.analysis import Analysis
from unstuck.core.catalog import Catalog
from unstuck.core.scanner import Scanner
from unstuck.io.catalogs import load_catalog
from unstuck.report.places import TextPlaces

FAILURE = "frob: cannot reach host 'files.example.com' (attempt 1)\n"


def test_starts_without_the_language_server(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text(FAILURE)
    script = (
        "import sys; from unstuck.cli import main\n"
        f"code = main(['check', 'a.log', '--catalog', {str(RECORDS)!r}])\n"
        "heavy = sorted(name for name in sys.modules if name.split('.')[0] in ('pygls', 'lsprotocol', 'asyncio'))\n"
        "print(code, heavy)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "1 []"


def test_large_file(tmp_path: Path) -> None:
    """Beyond what is analysed as one document: positions are the file's own, and memory does not hold the file."""
    filler = "2026-01-01 12:00:00 INFO worker: handled a request in 12 ms, all is well \u4e2d\u6587\n" * 2000
    with (tmp_path / "big.log").open("w", encoding="utf-8", newline="") as file:
        for number in range(400):
            file.write(filler)
            if number in (3, 399):
                file.write("\U0001f600 " + FAILURE.replace("files", f"f{number}"))
    # getrusage() counts what the process was before exec as well, and that is a whole test run.
    peak = (
        "import pathlib, sys; from unstuck.cli import main\n"
        f"main(['check', 'big.log', '--format', 'json', '--catalog', {str(RECORDS)!r}])\n"
        "status = pathlib.Path('/proc/self/status').read_text()\n"
        "print(status.partition('VmHWM:')[2].split()[0], file=sys.stderr)\n"
    )
    if sys.platform == "linux":
        ran = subprocess.run(
            [sys.executable, "-c", peak], cwd=tmp_path, env=environment(tmp_path), capture_output=True, check=True
        )
        output = ran.stdout
        megabytes = int(ran.stderr.split()[-1]) * 1024 / 1e6
        # As one string the file alone would take four bytes for each character.
        assert megabytes < 220, f"{megabytes:.0f} MB of memory"
    else:
        done = unstuck("check", "big.log", "--format", "json", "--catalog", RECORDS, cwd=tmp_path)
        output = done.stdout
    [report] = json.loads(output)["files"]
    found = [
        (entry["captures"]["host"], entry["range"]["start"], entry["range"]["end"]) for entry in report["diagnoses"]
    ]
    assert found == [
        ("f3.example.com", {"line": 8000, "character": 3}, {"line": 8000, "character": 43}),
        ("f399.example.com", {"line": 800_001, "character": 3}, {"line": 800_001, "character": 45}),
    ]


def test_one_line_of_fifty_megabytes(tmp_path: Path) -> None:
    with (tmp_path / "line.log").open("w", encoding="utf-8", newline="") as file:
        for _ in range(49):
            file.write("all is well \U0001f600 " * 70_000)
        file.write(FAILURE.rstrip("\n") + " and more" * 100)
    done = unstuck("check", "line.log", "--format", "json", "--catalog", RECORDS, cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    [entry] = json.loads(done.stdout)["files"][0]["diagnoses"]
    start = 49 * 70_000 * 15
    assert entry["range"]["start"] == {"line": 0, "character": start}
    assert entry["range"]["end"] == {"line": 0, "character": start + 43}
    assert FAILURE[:43] in entry["text"]
    assert len(entry["text"]) <= 20_000


def test_reader_that_leaves(tmp_path: Path) -> None:
    for number in range(200):
        (tmp_path / f"{number}.log").write_text(FAILURE)
    process = subprocess.Popen(
        [sys.executable, "-m", "unstuck", "check", ".", "--catalog", str(RECORDS)],
        cwd=tmp_path,
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait(60) in (141, 1)


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog([RECORDS], shipped=False).catalog


@pytest.mark.parametrize("seed", range(40))
def test_blocks_find_what_one_document_has(seed: int, catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    """Any chunks and any block size give the diagnoses, places and quotes of the whole text at once."""
    chance = random.Random(seed)
    parts = [
        FAILURE,
        "frob: FATAL: gave up\n",
        "plain\r\n",
        "\x1b[31mfrob: \x1b[1mFATAL: gave up\x1b[0m\r\n",
        "$ pytest -q\n",
        "Successfully installed demo-1.0\n",
        "\U0001f600 frob: cannot reach host 'b.example.com'\r",
        "\n",
        "\u212aelvin and \u017f\n",
        "word " * 40 + "\n",
    ]
    content = "".join(chance.choices(parts, k=chance.randrange(300)))
    whole = Analysis(catalog, "log", content)
    # A width that a document's lines suggest is looked for in whole documents only.
    monkeypatch.setattr(type(whole._lengths), "inferred", frozenset())
    whole.update()
    places = TextPlaces(whole.text)

    size = chance.choice([700, 3_000, 20_000])
    monkeypatch.setattr(
        "unstuck.commands.blocks.blocks", lambda chunks, margin: blocks(chunks, margin, size=size, overlap=600)
    )
    found = scan_blocks(_chunks(content, chance), "log", Scanner(catalog))
    expected = [_told(diagnosis, places) for diagnosis in whole.diagnoses]
    assert [_told(diagnosis, found) for diagnosis in found.diagnoses] == expected


def _chunks(text: str, chance: random.Random) -> list[bytes]:
    content = text.encode()
    chunks, at = [], 0
    while at < len(content):
        end = at + chance.randrange(1, 900)
        chunks.append(content[at:end])
        at = end
    return chunks


def _told(diagnosis, places):  # type: ignore[no-untyped-def]
    return (
        diagnosis.signature.id,
        diagnosis.captures,
        diagnosis.occurrences,
        places.place(diagnosis.span),
        places.quote(diagnosis.span),
        [places.place(finding.span) for finding in (*diagnosis.repeats, *diagnosis.symptoms)],
    )
