"""What a catalog must satisfy, each complaint with its cure: `unstuck catalog check`."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass

from unstuck.core.backtracking import attacks, is_catastrophic
from unstuck.core.catalog import Catalog, Pattern
from unstuck.core.fixes import actions, check_arguments
from unstuck.core.literals import expected
from unstuck.core.scanner import Finding, Options, Scanner
from unstuck.core.signature import CAPTURES, Kind, Signature
from unstuck.core.text import Text

# The slowest made-up input of a page's length may take this long, in seconds.
SLOWEST = 0.1
ATTACK_LENGTH = 4_000
# A branch that stops the prefilter more often than this in a megabyte of any log costs more than all the others.
MOST_STOPS = 150

# Enough for a check on a busy machine: what is slow has a check of its own.
_PATIENT = Options(time_limit=2.0)


@dataclass(frozen=True, slots=True)
class Complaint:
    """What is wrong with a signature: its id, the field, and the message with the cure."""

    id: str
    field: str
    message: str

    def __str__(self) -> str:
        return f"{self.id}: {self.field}: {self.message}"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a check of a catalog is held against besides the catalog itself."""

    captures: Collection[str] | None = None
    """The names of the stored captures, or None where they are not at hand."""
    clean: Iterable[tuple[str, str]] = ()
    """Names and texts of which no signature may speak."""


def check_catalog(
    catalog: Catalog, ids: Collection[str] | None = None, surroundings: Surroundings | None = None
) -> list[Complaint]:
    """All complaints about the signatures `ids`, or about all, in the order of the catalog."""
    scanner = Scanner(catalog, _PATIENT)
    found: list[Complaint] = []
    around = surroundings or Surroundings()
    for signature in catalog:
        if ids is None or signature.id in ids:
            found += check_signature(signature, scanner, around.captures)
    for name, text in around.clean:
        for finding in scanner.scan(Text(text), "log"):
            if ids is None or finding.signature.id in ids:
                line = finding.span.start.line + 1
                message = f"matches line {line} of {name}, where nothing failed: {finding.text[:120]!r}; tighten it"
                found.append(Complaint(finding.signature.id, "regex", message))
    return found


def check_signature(signature: Signature, scanner: Scanner, captures: Collection[str] | None) -> list[Complaint]:
    """The complaints about one signature, whose catalog is the scanner's."""
    checks: tuple[Callable[[], Iterator[tuple[str, str]]], ...] = (
        lambda: _languages(signature),
        lambda: _patterns(signature),
        lambda: _relations(signature, scanner.catalog),
        lambda: _examples(signature, scanner),
        lambda: _fixes(signature),
        lambda: _names(signature),
        lambda: _tier(signature, captures),
    )
    return [Complaint(signature.id, field, message) for check in checks for field, message in check()]


def _languages(signature: Signature) -> Iterator[tuple[str, str]]:
    for name in ("title", "root_cause", "signature"):
        if not getattr(signature, name).strip():
            yield name, "is missing; write one plain sentence"
        if name != "signature" and not _is_chinese(getattr(signature, f"{name}_zh")):
            yield f"{name}_zh", "is missing or not Chinese; translate the English one"
    if len(signature.workarounds_zh) != len(signature.workarounds):
        yield (
            "workarounds_zh",
            f"has {len(signature.workarounds_zh)} entries for {len(signature.workarounds)} workarounds; "
            "keep both lists in the same order",
        )
    for index, workaround in enumerate(signature.workarounds):
        if not (workaround.action or workaround.how).strip():
            yield f"workarounds.{index}.action", "is empty; say what to do"
    for index, text in enumerate(signature.workarounds_zh):
        if not _is_chinese(text):
            yield f"workarounds_zh.{index}", "is not Chinese; translate the workaround"
    for index, dead_end in enumerate(signature.dead_ends):
        for name in ("action", "why_fails"):
            if not getattr(dead_end, name).strip():
                yield f"dead_ends.{index}.{name}", "is empty; a dead end says what people try and why it fails"
            if not _is_chinese(getattr(dead_end, f"{name}_zh")):
                yield f"dead_ends.{index}.{name}_zh", "is missing or not Chinese; translate the English one"
    if signature.role == "cause" and not signature.workarounds:
        yield "workarounds", "is empty; a cause says what helps"
    if not (signature.official_doc_url or "").startswith(("https://", "http://")):
        yield "official_doc_url", "is missing; name the tool's own page, with https"
    for name in ("title", "title_zh"):
        for capture in re.findall(r"\{([a-z_]+)\}", getattr(signature, name)):
            if capture not in CAPTURES:
                yield name, f"uses {{{capture}}}, which is not in the vocabulary of captures"


def _is_chinese(text: str) -> bool:
    return any("\u4e00" <= character <= "\u9fff" for character in text)


def _patterns(signature: Signature) -> Iterator[tuple[str, str]]:
    import regex

    for index in range(len(signature.regexes)):
        pattern = Pattern(signature, index)
        name = _pattern_name(index)
        try:
            compiled = pattern.compiled
        except regex.error as error:
            yield name, f"is not a regular expression: {error}"
            continue
        if not pattern.alternatives:
            yield name, "requires no literal of two characters or more in every branch; add the words that always stand"
        elif (often := max(map(expected, pattern.alternatives))) > MOST_STOPS:
            yield (
                name,
                f"has a branch that asks for nothing rarer than words which stand {often:.0f} times in a megabyte of "
                "any log; name what else always stands there",
            )
        for group in compiled.groupindex:
            if group not in CAPTURES:
                yield name, f"has the group {group!r}; use one of the vocabulary: {', '.join(sorted(CAPTURES))}"
        if is_catastrophic(pattern.source, compiled):
            yield name, "takes exponential time on some inputs; no repeat may hold another that matches the same text"
        elif (seconds := _slowest(pattern)) > SLOWEST:
            yield (
                name,
                f"takes {seconds:.2f} s on {ATTACK_LENGTH} hostile characters; bound its repeats, as in .{{0,200}}",
            )


