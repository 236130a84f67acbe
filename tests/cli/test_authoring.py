"""Writing signatures: what `catalog new` proposes, and that what is generated or listed elsewhere is true."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from command import HERE, RECORDS, unstuck

from unstuck.authoring.listing import with_table
from unstuck.authoring.proposal import propose, telling_line
from unstuck.authoring.schema import schema
from unstuck.authoring.silence import how_far
from unstuck.core.catalog import Pattern
from unstuck.core.literals import requirements
from unstuck.core.signature import CAPTURES, Signature

SEEDS = HERE.parent.parent / "seeds"

# A telling line, and the captures that the proposed pattern has for it.
LINES = {
    "ERROR: No matching distribution found for demo==1.0": {"requirement": "demo==1.0"},
    "ModuleNotFoundError: No module named 'foo.bar'": {"module": "foo.bar"},
    "ERROR: HTTP error 404 while getting https://user:pw@files.example.com/a.whl": {
        "status": "404",
        "url": "https://user:****@files.example.com/a.whl",
    },
    "2026-01-01T10:00:00.000Z \x1b[31merror: [Errno 2] No such file or directory: 'gcc'\x1b[0m": {"name": "gcc"},
    '  File "/usr/lib/python3.11/x.py", line 12, in main': {"path": "/usr/lib/python3.11/x.py", "line": "12"},
    "access is denied: C:\\Users\\me\\venv\\Scripts\\pip.exe": {"path": "C:\\Users\\me\\venv\\Scripts\\pip.exe"},
    "certificate verify failed: unable to get local issuer certificate (_ssl.c:1006)": {},
    "HTTPSConnectionPool(host='pypi.example.com', port=8443): Max retries exceeded": {
        "host": "pypi.example.com",
        "port": "8443",
    },
    "Package 'a (b)' requires a different Python: 3.8.18 not in '>=3.9'": {"version": "3.8.18", "name": "a (b)"},
    "error: command 'x86_64-linux-gnu-gcc' failed with exit code 1": {"name": "x86_64-linux-gnu-gcc", "status": "1"},
}


@pytest.mark.parametrize(("line", "captures"), LINES.items())
def test_proposed_pattern(line: str, captures: dict[str, str]) -> None:
    proposal = propose(telling_line(line))
    found = re.search(proposal.regex, proposal.line)
    assert found is not None, proposal.regex
    assert found[0] == proposal.line
    named = {name: value for name, value in proposal.captures.items() if name in captures}
    assert named == captures, proposal.regex
    assert set(proposal.captures) <= CAPTURES
    assert requirements(proposal.regex), f"{proposal.regex} requires nothing"


OUTPUT = "Collecting demo\nfrobnicate: cannot open store /var/lib/frob/3.2 (code: 17)\ndone\n"


def test_new_writes_a_record_that_speaks(tmp_path: Path) -> None:
    (tmp_path / "failure.log").write_text(OUTPUT)
    (tmp_path / "seeds").mkdir()
    arguments = ["catalog", "new", "--output", "failure.log", "--telling", "cannot open store", "--id", "frob/no-store"]
    done = unstuck(*arguments, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    file = tmp_path / "seeds" / "frob" / "no-store.json"
    record = json.loads(file.read_text(encoding="utf-8"))
    Signature.model_validate(record)
    assert record["regex"] == r"frobnicate: cannot open store (?P<path>[^\s'\"]+) \(code: (?P<status>\d+)\)"
    assert record["examples"]["matches"][0]["captures"] == {"path": "/var/lib/frob/3.2", "status": "17"}

    tested = unstuck("catalog", "test", "failure.log", "--catalog", file, cwd=tmp_path)
    assert tested.returncode == 0
    assert b"line 2: frob/no-store" in tested.stdout
    checked = unstuck("catalog", "check", file, cwd=tmp_path)
    assert checked.returncode == 1
    complaints = [line.split(": ")[1] for line in checked.stdout.decode().splitlines()[:-1]]
    # What only the author can say is asked for; what was proposed has nothing wrong.
    assert complaints == ["title", "title_zh", "root_cause", "root_cause_zh", "workarounds", "official_doc_url"]

    again = unstuck(*arguments, cwd=tmp_path)
    assert again.returncode == 2
    assert b"--force" in again.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--output", "failure.log"], "say which line tells"),
        (["--output", "failure.log", "--telling", "not there"], "no line of the output holds"),
        (["--output", "nope.log", "--telling", "x"], "there is no such file"),
        (["--telling", "frob: boom 1", "--id", "../../etc/x"], "is no id"),
        (["--telling", "frob: boom 1", "--id", "frob/x", "--seeds", "nowhere"], "there is no folder"),
        (["--telling", "  "], "the telling line is empty"),
    ],
)
def test_new_says_what_is_wrong(arguments: list[str], message: str, tmp_path: Path) -> None:
    (tmp_path / "failure.log").write_text(OUTPUT)
    (tmp_path / "seeds").mkdir()
    done = unstuck("catalog", "new", *arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert message in done.stderr.decode()
    assert list((tmp_path / "seeds").iterdir()) == []


@pytest.mark.parametrize(
    ("regex", "line", "expected"),
    [
        (r"frob: (?P<name>[a-z]+) is \d+", "frob: abc is high", r"after 'frob: abc is ' the pattern wants '\\d+'"),
        (r"one two|frob [x\]]+ (?:a|b){2} end", "frob x] ab fin", "after 'frob x] ab ' the pattern wants 'end'"),
        (r"^abc$", "xabc", "not in the order"),
        (r"abc done", "abc", "and the line ends there"),
    ],
)
def test_how_far_a_pattern_comes(regex: str, line: str, expected: str) -> None:
    signature = Signature.model_validate({"id": "a/b", "domain": "a", "signature": "x", "regex": regex})
    assert expected in how_far(Pattern(signature, 0), line)


def test_the_readme_lists_the_vocabulary() -> None:
    page = (SEEDS / "README.md").read_text(encoding="utf-8")
    table = page.partition("| group | what it is |")[2].partition("\n\n")[0]
    listed = {
        name
        for row in table.splitlines()
        if row.startswith("| `")
        for name in re.findall(r"`(\w+)`", row.split("|")[1])
    }
    assert listed == CAPTURES


def test_the_schema_is_that_of_the_models() -> None:
    stored = (SEEDS / "schema.json").read_text(encoding="utf-8")
    assert stored == schema(), "make it anew: unstuck catalog schema > seeds/schema.json"


def test_the_table_is_made_from_the_records() -> None:
    signatures = [
        Signature.model_validate_json(path.read_text(encoding="utf-8")) for path in sorted(SEEDS.glob("*/*.json"))
    ]
    page = (SEEDS / "README.md").read_text(encoding="utf-8")
    assert with_table(page, signatures) == page, "make it anew: unstuck catalog table --write"


def test_our_own_records_pass_the_check(tmp_path: Path) -> None:
    """The check's own example: records that are whole have no complaint."""
    names = [path.as_posix() for path in sorted((RECORDS / "example").glob("*.json"))]
    done = unstuck("catalog", "check", *names, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, b"4 signatures checked, no complaints.\n")
