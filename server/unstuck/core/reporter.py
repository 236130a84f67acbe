"""What is wrong in a file: how a check says it, and with which fixes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from unstuck.core.fixes.action import Fix, is_chinese
from unstuck.core.signature import Applicability, Severity
from unstuck.core.text import Span

# A password in an address; one that a variable gives is none.
SECRET = re.compile(r"://[^\s/@:]*:(?!\$\{)[^\s/@]+@")
# Names on the index that stand in for another distribution, or that no distribution has.
STUBS = frozenset({"sklearn", "pil", "cv2", "yaml", "skimage", "dotenv"})


@dataclass(frozen=True)
class Check:
    """Something wrong in a file. `fixes` are ready for `resolve`; `related` are (path, span, words) elsewhere."""

    span: Span
    code: str
    severity: Severity
    message: str
    fixes: tuple[Fix, ...] = ()
    related: tuple[tuple[str, Span, str], ...] = ()


class Reporter:
    """Collects checks in one language for one file."""

    def __init__(self, path: str, locale: str) -> None:
        self.path, self.locale = path, locale
        self.found: list[Check] = []

    def say(self, english: str, chinese: str) -> str:
        return chinese if is_chinese(self.locale) else english

    def fix(
        self, action: str, arguments: dict[str, Any], english: str, chinese: str, applicability: Applicability = "safe"
    ) -> Fix:
        return Fix(self.say(english, chinese), action, arguments, applicability, self.path, locale=self.locale)

    def add(
        self,
        span: Span,
        code: str,
        severity: Severity,
        english: str,
        chinese: str,
        *fixes: Fix,
        related: tuple[tuple[str, Span, str], ...] = (),
    ) -> None:
        self.found.append(Check(span, code, severity, self.say(english, chinese), fixes, related))
