"""What can be known of requirements files that pip reads together: pins, hashes, indexes, and what includes what."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from unstuck.core.fixes.grammar import host_of, is_local
from unstuck.core.fixes.trust_host import items_for
from unstuck.core.fixes.world import World
from unstuck.core.included import Line, Tree, trees_with
from unstuck.core.pip_config import setting
from unstuck.core.reporter import Reporter
from unstuck.core.requirements import Entry, Option
from unstuck.core.text import Span

MOST_RELATED = 5


def check_together(report: Reporter, listed: list[Entry], world: World) -> None:
    """Checks a file's lines against each other and against those of the files that pip reads with it."""
    trees = list(trees_with(report.path, listed, world))
    told: set[Span] = set()
    for tree in trees:
        _check_pins(report, tree, world, told)
        _check_hashes(report, tree, world, told)
        _check_constraints(report, tree, told)
    _check_cycles(report, trees[0])
    _check_index(report, trees, world)


def _own(report: Reporter, lines: Iterable[Line]) -> list[Line]:
    return [line for line in lines if line.path == report.path]


# Pins


def _check_pins(report: Reporter, tree: Tree, world: World, told: set[Span]) -> None:
    groups: dict[tuple[str, str], list[Line]] = {}
    for line in tree.lines:
        requirement = line.entry.requirement
        if requirement is not None and requirement.url is None:
            # Two markers may never hold at once: only lines under the same one are compared.
            key = (canonicalize_name(requirement.name), str(requirement.marker))
            groups.setdefault(key, []).append(line)
    for group in groups.values():
        for index, line in enumerate(group):
            for other in group[:index]:
                _compare(report, line, other, world, told, tree)


def _compare(report: Reporter, line: Line, other: Line, world: World, told: set[Span], tree: Tree) -> None:
    # Said where it can be changed: at this file's own line, else at the one that includes both.
    mine, theirs = (other, line) if other.path == report.path != line.path else (line, other)
    through = mine.path != report.path
    # Of constraints alone nothing follows until somebody asks for the name.
    if through and (tree.root != report.path or (line.constraint and other.constraint)):
        return
    entry = (mine.through or mine.entry) if through else mine.entry
    if entry.span in told:
        return
    one, two = mine.entry.requirement, theirs.entry.requirement
    assert one is not None
    assert two is not None
    where = world.short(theirs.path)
    if not satisfiable(one.specifier & two.specifier):
        told.add(entry.span)
        said = report.say("required here", "此处要求")
        related = [(theirs.path, theirs.entry.span, f"{said}: {theirs.entry.text}")]
        if through:
            related.insert(0, (mine.path, mine.entry.span, f"{said}: {mine.entry.text}"))
            english = f"{mine.entry.text} and {theirs.entry.text} are required together: no version satisfies both"
            chinese = f"同时要求 {mine.entry.text} 和 {theirs.entry.text}：没有版本能同时满足"
        elif theirs.constraint:
            english = f"{where} allows only {theirs.entry.text}: no version satisfies both"
            chinese = f"{where} 只允许 {theirs.entry.text}：没有版本能同时满足"
        else:
            english = f"{theirs.entry.text} is required in {where} too: no version satisfies both"
            chinese = f"{where} 还要求 {theirs.entry.text}：没有版本能同时满足"
        report.add(entry.span, "requirements/contradiction", "error", english, chinese, related=tuple(related))
        return
    if through or line.constraint or other.constraint or one.extras != two.extras:
        return
    related = [(theirs.path, theirs.entry.span, report.say("also required here", "此处也有该依赖"))]
    if mine.path == theirs.path:
        told.add(entry.span)
        arguments = {"requirement": entry.text, "path": report.path, "line": entry.logical.first + 1}
        fix = report.fix("requirements.remove_duplicate", arguments, "Remove this line", "移除此行")
        report.add(
            entry.span, "requirements/duplicate", "warning",
            f"{one.name} is required twice", f"{one.name} 重复出现", fix, related=tuple(related),
        )  # fmt: skip
    elif _pins(one.specifier) and one.specifier == two.specifier:
        told.add(entry.span)
        report.add(
            entry.span, "requirements/pinned-twice", "information",
            f"{one.name} is pinned in {where} too: two places to change",
            f"{where} 中也固定了 {one.name}：修改时需改两处", related=tuple(related),
        )  # fmt: skip


