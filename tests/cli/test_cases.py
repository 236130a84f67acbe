"""Each folder of `cases` is a command line: its files, its exit code, and all that it prints.

`case.json` holds `arguments`, `exit`, and where needed `stdin`, `environment`, `platform` (posix, linux: what it prints
names its files or programs) and `files`: name -> text, {encoding or "gzip": text}, or a list of [latin-1 text, times].
`stdout.txt` and `stderr.txt` are what is printed, the folder of the test records written as RECORDS.
UNSTUCK_UPDATE=1 writes them anew; read the difference.
"""

from __future__ import annotations

import gzip
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from command import HERE, RECORDS, unstuck

CASES = sorted(path.parent for path in (HERE / "cases").glob("*/case.json"))


def _bytes(content: Any) -> bytes:
    if isinstance(content, list):
        return b"".join(text.encode("latin-1") * times for text, times in content)
    if isinstance(content, dict):
        [(encoding, text)] = content.items()
        return gzip.compress(text.encode()) if encoding == "gzip" else text.encode(encoding)
    return content.encode("utf-8")


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_case(folder: Path, tmp_path: Path) -> None:
    case = json.loads((folder / "case.json").read_text(encoding="utf-8"))
    if case.get("platform", os.name) not in (os.name, sys.platform):
        pytest.skip("it names files of another platform")
    for name, content in case.get("files", {}).items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(_bytes(content))
    arguments = [argument.replace("RECORDS", str(RECORDS)) for argument in case["arguments"]]
    done = unstuck(*arguments, cwd=tmp_path, stdin=_bytes(case.get("stdin", "")), more=case.get("environment"))
    check(folder, "stdout.txt", done.stdout)
    check(folder, "stderr.txt", done.stderr)
    assert done.returncode == case["exit"], f"exit code {done.returncode} in place of {case['exit']}"


def check(folder: Path, name: str, found: bytes) -> None:
    """The bytes are those of the file, which is missing where they are none."""
    file = folder / name
    text = found.replace(b"\r\n", b"\n").decode("utf-8").replace(str(RECORDS), "RECORDS")
    if os.environ.get("UNSTUCK_UPDATE"):
        file.unlink(missing_ok=True)
        if text:
            file.write_text(text, encoding="utf-8", newline="\n")
    expected = file.read_text(encoding="utf-8") if file.is_file() else ""
    assert text == expected, f"{name} of {folder.name}\n--- expected\n{expected}\n--- found\n{text}"
