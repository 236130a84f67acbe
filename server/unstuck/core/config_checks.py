"""What can be known of a pip configuration file before pip runs."""

from __future__ import annotations

import re

from pydantic import ValidationError

from unstuck.core.fixes.grammar import host_of, is_local, split_host
from unstuck.core.fixes.pip_option import KNOWN, RemoveRepeated, RemoveRepeatedAction
from unstuck.core.fixes.trust_host import items_for
from unstuck.core.fixes.world import World
from unstuck.core.ini import Option, Unreadable, Values, find, load, locate
from unstuck.core.pip_config import setting
from unstuck.core.reporter import SECRET, Reporter
from unstuck.core.text import Position, Span, bare, split_lines

# Sections that pip gives a meaning: `global`, and one for each command.
SECTIONS = frozenset(
    {
        "global", "install", "download", "uninstall", "freeze", "inspect", "list", "show", "check", "config", "search",
        "cache", "index", "wheel", "hash", "completion", "debug", "help", "lock", "DEFAULT",
    }
)  # fmt: skip


def check_config(report: Reporter, text: str, world: World) -> None:
    """Checks one configuration file; which hosts are asked and trusted, other files and variables may say as well."""
    lines = split_lines(text)
    try:
        values = load(text)
    except Unreadable as error:
        match = re.match(r"line (\d+)", str(error))
        number = min(int(match[1]), len(lines)) - 1 if match else 0
        loadable = RemoveRepeatedAction().apply(RemoveRepeated(), text)
        fixes = []
        if isinstance(loadable, str) and loadable != text:
            fixes = [report.fix("pip_config.remove_repeated", {}, "Join the repeated keys", "合并重复的键")]
        report.add(
            _line_span(lines, number), "pip_config/unreadable", "error",
            f"pip refuses the whole file: {error}", f"pip 会拒绝整个文件：{error}", *fixes,
        )  # fmt: skip
        return
    located = locate(text)
    for part in located:
        if part.name not in SECTIONS and not re.fullmatch(r"[a-z-]+", part.name):
            continue
        if part.name not in SECTIONS:
            report.add(
                _line_span(lines, part.line), "pip_config/unknown-section", "warning",
                f"pip has no command {part.name}: nothing in this section is read",
                f"pip 没有 {part.name} 命令：此节不会被读取",
            )  # fmt: skip
        for option in part.options:
            value = values.get(part.name, {}).get(option.name)
            if value is not None and find([part], part.name, option.name) is option:
                _check_option(report, lines, option, value, (values, world))


def _said(name: str, values: Values, world: World) -> list[str]:
    """The items of a list option: of this file, and what pip would use beside it."""
    elsewhere = setting(world, name)
    own = [item for section in values.values() for item in section.get(name, "").split()]
    return own + (elsewhere.value.split() if elsewhere is not None else [])


def _check_option(
    report: Reporter, lines: list[str], option: Option, value: str, context: tuple[Values, World]
) -> None:
    values, world = context
    span = Span(_line_span(lines, option.lines[0]).start, _line_span(lines, option.lines[-1]).end)
    if option.name == "trusted-host":
        _check_trusted(report, span, value, context)
    elif option.name in ("index-url", "extra-index-url", "find-links"):
        trusted = _said("trusted-host", values, world)
        for url in value.split():
            host = host_of(url, "http")
            if host and not items_for(host, trusted) and not is_local(host):
                fix = report.fix(
                    "pip_config.https_index", {"host": host}, f"Ask {host} over https", f"通过 https 访问 {host}"
                )
                report.add(
                    span, "pip_config/http-index", "warning",
                    f"{host} is asked over http: pip ignores it unless it is trusted",
                    f"{host} 使用 http：除非受信任，否则 pip 会忽略它", fix,
                )  # fmt: skip
            if SECRET.search(url):
                report.add(
                    span, "pip_config/secret", "information",
                    "A password in a plain file: a keyring or .netrc keeps it better",
                    "明文文件中含有密码：更适合使用 keyring 或 .netrc",
                )  # fmt: skip
    elif option.name in KNOWN and value.strip():
        try:
            KNOWN[option.name].validate_python(value.strip())
        except ValidationError as error:
            reason = error.errors()[0]["msg"].removeprefix("Value error, ")
            if option.name not in ("timeout", "retries") and reason != "is not a boolean":
                return
            fix = report.fix(
                "pip_config.remove_option", {"option": option.name, "value": " ".join(value.split())},
                f"Remove {option.name}", f"移除 {option.name}",
            )  # fmt: skip
            report.add(
                span, "pip_config/bad-value", "error",
                f"{option.name}: {' '.join(value.split())} {reason}",
                f"{option.name} 的值无效：{' '.join(value.split())}", fix,
            )  # fmt: skip


def _check_trusted(report: Reporter, span: Span, value: str, context: tuple[Values, World]) -> None:
    urls = [url for name in ("index-url", "extra-index-url", "find-links") for url in _said(name, *context)]
    hosts = [host for url in urls if (host := host_of(url, "https"))]
    for item in value.split():
        try:
            split_host(item)
        except ValueError:
            report.add(
                span, "pip_config/bad-host", "error",
                f"{item} trusts nothing: write HOST or HOST:PORT, without a scheme, path, comma, quote or *",
                f"{item} 不起作用：请写 HOST 或 HOST:PORT，不带协议、路径、逗号、引号或 *",
            )  # fmt: skip
            continue
        if any(items_for(host, [item]) for host in hosts):
            fix = report.fix(
                "pip_config.stop_trusting_host", {"host": item}, f"Stop trusting {item}", f"不再信任 {item}"
            )
            report.add(
                span, "pip_config/trusted-https", "warning",
                f"{item} has https, but its certificate is not checked: trust its authority (cert) instead",
                f"{item} 使用 https，但不验证其证书：请改为信任其证书颁发机构（cert）", fix,
            )  # fmt: skip


def _line_span(lines: list[str], number: int) -> Span:
    line = bare(lines[number])
    start = len(line) - len(line.lstrip())
    return Span(Position(number, start), Position(number, max(start, len(line.rstrip()))))
