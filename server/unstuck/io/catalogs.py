"""Reading catalogs from disk: our own, a user's folders, and the records that deadends.dev publishes.

A bad record is a problem that names its file and field; it never stops the others from loading. What was found out
about a record is kept in a cache, and counts for as long as the file's bytes are the same.
"""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from unstuck.core.catalog import Catalog, Entry, Plan, compile_pattern, plan
from unstuck.core.signature import Signature
from unstuck.io import cache
from unstuck.io.deadends import adapt, is_deadends

# A record is a page of text; a file beyond this is something else.
MOST_BYTES = 1_000_000
# Folders hold thousands of records, not millions.
MOST_FILES = 50_000


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a record: where it was read, which field, and what to do about it."""

    source: str
    field: str
    message: str

    def __str__(self) -> str:
        return f"{self.source}: {self.field}: {self.message}" if self.field else f"{self.source}: {self.message}"


@dataclass(slots=True)
class Loaded:
    """A catalog, what could not be loaded into it, and the file that each signature came from."""

    catalog: Catalog
    problems: list[Problem] = field(default_factory=list)
    sources: dict[str, Path] = field(default_factory=dict)


def shipped_path() -> Path:
    """The folder of our own records: beside the package in a wheel, at the top of a checkout."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "seeds"
    return inside if inside.is_dir() else package.parent.parent / "seeds"


def load_catalog(paths: Sequence[Path] = (), *, shipped: bool = True) -> Loaded:
    """Our own records and those of `paths`, files or folders; the first of two with the same id stays."""
    entries: dict[str, Entry] = {}
    loaded = Loaded(Catalog())
    with cache.many_objects():
        for root, own in [*([(shipped_path(), True)] if shipped else []), *((Path(path), False) for path in paths)]:
            for file, found in _records(root, loaded.problems, own=own):
                if isinstance(found, list):
                    loaded.problems += (Problem(file, field, message) for field, message in found)
                    continue
                entry = _entry(*found)
                first = loaded.sources.get(entry.id)
                if first is not None:
                    message = f"{entry.id!r} is taken by {first}; give this record another id, or remove one of them"
                    loaded.problems.append(Problem(file, "id", message))
                    continue
                entries[entry.id] = entry
                loaded.sources[entry.id] = Path(file)
        loaded.catalog = Catalog(entries.values())
    return loaded


# What is kept of a record: its id, its plain values as JSON, the plans of its patterns, its place among the others.
_Known = tuple[str, bytes, list[tuple[Any, ...]], tuple[list[str], list[str]]]
# Or what is wrong with it: fields and messages.
_Wrong = list[tuple[str, str]]


def _records(root: Path, problems: list[Problem], *, own: bool) -> Iterator[tuple[str, _Known | _Wrong]]:
    """The files of a folder, with what is known of each; only what has changed since it was kept is worked out."""
    name = f"records {own} {Path(root).absolute()}"
    kept: dict[str, tuple[bytes, _Known | _Wrong]] = cache.read(name) or {}
    now: dict[str, tuple[bytes, _Known | _Wrong]] = {}
    changed = False
    for file in _files(root, problems):
        content = _read(file)
        if isinstance(content, str):
            yield file, [("", content)]
            continue
        digest = sha256(content).digest()
        known = kept.get(file)
        if known is None or known[0] != digest:
            changed = True
            known = digest, _work_out(content, file, own=own)
        now[file] = known
        yield file, known[1]
    if changed or len(now) != len(kept):
        cache.write(name, now)


def _work_out(content: bytes, file: str, *, own: bool) -> _Known | _Wrong:
    made = parse_record(content, file, own=own)
    if isinstance(made, list):
        return [(problem.field, problem.message) for problem in made]
    plans = [tuple(plan(source, ignore_case=made.ignore_case)) for source in made.regexes]
    graph = made.transition_graph
    return made.id, json.dumps(made.plain()).encode(), plans, (graph.leads_to, graph.preceded_by)


def _entry(id: str, record: bytes, plans: list[tuple[Any, ...]], graph: tuple[list[str], list[str]]) -> Entry:
    return Entry(id, [Plan(*each) for each in plans], graph, lambda: Signature.restore(json.loads(record)))