def _pins(specifier: SpecifierSet) -> bool:
    return any(clause.operator in ("==", "===") for clause in specifier)


def satisfiable(specifier: SpecifierSet) -> bool:
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


# Hashes


def _check_hashes(report: Reporter, tree: Tree, world: World, told: set[Span]) -> None:
    options = [option.name for line in tree.lines for option in line.entry.options]
    asked = [line for line in tree.lines if not line.constraint and line.entry.kind != "option"]
    hashed = [line for line in asked if line.entry.option("--hash")]
    if not (hashed or "--require-hashes" in options) or "--no-require-hashes" in options:
        return
    # A constraint may bring the hash along.
    known = {line.entry.name for line in tree.lines if line.constraint and line.entry.option("--hash")}
    source = next((line for line in hashed if line.path != report.path), None)
    at = report.say("a hash", "此处有哈希")
    related = ((source.path, source.entry.span, at),) if source and not any(
        line.path == report.path for line in hashed
    ) else ()  # fmt: skip
    for line in _own(report, asked):
        if line.entry.span not in told and (words := _lacks(line.entry, known)):
            code, english, chinese = words
            told.add(line.entry.span)
            report.add(line.entry.span, f"requirements/{code}", "error", english, chinese, related=related)
    if tree.root != report.path:
        return
    elsewhere: dict[Entry, list[Line]] = {}
    for line in asked:
        if line.through is not None and line.path != report.path and _lacks(line.entry, known):
            elsewhere.setdefault(line.through, []).append(line)
    for entry, lacking in elsewhere.items():
        if entry.span in told:
            continue
        told.add(entry.span)
        where, count = world.short(lacking[0].path), len(lacking)
        report.add(
            entry.span, "requirements/unhashed", "error",
            f"pip wants hashes everywhere: {where} has {count} without ({lacking[0].entry.text})",
            f"pip 要求所有依赖都有哈希：{where} 中有 {count} 个没有（{lacking[0].entry.text}）",
            related=tuple((line.path, line.entry.span, line.entry.text) for line in lacking[:MOST_RELATED]),
        )  # fmt: skip


def _lacks(entry: Entry, known: set[str | None]) -> tuple[str, str, str] | None:
    """What a line lacks where pip wants hashes: a code, and words for it in both languages."""
    if entry.kind == "editable" or (entry.kind == "url" and entry.text.split(":")[0].partition("+")[1]):
        return (
            "unverifiable", "With hashes, pip takes no editable and no repository: there is nothing to compare",
            "带哈希时 pip 不接受可编辑安装和版本库：没有可比较的内容",
        )  # fmt: skip
    requirement = entry.requirement
    if requirement is None or entry.kind != "requirement":
        return None
    in_url = requirement.url is not None and "#sha" in requirement.url
    if entry.option("--hash") is None and not in_url and entry.name not in known:
        return "unhashed", "The file has hashes, so pip wants one here too", "文件中有哈希，因此 pip 要求此处也有哈希"
    if requirement.url is None and not _pins(requirement.specifier):
        return "unpinned", "With a hash, pip wants an exact version: ==", "带哈希时 pip 要求精确版本：=="
    return None


# Constraints and includes


def _check_constraints(report: Reporter, tree: Tree, told: set[Span]) -> None:
    for line in _own(report, tree.lines):
        entry = line.entry
        if not line.constraint or entry.span in told:
            continue
        words, fixes = None, []
        if entry.kind == "editable":
            words = ("A constraint cannot be editable: pip refuses it", "约束不能是可编辑安装：pip 会拒绝")
        elif entry.requirement is not None and entry.requirement.extras:
            words = ("A constraint cannot have extras: pip refuses it", "约束不能带 extras：pip 会拒绝")
            arguments = {"requirement": entry.text, "path": report.path, "line": entry.logical.first + 1}
            fixes = [report.fix("requirements.drop_extras", arguments, "Drop the extras", "去掉 extras")]
        if words:
            told.add(entry.span)
            report.add(entry.span, "requirements/invalid-constraint", "error", *words, *fixes)


