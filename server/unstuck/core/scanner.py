"""Findings: which signatures a stretch of text holds, and where."""

from __future__ import annotations

from dataclasses import dataclass, field

from unstuck.core.signature import Signature
from unstuck.core.text import Span


@dataclass(frozen=True, slots=True)
class Finding:
    """One signature matched at one span of a document.

    `span` is what is marked, in the document's own lines and code points; it may cover several physical lines where
    the telling text is wrapped. `text` is the logical line it stands on. `captures` hold the named groups that took
    part, as the tool printed them: they are hostile until their use has checked them.
    """

    signature: Signature
    span: Span
    text: str
    captures: dict[str, str] = field(default_factory=dict)
    pattern: int = 0
