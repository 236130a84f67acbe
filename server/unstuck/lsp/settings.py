"""The settings of section `unstuck`: read key by key, so that one bad key does not cost the others."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast, get_args

from unstuck.core.signature import Severity, Signature

SECTION = "unstuck"

_SEVERITIES: tuple[str, ...] = get_args(Severity)
_OURS = ("catalogs", "mute", "severity", "locale", "timeLimit", "logs.watch", "terminal.limit")
# What clients keep in the same section for themselves.
_THEIRS = frozenset({"server", "notify", "trace", "enable", "enabled", "filetypes", "terminal", "logs"})


@dataclass(frozen=True)
class Settings:
    """What the user chose. `time_limit` is in seconds, `terminal_limit` in bytes."""

    catalogs: tuple[str, ...] = ()
    mute: frozenset[str] = frozenset()
    severity: Mapping[str, Severity] = field(default_factory=dict)
    locale: str = "auto"
    time_limit: float = 0.1
    watch: tuple[str, ...] = ()
    terminal_limit: int = 10_000_000

    def severity_of(self, signature: Signature) -> Severity:
        """The severity to show: the signature's id counts before its domain, both before the record's own."""
        return self.severity.get(signature.id) or self.severity.get(signature.domain) or signature.severity


def parse(raw: Any) -> tuple[Settings, list[str]]:
    """The settings that `raw` (an object as JSON, or None) holds, and a message for each key that is wrong.

    A key may be nested (`{"logs": {"watch": …}}`) or dotted (`{"logs.watch": …}`). Null means the default.
    """
    problems: list[str] = []
    if raw is None:
        return Settings(), problems
    if not isinstance(raw, Mapping):
        return Settings(), [f"`{SECTION}` must be an object, not {_name(raw)}; the defaults are used."]
    if set(raw) == {SECTION} and isinstance(raw[SECTION], Mapping):
        raw = raw[SECTION]

    def get(key: str) -> Any:
        if key in raw:
            return raw[key]
        value: Any = raw
        for part in key.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
        return value

    def wrong(key: str, expected: str, value: Any) -> None:
        problems.append(f"`{SECTION}.{key}` must be {expected}, not {_name(value)}; it is ignored.")

    def strings(key: str, what: str) -> tuple[str, ...]:
        value = get(key)
        if value is None:
            return ()
        if not isinstance(value, (list, tuple)):
            wrong(key, f"a list of {what}", value)
            return ()
        for number, entry in enumerate(value):
            if not isinstance(entry, str) or not entry.strip():
                wrong(f"{key}[{number}]", "a non-empty string", entry)
        return tuple(entry.strip() for entry in value if isinstance(entry, str) and entry.strip())

    def number(key: str, default: float, least: float, most: float, unit: str) -> float:
        value = get(key)
        if value is None:
            return default
        valid = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
        if not valid or not least <= value <= most:
            wrong(key, f"a number of {unit} from {least:g} to {most:g}", value)
            return default
        return float(value)

    severity: dict[str, Severity] = {}
    levels = get("severity")
    if isinstance(levels, Mapping):
        for key, value in levels.items():
            if value in _SEVERITIES:
                severity[str(key)] = cast(Severity, value)
            elif value is not None:
                wrong(f'severity."{key}"', f"one of {', '.join(_SEVERITIES)}", value)
    elif levels is not None:
        wrong("severity", "an object of ids or domains", levels)

    locale = get("locale")
    if locale is None:
        locale = "auto"
    elif not isinstance(locale, str) or locale.lower().replace("_", "-").split("-")[0] not in {"auto", "en", "zh"}:
        wrong("locale", "one of auto, en, zh", locale)
        locale = "auto"

    for key in raw:
        if key not in _OURS and str(key).split(".")[0] not in _THEIRS:
            import difflib

            near = difflib.get_close_matches(str(key), _OURS, 1, 0.75)
            if near:
                problems.append(f"`{SECTION}.{key}` is not known; did you mean `{SECTION}.{near[0]}`?")

    settings = Settings(
        catalogs=strings("catalogs", "files or folders"),
        mute=frozenset(strings("mute", "signature ids or domains")),
        severity=severity,
        locale=locale.lower(),
        time_limit=number("timeLimit", 100, 1, 10_000, "milliseconds") / 1000,
        watch=strings("logs.watch", "globs"),
        terminal_limit=int(number("terminal.limit", 10, 0.1, 1000, "megabytes") * 1_000_000),
    )
    return settings, problems


def _name(value: Any) -> str:
    if isinstance(value, str):
        return repr(value if len(value) <= 60 else value[:59] + "…")
    if value is None or isinstance(value, (bool, int, float)):
        return json.dumps(value)
    return "a list" if isinstance(value, (list, tuple)) else "an object"
