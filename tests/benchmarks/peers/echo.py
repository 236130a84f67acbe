"""Stock pygls that sends back each notification of a terminal, and does nothing with it."""

from __future__ import annotations

from typing import Any

from pygls.lsp.server import LanguageServer

server = LanguageServer("echo", "1")


@server.feature("unstuck/terminal/didOpen")
@server.feature("unstuck/terminal/didStartCommand")
def opened(_params: Any) -> None:
    return None


@server.feature("unstuck/terminal/didWrite")
def wrote(params: Any) -> None:
    server.protocol.notify("echo", {"uri": params.uri, "text": params.text})


@server.feature("unstuck/diagnoses")
def diagnoses(_params: Any) -> list[Any]:
    return []


if __name__ == "__main__":
    server.start_io()
