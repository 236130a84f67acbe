"""uv's configuration: an insecure host, the system's certificates, an index."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from unstuck.core.diagnosis import Diagnosis
from unstuck.core.fixes.action import Action, P, Parameters, Refusal, Target
from unstuck.core.fixes.grammar import Host, Url
from unstuck.core.fixes.requirement_file import leaves
from unstuck.core.fixes.trust_host import TrustHostAction, entry
from unstuck.core.fixes.world import World
from unstuck.core.ini import newline_of
from unstuck.core.text import split_lines

if TYPE_CHECKING:
    from tomlkit.items import Table

Place = Literal["uv.toml", "pyproject.toml"]


def config_targets(world: World) -> list[Target]:
    """The files that uv reads, narrowest first: UV_CONFIG_FILE alone where it is set; else project and user."""
    named = world.variable("UV_CONFIG_FILE")
    if named:
        path = world.join(named)
        return [Target(path, f"UV_CONFIG_FILE: {world.short(path)}", f"UV_CONFIG_FILE：{world.short(path)}")]
    found: list[Target] = []
    for folder in dict.fromkeys([world.cwd, *world.folders]):
        own, project = (str(world.path.join(folder, name)) for name in ("uv.toml", "pyproject.toml"))
        # Beside a uv.toml, uv does not look at the table in pyproject.toml.
        held = [path for path in (own, project) if world.exists(path)]
        for path in held[:1]:
            found.append(Target(path, f"this project: {world.short(path)}", f"此项目：{world.short(path)}"))
    if world.windows:
        base = world.variable("APPDATA") or world.path.join(world.home, "AppData", "Roaming")
    else:
        base = world.variable("XDG_CONFIG_HOME") or world.path.join(world.home, ".config")
    path = str(world.path.join(base, "uv", "uv.toml"))
    return [*found, Target(path, f"your user: {world.short(path)}", f"当前用户：{world.short(path)}")]


def changed(text: str, place: Place, change: Callable[[Any], None], key: str | None = None) -> str | Refusal:
    """The file with its table of uv changed by `change`, refused where a value other than `key`'s would be."""
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    mark = "\ufeff" if text.startswith("\ufeff") else ""
    body = text.removeprefix(mark)
    try:
        before = tomllib.loads(body)
        document = tomlkit.parse(body)
        table: Any = document
        if place == "pyproject.toml":
            tool: Any = document.setdefault("tool", tomlkit.table(is_super_table=True))
            if "uv" not in tool:
                tool["uv"] = tomlkit.table()
            table = tool["uv"]
        change(table)
        after = tomlkit.dumps(document)
    except (ValueError, TOMLKitError, RecursionError, TypeError, AttributeError):
        return Refusal(
            "The file is not valid TOML, or its uv table is not a table: correct that first",
            "文件不是有效的 TOML，或其中的 uv 不是表：请先更正",
        )
    end = newline_of(body)
    if end != "\n":
        after = end.join(part for part in after.replace(end, "\n").split("\n"))
    try:
        written = leaves(tomllib.loads(after))
    except ValueError:
        return _entangled()
    old = leaves(before)
    own = ((key,), ("tool", "uv", key))
    if any(written.get(path, ...) != value for path, value in old.items() if path not in own):
        return _entangled()
    kept = difflib.SequenceMatcher(None, split_lines(body), split_lines(after), autojunk=False)
    removed = sum(i2 - i1 for tag, i1, i2, _, _ in kept.get_opcodes() if tag in ("delete", "replace"))
    return mark + after if removed <= 2 else _entangled()


def _entangled() -> Refusal:
    return Refusal(
        "This file cannot be changed without touching other lines: edit it by hand",
        "修改会影响其他行：请手动编辑该文件",
    )


class _UvParameters(Parameters):
    place: Place = "uv.toml"


class _UvAction(Action[P]):
    def targets(self, parameters: P, diagnosis: Diagnosis, world: World) -> Sequence[Target]:  # noqa: ARG002
        return config_targets(world)

    def blocked(self, parameters: P, world: World, path: str | None) -> Refusal | None:  # noqa: ARG002
        if (world.variable("UV_NO_CONFIG") or "").lower() in ("1", "true", "yes", "on"):
            return Refusal(
                "UV_NO_CONFIG is set, so uv reads no configuration file: unset it first",
                "已设置 UV_NO_CONFIG，uv 不会读取任何配置文件：请先取消该变量",
            )
        return None

    def prepare(self, parameters: P, world: World, path: str) -> P | Refusal:
        name = str(world.path.basename(path)).lower()
        place: Place = "pyproject.toml" if name == "pyproject.toml" else "uv.toml"
        return parameters.model_copy(update={"place": place})


class AllowInsecureHost(_UvParameters):
    host: Host
    port: int | None = Field(default=None, ge=1, le=65535)


class AllowInsecureHostAction(_UvAction[AllowInsecureHost]):
    name = "uv.allow_insecure_host"
    parameters = AllowInsecureHost
    least = "unsafe"
    consequence = TrustHostAction.consequence.replace("pip", "uv", 1)
    consequence_zh = TrustHostAction.consequence_zh.replace("pip", "uv", 1)

    def apply(self, parameters: AllowInsecureHost, text: str) -> str | Refusal:
        wanted = entry(parameters.host, parameters.port)

        def add(table: Table) -> None:
            import tomlkit

            listed = table.get("allow-insecure-host")
            if listed is None:
                array = tomlkit.array()
                array.append(wanted)
                table["allow-insecure-host"] = array
            elif wanted not in listed:
                listed.append(wanted)

        return changed(text, parameters.place, add)


class SystemCerts(_UvParameters):
    key: Literal["system-certs", "native-tls"] = Field(
        default="system-certs", description="native-tls for a uv that does not know system-certs yet."
    )


class SystemCertsAction(_UvAction[SystemCerts]):
    name = "uv.system_certs"
    parameters = SystemCerts

    def apply(self, parameters: SystemCerts, text: str) -> str | Refusal:
        def switch(table: Table) -> None:
            if table.get(parameters.key) is not True:
                table[parameters.key] = True

        return changed(text, parameters.place, switch, parameters.key)


class UvIndex(_UvParameters):
    url: Url
    name: str | None = Field(default=None, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,60}$")
    default: bool = False


class UvIndexAction(_UvAction[UvIndex]):
    name = "uv.index"
    parameters = UvIndex

    def apply(self, parameters: UvIndex, text: str) -> str | Refusal:
        def add(table: Table) -> None:
            import tomlkit

            if any(index.get("url", "").rstrip("/") == parameters.url.rstrip("/") for index in table.get("index", ())):
                return
            index = tomlkit.table()
            if parameters.name:
                index["name"] = parameters.name
            index["url"] = parameters.url
            if parameters.default:
                index["default"] = True
            listed = table.get("index")
            if listed is None:
                listed = tomlkit.aot()
                table["index"] = listed
                listed = table["index"]
            elif len(listed):
                index.trivia.indent = "\n"
            listed.append(index)

        return changed(text, parameters.place, add)
