"""Positions: exact in each encoding that a client may choose, whatever stands before the match."""

from __future__ import annotations

from pathlib import Path

import pytest
from editor import REFUSED, REFUSED_ID, Editor, span

BEFORE = "héllo 世界 😀👩‍💻 \ud83d: "


@pytest.mark.parametrize(
    ("wanted", "chosen", "width"),
    [
        (["utf-8", "utf-16"], "utf-8", len(BEFORE.encode("utf-8", "surrogatepass"))),
        (["utf-16", "utf-8"], "utf-16", len(BEFORE.encode("utf-16-le", "surrogatepass")) // 2),
        (["utf-7", "utf-32", "utf-8"], "utf-32", len(BEFORE)),
    ],
)
async def test_positions(tmp_path: Path, wanted: list[str], chosen: str, width: int) -> None:
    editor = Editor(tmp_path)
    result = await editor.start(encodings=wanted)
    assert result.capabilities.position_encoding == chosen
    uri = editor.uri("a.log")
    [found] = await editor.open(uri, f"\f{BEFORE}\n{BEFORE}{REFUSED} 世\n")
    assert found.range == span(1, width, width + len(REFUSED))
    # The client's own positions are in those units too.
    editor.change(uri, 2, (span(1, 0, width), ""), (span(0, 1, 1 + width), ""), (span(0, 1, 1), "😀世"))
    [entry] = await editor.diagnoses(uri)
    assert entry["range"]["start"] == {"line": 1, "character": 0}
    units = {"utf-8": 7, "utf-16": 3, "utf-32": 2}[chosen]
    editor.change(uri, 3, (span(0, 1 + units, 1 + units), f" {REFUSED}"), (span(1, 0, 5), ""))
    [entry] = await editor.diagnoses(uri)
    assert entry["id"] == REFUSED_ID
    assert entry["range"]["start"] == {"line": 0, "character": 2 + units}
    assert await editor.hover(uri, 0, 0) is not None
    assert await editor.stop() == 0
