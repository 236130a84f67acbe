"""An adapter for the records that deadends.dev publishes (PyPI `deadends-dev`, `data/canons/**/*.json`)."""

from __future__ import annotations

from typing import Any


def is_deadends(data: dict[str, Any]) -> bool:
    """Whether a JSON object has that project's nested shape rather than the flat one."""
    return isinstance(data.get("error"), dict) and "regex" not in data and "signature" not in data


def adapt(data: dict[str, Any]) -> dict[str, Any]:
    """The same record in the flat shape. Nobody checked these, so their tier is ai_generated whatever they say."""
    error = data["error"]
    verdict = _object(data.get("verdict"))
    metadata = _object(data.get("metadata"))
    environment = _object(data.get("environment"))
    runtime = _object(environment.get("runtime"))
    version = " ".join(str(part) for part in (runtime.get("name"), runtime.get("version_range")) if part)
    return {
        "id": data.get("id"),
        "signature": error.get("signature"),
        "regex": error.get("regex"),
        # Their own lookup ignores case, and so many of the patterns need it.
        "ignore_case": True,
        "domain": error.get("domain"),
        "category": error.get("category"),
        "subcategory": error.get("subcategory"),
        "root_cause": verdict.get("summary"),
        "versions": [{"version": version, "status": "active"}] if version else [],
        "dead_ends": [_known(entry, _DEAD_END) for entry in _list(data.get("dead_ends"))],
        "workarounds": [_known(entry, _WORKAROUND) for entry in _list(data.get("workarounds"))],
        "transition_graph": data.get("transition_graph"),
        "official_doc_url": data.get("url"),
        "verification_tier": "ai_generated",
        "confidence": verdict.get("confidence"),
        "fix_success_rate": verdict.get("fix_success_rate"),
        "resolvable": verdict.get("resolvable"),
        "first_seen": error.get("first_seen"),
        "last_confirmed": error.get("last_confirmed"),
        "last_updated": verdict.get("last_updated"),
        "evidence_count": metadata.get("evidence_count"),
    }


_DEAD_END = ("action", "why_fails", "fail_rate", "condition", "sources")
_WORKAROUND = ("action", "how", "success_rate", "condition", "sources")


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _known(entry: Any, keys: tuple[str, ...]) -> Any:
    """The keys that both shapes share; anything but an object is left for the models to refuse."""
    return {key: entry[key] for key in keys if key in entry} if isinstance(entry, dict) else entry
