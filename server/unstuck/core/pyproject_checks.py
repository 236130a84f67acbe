"""What can be known of a pyproject.toml or uv.toml before any tool runs."""

from __future__ import annotations

import tomllib

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from unstuck.core.constraints import clauses
from unstuck.core.fixes.grammar import host_of
from unstuck.core.fixes.requirement_name import DISTRIBUTIONS
from unstuck.core.fixes.requirement_spelling import corrected, located
from unstuck.core.fixes.trust_host import items_for
from unstuck.core.fixes.world import World
from unstuck.core.included_checks import satisfiable
from unstuck.core.pyproject import TomlString, groups_in, requirements_in, strings_in
from unstuck.core.reporter import SECRET, STUBS, Reporter

# What constrains the other lists of uv's.
CONSTRAINTS = ("constraint-dependencies",)


def check_pyproject(report: Reporter, text: str, world: World) -> None:
    """Checks one file; nothing is said of a file that is not TOML, which its tools say better."""
    try:
        found = requirements_in(text)
    except (ValueError, RecursionError):
        return
    for one in found:
        if one.form == "requirement":
            _check_requirement(report, one)
        elif one.form == "poetry" and "|" not in one.text and clauses(one.text) is None:
            report.add(
                one.span, "pyproject/invalid-constraint", "error",
                f"{one.key}: Poetry does not understand {one.text}", f"{one.key}：Poetry 无法理解 {one.text}",
            )  # fmt: skip
        if one.form == "source":
            _check_path(report, one, world)
    _check_pins(report, found)
    _check_groups(report, text)
    _check_insecure(report, text)
    for span, value in strings_in(text):
        if SECRET.search(value):
            report.add(
                span, "pyproject/secret", "warning",
                "A password in a file that is shared: use a keyring, .netrc or the environment",
                "共享文件中含有密码：请使用 keyring、.netrc 或环境变量",
            )  # fmt: skip


def _check_requirement(report: Reporter, one: TomlString) -> None:
    try:
        requirement = Requirement(one.text)
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
        return
    name = canonicalize_name(requirement.name)
    if name in STUBS:
        to = DISTRIBUTIONS[name]
        arguments = {"package": requirement.name, "to": to, "path": report.path, "line": one.span.start.line + 1}
        report.add(
            one.span, "pyproject/stub", "warning",
            f"{requirement.name} is an import name: the distribution is {to}",
            f"{requirement.name} 是导入名，发行包名为 {to}",
            report.fix("requirements.rename", arguments, f"Require {to}", f"改为依赖 {to}"),
        )  # fmt: skip
    if not satisfiable(requirement.specifier):
        report.add(
            one.span, "pyproject/impossible", "error",
            f"No version can satisfy {requirement.specifier}", f"没有版本能满足 {requirement.specifier}",
        )  # fmt: skip


def _check_path(report: Reporter, one: TomlString, world: World) -> None:
    """A source below this folder that is not there: the key says whether it is a path."""
    if one.source != "path" or not one.text:
        return
    place = str(world.path.normpath(world.path.join(world.path.dirname(report.path), one.text)))
    if world.inside(place) and not world.is_folder(place) and not world.exists(place):
        report.add(
            one.span, "pyproject/missing-path", "error",
            f"{one.name}: there is nothing at {one.text}", f"{one.name}：{one.text} 不存在",
        )  # fmt: skip


def _check_pins(report: Reporter, found: list[TomlString]) -> None:
    """Lines of one list, and the constraints of all, that no version satisfies together."""
    groups: dict[tuple[str, str], list[tuple[TomlString, Requirement]]] = {}
    for one in found:
        if one.form != "requirement":
            continue
        try:
            requirement = Requirement(one.text)
        except InvalidRequirement:
            continue
        if requirement.url is None:
            key = (canonicalize_name(requirement.name), str(requirement.marker))
            groups.setdefault(key, []).append((one, requirement))
    for group in groups.values():
        for index, (one, requirement) in enumerate(group):
            for other, second in group[:index]:
                lists = (one.key, other.key)
                together = one.key == other.key or any(key.endswith(CONSTRAINTS) for key in lists)
                overridden = any("build" in key or "override" in key for key in lists) and one.key != other.key
                if together and not overridden and not satisfiable(requirement.specifier & second.specifier):
                    words = report.say("also required here", "此处也有该依赖")
                    report.add(
                        one.span, "pyproject/contradiction", "error",
                        f"{other.key} has {other.text}: no version satisfies both",
                        f"{other.key} 要求 {other.text}：没有版本能同时满足",
                        related=((report.path, other.span, words),),
                    )  # fmt: skip
                    break
            else:
                continue
            break


def _check_insecure(report: Reporter, text: str) -> None:
    """Hosts that uv is told to trust though an index of theirs is asked over https."""
    document = tomllib.loads(text)
    tools = document.get("tool")
    table = tools.get("uv") if isinstance(tools, dict) else document
    if not isinstance(table, dict) or not isinstance(table.get("allow-insecure-host"), list):
        return
    indexes = table.get("index")
    listed = [one.get("url") for one in indexes if isinstance(one, dict)] if isinstance(indexes, list) else []
    extra = table.get("extra-index-url")
    urls = [*listed, table.get("index-url"), *(extra if isinstance(extra, list) else ())]
    hosts = [host for url in urls if isinstance(url, str) and (host := host_of(url, "https"))]
    trusted = {
        item
        for item in table["allow-insecure-host"]
        if isinstance(item, str) and any(items_for(host, [item]) for host in hosts)
    }
    for span, value in strings_in(text):
        if value in trusted:
            report.add(
                span, "pyproject/trusted-https", "warning",
                f"{value} has https, but its certificate is not checked: trust its authority (SSL_CERT_FILE) instead",
                f"{value} 使用 https，但不验证其证书：请改为信任其证书颁发机构（SSL_CERT_FILE）",
            )  # fmt: skip


def _check_groups(report: Reporter, text: str) -> None:
    """Groups by PEP 735: what is included must be there, and must not lead back."""
    groups, includes = groups_in(text)
    known: dict[str, list[str]] = {}
    for group, listed in groups.items():
        known.setdefault(canonicalize_name(group), []).extend(canonicalize_name(one) for one in listed)
    for one, group in includes:
        name = canonicalize_name(one.text)
        if name not in known:
            report.add(
                one.span, "pyproject/missing-group", "error",
                f"There is no dependency group {one.text}", f"没有名为 {one.text} 的依赖组",
            )  # fmt: skip
        elif canonicalize_name(group) in _reached(name, known):
            report.add(
                one.span, "pyproject/group-cycle", "error",
                f"{one.text} includes {group} itself", f"{one.text} 又包含了 {group}",
            )  # fmt: skip


def _reached(name: str, known: dict[str, list[str]]) -> set[str]:
    found: set[str] = set()
    waiting = [name]
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += known.get(one, [])
    return found
