"""Which configuration files pip reads, in its order, and what they say together.

Source: pip's own `configuration.py`, `utils/appdirs.py` and `cli/parser.py` (20.3 to 26.x agree). Values override and
never merge, first by section (`[global]`, then the command's own such as `[install]`, then PIP_* variables), and
within a section by file: machine, user, environment, PIP_CONFIG_FILE.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from unstuck.core.ini import Unreadable, Values, load

if TYPE_CHECKING:
    from unstuck.core.fixes.world import World

Variant = Literal["global", "user", "site", "env"]

LABELS: dict[Variant, tuple[str, str]] = {
    "env": ("PIP_CONFIG_FILE", "PIP_CONFIG_FILE"),
    "site": ("this environment", "当前环境"),
    "user": ("your user", "当前用户"),
    "global": ("this machine", "整台机器"),
}


@dataclass(frozen=True)
class ConfigFile:
    """A place where pip looks for a configuration file."""

    path: str
    variant: Variant
    exists: bool


@dataclass(frozen=True)
class Setting:
    """The value that pip uses for an option. `path` is None where an environment variable gives it."""

    value: str
    section: str
    path: str | None
    variable: str | None = None


def files_ignored(world: World) -> bool:
    """Whether PIP_CONFIG_FILE names the null device, which makes pip read no file at all."""
    named = world.variable("PIP_CONFIG_FILE")
    return named is not None and named.lower() == str(world.path.devnull)


def config_files(world: World) -> list[ConfigFile]:
    """Every place that pip would look at, in its own order: a later one overrides an earlier one."""
    if files_ignored(world):
        return []
    name = "pip.ini" if world.windows else "pip.conf"
    path = world.path
    places: list[tuple[str, Variant]] = [(path.join(folder, name), "global") for folder in _machine_folders(world)]
    named = world.variable("PIP_CONFIG_FILE")
    named = world.join(named) if named else None
    if named is None or not world.exists(named):
        places.append((path.join(world.home, "pip" if world.windows else ".pip", name), "user"))
        places.append((path.join(_user_folder(world), name), "user"))
    if world.venv:
        places.append((path.join(world.venv, name), "site"))
    if named is not None:
        places.append((named, "env"))
    return [ConfigFile(place, variant, world.exists(place)) for place, variant in places]


def _machine_folders(world: World) -> list[str]:
    path = world.path
    if world.windows:
        return [path.join(world.variable("PROGRAMDATA") or "C:\\ProgramData", "pip")]
    if world.platform == "darwin":
        return ["/Library/Application Support/pip"]
    listed = (world.variable("XDG_CONFIG_DIRS") or "").strip() or "/etc/xdg"
    return [path.join(folder, "pip") for folder in listed.split(":") if folder.startswith("/")] + ["/etc"]


def _user_folder(world: World) -> str:
    path = world.path
    if world.windows:
        return str(path.join(world.variable("APPDATA") or path.join(world.home, "AppData", "Roaming"), "pip"))
    if world.platform == "darwin":
        support = path.join(world.home, "Library", "Application Support", "pip")
        if world.is_folder(support):
            return str(support)
        return str(path.join(world.home, ".config", "pip"))
    listed = (world.variable("XDG_CONFIG_HOME") or "").strip()
    return str(path.join(listed or path.join(world.home, ".config"), "pip"))


def editable_files(world: World) -> list[ConfigFile]:
    """One file for each scope, narrowest first: where it is, or where one would be made.

    A machine's file is offered only where it is there already, and so is PIP_CONFIG_FILE: to make that one would stop
    pip from reading the user's.
    """
    chosen: dict[Variant, ConfigFile] = {}
    for file in config_files(world):
        known = chosen.get(file.variant)
        if file.variant in ("global", "env") and not file.exists:
            continue
        if known is None or file.exists or not known.exists:
            chosen[file.variant] = file
    narrowest_first: tuple[Variant, ...] = ("env", "site", "user", "global")
    return [chosen[variant] for variant in narrowest_first if variant in chosen]


def read_values(world: World, path: str) -> Values | None:
    """What one file says, None where it is missing. Raises Unreadable where pip could not load it."""
    try:
        text = world.read(path)
    except OSError as error:
        raise Unreadable(error.strerror or "it cannot be read") from error
    return None if text is None else load(text)


def setting(world: World, option: str, command: str = "install", without: str | None = None) -> Setting | None:
    """What pip would use for `option`, leaving out the file `without` if one is named; broken files count as empty."""
    value = world.variable("PIP_" + option.upper().replace("-", "_"))
    if value:
        return Setting(value, ":env:", None, "PIP_" + option.upper().replace("-", "_"))
    found: dict[str, Setting] = {}
    for file in config_files(world):
        if not file.exists or (without is not None and world.same(file.path, without)):
            continue
        try:
            values = read_values(world, file.path) or {}
        except Unreadable:
            continue
        for section, options in values.items():
            if option in options:
                found[section] = Setting(options[option], section, file.path)
    # An empty value is ignored, and hides what other files say in the same section.
    return next((found[name] for name in (command, "global") if name in found and found[name].value), None)


def rank(world: World, path: str) -> int:
    """Where a file stands in pip's order; -1 for one that pip does not read."""
    return next((place for place, file in enumerate(config_files(world)) if world.same(file.path, path)), -1)
