"""What can be known of a requirements file, a pip configuration or a pyproject.toml before any tool runs.

Pure and without the network: a file's text, and the files beside it through the world.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion, Version

from unstuck.core.fixes import FileEdit, Fix, edits_between, resolve
from unstuck.core.fixes.action import is_chinese
from unstuck.core.fixes.grammar import split_host
from unstuck.core.fixes.requirement_include import closest_file
from unstuck.core.fixes.requirement_lines import DropPipInstallAction
from unstuck.core.fixes.requirement_name import DISTRIBUTIONS
from unstuck.core.fixes.requirement_spelling import corrected, located, unquoted
from unstuck.core.fixes.trust_host import items_for
from unstuck.core.fixes.world import World
from unstuck.core.locks import generated, is_lock
from unstuck.core.pip_config import setting
from unstuck.core.pyproject import requirements_in
from unstuck.core.requirements import FILE_OPTIONS, INLINE_OPTIONS, Entry, Option, entries
from unstuck.core.signature import Applicability, Kind, Severity
from unstuck.core.text import Position, Span, bare, split_lines

# Names on the index that stand in for another distribution, or that no distribution has.
STUBS = frozenset({"sklearn", "pil", "cv2", "yaml", "skimage", "dotenv"})
MOST_INCLUDED = 50
MOST_FIXED = 200
# Right most of the time: somebody should look at each.
GUESSES = frozenset({"requirements.correct_include"})


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


def check_file(path: str, kind: Kind, text: str, world: World, locale: str = "en") -> list[Check]:
    """The checks of one file, in the order of its text; none for a kind that has none."""
    report = Reporter(path, locale)
    if kind == "requirements":
        check_requirements(report, text, world)
    elif kind == "pyproject":
        _check_pyproject(report, text)
    elif kind == "pip_config":
        from unstuck.core.config_checks import check_config

        check_config(report, text, world)
    found = report.found
    if is_lock(path) or generated(text) is not None:
        # What a tool wrote it would write again.
        found = [replace(check, fixes=()) for check in found]
    return sorted(found, key=lambda check: (check.span, check.code))


def fix_all(path: str, kind: Kind, text: str, world: World) -> FileEdit | None:
    """All the safe fixes of a file's checks in one edit; None where there is nothing to mend."""
    now = text
    seen = {text}
    for _ in range(MOST_FIXED):
        here = replace(world, read=_reading(world, path, now))
        fixes = (
            fix for check in check_file(path, kind, now, here) for fix in check.fixes if fix.applicability == "safe"
        )
        edits = (edit for fix in fixes if isinstance(edit := resolve(fix, here), FileEdit) and edit.after not in seen)
        found = next(edits, None)
        if found is None:
            break
        now = found.after
        seen.add(now)
    return None if now == text else FileEdit(path, text, edits_between(text, now), now)


def _reading(world: World, path: str, text: str) -> Callable[[str], str | None]:
    return lambda place: text if world.same(place, path) else world.read(place)


def check_requirements(report: Reporter, text: str, world: World) -> None:
    listed = entries(text)
    for entry in listed:
        _check_entry(report, entry, world)
    _check_hashes(report, listed)
    _check_duplicates(report, listed, world)
    _check_index(report, listed, world)
    for number, line in enumerate(split_lines(text)):
        if any("\udc80" <= character <= "\udcff" for character in line):
            span = Span(Position(number, 0), Position(number, len(bare(line))))
            fix = report.fix("requirements.to_utf8", {}, "Save as UTF-8", "保存为 UTF-8")
            report.add(span, "requirements/encoding", "error", "Not UTF-8", "不是 UTF-8 编码", fix)
            break


def _check_entry(report: Reporter, entry: Entry, world: World) -> None:
    if entry.kind == "requirement":
        _check_requirement(report, entry)
    elif entry.kind in ("include", "constraint") and "://" not in entry.text and "${" not in entry.text:
        place = str(world.path.join(world.path.dirname(report.path), entry.text))
        if not world.exists(place):
            to = closest_file(entry.text, str(world.path.dirname(report.path)), world, report.path)
            arguments = {"path": entry.text, "to": to}
            fixes = [report.fix("requirements.correct_include", arguments, f"Write {to}", f"改为 {to}")] if to else []
            report.add(
                entry.span, "requirements/missing-file", "error",
                f"There is no file {entry.text}", f"文件 {entry.text} 不存在", *fixes,
            )  # fmt: skip
    for option in entry.options:
        span = entry.logical.span(option.start, option.end)
        if entry.kind in ("requirement", "url"):
            if option.name in INLINE_OPTIONS or DropPipInstallAction.COMMAND.match(entry.logical.text):
                continue
            if option.name not in FILE_OPTIONS:
                _unknown_option(report, span, option, alone=True)
                continue
            fix = report.fix(
                "requirements.split_options",
                {"requirement": entry.logical.text, "line": entry.logical.first + 1, "path": report.path},
                f"Put {option.name} on a line of its own", f"将 {option.name} 单独成行",
            )  # fmt: skip
            report.add(
                span, "requirements/inline-option", "warning",
                f"pip ignores {option.name} behind a requirement", f"pip 会忽略依赖项后面的 {option.name}", fix,
            )  # fmt: skip
        elif option.name not in FILE_OPTIONS:
            _unknown_option(report, span, option, alone=len(entry.options) == 1)
    secret = re.search(r"://[^\s/@:]*:(?!\$\{)[^\s/@]+@", entry.logical.text)
    if secret:
        report.add(
            entry.logical.span(secret.start() + 3, secret.end() - 1), "requirements/secret", "warning",
            "A password in a file that is shared: use a keyring, .netrc or ${VARIABLE}",
            "共享文件中含有密码：请使用 keyring、.netrc 或 ${VARIABLE}",
        )  # fmt: skip


