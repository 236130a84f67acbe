"""Diagnoses: one failure as a person sees it."""

from __future__ import annotations

from dataclasses import dataclass, field

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
