"""Servers that are no index: one that does not speak TLS, a proxy, and a port where nobody listens."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable
from typing import Self


class Plain:
    """A TCP server on loopback; `answer` gets each connection in a thread of its own."""

    def __init__(self, answer: Callable[[socket.socket], None]) -> None:
        self._answer = answer
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        # close() alone leaves a thread in accept() that holds the port.
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(30)
        with connection, contextlib.suppress(OSError):
            self._answer(connection)


def not_tls() -> Plain:
    """Answers a TLS greeting with plain HTTP: WRONG_VERSION_NUMBER."""

    def answer(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    return Plain(answer)


def proxy(status: str = "403 Forbidden", headers: str = "") -> Plain:
    """A proxy that answers every request, CONNECT included, with this status ("407 Proxy Authentication Required")."""

    def answer(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(f"HTTP/1.1 {status}\r\n{headers}Content-Length: 0\r\nConnection: close\r\n\r\n".encode())

    return Plain(answer)


def silent() -> Plain:
    """Accepts and never answers."""

    def answer(connection: socket.socket) -> None:
        while connection.recv(4096):
            pass

    return Plain(answer)


def dropping() -> Plain:
    """Hangs up as soon as the client has said something."""

    def answer(connection: socket.socket) -> None:
        connection.recv(4096)

    return Plain(answer)


def closed_port() -> int:
    """A port of loopback where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])
