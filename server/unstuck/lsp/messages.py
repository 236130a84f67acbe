"""The parameters of the messages beyond LSP: typed, validated, camelCase on the wire (`server/README.md`)."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

EXPLAIN = "unstuck/explain"
DIAGNOSES = "unstuck/diagnoses"


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


# Each method's model: a feature that adds a message adds its model here.
PARAMS: dict[str, type[Params]] = {EXPLAIN: ExplainParams, DIAGNOSES: DiagnosesParams}


def describe(error: ValidationError) -> str:
    """What is wrong with a message, by field."""
    return "; ".join(
        f"{'.'.join(str(part) for part in entry['loc']) or 'params'}: {entry['msg']}" for entry in error.errors()
    )
