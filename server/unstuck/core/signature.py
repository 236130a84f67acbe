"""The models of a record: how a failure looks, why it happens, what fixes it, and what does not.

A record is a flat JSON object. The customer's keys come first in each model, ours after them; every key of ours is
optional, and unknown keys are kept out of the way rather than refused, so that any record of that shape loads.
`seeds/schema.json` is generated from these models; `seeds/README.md` explains them to an author.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

Severity = Literal["error", "warning", "information", "hint"]
Kind = Literal["terminal", "log", "output", "requirements", "pip_config", "pyproject"]
Role = Literal["cause", "symptom"]
Tier = Literal["reproduced", "documented", "reported", "ai_generated"]
Applicability = Literal["safe", "unsafe", "display_only"]

# The names of captures that fixes, links and messages may use: one vocabulary for all records.
CAPTURES = frozenset(
    {
        "host",  # a host, with its port where the tool printed one: pypi.example.com:8443
        "port",
        "url",
        "index",  # the URL of an index
        "proxy",
        "requirement",  # as the tool printed it: demo==1.0
        "package",  # a distribution's name
        "version",
        "versions",  # a list as the tool printed it: 1.0, 1.1
        "specifier",
        "requires_python",
        "python",  # the version of an interpreter
        "extra",
        "module",  # an import name
        "name",  # any other name: a tool, a command, an attribute
        "path",
        "line",  # a line number in `path`, from 1
        "option",
        "value",
        "header",
        "library",
        "tool",  # a program that is missing
        "hash",
        "expected",
        "got",
        "marker",
        "reason",  # what the tool itself gives as the reason
        "status",  # an HTTP status or an exit code
        "telling",  # the part of a match that is marked, where the match needs more than that
    }
)

ID = r"[a-z0-9][a-z0-9_.+-]*(?:/[a-z0-9][a-z0-9_.+-]*)+"


def _boolean(value: Any) -> Any:
    """Records write booleans as strings too, and "partial" where neither is right."""
    if isinstance(value, str):
        return {"true": True, "yes": True, "false": False, "no": False}.get(value.strip().lower())
    return value


def _text(value: Any) -> Any:
    return "" if value is None else value


def _list(value: Any) -> Any:
    return [] if value is None else value


Text = Annotated[str, BeforeValidator(_text)]
Flag = Annotated[bool | None, BeforeValidator(_boolean)]


class _Part(BaseModel):
    """A part of a record: unknown keys are ignored, so that foreign records load unchanged."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Outcome(_Part):
    """What happened when the lab tried a workaround, a dead end or a fix."""

    tool: str = Field(description="The tool that was run, such as pip.")
    versions: list[str] = Field(description="The versions of it in which this was the outcome.")
    fixed: bool = Field(description="Whether the command succeeded afterwards.")
    environment: Text = Field(default="", description="What was special about the environment, if anything.")


class Evidence(_Part):
    """Which versions of a tool printed this signature, written by the lab."""

    tool: str
    versions: list[str]
    capture: str = Field(description="The capture's name, a path below tests/captures without its suffix.")
    rendering: Literal["pipe", "pty"] = "pipe"


class DeadEnd(_Part):
    """Something that people try and that does not help."""

    action: Text = ""
    why_fails: Text = ""
    fail_rate: float | None = None
    condition: Text = ""
    sources: Annotated[list[str], BeforeValidator(_list)] = Field(default_factory=list)
    action_zh: Text = ""
    why_fails_zh: Text = ""
    name: Text = Field(default="", description="A short name by which a scenario of the lab refers to it.")
    outcomes: list[Outcome] = Field(default_factory=list)


class Workaround(_Part):
    """Something that helps."""

    action: Text = ""
    how: Text = ""
    success_rate: float | None = None
    condition: Text = ""
    sources: Annotated[list[str], BeforeValidator(_list)] = Field(default_factory=list)
    name: Text = Field(default="", description="A short name by which a scenario of the lab refers to it.")
    applicability: Applicability | None = Field(
        default=None, description="unsafe where it gives up a protection; ranked after the others."
    )
    outcomes: list[Outcome] = Field(default_factory=list)


class FixSpec(_Part):
    """A fix that this signature offers: an action of `unstuck.core.fixes` and its arguments.

    An argument that contains `{name}` takes that capture's text; a fix whose captures are missing, or whose
    arguments the action's model refuses, is not offered.
    """

    action: str = Field(description="The action's name, such as pip_config.trust_host.")
    arguments: dict[str, Any] = Field(default_factory=dict)
    applicability: Applicability = "safe"
    title: str
    title_zh: Text = ""
    name: Text = Field(default="", description="A short name by which a scenario of the lab refers to it.")
    outcomes: list[Outcome] = Field(default_factory=list)


class Match(_Part):
    """An example that the signature must match, with exactly these captures."""

    text: str
    captures: dict[str, str] = Field(default_factory=dict)


class Examples(_Part):
    matches: list[Match] = Field(default_factory=list)
    non_matches: list[str] = Field(default_factory=list, description="Near misses that must stay silent.")


