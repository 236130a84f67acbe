"""A document kept true through edits has the diagnoses of a fresh scan of its final text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unstuck.core.analysis import Analysis, analyse
from unstuck.core.catalog import Catalog
from unstuck.core.scanner import Options
from unstuck.core.signature import Kind, Signature
from unstuck.core.text import Position, Span


def signature(slug: str, regex: str, **more: object) -> Signature:
    return Signature.model_validate({"id": f"t/{slug}", "domain": "t", "signature": "x", "regex": regex, **more})


CATALOG = Catalog(
    [
        signature("cause", r"fatal: no route to (?P<host>\S+)", transition_graph={"leads_to": ["t/end"]}),
        signature("end", r"giving up", role="symptom"),
        signature("lines", r"error: fetch failed\n\s+cause: (?P<reason>.+)"),
        signature("missing", r"no module named (?P<module>\S+)"),
        signature("wrapped", r"the package versions (?P<requirement>\S+) have conflicting dependencies"),
    ]
)
LINES = [
    "fatal: no route to a.example.com",
    "fatal: no route to b.example.com",
    "giving up",
    "error: fetch failed",
    "  cause: timeout",
    "the package versions demo==1 have conflicting dependencies",
    "the package versions demo==1 have",
    "conflicting dependencies",
    "$ pip install demo",
    "\x1b[31mfatal: no \x1b[1mroute to c.example.com\x1b[0m",
    "Successfully installed demo-1.0",
    " + demo==1.0",
    "no module named demo",
    "x" * 30,
    "y" * 30,
    "",
    "ordinary",
]
texts = st.lists(st.sampled_from(LINES), max_size=8).map("\n".join)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_any_edits_end_in_the_diagnoses_of_a_fresh_scan(data: st.DataObject) -> None:
    kind: Kind = data.draw(st.sampled_from(["log", "terminal"]))
    analysis = Analysis(CATALOG, kind, data.draw(texts))
    for _ in range(data.draw(st.integers(1, 6))):
        places = []
        for _ in range(2):
            line = data.draw(st.integers(0, len(analysis.text) - 1))
            places.append(Position(line, data.draw(st.integers(0, len(analysis.text.line(line))))))
        analysis.edit(Span(*sorted(places)), data.draw(texts))
        if data.draw(st.booleans()):
            analysis.update()
    analysis.update()
    assert analysis.diagnoses == analyse(CATALOG, kind, analysis.text.content)


@settings(deadline=None)
@given(texts, texts)
def test_a_reset_is_a_fresh_scan_too(before: str, after: str) -> None:
    analysis = Analysis(CATALOG, "log", before)
    analysis.update()
    analysis.reset(after)
    assert analysis.text.content == after
    analysis.update()
    assert analysis.diagnoses == analyse(CATALOG, "log", after)


def test_update_says_whether_anything_changed() -> None:
    analysis = Analysis(CATALOG, "log", "giving up\n")
    assert analysis.update()
    assert not analysis.update()
    analysis.edit(Span(Position(1, 0), Position(1, 0)), "ordinary\n")
    assert not analysis.update()
    analysis.edit(Span(Position(0, 0), Position(0, 6)), "going")
    assert analysis.update()
    assert analysis.diagnoses == ()


def test_symptoms_fold_under_their_cause_and_repeats_are_counted() -> None:
    text = "\n".join([LINES[0], LINES[0], LINES[2], LINES[0], LINES[1]])
    first, second = analyse(CATALOG, "log", text)
    assert (first.captures, first.occurrences) == ({"host": "a.example.com"}, 3)
    assert [finding.signature.id for finding in first.symptoms] == ["t/end"]
    assert (second.captures, second.occurrences, second.symptoms) == ({"host": "b.example.com"}, 1, ())


def test_a_symptom_without_its_cause_speaks_for_itself() -> None:
    (only,) = analyse(CATALOG, "log", "giving up")
    assert only.signature.id == "t/end"


def test_another_run_has_its_own_failures() -> None:
    text = "\n".join([LINES[0], "$ pip install other", "giving up"])
    assert [diagnosis.signature.id for diagnosis in analyse(CATALOG, "log", text)] == ["t/cause", "t/end"]


def test_a_later_success_of_the_same_command_clears_its_failure() -> None:
    analysis = Analysis(CATALOG, "terminal")
    end = Position(0, 0)

    def run(command: str, output: str, exit_code: int) -> None:
        nonlocal end
        analysis.start_command(command)
        analysis.edit(Span(end, end), output)
        end = analysis.text.end
        analysis.end_command(exit_code)
        analysis.update()

    run("pip install demo", "fatal: no route to a.example.com\n", 1)
    run("pip install other", "giving up\n", 1)
    assert [(each.signature.id, each.command) for each in analysis.diagnoses] == [
        ("t/cause", "pip install demo"),
        ("t/end", "pip install other"),
    ]
    run("pip install  demo", "fine\n", 0)
    assert [each.signature.id for each in analysis.diagnoses] == ["t/end"]


MISSING = Catalog([signature("missing", r"No module named '(?P<module>[\w.]+)'")])


@pytest.mark.parametrize(
    ("said", "cleared"),
    [
        ("Successfully installed Demo_Pkg-1.0 other-2.0", True),
        ("Installed 2 packages in 5ms\n + demo-pkg==1.0\n + other==2.0", True),
        ("Successfully installed other-2.0 demo-pkg-extra-1.0", False),
        ("Installed 1 package in 5ms\n - demo-pkg==1.0\n + other==2.0", False),
        ("echo: was Successfully installed demo-pkg-1.0", False),
        ("Requirement already satisfied: other", False),
    ],
)
@pytest.mark.parametrize("told", [True, False])
def test_a_package_that_another_command_installs_is_missing_no_more(said: str, cleared: bool, told: bool) -> None:
    analysis = Analysis(MISSING, "terminal")

    def write(text: str) -> None:
        end = analysis.text.end
        analysis.edit(Span(end, end), text)

    for command, output in (
        ("python app.py", "ModuleNotFoundError: No module named 'demo_pkg.sub'"),
        ("pip install -r requirements.txt", said),
        ("python other.py", "ModuleNotFoundError: No module named 'unheard_of'"),
    ):
        write(f"$ {command}\n")
        if told:
            analysis.start_command(command)
        write(f"{output}\n")
        analysis.update()
        if told:
            analysis.end_command(1)
        analysis.update()
    found = [diagnosis.captures["module"] for diagnosis in analysis.diagnoses]
    assert found == (["unheard_of"] if cleared else ["demo_pkg.sub", "unheard_of"])
    # What is said in front of a failure has not dealt with it.
    write("$ python app.py\nModuleNotFoundError: No module named 'demo_pkg'\n")
    analysis.update()
    assert analysis.diagnoses[-1].captures["module"] == "demo_pkg"
    # In a log nobody runs anything again.
    assert len(analyse(MISSING, "log", analysis.text.content)) == 3


def test_a_muted_cause_keeps_its_symptoms_to_itself() -> None:
    text = "\n".join([LINES[0], LINES[2], "$ pip install other", LINES[2]])

    def found(*muted: str) -> list[str]:
        options = Options(muted=frozenset(muted))
        return [diagnosis.signature.id for diagnosis in analyse(CATALOG, "log", text, options)]

    assert found() == ["t/cause", "t/end"]
    assert found("t/cause") == ["t/end"]
    assert found("t/end") == ["t/cause"]
    assert found("t") == []
    (only,) = analyse(CATALOG, "log", text, Options(muted=frozenset({"t/end"})))
    assert only.symptoms == ()


def test_a_wrapped_message_is_marked_over_its_lines() -> None:
    (found,) = analyse(CATALOG, "log", f"{LINES[6]} \n{LINES[7]}\nordinary text that is as long as the others are\n")
    assert found.captures == {"requirement": "demo==1"}
    assert found.span == ((0, 0), (1, 24))


def test_a_muted_kind_of_document_stays_silent() -> None:
    assert analyse(CATALOG, "requirements", LINES[0]) == ()


def test_a_line_of_fifty_megabytes_is_read_in_bounded_time() -> None:
    text = "x" * 25_000_000 + " fatal: no route to a.example.com " + "y" * 25_000_000
    (found,) = analyse(CATALOG, "log", text)
    assert found.captures == {"host": "a.example.com"}
    assert found.span.start.column == 25_000_001


def test_nul_bytes_and_lone_surrogates_do_not_stop_a_scan() -> None:
    (found,) = analyse(CATALOG, "log", "\0\0\udc80 fatal: no route to a.example.com\n\0")
    assert found.captures == {"host": "a.example.com"}
