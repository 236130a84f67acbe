"""Documents: opened, edited, closed; what is published follows the text."""

from __future__ import annotations

import random

import pytest
from editor import GAVE_UP, REFUSED, REFUSED_ID, Editor, position, span
from lsprotocol import types

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_open_publishes_the_telling_line_with_all_that_a_client_can_show(editor: Editor) -> None:
    uri = editor.uri("open.log")
    [found] = await editor.open(uri, f"hello\n  {REFUSED}!\n{GAVE_UP}\n")
    assert found.range == span(1, 2, 2 + len(REFUSED))
    assert found.code == REFUSED_ID
    assert found.source == "unstuck"
    assert found.message == "The certificate of pypi.example.com:8443 is not trusted"
    assert found.code_description is not None
    assert found.code_description.href == "https://frob.example.com/certificates"
    assert editor.published[-1].version is None or editor.published[-1].version == 1


async def test_repeats_are_counted_and_symptoms_are_related(editor: Editor) -> None:
    uri = editor.uri("repeats.log")
    lines = [f"attempt {'i' * number}: {REFUSED}" for number in range(5)]
    [found] = await editor.open(uri, "\n".join([*lines, GAVE_UP, ""]))
    assert found.message.endswith("(5 times)")
    [entry] = await editor.diagnoses(uri)
    assert (entry["id"], entry["occurrences"], entry["severity"]) == (REFUSED_ID, 5, "error")


async def test_edits_make_and_clear_a_diagnosis(editor: Editor) -> None:
    uri = editor.uri("edits.log")
    assert await editor.open(uri, "nothing\n") == []
    seen = len(editor.published)
    editor.change(uri, 2, (span(0, 0, 7), REFUSED[:10]), (span(0, 10, 10), REFUSED[10:]))
    [found] = await editor.wait(uri, seen)
    assert found.range == span(0, 0, len(REFUSED))
    seen = len(editor.published)
    editor.change(uri, 3, (span(0, 0, 0), "one\ntwo\n"))
    [moved] = await editor.wait(uri, seen)
    assert moved.range.start.line == 2
    seen = len(editor.published)
    editor.change(uri, 4, (span(2, 0, 5), ""))
    assert await editor.wait(uri, seen) == []


async def test_equal_results_are_not_published_again(editor: Editor) -> None:
    uri = editor.uri("equal.log")
    await editor.open(uri, f"{REFUSED}\n\n")
    before = len(editor.published)
    for version in range(2, 12):
        editor.change(uri, version, (span(1, 0, 0), "more "))
    assert await editor.ids(uri) == [REFUSED_ID]
    assert [params for params in editor.published[before:] if params.uri == uri] == []


async def test_closing_takes_back_what_was_published(editor: Editor) -> None:
    uri = editor.uri("close.log")
    await editor.open(uri, REFUSED)
    seen = len(editor.published)
    editor.close(uri)
    assert await editor.wait(uri, seen) == []
    assert await editor.diagnoses(uri) == []
    assert await editor.hover(uri, 0) is None


async def test_form_feeds_and_foreign_line_ends_do_not_split_lines(editor: Editor) -> None:
    uri = editor.uri("feeds.log")
    await editor.open(uri, "a\fb\x0bc\x1cd\x85e\u2028f\nsecond\n")
    seen = len(editor.published)
    editor.change(uri, 2, (span(1, 0, 6), REFUSED))
    [found] = await editor.wait(uri, seen)
    assert found.range == span(1, 0, len(REFUSED))


@pytest.mark.parametrize(
    ("uri", "language", "looked_at"),
    [
        ("untitled:Untitled-1", "plaintext", True),
        ("untitled:Untitled-2", "python", False),
        ("output:extension-output-frob-%231", "Log", True),
        ("output:extension-output-unstuck.unstuck-%231-Unstuck", "Log", False),
        ("term://~/a dir//42:/bin/bash", "", True),
        ("vscode-remote://ssh/x/y.log", "log", True),
        ("git:/x/y.log?ref=HEAD", "log", False),
        ("file:///nowhere/that/exists/a.py", "python", False),
    ],
)
async def test_schemes(editor: Editor, uri: str, language: str, looked_at: bool) -> None:
    await editor.ready()
    editor.client.text_document_did_open(_item(uri, language, REFUSED))
    assert await editor.ids(uri) == ([REFUSED_ID] if looked_at else [])
    editor.close(uri)


async def test_an_output_pane_that_is_hidden_keeps_its_diagnoses_and_doubles_nothing(editor: Editor) -> None:
    uri = "output:extension-output-frob-%232"
    await editor.open(uri, REFUSED, "Log")
    editor.close(uri)
    assert await editor.ids(uri) == [REFUSED_ID]
    editor.client.text_document_did_open(_item(uri, "Log", ""))
    assert await editor.ids(uri) == []
    seen = len(editor.published)
    editor.change(uri, 2, (span(0, 0, 0), f"{REFUSED}\n"))
    assert len(await editor.wait(uri, seen)) == 1


