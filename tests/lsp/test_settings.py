"""Settings: each key on its own, from each way that a client may tell them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from editor import RECORDS, REFUSED, REFUSED_ID, Editor
from lsprotocol import types

from unstuck.lsp.settings import Settings, parse

DEFAULT = Settings()


@pytest.mark.parametrize(
    ("raw", "key", "value"),
    [
        (None, "mute", frozenset()),
        ({}, "time_limit", 0.1),
        ({"mute": ["pip/x", "npm"]}, "mute", frozenset({"pip/x", "npm"})),
        ({"unstuck": {"mute": ["pip"]}}, "mute", frozenset({"pip"})),
        ({"severity": {"pip": "hint", "pip/x": None}}, "severity", {"pip": "hint"}),
        ({"locale": "zh-CN"}, "locale", "zh-cn"),
        ({"timeLimit": 250}, "time_limit", 0.25),
        ({"logs": {"watch": ["*.log"]}}, "watch", ("*.log",)),
        ({"logs.watch": ["*.log"]}, "watch", ("*.log",)),
        ({"terminal": {"limit": 2}}, "terminal_limit", 2_000_000),
        ({"catalogs": None, "server": {"path": "x"}, "notify": True}, "catalogs", ()),
    ],
)
def test_right_ones(raw: Any, key: str, value: Any) -> None:
    settings, problems = parse(raw)
    assert problems == []
    assert getattr(settings, key) == value


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (7, ["`unstuck` must be an object, not 7"]),
        ({"mute": "pip"}, ["`unstuck.mute` must be a list", "not 'pip'"]),
        ({"mute": ["pip", 3]}, ["`unstuck.mute[1]` must be a non-empty string, not 3"]),
        ({"severity": {"pip/x": "fatal"}}, ['`unstuck.severity."pip/x"` must be one of error', "not 'fatal'"]),
        ({"severity": {"pip/x": ["error"]}}, ['`unstuck.severity."pip/x"`', "not a list"]),
        ({"severity": ["error"]}, ["`unstuck.severity` must be an object"]),
        ({"locale": "fr"}, ["`unstuck.locale` must be one of auto, en, zh, not 'fr'"]),
        ({"timeLimit": "fast"}, ["`unstuck.timeLimit` must be a number of milliseconds from 1 to 10000"]),
        ({"timeLimit": True}, ["`unstuck.timeLimit`", "not true"]),
        ({"timeLimit": float("nan")}, ["`unstuck.timeLimit`"]),
        ({"logs": {"watch": {}}}, ["`unstuck.logs.watch` must be a list of globs"]),
        ({"terminal.limit": 0}, ["`unstuck.terminal.limit` must be a number of megabytes"]),
        ({"severities": {}}, ["`unstuck.severities` is not known; did you mean `unstuck.severity`?"]),
    ],
)
def test_wrong_ones_are_named_and_do_not_cost_the_others(raw: Any, said: list[str]) -> None:
    settings, problems = parse(raw)
    assert len(problems) == 1
    assert [part for part in said if part not in problems[0]] == []
    if isinstance(raw, dict):
        settings, problems = parse(
            {**raw, "terminal.limit": 3} if "terminal.limit" not in raw else {**raw, "mute": ["x"]}
        )
        assert settings.terminal_limit == 3_000_000 or settings.mute == {"x"}
        assert len(problems) == 1


async def test_pulled_settings_and_their_changes(tmp_path: Path) -> None:
    editor = Editor(tmp_path)
    editor.client.set_configuration({"severity": {"example": "hint"}, "timeLimit": "x"}, section="unstuck")
    await editor.start()
    uri = editor.uri("a.log")
    [found] = await editor.open(uri, REFUSED)
    assert found.severity == types.DiagnosticSeverity.Hint
    assert ["`unstuck.timeLimit`" in message for message in editor.messages()] == [True]

    async def changed(**settings: Any) -> list[types.Diagnostic]:
        seen = len(editor.published)
        editor.client.set_configuration(settings, section="unstuck")
        editor.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(settings=None))
        return await editor.wait(uri, seen)

    [found] = await changed(severity={REFUSED_ID: "information", "example": "hint"})
    assert found.severity == types.DiagnosticSeverity.Information
    [found] = await changed(locale="zh")
    assert found.message == "不信任 pypi.example.com:8443 的证书"
    assert await changed(mute=["example"]) == []
    assert len(await changed(mute=["other"])) == 1
    assert await changed(catalogs=[]) == [], "without the records of these tests nothing is known of frob"
    assert await editor.stop() == 0


async def test_settings_of_a_client_that_cannot_be_asked(tmp_path: Path) -> None:
    def mute(capabilities: types.ClientCapabilities) -> None:
        assert capabilities.workspace is not None
        capabilities.workspace.configuration = False
        capabilities.workspace.did_change_configuration = None

    editor = Editor(tmp_path)
    await editor.start(adjust=mute, settings={"severity": {"example": "warning"}})
    uri = editor.uri("a.log")
    [found] = await editor.open(uri, REFUSED)
    assert found.severity == types.DiagnosticSeverity.Warning
    seen = len(editor.published)
    settings = {"unstuck": {"mute": [REFUSED_ID], "locale": 3}}
    editor.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(settings=settings))
    assert await editor.wait(uri, seen) == []
    assert ["`unstuck.locale`" in message for message in editor.messages()] == [True]
    assert editor.registered == []
    assert await editor.stop() == 0


async def test_records_that_cannot_be_used_are_named_and_the_others_work(tmp_path: Path) -> None:
    folder = tmp_path / "catalog"
    folder.mkdir()
    good = json.loads((RECORDS / "certificate-refused.json").read_text())
    (folder / "a-good.json").write_text(json.dumps(good))
    (folder / "b-nonsense.json").write_text("{")
    (folder / "c-catastrophe.json").write_text(json.dumps({**good, "id": "example/slow", "regex": "(a+)+$"}))
    (folder / "d-type.json").write_text(json.dumps({**good, "id": "example/type", "workarounds": 7}))
    (folder / "e-twice.json").write_text(json.dumps(good))
    (folder / "f-deep.json").write_text("[" * 1000 + "]" * 1000)
    editor = Editor(tmp_path)
    await editor.start(settings={"catalogs": [str(folder), str(tmp_path / "missing")]})
    [_] = await editor.open(editor.uri("a.log"), REFUSED)
    [message] = editor.messages()
    assert message.startswith("Unstuck left out records")
    assert "b-nonsense.json" in message
    logged = "\n".join(params.message for params in editor.client.log_messages)
    parts = ["b-nonsense.json", "c-catastrophe.json: regex", "d-type.json: workarounds", "e-twice.json: id"]
    assert [part for part in [*parts, "f-deep.json", "missing"] if part not in logged] == []
    assert await editor.stop() == 0


async def test_a_slow_pattern_is_left_out_with_a_message_that_names_it_and_the_others_go_on(tmp_path: Path) -> None:
    folder = tmp_path / "catalog"
    folder.mkdir()
    good = json.loads((RECORDS / "certificate-refused.json").read_text())
    slow = {"id": "example/slow", "signature": "frobslow xxy", "regex": "frobslow.*x.*x.*x.*y!"}
    (folder / "slow.json").write_text(json.dumps({**good, **slow, "fixes": [], "title": "Slow"}))
    editor = Editor(tmp_path)
    await editor.start(settings={"catalogs": [str(folder), str(RECORDS)], "timeLimit": 1})
    uri = editor.uri("a.log")
    lines = [f"{'y!' if number % 2 else 'y! '} frobslow {'x' * 3000}" for number in range(4)]
    [found] = await editor.open(uri, "\n".join([*lines, REFUSED, ""]))
    assert found.code == REFUSED_ID
    await editor.diagnoses()
    [message] = editor.messages()
    assert "leaves out example/slow" in message
    assert "`unstuck.timeLimit`" in message
    assert await editor.stop() == 0


async def test_settings_that_come_late_are_used_when_they_come(tmp_path: Path) -> None:
    editor = Editor(tmp_path)
    editor.slow_settings = 1.3
    editor.client.set_configuration({"severity": {"example": "hint"}}, section="unstuck")
    await editor.start()
    uri = editor.uri("a.log")
    [found] = await editor.open(uri, REFUSED)
    assert found.severity == types.DiagnosticSeverity.Error
    [found] = await editor.wait(uri, len(editor.published))
    assert found.severity == types.DiagnosticSeverity.Hint
    assert await editor.stop() == 0
