"""What a terminal writes, in any chunking and scanned at any moments, gives the diagnoses of its transcript."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.small_catalog import CATALOG
from unstuck.core.analysis import Analysis, analyse
from unstuck.core.diagnosis import Diagnosis
from unstuck.core.shell_marks import CommandEnded, CommandStarted
from unstuck.core.stream import Edit, Stream

PIECES = st.one_of(
    st.sampled_from(
        ["frob: host a.example.com is refused", "frob: host 下.example.com ", "is refused", "frob: giving up"]
    ),
    st.sampled_from(["frob: first half\r\n", "frob: second half", "fine\r\n" * 30, "fine", "x" * 40]),
    st.sampled_from(["\r\n", "\r\n", "\n", "\r", "\b\b", "\x1b[31m", "\x1b[0m", "\x1b[K", "\x1b[2K\r"]),
    st.sampled_from(["\x1b[A", "\x1b[2A\r\x1b[J", "\x1b[H\x1b[2J", "\x1b[3J", "\x1b[?1049h", "\x1b[?1049l"]),
)
MARKS = st.sampled_from(
    [
        "\x1b]633;E;frob a\x07\x1b]133;C\x07",
        "\x1b]633;E;frob b\x07\x1b]133;C\x07",
        "\x1b]133;D;0\x07",
        "\x1b]133;D;1\x07",
    ]
)


def run(chunks: list[str], *, often: bool, limit: int = 3_000) -> tuple[str, tuple[Diagnosis, ...]]:
    """The transcript and the diagnoses after these writes, scanned after each or only at the end."""
    stream, analysis = Stream(limit=limit), Analysis(CATALOG, "terminal")
    for chunk in chunks:
        for step in stream.feed(chunk):
            if isinstance(step, Edit):
                analysis.write(*step)
            elif isinstance(step, CommandStarted):
                analysis.start_command(step.command or "")
            elif isinstance(step, CommandEnded):
                analysis.end_command(step.exit_code)
        if often:
            analysis.update()
    analysis.update()
    return analysis.text.content, analysis.diagnoses


def cut(written: str, cuts: list[int]) -> list[str]:
    edges = [0, *sorted(min(at, len(written)) for at in cuts), len(written)]
    return [written[start:end] for start, end in zip(edges, edges[1:], strict=False)]  # noqa: RUF007


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=30).map("".join), st.lists(st.integers(0, 600), max_size=15))
def test_any_chunking_gives_the_diagnoses_of_the_transcript(written: str, cuts: list[int]) -> None:
    transcript, diagnoses = run(cut(written, cuts), often=True)
    assert diagnoses == analyse(CATALOG, "terminal", transcript)
    assert (transcript, diagnoses) == run([written], often=False)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(PIECES, MARKS), max_size=30).map("".join), st.lists(st.integers(0, 600), max_size=15))
def test_any_chunking_gives_the_same_with_commands(written: str, cuts: list[int]) -> None:
    assert run(cut(written, cuts), often=True) == run([written], often=False)


def test_what_a_command_erased_and_wrote_again_is_the_same_however_it_was_cut() -> None:
    written = (
        "frob: first half\r\n\x1b]633;E;frob a\x07\x1b]133;C\x07"
        "\x1b[2A\r\x1b[Jfrob: host a.example.com is refused\r\nfrob: host b.example.com is refused\r\n"
    )
    for chunks in ([written], [written[:49], written[49:]], list(written)):
        _, diagnoses = run(chunks, often=True)
        assert [diagnosis.command for diagnosis in diagnoses] == [None, "frob a"], chunks


def test_a_command_keeps_its_output_when_all_above_is_cleared() -> None:
    marks = ["\x1b]633;E;frob a\x07\x1b]133;C\x07", "fine\r\n\x1b]133;D;0\x07", "\x1b]633;E;frob b\x07\x1b]133;C\x07"]
    _, [diagnosis] = run([*marks, "\x1b[H\x1b[2J\x1b[3J", "frob: host a.example.com is refused"], often=True)
    assert diagnosis.command == "frob b"
