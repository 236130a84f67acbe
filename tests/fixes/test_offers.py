"""What is offered for a diagnosis, in which order, and what is left out."""

from __future__ import annotations

from typing import Any

import pytest
from fixes_support import CERTIFICATE, PROJECT, USER_CONFIG, diagnosis, world

from unstuck.core.fixes import FileEdit, Fix, Refusal, actions, check_arguments, offers, resolve

TRUST_CA = {"action": "pip_config.trust_ca", "title": "Trust {path} for pip", "title_zh": "让 pip 信任 {path}"}
TRUST_HOST = {
    "action": "pip_config.trust_host",
    "arguments": {"host": "{host}", "port": "{port}"},
    "title": "Trust {host} without a certificate",
    "title_zh": "不验证证书即信任 {host}",
}
VENV = f"{PROJECT}/.venv"
CAPTURES = {"host": "pypi.example.com", "port": "8443"}


def shown(fixes: list[Fix]) -> list[tuple[str, str | None, str]]:
    return [(fix.title, fix.target, fix.applicability) for fix in fixes]


def check(found: list[Any], expected: list[Any]) -> None:
    missing = [item for item in expected if item not in found]
    extra = [item for item in found if item not in expected]
    assert found == expected, f"expected {expected}\nfound {found}\nmissing {missing}\nextra {extra}"


def test_safe_before_unsafe_and_narrow_before_wide() -> None:
    """The company's authority, then one that the workspace brought, then none at all."""
    files = {f"{PROJECT}/certs/ca.pem": CERTIFICATE, "/opt/corp.pem": CERTIFICATE, "/etc/pip.conf": "[global]\n"}
    machine = world(files, venv=VENV, environ={"NODE_EXTRA_CA_CERTS": "/opt/corp.pem"})
    found = offers(diagnosis([TRUST_HOST, TRUST_CA], CAPTURES), machine, "en")
    ca, brought = "Trust /opt/corp.pem for pip", f"Trust {PROJECT}/certs/ca.pem for pip"
    host = "Trust pypi.example.com without a certificate"
    places = [
        (f"{VENV}/pip.conf", "this environment: .venv/pip.conf"),
        (USER_CONFIG, "your user: ~/.config/pip/pip.conf"),
        ("/etc/pip.conf", "this machine: /etc/pip.conf"),
    ]
    expected = [(f"{ca} ({label})", path, "safe") for path, label in places]
    expected += [(f"{title} ({label})", path, "unsafe") for title in (brought, host) for path, label in places]
    check(shown(found), expected)
    assert all(fix.consequence for fix in found)


@pytest.mark.parametrize(("locale", "word"), [("en", "workspace"), ("zh-CN", "工作区")])
def test_a_bundle_of_the_workspace_is_never_safe(locale: str, word: str) -> None:
    """However it is named: by the record, by a variable, or by lying there."""
    files = {f"{PROJECT}/ca.pem": CERTIFICATE}
    named = {**TRUST_CA, "arguments": {"path": f"{PROJECT}/ca.pem"}, "applicability": "safe"}
    for spec, environ in ((TRUST_CA, {}), (TRUST_CA, {"NODE_EXTRA_CA_CERTS": "ca.pem"}), (named, {})):
        found = offers(diagnosis([spec], CAPTURES), world(files, environ=environ), locale)
        check([fix.applicability for fix in found], ["unsafe"])
        assert word in (found[0].consequence or "")


def test_what_never_helped_is_not_offered() -> None:
    machine = world({"/opt/corp.pem": CERTIFICATE}, environ={"NODE_EXTRA_CA_CERTS": "/opt/corp.pem"})

    def offered(*fixed: bool) -> int:
        outcomes = [{"tool": "pip", "versions": [f"2{index}.0"], "fixed": value} for index, value in enumerate(fixed)]
        return len(offers(diagnosis([{**TRUST_CA, "outcomes": outcomes}], CAPTURES), machine, "en"))

    assert (offered(), offered(True), offered(True, False), offered(False, False)) == (1, 1, 1, 0)


def test_no_bundle_no_offer() -> None:
    key = "-----BEGIN PRIVATE KEY-----\n" + CERTIFICATE
    files = {f"{PROJECT}/server.pem": CERTIFICATE, f"{PROJECT}/ca.pem": key}
    assert offers(diagnosis([TRUST_CA], CAPTURES), world(files), "en") == []


def test_a_variable_that_pip_ignores_names_the_bundle() -> None:
    machine = world({"/opt/corp.pem": CERTIFICATE}, environ={"SSL_CERT_FILE": "/opt/corp.pem"})
    found = offers(diagnosis([TRUST_CA], CAPTURES), machine, "zh-CN")
    check([fix.title for fix in found], ["让 pip 信任 /opt/corp.pem（当前用户：~/.config/pip/pip.conf）"])


