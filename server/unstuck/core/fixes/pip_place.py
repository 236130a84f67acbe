"""Where in pip's configuration an option must be written to win, or why it cannot: shared by the pip_config actions."""

from __future__ import annotations

from dataclasses import dataclass

from unstuck.core.fixes.action import Refusal, Target
from unstuck.core.fixes.world import World
from unstuck.core.ini import Unreadable
from unstuck.core.pip_config import LABELS, Setting, editable_files, files_ignored, rank, read_values, setting

# What a person names a bundle with, and pip's `cert` loses to (psf/requests#3829).
OVERRIDING_BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


@dataclass(frozen=True)
class Place:
    """A section of a file, and the list items that a new key there would hide unless they are written there as well."""

    section: str
    inherited: tuple[str, ...] = ()


def targets(world: World) -> list[Target]:
    """The configuration files to offer, narrowest first."""
    return [
        Target(
            file.path,
            f"{LABELS[file.variant][0]}: {world.short(file.path)}",
            f"{LABELS[file.variant][1]}：{world.short(file.path)}",
        )
        for file in editable_files(world)
    ]


def blocked(world: World, option: str) -> Refusal | None:
    """Why no file can set this option here."""
    if files_ignored(world):
        null = world.path.devnull
        return Refusal(
            f"PIP_CONFIG_FILE is {null}, so pip reads no configuration file: unset it first",
            f"PIP_CONFIG_FILE 为 {null}，pip 不会读取任何配置文件：请先取消该变量",
        )
    name = "PIP_" + option.upper().replace("-", "_")
    if world.variable(name):
        return Refusal(
            f"{name} is set and overrides {option} in every file: unset or correct that variable first",
            f"已设置 {name}，它会覆盖所有文件中的 {option}：请先取消或更正该变量",
        )
    return None


def place(world: World, option: str, path: str, command: str = "install") -> Place | Refusal:
    """Where to write `option` in the file at `path` so that pip takes it."""
    name = world.short(path)
    try:
        own = read_values(world, path) or {}
    except Unreadable as error:
        return unreadable(name, error)
    section = next((part for part in (command, "global") if own.get(part, {}).get(option)), None)
    section = section or next((part for part in (command, "global") if option in own.get(part, {})), "global")
    other = setting(world, option, command, without=path)
    if other is not None and other.path is not None:
        if other.section == command:
            section = command
        if other.section == section and rank(world, path) < rank(world, other.path):
            where = world.short(other.path)
            return Refusal(
                f"{option} in [{other.section}] of {where} overrides this file: change it there",
                f"{where} 的 [{other.section}] 中的 {option} 会覆盖此文件：请在那里修改",
            )
    current = setting(world, option, command)
    hidden = current if current is not None and not _stands_at(world, current, path, section) else None
    return Place(section, tuple(hidden.value.split()) if hidden is not None else ())


def _stands_at(world: World, current: Setting, path: str, section: str) -> bool:
    return current.path is not None and world.same(current.path, path) and current.section == section


def unreadable(name: str, error: Unreadable) -> Refusal:
    return Refusal(
        f"pip cannot load {name} ({error}): correct that first",
        f"pip 无法加载 {name}（{error}）：请先更正",
    )


def entangled(option: str) -> Refusal:
    """For an edit that would change the meaning of other lines."""
    return Refusal(
        f"{option} cannot be changed here without changing other options too: edit the file by hand",
        f"在此修改 {option} 会影响其他选项：请手动编辑该文件",
    )
