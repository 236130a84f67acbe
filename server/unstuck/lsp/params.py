"""The parameters of the messages beyond LSP: typed, validated, camelCase on the wire (`server/README.md`).

Imported for the first such message: a start does not wait for pydantic.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from unstuck.lsp.messages import SCHEME

WIDEST = 10_000


class Params(BaseModel):
    """The base of all: `some_name` is `someName` on the wire, unknown fields are ignored."""

    model_config = ConfigDict(alias_generator=to_camel, frozen=True, extra="ignore")


class Place(Params):
    line: int = Field(ge=0)
    character: int = Field(ge=0)


class ExplainParams(Params):
    uri: str | None = None
    position: Place | None = None
    id: str | None = None


class DiagnosesParams(Params):
    uri: str | None = None


class OpenParams(Params):
    uri: str = Field(pattern=rf"^{SCHEME}:")
    title: str | None = None
    shell: str | None = None
    cwd: str | None = None
    columns: int | None = Field(default=None, ge=1, le=WIDEST)
    rows: int | None = Field(default=None, ge=1, le=WIDEST)
    environment: dict[str, str | None] = Field(default_factory=dict)


class WriteParams(Params):
    uri: str
    text: str


class StartCommandParams(Params):
    uri: str
    command_line: str
    cwd: str | None = None
    line: int | None = Field(default=None, ge=0)


class EndCommandParams(Params):
    uri: str
    exit_code: int | None = None
    line: int | None = Field(default=None, ge=0)


class ResizeParams(Params):
    uri: str
    columns: int = Field(ge=1, le=WIDEST)
    rows: int | None = Field(default=None, ge=1, le=WIDEST)


class CloseParams(Params):
    uri: str


class LinksParams(Params):
    uri: str
    line: str


def describe(error: ValidationError) -> str:
    """What is wrong with a message, by field."""
    return "; ".join(
        f"{'.'.join(str(part) for part in entry['loc']) or 'params'}: {entry['msg']}" for entry in error.errors()
    )
