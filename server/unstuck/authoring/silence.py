"""Why a signature stays silent on a text: what was required and missing, or how far its pattern came."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from unstuck.core.catalog import Catalog, Pattern, compile_pattern
from unstuck.core.literals import Alternative, ascii_lower, squeeze
from unstuck.core.scanner import Scanner
from unstuck.core.signature import Kind, Signature
from unstuck.core.text import Text
from unstuck.core.view import View

# A longer text is looked at up to here: an author tests the output of one failure.
MOST_LINES = 5_000
# A signature is near where so much of its words stands in the text.
NEAR = 0.6

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Silence:
    """Why one signature said nothing; `near` is how much of what it requires stands in the text, 0 to 1."""

    signature: Signature
    near: float
    reason: str


class Silences:
    """Explains what the signatures of a catalog miss in one text."""

    def __init__(self, catalog: Catalog, text: Text, kind: Kind, scanner: Scanner) -> None:
        self._catalog = catalog
        self._kind = kind
        self._scanner = scanner
        view = View(text)
        self._lines = [view.alone(number).text for number in range(min(len(text), MOST_LINES))]
        self._words = [_words_of(line) for line in self._lines]
        self._all = set().union(*self._words)
        self._patterns: dict[str, list[Pattern]] = {}
        for pattern in catalog.patterns:
            self._patterns.setdefault(pattern.signature.id, []).append(pattern)

    def nearest(self, speaking: Iterable[str], count: int) -> list[Silence]:
        """The silent signatures of which the most stands in the text, the nearest first."""
        silent = set(speaking)
        ranked = sorted(
            (
                (-self._near(signature), signature.id, signature)
                for signature in self._catalog
                if signature.id not in silent
            ),
            key=lambda entry: entry[:2],
        )
        chosen = [signature for near, _, signature in ranked[: 4 * count] if near <= -NEAR]
        silences = [self.explain(signature) for signature in chosen]
        return sorted(silences, key=lambda silence: -silence.near)[:count]

    def explain(self, signature: Signature) -> Silence:
        """Why this one is silent."""
        if self._kind not in signature.documents:
            kinds = ", ".join(signature.documents)
            return Silence(signature, 1.0, f"it speaks on {kinds} only, and this is read as {self._kind}")
        if signature.id in self._scanner.given_up:
            return Silence(signature, 1.0, "its pattern ran out of time")
        reasons = [self._of_pattern(pattern) for pattern in self._patterns[signature.id]]
        near, reason = max(reasons, key=lambda entry: entry[0])
        return Silence(signature, near, reason)

    def _near(self, signature: Signature) -> float:
        """How much of the words of its nearest alternative stands anywhere in the text."""
        return max(
            (
                _share(alternative, self._all)
                for pattern in self._patterns[signature.id]
                for alternative in pattern.alternatives or ()
            ),
            default=0.0,
        )

    def _of_pattern(self, pattern: Pattern) -> tuple[float, str]:
        name = "regex" if pattern.index == 0 else f"patterns.{pattern.index - 1}"
        reach = pattern.newlines + 1
        best: tuple[float, int, Alternative] | None = None
        for alternative in pattern.alternatives or ():
            for number in range(len(self._lines)):
                words = self._words[number] if reach == 1 else set().union(*self._words[number : number + reach])
                share = _share(alternative, words)
                if share and (best is None or share > best[0]):
                    best = (share, number, alternative)
        if best is None:
            needs = _named(pattern.alternatives[0]) if pattern.alternatives else "nothing in particular"
            return 0.0, f"{name} requires {needs}; none of it is in the text"
        share, number, alternative = best
        squeezed = squeeze("".join(self._lines[number : number + reach]))
        missing = [clause for clause in alternative if not _has(clause, squeezed)]
        progress = how_far(pattern, "\n".join(self._lines[number : number + reach]))
        if missing:
            return share * 0.9, f"{name} requires {_named(missing)}, which is not on line {number + 1}; {progress}"
        return share, f"{name} has all its words on line {number + 1}, but {progress}"


def _words_of(text: str) -> set[str]:
    return set(_WORD.findall(ascii_lower(text)))


def _share(alternative: Alternative, words: set[str]) -> float:
    """How much of an alternative's words, by length, is among `words`."""
    total = held = 0
    for clause in alternative:
        # The literal that comes nearest stands for its clause.
        counts = []
        for literal in clause:
            parts = _words_of(literal) or {literal}
            counts.append((sum(map(len, parts & words)), sum(map(len, parts))))
        there, every = max(counts, key=lambda count: count[0] / count[1])
        held += there
        total += every
    return held / total


def _has(clause: Iterable[str], squeezed: str) -> bool:
    return any("".join(literal.split()) in squeezed for literal in clause)


def _named(clauses: Sequence[Iterable[str]]) -> str:
    """Clauses as a person reads them: each by its literals."""
    return " and ".join(
        " or ".join(repr(literal.strip()) for literal in sorted(clause)[:3])
        + (" or …" if len(list(clause)) > 3 else "")
        for clause in clauses
    )


def how_far(pattern: Pattern, text: str) -> str:
    """How far a pattern that does not match comes in `text`: its longest beginning that does."""
    flags = pattern.signature.ignore_case
    best = ("", "", "")
    for pieces in _branches(pattern.source):
        matched, found = 0, None
        for count in range(1, len(pieces) + 1):
            match = _search("".join(pieces[:count]), text, ignore_case=flags)
            if match is None:
                break
            matched, found = count, match
        if found is not None and matched < len(pieces) and len(found[0]) > len(best[0]):
            after = text[found.end() : found.end() + 30]
            best = (found[0], "".join(pieces[matched:])[:40], after)
    matched_text, expected, after = best
    if not matched_text:
        return "not in the order or the places that the pattern says"
    goes_on = f"the line goes on with {after!r}" if after else "the line ends there"
    return f"after {matched_text[-40:]!r} the pattern wants {expected!r} and {goes_on}"


def _search(source: str, text: str, *, ignore_case: bool) -> Any:
    import regex

    try:
        return compile_pattern(source, ignore_case=ignore_case).search(text, timeout=1)
    except (regex.error, TimeoutError):
        return None


_PIECE = re.compile(r"\\(?:[pPN]\{[^}]*\}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)|.", re.DOTALL)
_REPEAT = re.compile(r"(?:[*+?]|\{\d*,?\d*\})[?+]?")


def _pieces(source: str) -> list[str]:
    """A pattern cut at its top level: characters, classes and groups with their repeats, `|` by itself."""
    pieces: list[str] = []
    depth = start = at = 0
    in_class = False
    while at < len(source):
        match = _PIECE.match(source, at)
        token = match[0] if match else source[at]
        at += len(token)
        if in_class:
            in_class = token != "]"
        elif token == "[":
            in_class = True
            # A bracket right at the beginning is a character of the class.
            at += source.startswith("^", at)
            at += source.startswith("]", at)
        elif token in "()":
            depth += 1 if token == "(" else -1
        if depth == 0 and not in_class:
            repeat = _REPEAT.match(source, at)
            at = repeat.end() if repeat else at
            pieces.append(source[start:at])
            start = at
    if start < len(source):
        pieces.append(source[start:])
    return pieces


def _branches(source: str) -> list[list[str]]:
    branches: list[list[str]] = [[]]
    for piece in _pieces(source):
        if piece == "|":
            branches.append([])
        else:
            branches[-1].append(piece)
    return branches