def _unknown_option(report: Reporter, span: Span, option: Option, *, alone: bool) -> None:
    named = re.fullmatch(r"--?[a-z][a-z0-9-]*", option.name) is not None
    fix = report.fix(
        "requirements.remove_option", {"option": option.name}, f"Remove {option.name}", f"移除 {option.name}"
    )
    report.add(
        span, "requirements/unknown-option", "error",
        f"pip does not take {option.name} in a requirements file",
        f"pip 不接受 requirements 文件中的 {option.name}", *([fix] if alone and named else []),
    )  # fmt: skip


def _check_requirement(report: Reporter, entry: Entry) -> None:
    parsed = entry.parsed
    line = entry.logical.first + 1
    if isinstance(parsed, InvalidRequirement):
        if DropPipInstallAction.COMMAND.match(entry.logical.text):
            fix = report.fix("requirements.drop_pip_install", {}, "Keep the requirements only", "只保留依赖项")
            report.add(
                entry.span, "requirements/pasted-command", "error",
                "A command, where a requirement belongs", "此处应为依赖项，而不是命令", fix,
            )  # fmt: skip
            return
        arguments = {"requirement": entry.text, "path": report.path, "line": line}
        attempts: tuple[tuple[str, Callable[[str], str | None]], ...] = (
            ("unquote", unquoted),
            ("correct_operator", corrected),
            ("at_url", located),
        )
        fixes = [
            report.fix(f"requirements.{name}", arguments, f"Write {new}", f"改为 {new}")
            for name, attempt in attempts
            if (new := attempt(entry.text)) is not None
        ]
        reason = str(parsed).splitlines()[0]
        report.add(
            entry.span, "requirements/invalid", "error",
            f"Not a requirement: {reason}", f"不是有效的依赖项：{reason}", *fixes[:1],
        )  # fmt: skip
        return
    assert parsed is not None
    if entry.name in STUBS:
        to = DISTRIBUTIONS[entry.name]
        fix = report.fix(
            "requirements.rename", {"package": parsed.name, "to": to, "path": report.path, "line": line},
            f"Require {to}", f"改为依赖 {to}",
        )  # fmt: skip
        report.add(
            entry.span, "requirements/stub", "warning",
            f"{parsed.name} is an import name: the distribution is {to}",
            f"{parsed.name} 是导入名，发行包名为 {to}", fix,
        )  # fmt: skip
    if not _satisfiable(parsed.specifier):
        report.add(
            entry.span, "requirements/impossible", "error",
            f"No version can satisfy {parsed.specifier}", f"没有版本能满足 {parsed.specifier}",
        )  # fmt: skip


def _check_hashes(report: Reporter, listed: list[Entry]) -> None:
    hashed = any(entry.option("--hash") for entry in listed) or any(
        entry.option("--require-hashes") for entry in listed
    )
    if not hashed:
        return
    for entry in listed:
        requirement = entry.requirement
        if requirement is None:
            continue
        if entry.option("--hash") is None:
            report.add(
                entry.span, "requirements/unhashed", "error",
                "The file has hashes, so pip wants one here too", "文件中有哈希，因此 pip 要求此处也有哈希",
            )  # fmt: skip
        elif requirement.url is None and not any(clause.operator in ("==", "===") for clause in requirement.specifier):
            report.add(
                entry.span, "requirements/unpinned", "error",
                "With a hash, pip wants an exact version: ==", "带哈希时 pip 要求精确版本：==",
            )  # fmt: skip


def _check_duplicates(report: Reporter, listed: list[Entry], world: World) -> None:
    seen: dict[tuple[str, str], tuple[str, Entry]] = {}
    for path, entry in _with_included(report.path, listed, world):
        requirement = entry.requirement
        if requirement is None or entry.name is None:
            continue
        key = (entry.name, str(requirement.marker))
        known = seen.setdefault(key, (path, entry))
        if known[1] is entry or path == known[0] != report.path:
            continue
        # Said where it can be changed: at this file's own line.
        mine, (other_path, other) = (entry, known) if path == report.path else (known[1], (path, entry))
        if known[0] != report.path and path != report.path:
            continue
        assert mine.requirement is not None
        assert other.requirement is not None
        words = report.say("also required here", "此处也有该依赖")
        related = ((other_path, other.span, words),)
        if not _satisfiable(mine.requirement.specifier & other.requirement.specifier):
            report.add(
                mine.span, "requirements/contradiction", "error",
                f"{other.text} elsewhere: no version satisfies both",
                f"别处要求 {other.text}：没有版本能同时满足", related=related,
            )  # fmt: skip
        elif path == report.path == other_path:
            arguments = {"requirement": mine.text, "path": report.path, "line": mine.logical.first + 1}
            fix = report.fix("requirements.remove_duplicate", arguments, "Remove this line", "移除此行")
            report.add(
                mine.span, "requirements/duplicate", "warning",
                f"{requirement.name} is required twice",
                f"{requirement.name} 重复出现", fix, related=related,
            )  # fmt: skip