class TransitionGraph(_Part):
    """How this failure stands to others; each entry is a signature's id, or a pattern of ids such as build/*."""

    leads_to: list[str] = Field(default_factory=list)
    preceded_by: list[str] = Field(default_factory=list)
    frequently_confused_with: list[str] = Field(default_factory=list)

    @field_validator("*", mode="before")
    @classmethod
    def _ids(cls, value: Any) -> Any:
        # Foreign records write {"id" or "error_id": …, "probability": …} in place of an id.
        if not isinstance(value, list):
            return [] if value is None else value
        return [
            (entry.get("id") or entry.get("error_id") or "") if isinstance(entry, dict) else entry for entry in value
        ]


class Version(_Part):
    version: Text = ""
    introduced: str | None = None
    deprecated: str | None = None
    removed: str | None = None
    behavior_change: str | None = None
    status: Text = ""


def _printed() -> list[Kind]:
    return ["terminal", "log", "output"]


class Signature(_Part):
    """One record of the catalog."""

    id: str = Field(pattern=f"^{ID}$", description="domain/slug, also the file's place below seeds/.")
    signature: str = Field(min_length=1, description="A line as the tool prints it.")
    signature_zh: Text = ""
    regex: str = Field(min_length=1, description="Matched against a logical line, or several where it holds \\n.")
    domain: str = Field(min_length=1)
    category: Text = ""
    subcategory: str | None = None
    root_cause: Text = ""
    root_cause_type: Text = ""
    root_cause_zh: Text = ""
    versions: Annotated[list[Version], BeforeValidator(_list)] = Field(default_factory=list)
    os_specific: Any = None
    dead_ends: Annotated[list[DeadEnd], BeforeValidator(_list)] = Field(default_factory=list)
    workarounds: Annotated[list[Workaround], BeforeValidator(_list)] = Field(default_factory=list)
    workarounds_zh: Annotated[list[str], BeforeValidator(_list)] = Field(
        default_factory=list, description="The workarounds in Chinese, in the same order."
    )
    transition_graph: Annotated[TransitionGraph, BeforeValidator(lambda value: value or {})] = Field(
        default_factory=TransitionGraph
    )
    official_doc_url: str | None = None
    official_doc_section: str | None = None
    error_code: str | None = None
    verification_tier: Text = "ai_generated"
    confidence: float | None = None
    fix_success_rate: float | None = None
    resolvable: Flag = None
    first_seen: str | None = None
    last_confirmed: str | None = None
    last_updated: str | None = None
    evidence_count: int | None = None
    tags: Annotated[list[str], BeforeValidator(_list)] = Field(default_factory=list)
    locale: Text = "en"
    aliases: Annotated[list[str], BeforeValidator(_list)] = Field(default_factory=list)

    # Ours.
    title: Text = Field(default="", description="One short sentence for the diagnostic; may hold {captures}.")
    title_zh: Text = ""
    patterns: list[str] = Field(
        default_factory=list, description="Further regexes of the same failure: other tool versions, other wordings."
    )
    documents: list[Kind] = Field(default_factory=_printed)
    severity: Severity = "error"
    role: Role = "cause"
    ignore_case: bool = False
    fixes: list[FixSpec] = Field(default_factory=list)
    examples: Examples = Field(default_factory=Examples)
    evidence: list[Evidence] = Field(default_factory=list)

    @field_validator("signature", "id", "regex")
    @classmethod
    def _no_nul(cls, value: str) -> str:
        if "\0" in value:
            raise ValueError("holds a NUL character")
        return value

    @model_validator(mode="after")
    def _domain_is_in_id(self) -> Signature:
        if not self.id.startswith(f"{self.domain}/"):
            raise ValueError(f"id {self.id!r} does not start with the domain {self.domain!r} and a slash")
        return self

    @property
    def regexes(self) -> list[str]:
        """All patterns, the record's own first."""
        return [self.regex, *self.patterns]

    @property
    def tier(self) -> Tier:
        """How the signature is known; a tier that we do not know counts as unchecked."""
        known: dict[str, Tier] = {"reproduced": "reproduced", "documented": "documented", "reported": "reported"}
        return known.get(self.verification_tier, "ai_generated")

    @property
    def tested_versions(self) -> dict[str, list[str]]:
        """The versions of each tool that printed this signature in the lab."""
        found: dict[str, list[str]] = {}
        for entry in self.evidence:
            seen = found.setdefault(entry.tool, [])
            seen += [version for version in entry.versions if version not in seen]
        return {tool: sorted(versions, key=_version_key) for tool, versions in found.items()}


def _version_key(version: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", version)]


def fill(template: str, captures: dict[str, str]) -> str | None:
    """`template` with each `{name}` replaced by that capture, or None where one is missing.

    Not str.format: a template is a record's text and a capture is a log's, and neither may reach attributes.
    """
    missing = False

    def put(match: re.Match[str]) -> str:
        nonlocal missing
        value = captures.get(match[1])
        if value is None:
            missing = True
            return ""
        return value

    filled = re.sub(r"\{([a-z_]+)\}", put, template)
    return None if missing else filled
