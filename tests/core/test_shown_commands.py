"""A terminal whose shell tells nothing: what its prompts and its words of success show is all that is known."""

from __future__ import annotations

import pytest

from unstuck.core.analysis import Analysis
from unstuck.core.catalog import Catalog
from unstuck.core.commands import shown_in
from unstuck.core.signature import Signature

CATALOG = Catalog(
    [Signature.model_validate({"id": "t/cause", "domain": "t", "signature": "x", "regex": r"fatal: no route to \S+"})]
)
FAILS = "fatal: no route to a.example.com"
LONG = "$ pip install -i https://a.example.com/simple/"  # 46 characters: a row of a 46-column terminal


@pytest.mark.parametrize(
    ("lines", "left"),
    [
        (["$ pip install demo", FAILS, "$ pip install demo", "Successfully installed demo-1.0", "$ "], 0),
        (["$ pip install demo", FAILS, "$ pip install other", "Successfully installed other-1.0", "$ "], 1),
        (["$ pip install demo", FAILS, "$ pip install demo", FAILS, "$ "], 2),
        (["$ pip install demo", FAILS, "$ make", "Successfully installed demo-1.0", FAILS, "$ "], 2),
        (["$ pip install --target x demo", "Successfully installed demo-1.0", FAILS, "$ "], 1),
        (["$ pip install a; pip install b", FAILS, "Successfully installed b-1.0", "$ "], 1),
        (["$ pip install demo", FAILS, "$ ./setup.sh", "Successfully installed demo-1.0", "$ "], 1),
        ([LONG, " demo", FAILS, LONG, " demo", "Successfully installed demo-1.0", "$ "], 0),
        ([LONG, " demo", FAILS, LONG, " other", "Successfully installed other-1.0", "$ "], 1),
    ],
    ids=[
        "same",
        "another",
        "again",
        "nested",
        "late error",
        "several on one line",
        "a script",
        "wrapped",
        "wrapped, another",
    ],
)
def test_a_success_that_is_printed_clears_the_same_command_line(lines: list[str], left: int) -> None:
    analysis = Analysis(CATALOG, "terminal", "\n".join(lines), columns=46)
    analysis.update()
    assert len(analysis.diagnoses) == left, [(each.span, each.command) for each in analysis.diagnoses]


def test_a_command_line_is_whole_where_the_terminal_broke_it() -> None:
    analysis = Analysis(CATALOG, "terminal", "\n".join([LONG, " demo", FAILS, "$ "]), columns=46)
    analysis.update()
    assert [each.command for each in analysis.diagnoses] == ["pip install -i https://a.example.com/simple/ demo"]


def test_a_dockerfile_that_buildkit_quotes_is_no_command() -> None:
    quoted = [" 49 | >>> RUN pip install demo", "#9 0.31  50 |     RUN pip install other", "------"]
    assert shown_in([f"{line}\n" for line in quoted]) == []
    assert shown_in(["> npm ERR! code ELIFECYCLE\n"]) == []
    assert [each.command for each in shown_in(["#9 [2/3] RUN pip install demo\n", "web-1 | $ pip install x\n"])] == [
        "pip install demo",
        "pip install x",
    ]


def test_a_warning_behind_its_command_s_sign_of_success_is_not_another_one() -> None:
    signature = {"id": "t/left", "domain": "t", "signature": "x", "regex": r"leftover in (?P<path>\S+)"}
    catalog = Catalog([Signature.model_validate({**signature, "severity": "warning"})])
    lines = ["leftover in /a", "Successfully installed demo-1.0", "leftover in /a", "leftover in /b", ""]
    analysis = Analysis(catalog, "terminal", "\n".join(lines))
    analysis.update()
    found = [(each.captures["path"], each.span.start.line, each.occurrences) for each in analysis.diagnoses]
    assert found == [("/a", 0, 2), ("/b", 3, 1)], found