async def test_an_output_pane_that_is_rotated_and_comes_back(editor: Editor) -> None:
    uri = "output:tasks-unstuck"
    assert await editor.open(uri, "", "Log") == []
    editor.change(uri, 2, (span(0, 0, 0), f"building\n{REFUSED}\n"))
    assert await editor.ids(uri) == [REFUSED_ID]
    # Rotated: all of it is deleted at once, and what comes next begins anew.
    editor.change(uri, 3, (types.Range(position(0, 0), position(2, 0)), ""))
    assert await editor.ids(uri) == []
    editor.change(uri, 4, (span(0, 0, 0), f"again\n{REFUSED}\n{GAVE_UP}\n"))
    [entry] = await editor.diagnoses(uri)
    assert (entry["range"]["start"]["line"], entry["occurrences"]) == (1, 1)
    # Hidden, it is rotated where nobody sees it, and shown again.
    editor.close(uri)
    assert await editor.ids(uri) == [REFUSED_ID]
    assert await editor.open(uri, "quiet\n", "Log") == []
    assert await editor.ids(uri) == []
    editor.close(uri)


async def test_a_file_is_never_read_from_disk(editor: Editor) -> None:
    file = editor.workspace / "on-disk.log"
    file.write_text(REFUSED)
    assert await editor.hover(file.as_uri(), 0) is None
    assert await editor.actions(file.as_uri(), span(0, 0, 0)) == []
    assert await editor.diagnoses(file.as_uri()) == []


async def test_unknown_documents_are_nobodys_business(editor: Editor) -> None:
    before = len(editor.client.messages)
    editor.change("file:///unknown.log", 7, (span(0, 0, 0), "x"), (None, "y"))
    editor.close("file:///unknown.log")
    assert await editor.diagnoses("file:///unknown.log") == []
    assert editor.client.messages[before:] == []


async def test_the_whole_text_sent_again_and_again_as_terminals_do(editor: Editor) -> None:
    uri = "term://~//7:bash"
    lines: list[str] = []
    await editor.open(uri, "")
    for version, line in enumerate(["$ frob", REFUSED, GAVE_UP, "$ ls", "a", "b"], 2):
        lines.append(line)
        editor.change(uri, version, (None, "\n".join(lines)))
    [entry] = await editor.diagnoses(uri)
    assert entry["range"]["start"]["line"] == 1
    editor.change(uri, 20, (None, ""))
    assert await editor.diagnoses(uri) == []


@pytest.mark.parametrize("seed", range(3))
async def test_random_edits_keep_our_text_equal_to_the_editors(editor: Editor, seed: int) -> None:
    """Whatever was typed, a telling line that is put at a known place afterwards is found exactly there."""
    dice = random.Random(seed)
    uri = editor.uri(f"random-{seed}.log")
    lines = ["", "ab\f\u2028c", "héllo 世界", "😀😀x", ""]
    await editor.open(uri, "\n".join(lines))
    for version in range(2, 150):
        first = dice.randrange(len(lines))
        last = min(len(lines) - 1, first + dice.choice([0, 0, 0, 1, 2]))
        start, end = dice.randrange(len(lines[first]) + 1), dice.randrange(len(lines[last]) + 1)
        if first == last:
            start, end = sorted((start, end))
        new = "".join(
            dice.choice(["a", "\n", "世", "😀", "\f", "\u2028", " ", "\x85"]) for _ in range(dice.randrange(5))
        )
        place = span(first, _utf16(lines[first][:start]), 0)
        place.end.line, place.end.character = last, _utf16(lines[last][:end])
        editor.change(uri, version, (place, new))
        lines[first : last + 1] = (lines[first][:start] + new + lines[last][end:]).split("\n")
    middle = len(lines) // 2
    editor.change(uri, 200, (span(middle, 0, 0), f"\n😀 {REFUSED}\n"))
    [entry] = await editor.diagnoses(uri)
    assert entry["range"] == {
        "start": {"line": middle + 1, "character": 3},
        "end": {"line": middle + 1, "character": 3 + len(REFUSED)},
    }
    end = len(lines) + 1
    editor.change(uri, 201, (span(middle + 1, 0, 3 + len(REFUSED)), ""), (span(end + 5, 9, 9), f"\n{REFUSED}"))
    [entry] = await editor.diagnoses(uri)
    assert entry["range"]["start"] == {"line": len(lines) + 2, "character": 0}


def _utf16(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _item(uri: str, language: str, text: str):
    from lsprotocol import types

    return types.DidOpenTextDocumentParams(types.TextDocumentItem(uri, language, 1, text))
