"""The other options of pip's configuration, and uv's: hostile files and captures."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from test_pip_config_properties import ANY, HOSTS, others

from unstuck.core.fixes import Refusal, actions, apply_edits, edits_between
from unstuck.core.fixes.requirement_file import leaves
from unstuck.core.ini import Unreadable, load
from unstuck.core.text import split_lines

# Each action with arguments, and the options that it may change.
INI: list[tuple[str, dict[str, Any], set[str]]] = [
    ("pip_config.set_option", {"option": "timeout", "value": "60"}, {"timeout"}),
    ("pip_config.correct_value", {"option": "timeout", "value": "60"}, {"timeout"}),
    ("pip_config.remove_option", {"option": "timeout"}, {"timeout"}),
    ("pip_config.rename_option", {"option": "x", "to": "index-url"}, {"x", "index-url"}),
    ("pip_config.correct_index", {}, {"index-url", "extra-index-url", "index", "pypi-url"}),
    ("pip_config.https_index", {"host": "a.example.com"}, {"index-url", "extra-index-url", "find-links"}),
    ("pip_config.correct_index", {}, {"index-url", "extra-index-url", "find-links"}),
]
TOML_LINES = st.lists(
    st.sampled_from(
        [
            "# note 🦊", "[tool.uv]", "[project]", 'name = "x"', "system-certs = false", "[[index]]",
            'url = "https://a.example.com"',
            'allow-insecure-host = ["a.example.com"]', "allow-insecure-host = [",
            '  "b.example.com", # b', "]", "[tool.uv.pip]",
            "[[tool.uv.index]]", "uv = 1", "tool = 1", "index = 3", "", "[tool]", 'uv.package = true', "x = { a = 1 }",
        ]
    ),
    max_size=8,
)  # fmt: skip


@pytest.mark.parametrize(("name", "arguments", "changed"), INI)
@given(text=ANY)
def test_pip(name: str, arguments: dict[str, Any], changed: set[str], text: str) -> None:
    action = actions()[name]
    parameters = action.parameters.model_validate(arguments)
    after = action.apply(parameters, text)
    if isinstance(after, Refusal):
        return
    assert apply_edits(text, edits_between(text, after)) == after
    before_rest, after_rest = (
        {section: {k: v for k, v in values.items() if k not in changed} for section, values in others(one, "").items()}
        for one in (text, after)
    )
    assert {k: v for k, v in before_rest.items() if v} == {k: v for k, v in after_rest.items() if v}
    assert action.apply(parameters, after) == after


# What makes a file loadable that pip refuses; here and in the module for hosts and authorities stands every action.
LOADABLE = ["pip_config.remove_repeated", "pip_config.add_section", "pip_config.add_equals"]
OTHERS = {"pip_config.trust_ca", "pip_config.trust_host", "pip_config.stop_trusting_host"}
OF_UV = ["uv.allow_insecure_host", "uv.system_certs", "uv.index"]


def test_every_action_is_fuzzed() -> None:
    known = {name for name in actions() if name.startswith(("pip_config.", "uv."))}
    found = {name for name, *_ in INI} | {*LOADABLE, *OTHERS, *OF_UV}
    assert found == known, f"missing {sorted(known - found)}, extra {sorted(found - known)}"


@pytest.mark.parametrize("name", LOADABLE)
@given(text=ANY)
def test_a_file_is_made_loadable_or_left_alone(name: str, text: str) -> None:
    action = actions()[name]
    parameters = action.parameters()
    after = action.apply(parameters, text)
    if isinstance(after, Refusal):
        return
    assert apply_edits(text, edits_between(text, after)) == after
    if after == text:
        return
    load(after)
    assert action.apply(parameters, after) == after
    assert len(after) <= len(text) + 200
    comments = [line.strip() for line in split_lines(text) if line.strip().startswith(("#", ";"))]
    assert comments == [line.strip() for line in split_lines(after) if line.strip().startswith(("#", ";"))]
    try:
        before = load(text)
    except Unreadable:
        return
    assert before == load(after), "what pip reads already stays"


@pytest.mark.parametrize("name", OF_UV)
@given(
    lines=TOML_LINES,
    end=st.sampled_from(["\n", "\r\n"]),
    place=st.sampled_from(["uv.toml", "pyproject.toml"]),
    host=HOSTS,
)
def test_uv(name: str, lines: list[str], end: str, place: str, host: str) -> None:
    arguments: dict[str, Any] = {"place": place}
    if name == "uv.allow_insecure_host":
        arguments["host"] = host
    elif name == "uv.index":
        arguments["url"] = f"https://{host}/simple"
    action = actions()[name]
    try:
        parameters = action.parameters.model_validate(arguments)
    except ValidationError:
        return
    text = end.join(lines)
    after = action.apply(parameters, text)
    if isinstance(after, Refusal):
        return
    before_leaves, after_leaves = leaves(tomllib.loads(text)), leaves(tomllib.loads(after))
    if name == "uv.system_certs":
        before_leaves = {key: value for key, value in before_leaves.items() if key[-1] != "system-certs"}
    assert {key: after_leaves.get(key, ...) for key in before_leaves} == before_leaves
    assert all(line in after for line in lines if line.startswith("#"))
    assert apply_edits(text, edits_between(text, after)) == after
    assert action.apply(parameters, after) == after
    if end == "\r\n" and "\r\n" in text:
        assert "\n" not in after.replace("\r\n", "")
