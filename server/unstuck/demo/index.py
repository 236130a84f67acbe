"""A package index on loopback: PEP 503 pages and files over http or https, threaded, with faults on chosen paths."""

from __future__ import annotations

import base64
import html
import re
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote

from unstuck.demo.packages import Distribution

Fault = Callable[["Request"], bool]
"""Answers a request in place of the index and returns True, or returns False to let the index answer."""


def normalise(name: str) -> str:
    """A project's name as an index spells it in URLs (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


@dataclass
class _Rule:
    path: str
    fault: Fault
    times: int | None = None


@dataclass
class Seen:
    """One request that the index got."""

    method: str
    path: str
    headers: dict[str, str]


class Index:
    """A running index; use it as a context manager.

    `host` is the name in the URLs that it gives out (it listens on loopback only); `context` makes it https.
    """

    def __init__(self, *, host: str = "localhost", context: ssl.SSLContext | None = None) -> None:
        self.name = host
        self.scheme = "https" if context else "http"
        self.requests: list[Seen] = []
        self.login: tuple[str, str] | None = None
        self.pages: dict[str, tuple[str, bytes]] = {}
        self._distributions: dict[str, list[Distribution]] = {}
        self._rules: list[_Rule] = []
        self._server = _Server(self, context)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(self) -> Self:
        """Serve until `close`."""
        return self.__enter__()

    def close(self) -> None:
        """Stop serving and give the port back."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def host(self) -> str:
        """The host with its port, as URLs have it."""
        return f"{self.name}:{self.port}"

    @property
    def url(self) -> str:
        """Without a slash at its end."""
        return f"{self.scheme}://{self.host}"

    @property
    def simple(self) -> str:
        """The index URL that pip and uv are given."""
        return f"{self.url}/simple/"

    def add(self, *distributions: Distribution) -> Self:
        """Serve these files, listed on their project's page."""
        for distribution in distributions:
            self._distributions.setdefault(normalise(distribution.project), []).append(distribution)
        return self

    def page(self, path: str, content: str | bytes, content_type: str = "text/html") -> str:
        """Serve `content` at `path`; the URL is returned."""
        self.pages[path] = (content_type, content.encode() if isinstance(content, str) else content)
        return self.url + path

    def fault(self, path: str, fault: Fault, times: int | None = None) -> Self:
        """Let `fault` answer requests whose path matches the shell pattern `path`, for the first `times` of them."""
        self._rules.append(_Rule(path, fault, times))
        return self

    def mend(self) -> None:
        """Drop all faults."""
        self._rules.clear()

    def file_url(self, distribution: Distribution) -> str:
        return f"{self.url}/files/{distribution.filename}"

    def answer(self, request: Request) -> None:
        """Answer one request: login, then faults, then pages, the index itself and its files."""
        for rule in self._rules:
            if rule.times != 0 and fnmatchcase(request.path, rule.path) and rule.fault(request):
                if rule.times is not None:
                    rule.times -= 1
                return
        if self.login and request.authorization != self.login:
            request.reply(401, b"Unauthorized", headers={"WWW-Authenticate": 'Basic realm="simple"'})
            return
        path = unquote(request.path.partition("?")[0])
        if path in self.pages:
            content_type, content = self.pages[path]
            request.reply(200, content, content_type)
        elif path in ("/simple", "/simple/"):
            links = "".join(f'<a href="/simple/{name}/">{name}</a>\n' for name in self._distributions)
            request.reply(200, _page("Simple index", links))
        elif found := re.fullmatch(r"/simple/([^/]+)/?", path):
            distributions = self._distributions.get(normalise(found[1]))
            if distributions is None:
                request.reply(404, b"Not Found", "text/plain")
            else:
                request.reply(200, _page(f"Links for {found[1]}", "".join(_link(entry) for entry in distributions)))
        else:
            name = path.rpartition("/")[2]
            for distributions in self._distributions.values():
                for entry in distributions:
                    if entry.filename == name:
                        request.reply(200, entry.content, "application/octet-stream")
                        return
            request.reply(404, b"Not Found", "text/plain")


@dataclass
class Request:
    """One request while it is answered; faults may use `handler` to misbehave below HTTP."""

    method: str
    path: str
    headers: dict[str, str]
    handler: BaseHTTPRequestHandler = field(repr=False)

    @property
    def authorization(self) -> tuple[str, str] | None:
        """User and password of basic authentication."""
        kind, _, value = self.headers.get("authorization", "").partition(" ")
        if kind.lower() != "basic":
            return None
        user, _, password = base64.b64decode(value).decode().partition(":")
        return user, password

    @property
    def connection(self) -> socket.socket:
        connection: socket.socket = self.handler.connection
        return connection

    def reply(
        self,
        status: int,
        content: bytes = b"",
        content_type: str = "text/html",
        headers: dict[str, str] | None = None,
        length: int | None = None,
    ) -> None:
        """Send an answer; `length` announces another length than the true one."""
        handler = self.handler
        handler.send_response(status)
        handler.send_header("Content-Type", content_type)
        handler.send_header("Content-Length", str(len(content) if length is None else length))
        for name, value in (headers or {}).items():
            handler.send_header(name, value)
        handler.end_headers()
        if self.method != "HEAD":
            handler.wfile.write(content)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # A test that ends in the middle of a slow answer must not wait for it.
    block_on_close = False

    def __init__(self, index: Index, context: ssl.SSLContext | None) -> None:
        self.index = index
        self.context = context
        super().__init__(("127.0.0.1", 0), _Handler)

    def server_bind(self) -> None:
        # HTTPServer's own asks a name server for this machine's full name, which can take seconds.
        TCPServer.server_bind(self)
        self.server_name, self.server_port = "localhost", int(self.server_address[1])

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that gives up, or refuses our certificate, is what we are here for."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30
    server: _Server

    def setup(self) -> None:
        # The handshake belongs to the connection's own thread: a client that stalls must not stop the others.
        if self.server.context is not None:
            self.request.settimeout(self.timeout)
            self.request = self.server.context.wrap_socket(self.request, server_side=True)
        super().setup()

    def _answer(self) -> None:
        # What a client posts is of no interest, but unread it would be taken for the next request.
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        request = Request(self.command, self.path, {k.lower(): v for k, v in self.headers.items()}, self)
        self.server.index.requests.append(Seen(request.method, request.path, request.headers))
        self.server.index.answer(request)

    do_GET = do_HEAD = do_POST = _answer

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is written to stderr: `Index.requests` has it."""


def _page(title: str, body: str) -> bytes:
    return (
        f"<!DOCTYPE html>\n<html><head><title>{html.escape(title)}</title></head><body>\n{body}</body></html>".encode()
    )


def _link(entry: Distribution) -> str:
    digest = entry.sha256 if entry.digest is None else entry.digest
    fragment = f"#sha256={digest}" if digest else ""
    attributes = f' data-requires-python="{html.escape(entry.requires_python)}"' if entry.requires_python else ""
    if entry.yanked is not None:
        attributes += f' data-yanked="{html.escape(entry.yanked)}"'
    return f'<a href="/files/{entry.filename}{fragment}"{attributes}>{entry.filename}</a><br>\n'
