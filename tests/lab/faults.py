"""What an index may do wrong on a path: each function returns a fault for `Index.fault`."""

from __future__ import annotations

import socket
import struct
import time

from unstuck.demo.index import Fault, Request

PORTAL = b"""<!DOCTYPE html>
<html><head><title>Guest network</title></head><body><h1>Welcome</h1>
<form action="/login"><input name="user"><input name="password" type="password"></form></body></html>
"""


def status(code: int, text: str = "", headers: dict[str, str] | None = None) -> Fault:
    """Answer with this HTTP status."""

    def fault(request: Request) -> bool:
        request.reply(code, text.encode(), "text/plain", headers)
        return True

    return fault


def redirect(to: str) -> Fault:
    """Send the client to `to`; to "" for the same URL again, a loop."""

    def fault(request: Request) -> bool:
        request.reply(302, headers={"Location": to or request.path})
        return True

    return fault


def content(body: str | bytes, content_type: str) -> Fault:
    """Answer 200 with this in place of what was asked for."""

    def fault(request: Request) -> bool:
        request.reply(200, body.encode() if isinstance(body, str) else body, content_type)
        return True

    return fault


def portal() -> Fault:
    """Answer 200 with the login page of a guest network."""
    return content(PORTAL, "text/html; charset=utf-8")


def truncated(part: float = 0.5, size: int = 20_000) -> Fault:
    """Announce `size` bytes, send a part of them and close."""

    def fault(request: Request) -> bool:
        body = bytes(size)
        request.reply(200, body[: int(size * part)], "application/octet-stream", length=size)
        request.handler.wfile.flush()
        request.handler.close_connection = True
        request.connection.shutdown(socket.SHUT_RDWR)
        return True

    return fault


def slow(seconds: float) -> Fault:
    """Wait before the index's own answer."""

    def fault(_request: Request) -> bool:
        time.sleep(seconds)
        return False

    return fault


def reset() -> Fault:
    """Reset the TCP connection in place of an answer."""

    def fault(request: Request) -> bool:
        # No lingering: closing sends RST.
        request.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        request.handler.close_connection = True
        # The handler's files hold the socket open; without them close() takes effect.
        request.handler.rfile.close()
        request.handler.wfile.close()
        request.connection.close()
        return True

    return fault


def hang_up() -> Fault:
    """Close the connection without any answer."""

    def fault(request: Request) -> bool:
        request.handler.close_connection = True
        request.connection.shutdown(socket.SHUT_RDWR)
        return True

    return fault
