"""A pattern that takes its time on some text holds up no other, and is left out when it does so again and again."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from editor import REFUSED, REFUSED_ID, Editor

# Polynomial, not exponential: such a record is loaded.
SLOW = {
    "id": "example/slow",
    "signature": "slowfrob: aaa",
    "regex": r"slowfrob: .*a.*a.*a.*a.*a.*b\d",
    "domain": "example",
    "root_cause": "Nothing is wrong but the pattern.",
}


async def test_a_slow_pattern_starves_nobody_and_is_left_out(tmp_path: Path) -> None:
    folder = tmp_path / "records"
    folder.mkdir()
    (folder / "slow.json").write_text(json.dumps(SLOW))
    editor = Editor(tmp_path)
    try:
        records = str(Path(__file__).parent / "records")
        await editor.start(settings={"catalogs": [str(folder), records], "timeLimit": 5})
        line = f"slowfrob: {'a' * 3_000}b\n"
        [found] = await editor.open("untitled:slow.log", line * 4 + REFUSED)
        assert found.code == REFUSED_ID, "what is found on the other lines does not suffer"
        for _ in range(100):
            told = [message for message in editor.messages() if "example/slow" in message]
            if told:
                break
            await asyncio.sleep(0.05)
        assert told, "the user learns which pattern it was"
        assert "unstuck.timeLimit" in told[0]
        short = await editor.open("untitled:short.log", "slowfrob: aaaaaab1\n")
        assert short == [], "it is left out for the rest of the session"
        assert [message for message in editor.messages() if "example/slow" in message] == told, "and told once"
    finally:
        await editor.stop()
