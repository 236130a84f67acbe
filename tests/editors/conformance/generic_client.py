"""A language client as simple as one can be: JSON-RPC over stdio, with whatever capabilities it is given."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

SERVER = Path(__file__).resolve().parents[3] / "server"


class Client:
    """Does to files what an editor does that has exactly these capabilities, and refuses what it has not declared."""

    def __init__(self, capabilities: dict[str, Any], folder: Path) -> None:
        self.capabilities = capabilities
        self.home = folder / "home"
        self.project = folder / "project"
        self.home.mkdir()
        self.project.mkdir()
        keep = {"PATH", "SYSTEMROOT", "TEMP", "TMP"}
        environment = {name: value for name, value in os.environ.items() if name in keep}
        environment |= {"HOME": str(self.home), "USERPROFILE": str(self.home), "PYTHONPATH": str(SERVER)}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "unstuck", "serve"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
        )
        self.messages: queue.Queue[dict[str, Any]] = queue.Queue()
        self.diagnostics: dict[str, list[dict[str, Any]]] = {}
        self.warnings: list[str] = []
        self.id = 0
        threading.Thread(target=self._read, daemon=True).start()
        answer = self.request(
            "initialize",
            {
                "processId": os.getpid(),
                "rootUri": self.project.as_uri(),
                "capabilities": capabilities,
            },
        )
        self.server: dict[str, Any] = answer["capabilities"]
        self.notify("initialized", {})

    def declared(self, path: str) -> Any:
        """The capability at a dotted path, or None."""
        value: Any = self.capabilities
        for name in path.split("."):
            value = value.get(name) if isinstance(value, dict) else None
        return value

    def _read(self) -> None:
        stream = self.process.stdout
        assert stream
        while header := stream.readline():
            length = int(header.split(b":")[1])
            while stream.readline().strip():
                pass
            self.messages.put(json.loads(stream.read(length)))

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self.process.stdin
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.process.stdin.flush()

    def notify(self, method: str, params: Any) -> None:
        self._send({"method": method, "params": params})

    def request(self, method: str, params: Any) -> Any:
        """The result; what the server asks meanwhile is answered."""
        self.id += 1
        self._send({"id": self.id, "method": method, "params": params})
        while True:
            message = self.messages.get(timeout=30)
            if message.get("id") == self.id and "method" not in message:
                assert "error" not in message, message
                return message["result"]
            self._handle(message)

    def _handle(self, message: dict[str, Any]) -> None:
        method = message.get("method", "")
        if method == "textDocument/publishDiagnostics":
            self.diagnostics[message["params"]["uri"]] = message["params"]["diagnostics"]
        if "id" not in message:
            return
        needs = {
            "workspace/configuration": "workspace.configuration",
            "workspace/applyEdit": "workspace.applyEdit",
            "client/registerCapability": "workspace.didChangeWatchedFiles.dynamicRegistration",
            "window/workDoneProgress/create": "window.workDoneProgress",
        }.get(method)
        if needs and not self.declared(needs) and method != "client/registerCapability":
            self.warnings.append(f"{method} was asked of a client that cannot do it")
        result = None
        if method == "workspace/configuration":
            result = [None for _ in message["params"]["items"]]
        elif method == "workspace/applyEdit":
            self.apply(message["params"]["edit"])
            result = {"applied": True}
        self._send({"id": message["id"], "result": result})

    def wait(self, uri: str, count: int) -> list[dict[str, Any]]:
        """Wait until the document has that many diagnostics."""
        while len(self.diagnostics.get(uri, [])) != count:
            self._handle(self.messages.get(timeout=30))
        return self.diagnostics[uri]

    def run(self, action: dict[str, Any]) -> None:
        """What an editor does when the user chooses a code action."""
        literal = self.declared("textDocument.codeAction.codeActionLiteralSupport")
        if isinstance(action.get("command"), str):
            self.request("workspace/executeCommand", {k: action[k] for k in ("command", "arguments") if k in action})
            return
        assert literal, f"a literal for a client that takes commands only: {action}"
        resolves = self.declared("textDocument.codeAction.resolveSupport.properties") or []
        if "edit" not in action and "edit" in resolves:
            action = self.request("codeAction/resolve", action)
        if "edit" in action:
            self.apply(action["edit"])
        if "command" in action:
            self.request("workspace/executeCommand", action["command"])

    def apply(self, edit: dict[str, Any]) -> None:
        """Apply a workspace edit to the files on disk, with nothing but what was declared."""
        changes = edit.get("documentChanges")
        if changes is None:
            for uri, edits in edit["changes"].items():
                self._edit(uri, edits)
            return
        if not self.declared("workspace.workspaceEdit.documentChanges"):
            operations = self.declared("workspace.workspaceEdit.resourceOperations")
            assert operations, "documentChanges for a client that knows changes only"
        for change in changes:
            if "kind" in change:
                operations = self.declared("workspace.workspaceEdit.resourceOperations") or []
                assert change["kind"] in operations, f"{change['kind']} for a client that cannot"
                path = self.path(change["uri"])
                path.parent.mkdir(parents=True, exist_ok=True)
                if not path.exists():
                    path.touch()
                continue
            annotated = [each for each in change["edits"] if "annotationId" in each]
            if annotated:
                assert self.declared("workspace.workspaceEdit.changeAnnotationSupport") is not None
                assert all(each["annotationId"] in edit["changeAnnotations"] for each in annotated)
            self._edit(change["textDocument"]["uri"], change["edits"])

    @staticmethod
    def path(uri: str) -> Path:
        assert uri.startswith("file://"), uri
        return Path(uri.removeprefix("file://"))

    def _edit(self, uri: str, edits: list[dict[str, Any]]) -> None:
        path = self.path(uri)
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = (path.read_text() if path.exists() else "").split("\n")
        for each in sorted(edits, key=lambda e: tuple(e["range"]["start"].values()), reverse=True):
            start, end = each["range"]["start"], each["range"]["end"]
            before = lines[start["line"]][: start["character"]]
            after = lines[end["line"]][end["character"] :] if end["line"] < len(lines) else ""
            lines[start["line"] : end["line"] + 1] = (before + each["newText"] + after).split("\n")
        path.write_text("\n".join(lines))

    def close(self) -> None:
        """Leave as a client should."""
        self.request("shutdown", None)
        self.notify("exit", None)
        assert self.process.wait(timeout=15) == 0
