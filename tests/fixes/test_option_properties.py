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

# Each action with arguments, and the options that it may change.
INI: list[tuple[str, dict[str, Any], set[str]]] = [
    ("pip_config.set_option", {"option": "timeout", "value": "60"}, {"timeout"}),
    ("pip_config.correct_value", {"option": "timeout", "value": "60"}, {"timeout"}),
    ("pip_config.remove_option", {"option": "timeout"}, {"timeout"}),
    ("pip_config.rename_option", {"option": "x", "to": "index-url"}, {"x", "index-url"}),
    ("pip_config.correct_index", {}, {"index-url", "extra-index-url", "index", "pypi-url"}),
    ("pip_config.https_index", {"host": "a.example.com"}, {"index-url", "extra-index-url", "find-links"}),
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


@given(text=ANY)
def test_a_repeated_key_is_joined_or_refused(text: str) -> None:
    action = actions()["pip_config.remove_repeated"]
    after = action.apply(action.parameters(), text)
    if isinstance(after, Refusal):
        return
    load(after)
    assert action.apply(action.parameters(), after) == after
    try:
        load(text)
    except Unreadable:
        return
    assert len(after) <= len(text) + 200


@pytest.mark.parametrize("name", ["uv.allow_insecure_host", "uv.system_certs", "uv.index"])
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
