"""Diagnoses: one failure as a person sees it.

Findings are taken run by run: a command, or what stands between two signs that something else began. Within a run the
repeats of a finding are one failure, what a cause leads to is folded under it, and the earliest cause wins.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from unstuck.core.installed import Installed, later, wanted
from unstuck.core.scanner import Finding
from unstuck.core.signature import Signature
from unstuck.core.text import Span


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One failure: the root cause's finding, its repeats counted, its symptoms folded under it.

    `captures` are those of the cause, completed by its repeats' and symptoms' (a retry warning has no host, a later
    line has). `occurrences` counts how often the telling line itself was printed.
    """

    finding: Finding
    captures: dict[str, str] = field(default_factory=dict)
    occurrences: int = 1
    repeats: tuple[Finding, ...] = ()
    symptoms: tuple[Finding, ...] = ()
    command: str | None = None

    @property
    def signature(self) -> Signature:
        return self.finding.signature

    @property
    def span(self) -> Span:
        return self.finding.span

    @property
    def spans(self) -> tuple[Span, ...]:
        """Everything that belongs to this failure: hover answers on each of them."""
        return (self.span, *(finding.span for finding in (*self.repeats, *self.symptoms)))


@dataclass(frozen=True, slots=True)
class Command:
    """A command that was run in a document, on the lines from `first` up to and without `last`."""

    first: int
    last: int | None = None
    """None while it runs, or where nobody told its end."""
    line: str = ""
    exit_code: int | None = None

    @property
    def succeeded(self) -> bool:
        return self.exit_code == 0


# A finding is compared with this many groups of its signature, the latest ones.
MOST_COMPARED = 20

# Captures that tell two failures of one signature apart: two hosts are two failures, two retries of one are not.
_IDENTITY = (
    "host", "package", "requirement", "module", "path", "header", "library", "tool", "name", "option", "extra", "url",
)  # fmt: skip


def diagnose(
    findings: Sequence[Finding],
    leads_to: Mapping[str, frozenset[str]],
    commands: Sequence[Command] = (),
    muted: Callable[[Signature], bool] | None = None,
    installed: Sequence[Installed] = (),
) -> tuple[Diagnosis, ...]:
    """The failures that `findings`, in order, tell of.

    What fails over a distribution that a later command has `installed` is dealt with. What is `muted` keeps its
    symptoms to itself: it is left out with all that follows from it.

    `leads_to` is the catalog's: for a cause the ids of what follows from it. `commands` are in order and divide the
    document; a command that ended in success takes the failures of the same command line before it away, and has
    none of its own.
    """
    succeeded = {
        same_command(command.line): command.first for command in commands if command.succeeded and command.line
    }
    result: list[Diagnosis] = []
    for command, run in _runs(findings, commands):
        if command is not None and command.succeeded:
            # Warnings of a command that went well are worth telling; a failure that it survived is not.
            run = [finding for finding in run if finding.signature.severity != "error"]
        if command is not None and succeeded.get(same_command(command.line), -1) > command.first:
            continue
        told = _of_run(run, leads_to, command.line if command is not None and command.line else None)
        end = _end_of(run, commands) if installed else 0
        # A warning is about what was installed, and stands.
        result += (
            one
            for one in told
            if one.signature.severity != "error" or not (installed and later(installed, end, wanted(one.captures)))
        )
    if muted is not None:
        result = [_unmuted(diagnosis, muted) for diagnosis in result if not muted(diagnosis.signature)]
    return tuple(sorted(result, key=lambda diagnosis: diagnosis.span))


def _unmuted(diagnosis: Diagnosis, muted: Callable[[Signature], bool]) -> Diagnosis:
    symptoms = tuple(finding for finding in diagnosis.symptoms if not muted(finding.signature))
    return diagnosis if len(symptoms) == len(diagnosis.symptoms) else replace(diagnosis, symptoms=symptoms)


def _end_of(run: Sequence[Finding], commands: Sequence[Command]) -> int:
    """The line on which something else begins than what these findings are of."""
    last = max((finding.span.end.line for finding in run), default=0)
    return min((command.first for command in commands if command.first > last), default=last + 1)


def same_command(line: str) -> str:
    """A command line as it is compared with another: without what does not change what it does."""
    return " ".join(line.split())


