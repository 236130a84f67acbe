"""Trust a host in pip's configuration without a valid certificate, and stop doing so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import Field

from unstuck.core.diagnosis import Diagnosis
from unstuck.core.fixes import pip_place
from unstuck.core.fixes.action import Action, Parameters, Refusal, Target
from unstuck.core.fixes.grammar import Host, join_host, split_host
from unstuck.core.fixes.world import World
from unstuck.core.ini import Editor, Unreadable
from unstuck.core.pip_config import LABELS, config_files

OPTION = "trusted-host"


def entry(host: str, port: int | None) -> str:
    """The item that pip wants: HOST:PORT where the port is known and not https's own, else HOST (any port)."""
    name, own = split_host(host)
    number = own if own is not None else port
    return join_host(name, None if number == 443 else number).lower()


def items_for(host: str, items: Iterable[str]) -> set[str]:
    """Those items of a trusted-host list by which pip trusts `host`."""
    name, port = split_host(host)
    found = set()
    for item in items:
        try:
            other, number = split_host(item)
        except ValueError:
            continue
        if other.lower() == name.lower() and (port is None or number is None or number == port):
            found.add(item)
    return found


class TrustHost(Parameters):
    host: Host
    port: int | None = Field(default=None, ge=1, le=65535)
    section: str = Field(default="global", pattern=r"^[a-z][a-z-]*$")
    inherited: tuple[Host, ...] = ()


class TrustHostAction(Action[TrustHost]):
    name = "pip_config.trust_host"
    parameters = TrustHost
    least = "unsafe"
    consequence = (
        "pip will no longer check who answers under this name: anyone on the network path can hand it other packages, "
        "and their code runs on this machine."
    )
    consequence_zh = "pip 将不再验证以此名称应答的是谁：网络路径上的任何人都可以替换软件包，其代码会在本机运行。"

    def targets(self, parameters: TrustHost, diagnosis: Diagnosis, world: World) -> Sequence[Target]:  # noqa: ARG002
        return pip_place.targets(world)

    def blocked(self, parameters: TrustHost, world: World, path: str | None) -> Refusal | None:
        reason = pip_place.blocked(world, OPTION)
        if reason is not None or path is None:
            return reason
        where = self._place(parameters, world, path)
        return where if isinstance(where, Refusal) else None

    def _place(self, parameters: TrustHost, world: World, path: str) -> pip_place.Place | Refusal:  # noqa: ARG002
        return pip_place.place(world, OPTION, path)

    def prepare(self, parameters: TrustHost, world: World, path: str) -> TrustHost | Refusal:
        where = self._place(parameters, world, path)
        if isinstance(where, Refusal):
            return where
        inherited = []
        for item in where.inherited:
            try:
                inherited.append(join_host(*split_host(item)))
            except ValueError:
                continue
        return parameters.model_copy(update={"section": where.section, "inherited": tuple(inherited)})

    def apply(self, parameters: TrustHost, text: str) -> str | Refusal:
        wanted = entry(parameters.host, parameters.port)
        try:
            editor = Editor(text)
        except Unreadable as error:
            return pip_place.unreadable("the file", error)
        present = (editor.get(parameters.section, OPTION) or "").split()
        if any(
            split_host(wanted)[1] in (None, _port(item)) or _port(item) is None for item in items_for(wanted, present)
        ):
            return text
        missing = [item for item in parameters.inherited if item not in present and item != wanted]
        new = editor.append(parameters.section, OPTION, [*missing, wanted])
        return pip_place.entangled(OPTION) if new is None else new


def _port(item: str) -> int | None:
    return split_host(item)[1]


class StopTrustingHost(Parameters):
    host: Host
    port: int | None = Field(default=None, ge=1, le=65535)


class StopTrustingHostAction(Action[StopTrustingHost]):
    name = "pip_config.stop_trusting_host"
    parameters = StopTrustingHost

    def complete(self, arguments: dict[str, Any], diagnosis: Diagnosis, world: World) -> Iterable[dict[str, Any]]:  # noqa: ARG002
        return [arguments]

    def targets(self, parameters: StopTrustingHost, diagnosis: Diagnosis, world: World) -> Sequence[Target]:  # noqa: ARG002
        """Every file that trusts the host: the one that the diagnosis stands in, then those that pip reads."""
        places = {file.path: LABELS[file.variant] for file in reversed(config_files(world)) if file.exists}
        if world.document is not None and not any(world.same(world.document, path) for path in places):
            places = {world.document: ("this file", "此文件"), **places}
        found = []
        for path, (label, label_zh) in places.items():
            text = world.text(path)
            if text is None:
                continue
            new = self.apply(parameters, text)
            if not isinstance(new, Refusal) and new != text:
                name = world.short(path)
                found.append(Target(path, f"{label}: {name}", f"{label_zh}：{name}"))
        return found

    def apply(self, parameters: StopTrustingHost, text: str) -> str | Refusal:
        wanted = entry(parameters.host, parameters.port)
        for section in _sections(text):
            try:
                editor = Editor(text)
            except Unreadable as error:
                return pip_place.unreadable("the file", error)
            unwanted = items_for(wanted, (editor.get(section, OPTION) or "").split())
            if not unwanted:
                continue
            new = editor.drop(section, OPTION, unwanted)
            if new is None:
                return pip_place.entangled(OPTION)
            text = new
        return text


def _sections(text: str) -> list[str]:
    try:
        return list(Editor(text).before)
    except Unreadable:
        return ["global"]
