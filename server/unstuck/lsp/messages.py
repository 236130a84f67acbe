"""The messages beyond LSP by their methods' names (`server/README.md`); `params.py` has what they carry."""

from __future__ import annotations

from typing import Any

# The scheme of terminals' transcripts.
SCHEME = "unstuck-terminal"

EXPLAIN = "unstuck/explain"
DIAGNOSES = "unstuck/diagnoses"
LINKS = "unstuck/terminal/links"
DID_OPEN = "unstuck/terminal/didOpen"
DID_WRITE = "unstuck/terminal/didWrite"
DID_START_COMMAND = "unstuck/terminal/didStartCommand"
DID_END_COMMAND = "unstuck/terminal/didEndCommand"
DID_RESIZE = "unstuck/terminal/didResize"
DID_CLOSE = "unstuck/terminal/didClose"

# Each method's model in `params.py`.
_MODELS = {
    EXPLAIN: "ExplainParams",
    DIAGNOSES: "DiagnosesParams",
    LINKS: "LinksParams",
    DID_OPEN: "OpenParams",
    DID_WRITE: "WriteParams",
    DID_START_COMMAND: "StartCommandParams",
    DID_END_COMMAND: "EndCommandParams",
    DID_RESIZE: "ResizeParams",
    DID_CLOSE: "CloseParams",
}
METHODS = frozenset(_MODELS)


def read(method: str, params: Any) -> Any:
    """The typed parameters of a message; ValueError says what is wrong with them, by field."""
    from pydantic import ValidationError

    from unstuck.lsp import params as models

    model: type[models.Params] = getattr(models, _MODELS[method])
    try:
        return model.model_validate(params)
    except ValidationError as error:
        raise ValueError(models.describe(error)) from error