def _slowest(pattern: Pattern) -> float:
    slowest = 0.0
    for attack in attacks(pattern.source, length=ATTACK_LENGTH):
        start = time.process_time()
        try:
            pattern.compiled.search(attack, timeout=2)
        except TimeoutError:
            return 2.0
        slowest = max(slowest, time.process_time() - start)
    return slowest


def _pattern_name(index: int) -> str:
    return "regex" if index == 0 else f"patterns.{index - 1}"


def _relations(signature: Signature, catalog: Catalog) -> Iterator[tuple[str, str]]:
    graph = signature.transition_graph
    for name in ("leads_to", "preceded_by", "frequently_confused_with"):
        for id in getattr(graph, name):
            if not catalog.named(id):
                yield f"transition_graph.{name}", f"names {id!r}, which is not in the catalog"
            if id == signature.id:
                yield f"transition_graph.{name}", "names the signature itself"


def _examples(signature: Signature, scanner: Scanner) -> Iterator[tuple[str, str]]:
    kinds = signature.documents
    if not signature.examples.matches:
        yield "examples.matches", "is empty; add what the tool printed, with the captures"
    related = _related(signature.id, scanner.catalog)
    if not _own(signature, _scan(signature.signature, kinds, scanner)):
        yield "signature", "is not matched by any pattern of the record"
    for index, example in enumerate(signature.examples.matches):
        name = f"examples.matches.{index}"
        findings = _scan(example.text, kinds, scanner)
        own = _own(signature, findings)
        if not own:
            yield name, "is not matched by any pattern of the record"
        elif own[0].captures != example.captures:
            yield f"{name}.captures", f"expected {example.captures}, found {own[0].captures}"
        for finding in findings:
            if finding.signature.id != signature.id and finding.signature.id not in related:
                yield name, f"is claimed by {finding.signature.id} too; tell them apart, or name it in transition_graph"
    for index, text in enumerate(signature.examples.non_matches):
        if _own(signature, _scan(text, kinds, scanner)):
            yield f"examples.non_matches.{index}", "is matched; tighten the pattern"


def _related(id: str, catalog: Catalog) -> set[str]:
    """The signatures that may speak on the same text: causes and symptoms of this one, over any number of steps."""
    leads_to = catalog.leads_to
    before = {cause for cause, following in leads_to.items() if id in following}
    # Two symptoms of one cause stand in the same text as well.
    return before | set(leads_to.get(id, ())) | {other for cause in before for other in leads_to.get(cause, ())}


def _scan(text: str, kinds: list[Kind], scanner: Scanner) -> list[Finding]:
    return scanner.scan(Text(text), kinds[0])


def _own(signature: Signature, findings: list[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.signature.id == signature.id]


def _names(signature: Signature) -> Iterator[tuple[str, str]]:
    """What the lab calls each thing by, and writes its outcomes to."""
    seen: set[str] = set()
    for field in ("workarounds", "dead_ends", "fixes"):
        for index, entry in enumerate(getattr(signature, field)):
            if entry.name and entry.name in seen:
                yield f"{field}.{index}.name", f"{entry.name!r} is taken in this record: their outcomes would mix"
            seen.add(entry.name)


def _fixes(signature: Signature) -> Iterator[tuple[str, str]]:
    names = {name for source in signature.regexes for name in re.findall(r"\(\?P<([a-z_]+)>", source)}
    for index, fix in enumerate(signature.fixes):
        name = f"fixes.{index}"
        if not _is_chinese(fix.title_zh):
            yield f"{name}.title_zh", "is missing or not Chinese; translate the title"
        for problem in check_arguments(fix.action, fix.arguments):
            yield name, problem
        text = str(fix.arguments) + fix.title + fix.title_zh
        action = actions().get(fix.action)
        known = names | _from_symptoms(signature) | (action.found if action else set())
        for field in sorted({*re.findall(r"\{([a-z_]+)\}", text)} - known):
            yield name, f"needs the capture {{{field}}}, which no pattern of the record has"


def _from_symptoms(signature: Signature) -> set[str]:
    """Captures that a diagnosis may take from its symptoms, so that a fix may use them."""
    return {"host", "url", "requirement", "package", "index"} if signature.transition_graph.leads_to else set()


def _tier(signature: Signature, captures: Collection[str] | None) -> Iterator[tuple[str, str]]:
    if signature.verification_tier not in ("reproduced", "documented", "reported"):
        yield "verification_tier", f"is {signature.verification_tier!r}; use reproduced, documented or reported"
    if signature.tier == "reproduced" and not signature.evidence:
        yield "evidence", "is empty though the tier is reproduced; run the lab with --record, or lower the tier"
    for index, entry in enumerate(signature.evidence):
        if captures is not None and entry.capture not in captures:
            yield (
                f"evidence.{index}.capture",
                f"names {entry.capture!r}, which is not stored; run the lab with --record",
            )
