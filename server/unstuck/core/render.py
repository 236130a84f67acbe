"""What a person reads of a diagnosis: the diagnostic's message, the hover, the plain text; in English and Chinese.

Everything passes through `redact`, and everything that a log or a record says is escaped: `core/markdown.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from unstuck.core import markdown
from unstuck.core.diagnosis import Diagnosis
from unstuck.core.redact import redact, redact_captures
from unstuck.core.signature import DeadEnd, FixSpec, Outcome, Signature, Workaround, fill

if TYPE_CHECKING:
    from unstuck.core.fixes.action import Fix

# A logical line may hold megabytes: this much is read, and this much shown.
_READ, _SHOWN = 4000, 400

_LAST = 3
_ORDER = {"safe": 0, "display_only": 1, None: 1, "unsafe": 2}

_EN = {
    "what": "What happened",
    "why": "Why",
    "fixes": "What fixes it",
    "dead_ends": "What does not help",
    "known": "How this is known",
    "times": " ({n} times)",
    "printed": "Printed {n} times.",
    "command": "Command: {command}",
    "unsafe": "unsafe",
    "unsafe_because": "unsafe: {why}",
    "not_here": "not here: {why}",
    "run": "run {command}",
    "worked": "worked in {n} of {m} {tool} versions tried",
    "failed": "failed in {n} of {m} {tool} versions tried",
    "with": " ({environment})",
    "helps_estimate": "estimate: helps in {n} %",
    "fails_estimate": "estimate: fails in {n} %",
    "when": "when: {condition}",
    "reproduced": "Reproduced",
    "reproduced_in": "Reproduced with {tools}",
    "documented": "Documented by the tool's own source or manual, not reproduced here",
    "reported": "From public reports, not reproduced here",
    "ai_generated": "Nobody has checked this record; take it as a hint",
    "page": "Documentation",
    "join": "; ",
    "colon": ": ",
    "open": " (",
    "close": ")",
}
_ZH = {
    "what": "发生了什么",
    "why": "原因",
    "fixes": "解决办法",
    "dead_ends": "无效的做法",
    "known": "依据",
    "times": "（{n} 次）",
    "printed": "共出现 {n} 次。",
    "command": "命令：{command}",
    "unsafe": "不安全",
    "unsafe_because": "不安全：{why}",
    "not_here": "此处无效：{why}",
    "run": "运行 {command}",
    "worked": "在试过的 {m} 个 {tool} 版本中有 {n} 个有效",
    "failed": "在试过的 {m} 个 {tool} 版本中有 {n} 个无效",
    "with": "（{environment}）",
    "helps_estimate": "估计：{n}% 有效",
    "fails_estimate": "估计：{n}% 无效",
    "when": "条件：{condition}",
    "reproduced": "已复现",
    "reproduced_in": "已在 {tools} 中复现",
    "documented": "见于工具自身的源码或手册，尚未在此复现",
    "reported": "来自公开报告，尚未在此复现",
    "ai_generated": "此记录未经任何人核实，仅供参考",
    "page": "官方文档",
    "join": "；",
    "colon": "：",
    "open": "（",
    "close": "）",
}


def is_chinese(locale: str) -> bool:
    """Whether a client's locale (zh, zh-CN, zh_TW.UTF-8) asks for Chinese."""
    return re.match(r"(?i)zh(?:[-_.]|$)", locale) is not None


def title(subject: Diagnosis | Signature, locale: str = "en") -> str:
    """One short sentence for a failure: the record's title with its captures, else how its root cause begins."""
    signature, captures = _parts(subject)
    shown = _shown(captures)
    for template in (signature.title_zh, signature.title) if is_chinese(locale) else (signature.title,):
        filled = fill(template, shown) if template else None
        if filled:
            return shorten(redact(filled))
    cause = (is_chinese(locale) and signature.root_cause_zh) or signature.root_cause or signature.signature
    return shorten(redact(first_sentence(cause[:_READ])))


def message(diagnosis: Diagnosis, locale: str = "en") -> str:
    """The diagnostic's message: the title, and how often it happened."""
    words = _ZH if is_chinese(locale) else _EN
    times = words["times"].format(n=diagnosis.occurrences) if diagnosis.occurrences > 1 else ""
    return title(diagnosis, locale) + times


def telling(text: str) -> str:
    """A printed line as it may be shown: no secrets, one line, not endless."""
    return shorten(redact(text[:_READ]))


def shorten(text: str) -> str:
    """`text` in one line of at most 400 characters."""
    text = markdown.clean(text)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1].rstrip() + "…"


def first_sentence(text: str) -> str:
    """The first sentence; a dot inside a name, a version or "e.g." does not end one."""
    match = re.match(r"(.+?(?:(?<!e\.g)(?<!i\.e)(?<!etc)[.!?](?=\s+[A-Z\"'(])|[。！？]))", text, re.DOTALL)
    sentence = match[1] if match else text
    return sentence.strip().removesuffix(".").removesuffix("。")


