"""`unstuck serve`: the language server."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import argparse

LOOPBACK = "127.0.0.1"
# How many objects are made between two looks for cycles, and how many of these looks between those at older objects.
# A look at all of them holds everything up for longer than a hover may take, and hardly anything is found.
COLLECT = 10_000, 20, 50


def command(options: argparse.Namespace) -> int:
    address: tuple[str, int] | None = None
    if options.port is not None:
        address = (LOOPBACK, options.port)
    elif options.tcp is not None:
        address = address_of(options.tcp)
    asked = options.port is not None or options.tcp is not None
    if asked and (address is None or not 0 <= address[1] <= 65535):
        from unstuck.commands.common import say

        say(f"{options.tcp or options.port!r} is no address to listen on. Give HOST:PORT, such as {LOOPBACK}:2087.")
        return 2

    if address is None:
        return stdio()
    try:
        code: int = _server().serve_tcp(*address)
    except OSError as problem:
        from unstuck.commands.common import say

        say(f"cannot listen on {address[0]}:{address[1]}: {problem.strerror or problem}. Choose another port.")
        return 2
    return code


def stdio() -> int:
    """Serve over standard input and output; the exit code."""
    code: int = _server().serve_stdio()
    return code


def _server() -> Any:
    # A start makes a hundred thousand objects that all stay: the collector need not look through them again and again.
    gc.disable()
    from unstuck.lsp import server

    gc.freeze()
    gc.set_threshold(*COLLECT)
    gc.enable()
    return server


def address_of(text: str) -> tuple[str, int] | None:
    """HOST:PORT, [IPV6]:PORT or PORT on loopback; None where it is none of these."""
    host, colon, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]") if colon else LOOPBACK
    if not port.isascii() or not port.isdigit() or len(port) > 5:
        return None
    return host or LOOPBACK, int(port)
