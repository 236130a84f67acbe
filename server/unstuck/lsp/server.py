"""The language server: `create_server` puts its features together, `serve_stdio` and `serve_tcp` run it."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from importlib import import_module
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer
from pygls.protocol import default_converter

from unstuck import __version__
from unstuck.core.redact import redact
from unstuck.lsp.protocol import UnstuckProtocol
from unstuck.lsp.session import Session
from unstuck.lsp.stdio import Input, Output
from unstuck.lsp.workspace import Document

log = logging.getLogger(__name__)

# Seconds that one thread may keep the others waiting.
SWITCH = 0.0005

# One module for each method or family of methods; each has `register(server)`, and may have
# `initialized(session, result)` to add to the answer of `initialize`,
# `touched(session, document)`, `scanned(session, document)`, `configured(session)` and `stopped(session)`.
FEATURES = (
    "configuration", "hover", "code_action", "requests", "text_content", "terminal", "terminal_links", "log_watch",
    "files", "records",
)  # fmt: skip


class UnstuckServer(LanguageServer):
    """A server for one client at a time."""

    protocol: UnstuckProtocol

    def __init__(self) -> None:
        super().__init__(
            "unstuck",
            __version__,
            types.TextDocumentSyncKind.Incremental,
            protocol_cls=UnstuckProtocol,
            converter_factory=default_converter,
            max_workers=2,
        )
        self.modules = [import_module(f"unstuck.lsp.features.{name}") for name in FEATURES]
        for module in self.modules:
            module.register(self)

    @property
    def session(self) -> Session:
        """The client's session; there is none before `initialize`."""
        session = self.protocol.session
        if session is None:
            raise RuntimeError("the server is not initialized")
        return session

    def initialized(self, session: Session, result: types.InitializeResult) -> None:
        """Let the features add what they offer to this client."""
        self._call("initialized", session, result)

    def configured(self, session: Session) -> None:
        """Let the features see the settings, at first and whenever they change."""
        self._call("configured", session)

    def touched(self, session: Session, document: Document) -> None:
        """Let the features see that a document that is not scanned has been opened or edited."""
        self._call("touched", session, document)

    def scanned(self, session: Session, document: Document) -> None:
        """Let the features see that there is news of a document, or that it is gone."""
        self._call("scanned", session, document)

    def stopped(self, session: Session) -> None:
        """Let the features end what they have running."""
        self._call("stopped", session)

    def _call(self, name: str, *arguments: Any) -> None:
        for module in self.modules:
            hook = getattr(module, name, None)
            if hook is not None:
                hook(*arguments)

    def serve(self, descriptor: int, out: int) -> None:
        """Serve one client over two pipes, one read from `descriptor` and `out` written to, until it leaves."""
        output = Output(out)
        self.protocol.set_writer(output)
        try:
            asyncio.run(self._serve(Input(descriptor)))
        except BrokenPipeError:
            log.error("the client is gone")
        except (KeyboardInterrupt, SystemExit):
            pass
        finally:
            output.close()
            self.shutdown()  # type: ignore[no-untyped-call]

    async def _serve(self, source: Input) -> None:
        async for message in source.messages():
            try:
                if isinstance(message, Exception):
                    raise message
                self.protocol.handle_message(message)
            except BrokenPipeError:
                raise
            except Exception as error:
                self.report_server_error(error, JsonRpcException)

    def report_server_error(self, error: Exception, source: Any) -> None:
        """What goes wrong in here is for the log; pygls would show it to the user as well."""
        log.error("%s: %s", getattr(source, "__name__", source), redact(str(error)))


def create_server() -> UnstuckServer:
    """A server with all its features, not yet connected."""
    return UnstuckServer()


def serve_stdio() -> int:
    """Serve over standard input and output until the client leaves; returns the exit code."""
    _log_to_stderr()
    server = create_server()
    # The client's pipe is ours alone: what anything else prints goes to standard error, not between the messages.
    out = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    # A scan on another thread gives way sooner than by default: an answer takes several turns.
    sys.setswitchinterval(SWITCH)
    server.serve(sys.stdin.fileno(), out)
    code = _left(server)
    if server.protocol.session is not None and server.protocol.session.schedule.running:
        # Nobody waits for the scan of a big document any more, and nothing else could stop it.
        logging.shutdown()
        os._exit(code)
    return code


def serve_tcp(host: str, port: int) -> int:
    """Serve one client that connects to `host` and `port`; OSError where that address cannot be listened on."""
    _log_to_stderr()
    server = create_server()
    server.start_tcp(host, port)
    return _left(server)


def _left(server: UnstuckServer) -> int:
    if server.protocol.session is not None:
        server.protocol.session.stop()
    return server.protocol.exit_code or 0


class _Redacted(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


def _log_to_stderr() -> None:
    """Standard output belongs to the protocol. pygls logs whole messages at INFO, with the secrets in them."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Redacted("%(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.WARNING)
    logging.getLogger("pygls").setLevel(logging.WARNING)