def render_markdown(subject: Diagnosis | Signature, locale: str = "en", fixes: Iterable[Fix] | None = None) -> str:
    """The hover. `fixes` are those that are offered; without them the record's own are named."""
    return _render(subject, locale, fixes, _Markdown())


def render_text(subject: Diagnosis | Signature, locale: str = "en", fixes: Iterable[Fix] | None = None) -> str:
    """The same for a terminal or a client that shows no Markdown; no line ends in blanks."""
    return _render(subject, locale, fixes, _Plain())


@dataclass
class _Item:
    text: str
    notes: list[str]
    rank: tuple[float, ...] = ()


class _Markdown:
    prose: Callable[[str], str] = staticmethod(markdown.prose)
    code: Callable[[str], str] = staticmethod(markdown.code)
    link: Callable[[str, str], str] = staticmethod(markdown.link)

    def head(self, text: str, identity: str) -> str:
        return f"**{markdown.escape(text)}** {markdown.code(identity)}"

    def label(self, text: str) -> str:
        return f"**{text}**"

    def items(self, items: Sequence[str], numbered: bool) -> str:
        return "\n".join(f"{f'{number}.' if numbered else '-'} {item}" for number, item in enumerate(items, 1))


class _Plain:
    prose: Callable[[str], str] = staticmethod(markdown.clean)
    code: Callable[[str], str] = staticmethod(markdown.clean)

    @staticmethod
    def link(label: str, url: str) -> str:
        return f"{label}: {markdown.clean(url)}"

    def head(self, text: str, identity: str) -> str:
        return f"{markdown.clean(text)} [{identity}]"

    def label(self, text: str) -> str:
        return text

    def items(self, items: Sequence[str], numbered: bool) -> str:
        return "\n".join(f"  {f'{number}.' if numbered else '-'} {item}" for number, item in enumerate(items, 1))


def _render(subject: Diagnosis | Signature, locale: str, fixes: Iterable[Fix] | None, style: _Markdown | _Plain) -> str:
    chinese = is_chinese(locale)
    words = _ZH if chinese else _EN
    signature, _ = _parts(subject)
    blocks = [style.head(title(subject, locale), signature.id)]
    if isinstance(subject, Diagnosis):
        notes = [style.code(telling(subject.finding.text))]
        if subject.occurrences > 1:
            notes.append(words["printed"].format(n=subject.occurrences))
        if subject.command:
            notes.append(words["command"].format(command=style.code(telling(subject.command))))
        blocks.append(f"{style.label(words['what'])}{words['colon']}" + " ".join(notes))
    cause = (chinese and signature.root_cause_zh) or signature.root_cause
    if cause:
        blocks.append(f"{style.label(words['why'])}{words['colon']}{style.prose(redact(cause))}")
    helpful = _fixes(subject, fixes, words, chinese, style) + _workarounds(signature, words, chinese, style)
    # Safety first: advice that gives up nothing comes before an edit that does.
    helpful.sort(key=lambda item: item.rank)
    _section(blocks, words["fixes"], helpful, words, style, numbered=True)
    _section(blocks, words["dead_ends"], _dead_ends(signature, words, chinese, style), words, style, numbered=False)
    blocks.append(f"{style.label(words['known'])}{words['colon']}{_known(signature, words, style)}")
    if markdown.is_web(signature.official_doc_url):
        blocks.append(style.link(signature.official_doc_section or words["page"], signature.official_doc_url or ""))
    return "\n\n".join(blocks)


def _parts(subject: Diagnosis | Signature) -> tuple[Signature, dict[str, str]]:
    return (subject.signature, subject.captures) if isinstance(subject, Diagnosis) else (subject, {})


def _shown(captures: dict[str, str]) -> dict[str, str]:
    return redact_captures({name: value[:_READ] for name, value in captures.items()})


def _section(
    blocks: list[str],
    label: str,
    items: list[_Item],
    words: dict[str, str],
    style: _Markdown | _Plain,
    *,
    numbered: bool,
) -> None:
    if not items:
        return
    lines = []
    for item in items:
        notes = words["join"].join(note for note in item.notes if note)
        lines.append(item.text + (f"{words['open']}{notes}{words['close']}" if notes else ""))
    blocks.append(f"{style.label(label)}\n\n{style.items(lines, numbered)}")


def _fixes(
    subject: Diagnosis | Signature,
    fixes: Iterable[Fix] | None,
    words: dict[str, str],
    chinese: bool,
    style: _Markdown | _Plain,
) -> list[_Item]:
    signature, captures = _parts(subject)
    if fixes is None:
        shown = _shown(captures)
        return [
            _Item(
                style.prose(redact(_spec_title(spec, shown, chinese))),
                _spec_notes(spec, words, style),
                (_ORDER[spec.applicability], 0),
            )
            for spec in signature.fixes
        ]
    items = []
    for fix in fixes:
        notes = []
        if fix.applicability == "unsafe":
            why = style.prose(redact(fix.consequence)) if fix.consequence else ""
            notes.append(words["unsafe_because"].format(why=why) if why else words["unsafe"])
        if fix.command:
            notes.append(words["run"].format(command=style.code(redact(fix.command))))
        if fix.disabled:
            notes.append(words["not_here"].format(why=style.prose(redact(fix.disabled))))
        spec = next((spec for spec in signature.fixes if spec.action == fix.action and spec.name == fix.name), None)
        notes += _outcomes(spec.outcomes, words, style, fixed=True) if spec else []
        unsafe = fix.applicability == "unsafe" or (fix.applicability == "display_only" and fix.consequence)
        order = _LAST if fix.disabled is not None else _ORDER["unsafe" if unsafe else fix.applicability]
        items.append(_Item(style.prose(redact(fix.title)), notes, (order, 0)))
    return items


