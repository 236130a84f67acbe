"""What says the same over and over in a file, or starves the others, is left out of the rest of it, and is named."""

from __future__ import annotations

from unstuck.commands.blocks import BLOCK, ENOUGH, LEAST_SPENT, MOST_ALIKE, scan_blocks
from unstuck.core.catalog import Catalog
from unstuck.core.scanner import Scanner
from unstuck.core.signature import Signature

REGEXES = {
    "example/alike": r"frob failed again",
    "example/several": r"no such frob '(?P<name>[^'\n]+)'",
    "example/rare": r"frobnicator is gone",
}


def scanner() -> Scanner:
    signatures = [Signature(id=id, domain="example", signature="x", regex=regex) for id, regex in REGEXES.items()]
    return Scanner(Catalog(signatures))


def blocks_of(text: str, count: int) -> list[bytes]:
    return [(text * (BLOCK // len(text) + 1)).encode()] * count


def test_what_says_the_same_over_and_over() -> None:
    line = "frob failed again\n" + "nothing of interest\n" * 40
    last = ["frobnicator is gone\n", "frob failed again\n", "no such frob 'last'\n"]
    varied = "".join(f"no such frob '{number}'\n" for number in range(2 * MOST_ALIKE))
    chunks = [*blocks_of(line, 12), varied.encode(), *blocks_of(line, 2), "".join(last).encode()]
    assert sum(chunk.count(b"frob failed") for chunk in chunks) > 2 * ENOUGH
    scan = scan_blocks(chunks, "log", scanner())
    assert scan.left_out == {"example/alike"}
    assert scan.unlisted < sum(chunk.count(b"frob failed") for chunk in chunks) - ENOUGH
    found = {(diagnosis.signature.id, diagnosis.captures.get("name")) for diagnosis in scan.diagnoses}
    assert {("example/rare", None), ("example/several", "last"), ("example/alike", None)} <= found


def test_what_takes_too_long() -> None:
    one = scanner()
    one.spent["example/alike"] = 2 * LEAST_SPENT
    scan = scan_blocks([*blocks_of("nothing\n", 2), b"frob failed again\nfrobnicator is gone\n"], "log", one)
    assert scan.left_out == {"example/alike"}
    assert [diagnosis.signature.id for diagnosis in scan.diagnoses] == ["example/rare"]
