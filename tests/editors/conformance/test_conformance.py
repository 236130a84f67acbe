"""The main loop as each editor would live it: one generic client, the capability sets of many."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from generic_client import Client

CLIENTS = sorted((Path(__file__).parent / "clients").glob("*.json"))
ID = "pip/tls-ssl-certificate-verify-failed-self-signed"
LOG = (
    "WARNING: Retrying (Retry(total=4, connect=None, read=None, redirect=None, status=None)) after connection broken "
    "by 'SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: "
    "self-signed certificate in certificate chain (_ssl.c:1006)'))': /simple/demo/\n"
    "Could not fetch URL https://pypi.example.com:8443/simple/demo/: There was a problem confirming the ssl "
    "certificate: HTTPSConnectionPool(host='pypi.example.com', port=8443): Max retries exceeded with url: "
    "/simple/demo/ (Caused by SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate "
    "verify failed: self-signed certificate in certificate chain (_ssl.c:1006)'))) - skipping\n"
)


@pytest.fixture(scope="module", params=CLIENTS, ids=lambda path: path.stem)
def client(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    client = Client(json.loads(request.param.read_text())["capabilities"], tmp_path_factory.mktemp("client"))
    yield client
    if client.process.poll() is None:
        client.close()


def opened(client: Client) -> tuple[str, list[dict[str, Any]]]:
    """A log of its own for each test; nothing of an earlier one's is left in the configuration."""
    (client.home / ".config" / "pip" / "pip.conf").unlink(missing_ok=True)
    uri = (client.project / f"build{len(client.diagnostics)}.log").as_uri()
    client.notify(
        "textDocument/didOpen", {"textDocument": {"uri": uri, "languageId": "log", "version": 1, "text": LOG}}
    )
    return uri, client.wait(uri, 1)


def test_diagnostic(client: Client) -> None:
    _, (found,) = opened(client)
    assert found["code"] == ID
    assert found["range"]["start"] == {"line": 0, "character": 0}
    if not client.declared("textDocument.publishDiagnostics.relatedInformation"):
        assert "relatedInformation" not in found


def test_hover(client: Client) -> None:
    uri, _ = opened(client)
    hover = client.request(
        "textDocument/hover", {"textDocument": {"uri": uri}, "position": {"line": 0, "character": 3}}
    )
    contents = hover["contents"]
    formats = client.declared("textDocument.hover.contentFormat")
    if formats:
        assert contents["kind"] == formats[0]
    assert ID in contents["value"]
    if contents["kind"] == "plaintext":
        assert "**" not in contents["value"]
        assert "](" not in contents["value"]


def test_a_fix_is_chosen_and_the_file_written(client: Client) -> None:
    uri, (found,) = opened(client)
    config = client.home / ".config" / "pip" / "pip.conf"
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text("[global]\n# ours\ntimeout = 60\n")
    literal = client.declared("textDocument.codeAction.codeActionLiteralSupport")
    if not (literal or client.declared("workspace.applyEdit")):
        assert not fix(client, uri, found), "this client could neither take an edit nor apply one"
        return
    assert fix(client, uri, found), "a fix that edits an existing file is offered to every editor that can edit"
    assert config.read_text() == "[global]\n# ours\ntimeout = 60\ntrusted-host = pypi.example.com:8443\n"
    assert not client.warnings


def test_a_file_that_does_not_exist(client: Client) -> None:
    """It is made where the editor can; where it cannot, nothing is offered that would silently do nothing."""
    uri, (found,) = opened(client)
    config = client.home / ".config" / "pip" / "pip.conf"
    if fix(client, uri, found):
        assert config.read_text() == "[global]\ntrusted-host = pypi.example.com:8443\n"
    else:
        assert "create" not in (client.declared("workspace.workspaceEdit.resourceOperations") or [])
        assert not config.exists()


def fix(client: Client, uri: str, found: dict[str, Any]) -> bool:
    """Choose to trust the host in the user's file; False where that is not offered."""
    actions = client.request(
        "textDocument/codeAction",
        {"textDocument": {"uri": uri}, "range": found["range"], "context": {"diagnostics": [found]}},
    )
    wanted = [
        each
        for each in actions or []
        if each["title"].startswith("Trust pypi.example.com:8443") and "your user" in each["title"]
    ]
    if not wanted or "disabled" in wanted[0]:
        return False
    client.run(wanted[0])
    return True