def parse_record(content: bytes | str, source: str, *, own: bool = False) -> Signature | list[Problem]:
    """One record from the text of a file; `own` ones are not tried for catastrophic patterns at every start."""
    try:
        data = json.loads(content)
    except RecursionError:
        return [Problem(source, "", "is nested too deeply to be a record")]
    except UnicodeDecodeError as error:
        return [Problem(source, "", f"is not UTF-8 (byte {error.start}); save it as UTF-8")]
    except ValueError as error:
        return [Problem(source, "", f"is not JSON: {error}")]
    if not isinstance(data, dict):
        return [Problem(source, "", f"holds {_json_name(data)}, not a JSON object")]
    if is_deadends(data):
        data = adapt(data)
    from pydantic import ValidationError

    try:
        signature = Signature.model_validate(data)
    except ValidationError as error:
        return [
            Problem(source, ".".join(map(str, item["loc"])) or "record", _words(item["msg"], item.get("input")))
            for item in error.errors(include_url=False)
        ]
    except RecursionError:
        return [Problem(source, "", "is nested too deeply to be a record")]
    problems = [] if own else list(_pattern_problems(signature, source))
    return problems or signature


def _read(file: str) -> bytes | str:
    """The bytes of a file, or why there are none; a Path for each of ten thousand would take longer."""
    try:
        with open(file, "rb", buffering=0) as stream:  # noqa: PTH123
            content = stream.read(MOST_BYTES + 1) or b""
    except OSError as error:
        return f"cannot be read: {error.strerror or error}"
    if len(content) > MOST_BYTES:
        return f"is larger than {MOST_BYTES:,} bytes; a record is a page of text"
    return content


def _pattern_problems(signature: Signature, source: str) -> Iterator[Problem]:
    import regex

    from unstuck.core.backtracking import is_catastrophic

    for index, pattern in enumerate(signature.regexes):
        name = "regex" if index == 0 else f"patterns.{index - 1}"
        try:
            compiled = _quickly_compiled(pattern, signature.ignore_case)
        except (regex.error, RecursionError, OverflowError) as error:
            yield Problem(source, name, f"is not a regular expression: {error}")
            continue
        if compiled is not None and is_catastrophic(pattern, compiled):
            yield Problem(
                source,
                name,
                "takes exponential time on some inputs; make sure that no repeat stands inside another "
                "that can match the same text, as in (a+)+",
            )


def _quickly_compiled(pattern: str, ignore_case: bool) -> Any:
    """The compiled pattern where it must be tried, else None: `re` checks the syntax four times as fast as `regex`."""
    import re

    from unstuck.core.backtracking import has_nested_repeat

    try:
        re.compile(pattern)
    except (re.error, RecursionError, OverflowError):
        return compile_pattern(pattern, ignore_case=ignore_case)
    return compile_pattern(pattern, ignore_case=ignore_case) if has_nested_repeat(pattern) else None


def _files(root: Path, problems: list[Problem]) -> Iterable[str]:
    """The records below `root`, in a stable order; schema.json is the models' own file."""
    if root.is_file():
        return [str(root)]
    if not root.is_dir():
        problems.append(Problem(str(root), "", "does not exist; correct the path or remove it from the catalogs"))
        return []
    found: list[str] = []
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        names = [name for name in sorted(names) if name.endswith(".json") and name != "schema.json"]
        found += [f"{folder}{os.sep}{name}" for name in names]
        if len(found) > MOST_FILES:
            message = f"holds more than {MOST_FILES:,} files; name the catalog's own folder"
            problems.append(Problem(str(root), "", message))
            break
    return found


def _json_name(data: object) -> str:
    names = {list: "a list", str: "a string", int: "a number", float: "a number", bool: "true or false"}
    return names.get(type(data), "null")


def _words(message: str, given: object) -> str:
    """pydantic's message with what was given, cut to a length that helps."""
    shown = repr(given)
    shown = shown if len(shown) <= 60 else f"{shown[:57]}..."
    text = message.removeprefix("Value error, ")
    return text if text in ("Field required",) else f"{text} (is {shown})"


@functools.cache
def shipped_catalog() -> Loaded:
    """Our own records alone, read once in a process."""
    return load_catalog()