def _with_included(path: str, listed: list[Entry], world: World) -> Iterator[tuple[str, Entry]]:
    """The entries of a file and of what it includes with -r, each file once; constraints repeat names on purpose."""
    done = {path}
    waiting = [(path, listed)]
    while waiting and len(done) <= MOST_INCLUDED:
        here, found = waiting.pop(0)
        for entry in found:
            yield here, entry
            if entry.kind == "include" and "://" not in entry.text:
                place = str(world.path.normpath(world.path.join(world.path.dirname(here), entry.text)))
                text = None if place in done or not world.inside(place) else world.text(place)
                if text is not None:
                    done.add(place)
                    waiting.append((place, entries(text)))


def _satisfiable(specifier: SpecifierSet) -> bool:
    """Whether some version can satisfy it; True where that is not plain to see."""
    exact = [clause.version for clause in specifier if clause.operator == "==" and not clause.version.endswith(".*")]
    if exact:
        return specifier.contains(exact[0], prereleases=True)
    try:
        lower = [(Version(c.version), c.operator == ">") for c in specifier if c.operator in (">=", ">", "~=")]
        upper = [(Version(c.version), c.operator == "<") for c in specifier if c.operator in ("<=", "<")]
    except InvalidVersion:
        return True
    if not lower or not upper:
        return True
    (low, low_open), (high, high_open) = max(lower), min(upper, key=lambda pair: (pair[0], not pair[1]))
    return low < high or (low == high and not low_open and not high_open)


def _check_index(report: Reporter, listed: list[Entry], world: World) -> None:
    trusted = [option.value or "" for entry in listed for option in entry.options if option.name == "--trusted-host"]
    configured = setting(world, "trusted-host")
    known = [*trusted, *(configured.value.split() if configured else ())]
    urls = []
    for entry in listed:
        for option in entry.options:
            if option.name in ("--index-url", "--extra-index-url", "--find-links") and option.value:
                urls.append(option.value)
                host = host_of(option.value, "http")
                if host and not items_for(host, known) and not is_local(host):
                    report.add(
                        entry.logical.span(option.start, option.end), "requirements/http-index", "warning",
                        f"{host} is asked over http: pip ignores it unless it is trusted. Write https",
                        f"{host} 使用 http：除非受信任，否则 pip 会忽略它。请改用 https",
                    )  # fmt: skip
    hosts = [host for url in urls if (host := host_of(url, "https"))]
    for entry in listed:
        for option in entry.options:
            if option.name == "--trusted-host" and any(items_for(host, [option.value or ""]) for host in hosts):
                report.add(
                    entry.logical.span(option.start, option.end), "requirements/trusted-https", "warning",
                    f"{option.value} has https, but its certificate is not checked: trust its authority (cert) instead",
                    f"{option.value} 使用 https，但不验证其证书：请改为信任其证书颁发机构（cert）",
                )  # fmt: skip


def host_of(url: str, scheme: str) -> str | None:
    """The host and port of a URL of that scheme."""
    try:
        parts = urlsplit(url)
        netloc = parts.netloc.rpartition("@")[2]
        split_host(netloc)
    except ValueError:
        return None
    return netloc if parts.scheme.lower() == scheme and netloc else None


def is_local(host: str) -> bool:
    """Whether pip takes a host as secure without https."""
    name = split_host(host)[0].lower()
    return name in ("localhost", "::1") or name.startswith("127.") or name.endswith(".localhost")


def _check_pyproject(report: Reporter, text: str) -> None:
    try:
        found = requirements_in(text)
    except (ValueError, RecursionError):
        return
    for one in found:
        if one.form != "requirement":
            continue
        try:
            Requirement(one.text)
        except InvalidRequirement as error:
            line = one.span.start.line + 1
            arguments = {"requirement": one.text, "path": report.path, "line": line}
            new = corrected(one.text) or located(one.text)
            action = "correct_operator" if corrected(one.text) else "at_url"
            fixes = [report.fix(f"requirements.{action}", arguments, f"Write {new}", f"改为 {new}")] if new else []
            reason = str(error).splitlines()[0]
            report.add(
                one.span, "pyproject/invalid-requirement", "error",
                f"{one.key}: not a requirement: {reason}", f"{one.key}：不是有效的依赖项：{reason}", *fixes,
            )  # fmt: skip
