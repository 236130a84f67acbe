"""What can be known of a requirements file, a pip configuration or a pyproject.toml before any tool runs.

Pure and without the network: a file's text, and the files beside it through the world.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from packaging.requirements import InvalidRequirement

from unstuck.core.config_checks import check_config
from unstuck.core.fixes import FileEdit, edits_between, resolve
from unstuck.core.fixes.requirement_file import included_path
from unstuck.core.fixes.requirement_include import closest_file
from unstuck.core.fixes.requirement_lines import DropPipInstallAction
from unstuck.core.fixes.requirement_name import DISTRIBUTIONS
from unstuck.core.fixes.requirement_spelling import corrected, located, unquoted
from unstuck.core.fixes.world import World
from unstuck.core.included_checks import check_together, satisfiable
from unstuck.core.locks import generated, is_lock
from unstuck.core.pyproject_checks import check_pyproject
from unstuck.core.reporter import SECRET, STUBS, Check, Reporter
from unstuck.core.requirements import FILE_OPTIONS, INLINE_OPTIONS, Entry, Option, entries
from unstuck.core.signature import Kind
from unstuck.core.text import Position, Span, bare, split_lines

__all__ = ["Check", "check_file", "fix_all"]

MOST_FIXED = 200
# Right most of the time; where packages come from and how a host is checked is for a person to decide, each by itself.
GUESSES = frozenset(
    {
        "requirements.correct_include", "requirements.https_index", "requirements.stop_trusting_host",
        "pip_config.https_index", "pip_config.stop_trusting_host",
    }
)  # fmt: skip


def check_file(path: str, kind: Kind, text: str, world: World, locale: str = "en") -> list[Check]:
    """The checks of one file, in the order of its text; none for a kind that has none."""
    report = Reporter(path, locale)
    if kind == "requirements":
        check_requirements(report, text, world)
    elif kind == "pyproject":
        check_pyproject(report, text, world)
    elif kind == "pip_config":
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
            fix
            for check in check_file(path, kind, now, here)
            for fix in check.fixes
            if fix.applicability == "safe" and fix.action not in GUESSES
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
    check_together(report, listed, world)
    for number, line in enumerate(split_lines(text)):
        if any("\udc80" <= character <= "\udcff" for character in line):
            span = Span(Position(number, 0), Position(number, len(bare(line))))
            fix = report.fix("requirements.to_utf8", {}, "Save as UTF-8", "保存为 UTF-8")
            report.add(span, "requirements/encoding", "error", "Not UTF-8", "不是 UTF-8 编码", fix)
            break


def _check_entry(report: Reporter, entry: Entry, world: World) -> None:
    if entry.kind == "requirement":
        _check_requirement(report, entry)
    elif (place := included_path(report.path, entry, world)) is not None:
        if world.is_folder(place):
            report.add(
                entry.span, "requirements/missing-file", "error",
                f"{entry.text} is a folder: name a file in it", f"{entry.text} 是文件夹：请指定其中的文件",
            )  # fmt: skip
        elif not world.exists(place):
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
        elif option.name == "--hash":
            report.add(
                span, "requirements/stray-hash", "warning",
                "pip ignores a hash on a line of its own: write it behind its requirement",
                "单独成行的哈希会被 pip 忽略：请写在依赖项后面",
            )  # fmt: skip
        elif option.name not in FILE_OPTIONS:
            _unknown_option(report, span, option, alone=len(entry.options) == 1)
    secret = SECRET.search(entry.logical.text)
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
    if not satisfiable(parsed.specifier):
        report.add(
            entry.span, "requirements/impossible", "error",
            f"No version can satisfy {parsed.specifier}", f"没有版本能满足 {parsed.specifier}",
        )  # fmt: skip