@pytest.mark.parametrize(
    "host", ["evil]\n[install", "a b", "-", "https://x", "x/y", "", "*", "[::1", "a:99999", "1.2.3.4.5"]
)
def test_a_host_that_is_none_is_not_offered(host: str) -> None:
    assert offers(diagnosis([TRUST_HOST], {"host": host}), world(), "en") == []


def test_what_cannot_work_comes_last_with_its_reason() -> None:
    machine = world({f"{PROJECT}/ca.pem": CERTIFICATE}, environ={"REQUESTS_CA_BUNDLE": "/etc/other.pem"})
    found = offers(diagnosis([TRUST_CA, TRUST_HOST], CAPTURES), machine, "en")
    check([fix.action for fix in found], ["pip_config.trust_host", "pip_config.trust_ca"])
    assert found[1].disabled is not None
    assert "REQUESTS_CA_BUNDLE" in found[1].disabled
    assert resolve(found[1], machine) == Refusal(found[1].disabled, resolve(found[1], machine).reason_zh)  # type: ignore[union-attr]


def test_a_record_cannot_call_an_unsafe_action_safe() -> None:
    found = offers(diagnosis([{**TRUST_HOST, "applicability": "safe"}], CAPTURES), world(), "en")
    check([fix.applicability for fix in found], ["unsafe"])


def test_resolve_creates_the_file() -> None:
    machine = world()
    (fix,) = offers(diagnosis([TRUST_HOST], CAPTURES), machine, "en")
    edit = resolve(fix, machine)
    assert isinstance(edit, FileEdit)
    assert (edit.path, edit.before, edit.after) == (
        USER_CONFIG,
        None,
        "[global]\ntrusted-host = pypi.example.com:8443\n",
    )


def test_stop_trusting_is_offered_where_the_host_is_trusted() -> None:
    spec = {**TRUST_HOST, "action": "pip_config.stop_trusting_host", "title": "Stop trusting {host}"}
    listed = "[global]\ntrusted-host = pypi.example.com\n"
    files = {"/etc/pip.conf": listed, USER_CONFIG: "[global]\n", f"{PROJECT}/conf/pip.conf": listed}
    machine = world(files, document=f"{PROJECT}/conf/pip.conf")
    found = offers(diagnosis([spec], CAPTURES), machine, "en")
    check([fix.target for fix in found], [f"{PROJECT}/conf/pip.conf", "/etc/pip.conf"])


def test_what_the_lab_saw_work_comes_first() -> None:
    def tried(version: str, fixed: bool) -> dict[str, Any]:
        return {"tool": "pip", "versions": [version], "fixed": fixed}

    sometimes = [tried("24.0", False), tried("25.0", True)]
    first = {**TRUST_CA, "arguments": {"path": "/a/ca.pem"}, "outcomes": sometimes}
    second = {**TRUST_CA, "arguments": {"path": "/b/ca.pem"}, "outcomes": [tried("24.0", True)]}
    files = {"/a/ca.pem": CERTIFICATE, "/b/ca.pem": CERTIFICATE}
    found = offers(diagnosis([first, second], CAPTURES), world(files), "en")
    check([fix.arguments["path"] for fix in found], ["/b/ca.pem", "/a/ca.pem"])


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [
        ("pip_config.trust_host", {"host": "{host}", "port": "{port}"}, None),
        ("pip_config.trust_ca", {}, None),
        ("pip_config.trust_host", {}, "host"),
        ("pip_config.trust_host", {"host": "{hots}"}, "{hots} is not a capture's name"),
        ("pip_config.trust_host", {"host": "{package}", "user": "x"}, "user: not a parameter"),
        ("pip_config.trust_host", {"host": "{requirement}"}, "is not a host"),
        ("no.such", {}, "unknown action"),
        ("requirements.relax", {}, "say which requirement"),
        ("requirements.relax", {"path": "{path}", "line": "{line}"}, None),
        ("requirements.pin_nearest", {"requirement": "{requirement}", "versions": "{versions}"}, None),
        ("requirements.rename", {"package": "{package}"}, None),
        ("requirements.remove_option", {"option": "{option}"}, None),
        ("pip_config.remove_option", {"option": "{option}", "value": "{value}"}, None),
        ("pip_config.set_option", {"option": "timeout", "value": "soon"}, "is not a number"),
        ("command.rerun_with", {"options": ["--pre"], "requirement": "{requirement}"}, None),
        ("command.rerun_with", {"options": ["{hots}"]}, "{hots} is not a capture's name"),
        ("command.system_package", {"header": "{header}", "tool": "{tool}"}, "give one of"),
        ("uv.allow_insecure_host", {"host": "{host}", "port": "{port}"}, None),
    ],
)
def test_check_arguments(name: str, arguments: dict[str, Any], words: str | None) -> None:
    found = check_arguments(name, arguments)
    if words is None:
        assert found == []
    else:
        assert any(words in message for message in found), found


def test_every_unsafe_action_says_what_it_gives_up() -> None:
    silent = [
        action.name
        for action in actions().values()
        if action.least == "unsafe" and not (action.consequence and action.consequence_zh)
    ]
    assert silent == []
