"""Hostile files and hostile captures: the edit parses, says what its title says, and touches nothing else."""

from __future__ import annotations

import configparser
import io
import itertools

from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from unstuck.core.fixes import Refusal, apply_edits, edits_between
from unstuck.core.fixes.grammar import split_host
from unstuck.core.fixes.trust_ca import TrustCa, TrustCaAction
from unstuck.core.fixes.trust_host import StopTrustingHost, StopTrustingHostAction, TrustHost, TrustHostAction, entry
from unstuck.core.ini import Unreadable, load, locate
from unstuck.core.text import split_lines

ENDS = st.sampled_from(["\n", "\n", "\n", "\r\n", "\r", "", "\n\n", "\x0c\n", "\u2028\n"])
PIECES = st.sampled_from(
    [
        "[global]",
        "[install]",
        "[DEFAULT]",
        "  [list]",
        "[x]y",
        "trusted-host = a.example.com",
        "Trusted_Host: b.example.com c.example.com",
        "trusted-host =",
        "trusted-host",
        "cert = /old/ca.pem",
        "CERT=",
        "  indented = 1",
        "    d.example.com",
        "\tpypi.example.com:8443",
        "    # comment",
        "; note",
        "# 注释 🦊",
        "timeout = 15",
        "x = [install]",
        "= nothing",
        "",
        "   ",
        "\ufeff[global]",
        "--cert = /odd",
    ]
)
FILES = st.lists(st.tuples(PIECES, ENDS), max_size=9).map(lambda parts: "".join(piece + end for piece, end in parts))
ANY = st.one_of(FILES, st.text(max_size=60))
HOSTS = st.one_of(
    st.sampled_from(["a.example.com", "pypi.example.com:8443", "[::1]:8443", "d.example.com"]), st.text(max_size=20)
)


def stdlib(text: str) -> dict[str, dict[str, str]] | None:
    parser = configparser.RawConfigParser()
    try:
        parser.read_file(io.StringIO(text, newline=None))
    except configparser.Error:
        return None
    return {section: dict(parser.items(section)) for section in parser.sections()}


def others(text: str, option: str) -> dict[str, dict[str, str]]:
    """Everything but one option, without sections that hold nothing else."""
    rest = {
        section: {key: value.strip() for key, value in values.items() if key != option}
        for section, values in load(text).items()
    }
    return {section: values for section, values in rest.items() if values}


def unharmed(before: str, after: str, option: str) -> None:
    assert others(before, option) == others(after, option)
    assert apply_edits(before, edits_between(before, after)) == after
    comments = [line.strip() for line in split_lines(before) if line.strip().startswith(("#", ";"))]
    assert comments == [line.strip() for line in split_lines(after) if line.strip().startswith(("#", ";"))]


@given(ANY)
def test_places_agree_with_the_parser(text: str) -> None:
    values = stdlib(text)
    if values is None:
        try:
            load(text)
        except Unreadable:
            return
        raise AssertionError("read what the parser refuses")
    located = {(part.name, option.name) for part in locate(text) for option in part.options if part.name != "DEFAULT"}
    defaults = {option.name for part in locate(text) if part.name == "DEFAULT" for option in part.options}
    for section, options in load(text).items():
        assert {name for part, name in located if part == section} | defaults == set(options)


def host_of(item: str) -> tuple[str, int | None] | None:
    """What a file lists may be no host at all."""
    try:
        return split_host(item)
    except ValueError:
        return None


@given(HOSTS, ANY)
def test_trust_host(host: str, text: str) -> None:
    try:
        parameters = TrustHost(host=host)
    except ValidationError:
        return
    action = TrustHostAction()
    after = action.apply(parameters, text)
    if isinstance(after, Refusal):
        return
    listed = load(after)["global"]["trusted-host"].split()
    name, port = split_host(entry(host, None))
    held = [found for item in listed if item[0] not in "#;" and (found := host_of(item)) is not None]
    assert any(mine.lower() == name and its in (None, port) for mine, its in held)
    unharmed(text, after, "trusted-host")
    assert action.apply(parameters, after) == after


@given(HOSTS, ANY)
def test_stop_trusting_host(host: str, text: str) -> None:
    try:
        parameters = StopTrustingHost(host=host)
    except ValidationError:
        return
    action = StopTrustingHostAction()
    after = action.apply(parameters, text)
    if isinstance(after, Refusal):
        return
    for values in load(after).values():
        assert entry(host, None) not in values.get("trusted-host", "").split()
    unharmed(text, after, "trusted-host")
    assert len(after) <= len(text)
    assert action.apply(parameters, after) == after


@given(st.one_of(st.sampled_from(["/etc/ca.pem", "C:\\ca bundle.pem", "/a # b; c"]), st.text(max_size=20)), ANY)
def test_trust_ca(path: str, text: str) -> None:
    try:
        parameters = TrustCa(path=path)
    except ValidationError:
        return
    action = TrustCaAction()
    after = action.apply(parameters, text)
    if isinstance(after, Refusal):
        return
    assert load(after)["global"]["cert"].strip() == path
    unharmed(text, after, "cert")
    assert action.apply(parameters, after) == after


@given(st.text(alphabet="ab\r\n", max_size=30), st.text(alphabet="ab\r\n", max_size=30))
def test_edits_lead_from_one_text_to_the_other(before: str, after: str) -> None:
    edits = edits_between(before, after)
    assert apply_edits(before, edits) == after
    spans = [span for span, _ in edits]
    assert all(one.end <= other.start for one, other in itertools.pairwise(spans))
