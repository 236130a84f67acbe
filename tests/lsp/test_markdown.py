"""Markdown: whatever a log or a record says is shown as it is. A real CommonMark parser is the judge."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from unstuck.core import markdown, render
from unstuck.core.diagnosis import Diagnosis
from unstuck.core.scanner import Finding
from unstuck.core.signature import Signature
from unstuck.core.text import Position, Span

PARSER = MarkdownIt("commonmark").enable("strikethrough")
PIECES = [*"ab1 *_`[]()<>!#-+=~&;:/\\.|\n\t@{}\"'", "\u202e", "\x1b", "世", "&lt;", "```", "https://", "](x)", "<b>"]
HOSTILE = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)


def tokens(source: str) -> list[Token]:
    return [token for block in PARSER.parse(source) for token in (block, *(block.children or ()))]


def shown(source: str) -> str:
    """The text that a reader sees."""
    return "".join(token.content for token in tokens(source) if token.type in {"text", "code_inline", "text_special"})


@given(HOSTILE)
def test_escaped_text_is_shown_literally(text: str) -> None:
    source = markdown.escape(text)
    assert shown(source) == markdown.clean(text)
    assert {token.type for token in tokens(source)} <= {
        "paragraph_open",
        "inline",
        "text",
        "text_special",
        "paragraph_close",
    }


@given(HOSTILE)
def test_code_is_shown_literally(text: str) -> None:
    assert shown(markdown.code(text)).strip() == markdown.clean(text)


@given(HOSTILE, st.sampled_from(["", "- ", "1. ", "> "]))
def test_prose_holds_text_and_code_only(text: str, before: str) -> None:
    allowed = {"text", "text_special", "code_inline", "inline", "hardbreak", "softbreak"}
    structure = {"paragraph", "list_item", "bullet_list", "ordered_list", "blockquote"}
    source = before + markdown.prose(text)
    extra = {
        token.type
        for token in tokens(source)
        if token.type not in allowed and token.type.rsplit("_", 1)[0] not in (structure if before else {"paragraph"})
    }
    assert extra == set(), source


@pytest.mark.parametrize(
    ("url", "web"),
    [
        ("https://example.com/a#b", True),
        ("http://example.com", True),
        ("javascript:alert(1)", False),
        ("command:evil", False),
        ("https://example.com/> <img>", False),
        ("https://example.com/a b", False),
        ("file:///etc/passwd", False),
        ("", False),
        (None, False),
    ],
)
def test_links(url: str | None, web: bool) -> None:
    assert markdown.is_web(url) == web


def signature(**keys: Any) -> Signature:
    return Signature.model_validate(
        {"id": "x/y", "signature": "s", "regex": "s", "domain": "x", "root_cause": "It broke. Then more.", **keys}
    )


def diagnosis(captures: dict[str, str], **keys: Any) -> Diagnosis:
    finding = Finding(signature(**keys), Span(Position(0, 0), Position(0, 1)), "s", captures)
    return Diagnosis(finding, captures)


@pytest.mark.parametrize(
    ("keys", "captures", "locale", "title"),
    [
        ({}, {}, "en", "It broke"),
        ({"root_cause": "Version 1.2 of e.g. pip broke."}, {}, "en", "Version 1.2 of e.g. pip broke"),
        ({"root_cause": "", "signature": "E: x"}, {}, "en", "E: x"),
        ({"root_cause_zh": "坏了。还有。"}, {}, "zh-TW", "坏了"),
        ({"title": "No {package}"}, {"package": "demo"}, "en", "No demo"),
        ({"title": "No {package}"}, {}, "en", "It broke"),
        ({"title": "No {package}", "title_zh": "没有 {package}"}, {"package": "demo"}, "zh", "没有 demo"),
        ({"title": "No {package}"}, {"package": "demo"}, "zh", "No demo"),
        ({"title": "No {url}"}, {"url": "https://a:secret@h"}, "en", "No https://a:****@h"),
        ({"title": "No {name}"}, {"name": "{package}\n\x1b[31mx"}, "en", "No {package} [31mx"),
    ],
)
def test_titles(keys: dict[str, Any], captures: dict[str, str], locale: str, title: str) -> None:
    assert render.title(diagnosis(captures, **keys), locale) == title


def test_a_megabyte_in_a_capture_does_not_become_a_megabyte_of_message() -> None:
    found = diagnosis({"name": "x" * 1_000_000}, title="No {name}")
    assert len(render.message(found)) <= 400
    assert len(render.render_markdown(found)) < 3_000


@given(HOSTILE, st.booleans())
def test_a_hostile_record_adds_no_link_image_or_html(text: str, chinese: bool) -> None:
    found = diagnosis(
        {"name": text},
        title="No {name}",
        root_cause=text or "x",
        workarounds=[{"how": text, "condition": text}],
        dead_ends=[{"action": text, "why_fails": text}],
        official_doc_section=text,
        official_doc_url="https://example.com/",
        verification_tier="reproduced",
        evidence=[{"tool": text, "versions": [text], "capture": "x"}],
    )
    source = render.render_markdown(found, "zh" if chinese else "en")
    kinds = [token.type for token in tokens(source)]
    assert not {"image", "html_inline", "html_block", "heading_open", "fence", "code_block"} & set(kinds), source
    assert {token.attrs.get("href") for token in tokens(source) if token.type == "link_open"} <= {
        "https://example.com/"
    }