def _spec_title(spec: FixSpec, captures: dict[str, str], chinese: bool) -> str:
    template = (chinese and spec.title_zh) or spec.title
    # Without a failure's text the places of its captures stay visible: "Trust <host>".
    return fill(template, captures) or re.sub(r"\{([a-z_]+)\}", r"<\1>", template)


def _spec_notes(spec: FixSpec, words: dict[str, str], style: _Markdown | _Plain) -> list[str]:
    notes = [words["unsafe"]] if spec.applicability == "unsafe" else []
    return notes + _outcomes(spec.outcomes, words, style, fixed=True)


def _workarounds(signature: Signature, words: dict[str, str], chinese: bool, style: _Markdown | _Plain) -> list[_Item]:
    def item(number: int, workaround: Workaround) -> _Item | None:
        translated = signature.workarounds_zh[number] if number < len(signature.workarounds_zh) else ""
        text = (chinese and translated) or workaround.how or workaround.action
        if not text:
            return None
        notes = [words["unsafe"]] if workaround.applicability == "unsafe" else []
        if workaround.condition:
            notes.append(words["when"].format(condition=style.prose(redact(workaround.condition))))
        notes += _outcomes(workaround.outcomes, words, style, fixed=True)
        if not workaround.outcomes and workaround.success_rate is not None:
            notes.append(words["helps_estimate"].format(n=_percent(workaround.success_rate)))
        return _Item(
            style.prose(redact(text)), notes, (_ORDER[workaround.applicability], 1, -_rate(workaround.outcomes))
        )

    made = (item(number, workaround) for number, workaround in enumerate(signature.workarounds))
    return [found for found in made if found is not None]


def _rate(outcomes: Sequence[Outcome]) -> float:
    """How often it worked where it was tried; 0 where it never was."""
    tried = sum(len(outcome.versions) for outcome in outcomes)
    return sum(len(outcome.versions) for outcome in outcomes if outcome.fixed) / tried if tried else 0.0


def _dead_ends(signature: Signature, words: dict[str, str], chinese: bool, style: _Markdown | _Plain) -> list[_Item]:
    def item(dead_end: DeadEnd) -> _Item | None:
        action = (chinese and dead_end.action_zh) or dead_end.action
        why = (chinese and dead_end.why_fails_zh) or dead_end.why_fails
        text = words["colon"].join(style.prose(redact(part)) for part in (action, why) if part)
        if not text:
            return None
        notes = []
        if dead_end.condition:
            notes.append(words["when"].format(condition=style.prose(redact(dead_end.condition))))
        notes += _outcomes(dead_end.outcomes, words, style, fixed=False)
        if not dead_end.outcomes and dead_end.fail_rate is not None:
            notes.append(words["fails_estimate"].format(n=_percent(dead_end.fail_rate)))
        return _Item(text, notes)

    return [made for dead_end in signature.dead_ends if (made := item(dead_end)) is not None]


def tried(outcomes: Sequence[Outcome], *, fixed: bool = True) -> dict[tuple[str, str], dict[str, bool]]:
    """Of each tool and environment the versions tried, and whether what was seen there was `fixed`.

    A version that was seen both ways counts against the claim.
    """
    found: dict[tuple[str, str], dict[str, bool]] = {}
    for outcome in outcomes:
        seen = found.setdefault((outcome.tool, outcome.environment), {})
        for version in outcome.versions:
            seen[version] = seen.get(version, True) and outcome.fixed == fixed
    return found


def _outcomes(
    outcomes: Sequence[Outcome], words: dict[str, str], style: _Markdown | _Plain, *, fixed: bool
) -> list[str]:
    """What the lab saw, one phrase for each tool and environment."""
    return [
        words["worked" if fixed else "failed"].format(n=sum(seen.values()), m=len(seen), tool=style.prose(tool))
        + (words["with"].format(environment=style.prose(environment)) if environment else "")
        for (tool, environment), seen in tried(outcomes, fixed=fixed).items()
        if seen
    ]


def _known(signature: Signature, words: dict[str, str], style: _Markdown | _Plain) -> str:
    tools = [
        f"{style.prose(tool)} {', '.join(style.prose(version) for version in versions)}"
        for tool, versions in signature.tested_versions.items()
    ]
    if signature.tier == "reproduced" and tools:
        return words["reproduced_in"].format(tools=words["join"].join(tools))
    return words[signature.tier]


def _percent(rate: float) -> str:
    return f"{round(rate * 100 if rate <= 1 else rate)}"
