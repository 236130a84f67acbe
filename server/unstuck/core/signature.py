"""The models of a record: how a failure looks, why it happens, what fixes it, and what does not.

A record is a flat JSON object. The customer's keys come first in each model, ours after them; every key of ours is
optional, and unknown keys are kept out of the way rather than refused, so that any record of that shape loads.
`seeds/schema.json` is generated from these models; `seeds/README.md` explains them to an author.

They are plain dataclasses, which pydantic checks where a record is read: importing it costs more than a start may take,
and what the cache holds was checked before.
"""

from __future__ import annotations

import re
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar, dataclass_transform

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, TypeAdapter

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


class Told:
    """What pydantic is told of a field: what it is for, what it must be, and functions around its own check."""

    __slots__ = ("_after", "_before", "_description", "_limits")

    def __init__(
        self,
        description: str = "",
        *,
        before: Callable[[Any], Any] | None = None,
        after: Callable[[Any], Any] | None = None,
        **limits: Any,
    ) -> None:
        self._description = description
        self._before = before
        self._after = after
        self._limits = limits

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> Any:
        from pydantic_core import core_schema

        schema: Any = {**handler(source), **self._limits}
        if self._after is not None:
            schema = core_schema.no_info_after_validator_function(self._after, schema)
        if self._before is not None:
            schema = core_schema.no_info_before_validator_function(self._before, schema)
        return schema

    def __get_pydantic_json_schema__(self, schema: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        made = handler(schema)
        if self._description:
            made["description"] = self._description
        return made


def _boolean(value: Any) -> Any:
    """Records write booleans as strings too, and "partial" where neither is right."""
    if isinstance(value, str):
        return {"true": True, "yes": True, "false": False, "no": False}.get(value.strip().lower())
    return value


def _text(value: Any) -> Any:
    return "" if value is None else value


def _list(value: Any) -> Any:
    return [] if value is None else value


def _object(value: Any) -> Any:
    return value or {}


def _ids(value: Any) -> Any:
    # Foreign records write {"id" or "error_id": …, "probability": …} in place of an id.
    if not isinstance(value, list):
        return [] if value is None else value
    return [(entry.get("id") or entry.get("error_id") or "") if isinstance(entry, dict) else entry for entry in value]


def _no_nul(value: str) -> str:
    if "\0" in value:
        raise ValueError("holds a NUL character")
    return value


Text = Annotated[str, Told(before=_text)]
Flag = Annotated[bool | None, Told(before=_boolean)]
Sources = Annotated[list[str], Told(before=_list)]
Ids = Annotated[list[str], Told(before=_ids)]

Model = TypeVar("Model")


class Part:
    """What the models share. They are not to be changed; checking that for each would cost every start some time."""

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and vars(self) == vars(other)

    __hash__ = object.__hash__

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={value!r}" for name, value in vars(self).items())
        return f"{type(self).__name__}({shown})"


@dataclass_transform(kw_only_default=True, eq_default=False, field_specifiers=(field,))
def _part(model: type[Model]) -> type[Model]:
    """A dataclass of which only `__init__` is made: the rest would be most of this module's import."""
    return dataclass(kw_only=True, eq=False, repr=False)(model)


_NAME = "A short name by which a scenario of the lab refers to it."


@_part
class Outcome(Part):
    """What happened when the lab tried a workaround, a dead end or a fix."""

    tool: Annotated[str, Told("The tool that was run, such as pip.")]
    versions: Annotated[list[str], Told("The versions of it in which this was the outcome.")]
    fixed: Annotated[bool, Told("Whether the command succeeded afterwards.")]
    environment: Annotated[Text, Told("What was special about the environment, if anything.")] = ""


@_part
class Evidence(Part):
    """Which versions of a tool printed this signature, written by the lab."""

    tool: str
    versions: list[str]
    capture: Annotated[str, Told("The capture's name, a path below tests/captures without its suffix.")]
    rendering: Literal["pipe", "pty"] = "pipe"


@_part
class DeadEnd(Part):
    """Something that people try and that does not help."""

    action: Text = ""
    why_fails: Text = ""
    fail_rate: float | None = None
    condition: Text = ""
    sources: Sources = field(default_factory=list)
    action_zh: Text = ""
    why_fails_zh: Text = ""
    name: Annotated[Text, Told(_NAME)] = ""
    outcomes: list[Outcome] = field(default_factory=list)


@_part
class Workaround(Part):
    """Something that helps."""

    action: Text = ""
    how: Text = ""
    success_rate: float | None = None
    condition: Text = ""
    sources: Sources = field(default_factory=list)
    name: Annotated[Text, Told(_NAME)] = ""
    applicability: Annotated[
        Applicability | None, Told("unsafe where it gives up a protection; ranked after the others.")
    ] = None
    outcomes: list[Outcome] = field(default_factory=list)


@_part
class FixSpec(Part):
    """A fix that this signature offers: an action of `unstuck.core.fixes` and its arguments.

    An argument that contains `{name}` takes that capture's text; a fix whose captures are missing, or whose
    arguments the action's model refuses, is not offered.
    """

    action: Annotated[str, Told("The action's name, such as pip_config.trust_host.")]
    arguments: dict[str, Any] = field(default_factory=dict)
    applicability: Applicability = "safe"
    title: str
    title_zh: Text = ""
    name: Annotated[Text, Told(_NAME)] = ""
    outcomes: list[Outcome] = field(default_factory=list)


@_part
class Match(Part):
    """An example that the signature must match, with exactly these captures."""

    text: str
    captures: dict[str, str] = field(default_factory=dict)


@_part
class Examples(Part):
    """What a signature must match, and what it must not."""

    matches: list[Match] = field(default_factory=list)
    non_matches: Annotated[list[str], Told("Near misses that must stay silent.")] = field(default_factory=list)


@_part
class TransitionGraph(Part):
    """How this failure stands to others; each entry is a signature's id, or a pattern of ids such as build/*."""

    leads_to: Ids = field(default_factory=list)
    preceded_by: Ids = field(default_factory=list)
    frequently_confused_with: Ids = field(default_factory=list)


@_part
class Version(Part):
    """What a version of the tool changed."""

    version: Text = ""
    introduced: str | None = None
    deprecated: str | None = None
    removed: str | None = None
    behavior_change: str | None = None
    status: Text = ""


def _printed() -> list[Kind]:
    return ["terminal", "log", "output"]


@_part
class Signature(Part):
    """One record of the catalog."""

    id: Annotated[str, Told("domain/slug, also the file's place below seeds/.", after=_no_nul, pattern=f"^{ID}$")]
    signature: Annotated[str, Told("A line as the tool prints it.", after=_no_nul, min_length=1)]
    signature_zh: Text = ""
    regex: Annotated[
        str, Told("Matched against a logical line, or several where it holds \\n.", after=_no_nul, min_length=1)
    ]
    domain: Annotated[str, Told(min_length=1)]
    category: Text = ""
    subcategory: str | None = None
    root_cause: Text = ""
    root_cause_type: Text = ""
    root_cause_zh: Text = ""
    versions: Annotated[list[Version], Told(before=_list)] = field(default_factory=list)
    os_specific: Any = None
    dead_ends: Annotated[list[DeadEnd], Told(before=_list)] = field(default_factory=list)
    workarounds: Annotated[list[Workaround], Told(before=_list)] = field(default_factory=list)
    workarounds_zh: Annotated[Sources, Told("The workarounds in Chinese, in the same order.")] = field(
        default_factory=list
    )
    transition_graph: Annotated[TransitionGraph, Told(before=_object)] = field(default_factory=TransitionGraph)
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
    tags: Sources = field(default_factory=list)
    locale: Text = "en"
    aliases: Sources = field(default_factory=list)

    # Ours.
    title: Annotated[Text, Told("One short sentence for the diagnostic; may hold {captures}.")] = ""
    title_zh: Text = ""
    patterns: Annotated[
        list[str], Told("Further regexes of the same failure: other tool versions, other wordings.")
    ] = field(default_factory=list)
    documents: list[Kind] = field(default_factory=_printed)
    severity: Severity = "error"
    role: Role = "cause"
    cascades: Annotated[
        bool, Told("One mistake makes many of these: all in one run are one failure, whatever they capture.")
    ] = False
    ignore_case: bool = False
    fixes: list[FixSpec] = field(default_factory=list)
    examples: Examples = field(default_factory=Examples)
    evidence: list[Evidence] = field(default_factory=list)

    def __post_init__(self) -> None:
        if not self.id.startswith(f"{self.domain}/"):
            raise ValueError(f"id {self.id!r} does not start with the domain {self.domain!r} and a slash")

    @classmethod
    def model_validate(cls, data: Any) -> Signature:
        """The signature of a record's JSON object; pydantic.ValidationError where it is none."""
        return _adapter().validate_python(data)

    @classmethod
    def model_validate_json(cls, data: str | bytes) -> Signature:
        return _adapter().validate_json(data)

    @classmethod
    def model_json_schema(cls) -> dict[str, Any]:
        return _adapter().json_schema()

    def plain(self) -> dict[str, Any]:
        """The record as plain values: what JSON can hold, without what is left at its default."""
        made: dict[str, Any] = _plain(self)
        return made

    @classmethod
    def restore(cls, plain: dict[str, Any]) -> Signature:
        """The signature whose `plain()` this is; it was checked before, and is not again."""
        return cls(**{name: _restored(_PARTS.get(name), value) for name, value in plain.items()})

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


# The models of a record's parts, by the field that holds one or a list of them.
_PARTS: dict[str, type] = {
    "versions": Version,
    "dead_ends": DeadEnd,
    "workarounds": Workaround,
    "transition_graph": TransitionGraph,
    "fixes": FixSpec,
    "examples": Examples,
    "matches": Match,
    "evidence": Evidence,
    "outcomes": Outcome,
}


def _plain(part: Any) -> Any:
    if isinstance(part, list):
        return [_plain(entry) for entry in part]
    if not is_dataclass(part):
        return part
    return {
        entry.name: _plain(value)
        for entry in fields(part)
        if (value := getattr(part, entry.name)) != entry.default
        and (entry.default_factory is MISSING or value != entry.default_factory())
    }


def _restored(model: type | None, value: Any) -> Any:
    if model is None:
        return value
    if isinstance(value, list):
        return [_restored(model, entry) for entry in value]
    if isinstance(value, dict):
        return model(**{name: _restored(_PARTS.get(name), entry) for name, entry in value.items()})
    # The versions of an outcome are strings.
    return value


@cache
def _adapter() -> TypeAdapter[Signature]:
    from pydantic import TypeAdapter

    return TypeAdapter(Signature)


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