def _runs(findings: Sequence[Finding], commands: Sequence[Command]) -> Iterable[tuple[Command | None, list[Finding]]]:
    if not commands:
        yield None, list(findings)
        return
    runs: list[tuple[Command | None, list[Finding]]] = [(None, [])]
    waiting = list(commands)
    for finding in findings:
        line = finding.span.start.line
        while waiting and waiting[0].first <= line:
            runs.append((waiting.pop(0), []))
        command = runs[-1][0]
        if command is not None and command.last is not None and line >= command.last:
            runs.append((None, []))
        runs[-2 if _is_repeated(runs, finding) else -1][1].append(finding)
    yield from runs


def _is_repeated(runs: Sequence[tuple[Command | None, list[Finding]]], finding: Finding) -> bool:
    """Whether this is a warning that its command printed before, repeated behind the command's own sign of success."""
    command = runs[-1][0]
    if len(runs) < 2 or command is None or command.line or command.last is not None:
        return False
    return finding.signature.severity != "error" and any(
        (other.signature.id, other.captures) == (finding.signature.id, finding.captures)
        for other in runs[-2][1][-MOST_COMPARED:]
    )


def _of_run(
    findings: list[Finding], leads_to: Mapping[str, frozenset[str]], command: str | None
) -> Iterable[Diagnosis]:
    groups = _groups(findings)
    earliest: dict[str, int] = {}
    for index, group in enumerate(groups):
        earliest.setdefault(group[0].signature.id, index)
    owner = {
        index: cause
        for index, group in enumerate(groups)
        if (cause := _cause_of(index, group[0].signature.id, earliest, leads_to)) is not None
    }
    symptoms: dict[int, list[Finding]] = {}
    for index in owner:
        symptoms.setdefault(_root(index, owner), []).extend(groups[index])
    for index, group in enumerate(groups):
        if index not in owner:
            yield _diagnosis(group, symptoms.get(index, []), command)


def _groups(findings: list[Finding]) -> list[list[Finding]]:
    """Findings of one signature that are one failure, in order of their first: their captures do not contradict each
    other, or it cascades."""
    groups: list[list[Finding]] = []
    merged: list[dict[str, str]] = []
    latest: dict[str, list[int]] = {}
    for finding in findings:
        for index in reversed(latest.get(finding.signature.id, [])[-MOST_COMPARED:]):
            if finding.signature.cascades or _agree(merged[index], finding.captures):
                groups[index].append(finding)
                merged[index] = {**finding.captures, **merged[index]}
                break
        else:
            latest.setdefault(finding.signature.id, []).append(len(groups))
            groups.append([finding])
            merged.append(dict(finding.captures))
    return groups


def _agree(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    return all(_same(one[name], other[name]) for name in _IDENTITY if name in one and name in other)


def _same(one: str, other: str) -> bool:
    """Whether two captures may be the same thing: a host with and without its port, a name in another spelling."""
    one, other = _normal(one), _normal(other)
    return one == other or one.partition(":")[0] == other.partition(":")[0]


@lru_cache(maxsize=1_000)
def _normal(text: str) -> str:
    # Each is compared with many.
    return re.sub(r"[-_.]+", "-", text.lower())


def _cause_of(index: int, id: str, earliest: Mapping[str, int], leads_to: Mapping[str, frozenset[str]]) -> int | None:
    """The group that group `index` follows from: the earliest that leads to its signature, or none."""
    causes = [
        other
        for cause, other in earliest.items()
        # Of two that lead to each other the earlier one is the cause.
        if cause != id and id in leads_to.get(cause, ()) and not (cause in leads_to.get(id, ()) and other > index)
    ]
    return min(causes, default=None)


def _root(index: int, owner: Mapping[int, int]) -> int:
    seen = {index}
    while index in owner and owner[index] not in seen:
        index = owner[index]
        seen.add(index)
    return index


def _diagnosis(group: list[Finding], symptoms: list[Finding], command: str | None) -> Diagnosis:
    first = group[0]
    captures: dict[str, str] = {}
    for finding in (*group, *symptoms):
        for name, value in finding.captures.items():
            captures.setdefault(name, value)
    occurrences = sum(finding.pattern == first.pattern for finding in group)
    return Diagnosis(first, captures, occurrences, tuple(group[1:]), tuple(symptoms), command)
