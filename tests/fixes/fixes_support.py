"""A world made of a dictionary, and diagnoses made of captures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from unstuck.core.diagnosis import Diagnosis
from unstuck.core.fixes import World
from unstuck.core.scanner import Finding
from unstuck.core.signature import Signature
from unstuck.core.text import Position, Span

HOME = "/home/user"
PROJECT = "/home/user/project"
USER_CONFIG = "/home/user/.config/pip/pip.conf"
CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
SPAN = Span(Position(0, 0), Position(0, 1))


def world(files: Mapping[str, str] | None = None, **changes: Any) -> World:
    """A machine on which exactly `files` exist; those below a workspace folder are listed."""
    held = dict(files or {})
    settings: dict[str, Any] = {
        "home": HOME,
        "cwd": PROJECT,
        "folders": (PROJECT,),
        "read": held.get,
        "files": lambda: tuple(path for path in held if path.startswith(PROJECT + "/")),
        "is_folder": lambda path: any(name.startswith(path + "/") for name in held),
        **changes,
    }
    return World(**settings)


def diagnosis(
    fixes: Sequence[Mapping[str, Any]], captures: Mapping[str, str], *, text: str = "x", command: str | None = None
) -> Diagnosis:
    """A diagnosis whose signature offers `fixes`."""
    signature = Signature.model_validate(
        {"id": "test/one", "signature": "x", "regex": "x", "domain": "test", "fixes": list(fixes)}
    )
    finding = Finding(signature, SPAN, text, dict(captures))
    return Diagnosis(finding, dict(captures), command=command)
