"""`unstuck serve`: the language server."""

from __future__ import annotations

import argparse

from unstuck.commands.common import say

LOOPBACK = "127.0.0.1"


def command(options: argparse.Namespace) -> int:
    address: tuple[str, int] | None = None
    if options.port is not None:
        address = (LOOPBACK, options.port)
    elif options.tcp is not None:
        address = address_of(options.tcp)
    asked = options.port is not None or options.tcp is not None
    if asked and (address is None or not 0 <= address[1] <= 65535):
        say(f"{options.tcp or options.port!r} is no address to listen on. Give HOST:PORT, such as {LOOPBACK}:2087.")
        return 2

    from unstuck.lsp import server

    if address is None:
        return server.serve_stdio()
    try:
        return server.serve_tcp(*address)
    except OSError as problem:
        say(f"cannot listen on {address[0]}:{address[1]}: {problem.strerror or problem}. Choose another port.")
        return 2
    return 0


def address_of(text: str) -> tuple[str, int] | None:
    """HOST:PORT, [IPV6]:PORT or PORT on loopback; None where it is none of these."""
    host, colon, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]") if colon else LOOPBACK
    if not port.isascii() or not port.isdigit() or len(port) > 5:
        return None
    return host or LOOPBACK, int(port)