def _check_cycles(report: Reporter, tree: Tree) -> None:
    for entry in tree.cycles:
        report.add(
            entry.span, "requirements/include-cycle", "error",
            f"{entry.text} leads back to this file: pip refuses that", f"{entry.text} 又包含了此文件：pip 会拒绝",
        )  # fmt: skip


# Indexes

_PLACES = ("--index-url", "--extra-index-url", "--find-links")


def _options(trees: Sequence[Tree], names: Iterable[str]) -> list[tuple[Line, Option]]:
    """The options of these names that have a value, each line once."""
    found: dict[tuple[str, Span, int], tuple[Line, Option]] = {}
    for tree in trees:
        for line in tree.lines:
            for option in line.entry.options:
                if option.name in names and option.value:
                    found.setdefault((line.path, line.entry.span, option.start), (line, option))
    return list(found.values())


def _check_index(report: Reporter, trees: Sequence[Tree], world: World) -> None:
    trusting = _options(trees, ("--trusted-host",))
    asking = _options(trees, _PLACES)
    configured = setting(world, "trusted-host")
    known = [option.value or "" for _, option in trusting] + (configured.value.split() if configured else [])
    for line, option in asking:
        host = host_of(option.value or "", "http")
        if line.path == report.path and host and not items_for(host, known) and not is_local(host):
            fix = report.fix(
                "requirements.https_index", {"host": host}, f"Ask {host} over https", f"通过 https 访问 {host}"
            )
            report.add(
                line.entry.logical.span(option.start, option.end), "requirements/http-index", "warning",
                f"{host} is asked over http: pip ignores it unless it is trusted. Write https",
                f"{host} 使用 http：除非受信任，否则 pip 会忽略它。请改用 https", fix,
            )  # fmt: skip
    urls = [option.value or "" for _, option in asking]
    for name in ("index-url", "extra-index-url", "find-links"):
        value = setting(world, name)
        urls += value.value.split() if value else []
    hosts = [host for url in urls if (host := host_of(url, "https"))]
    for line, option in trusting:
        if line.path == report.path and any(items_for(host, [option.value or ""]) for host in hosts):
            fix = report.fix(
                "requirements.stop_trusting_host", {"host": option.value},
                f"Stop trusting {option.value}", f"不再信任 {option.value}",
            )  # fmt: skip
            report.add(
                line.entry.logical.span(option.start, option.end), "requirements/trusted-https", "warning",
                f"{option.value} has https, but its certificate is not checked: trust its authority (cert) instead",
                f"{option.value} 使用 https，但不验证其证书：请改为信任其证书颁发机构（cert）", fix,
            )  # fmt: skip
    _check_overridden(report, trees[0])


def _check_overridden(report: Reporter, tree: Tree) -> None:
    """pip forgets the indexes that it was told before --index-url, and all of them at --no-index."""
    said = [
        (line, option)
        for line in tree.lines
        for option in line.entry.options
        if option.name in ("--index-url", "--extra-index-url", "--no-index")
    ]
    none = next((pair for pair in said if pair[1].name == "--no-index"), None)
    last = none or next((pair for pair in reversed(said) if pair[1].name == "--index-url"), None)
    if last is None or any(line.through for line, _ in said):
        # In which order pip comes to lines of other files is another matter.
        return
    later = last[0].entry.logical.first
    for line, option in said:
        first = line.entry.logical.first
        if option is last[1] or (none is None and first >= later) or option.name == "--no-index":
            continue
        report.add(
            line.entry.logical.span(option.start, option.end), "requirements/ignored-index", "warning",
            f"pip forgets this: {last[1].name} on line {later + 1} takes its place",
            f"pip 会忽略它：第 {later + 1} 行的 {last[1].name} 取而代之",
        )  # fmt: skip
