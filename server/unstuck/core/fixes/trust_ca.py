"""Trust a certificate authority in pip's configuration: the option `cert`.

Which bundle? A record may name one. Where it does not, a fix is offered for each bundle that this machine shows:

1. what another tool here is already told to trust (SSL_CERT_FILE, which pip ignores before 24.2, NODE_EXTRA_CA_CERTS,
   GIT_SSL_CAINFO, AWS_CA_BUNDLE; what pip's own variables or its configuration name is left out: pip has tried it);
2. PEM files of the workspace whose name says that they are an authority or a bundle (ca.pem, rootCA.crt,
   corp-ca-bundle.pem): never as a safe fix, for a hostile repository may have brought one.

Only files that hold a certificate and no private key count. Nothing found, nothing offered.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import Field

from unstuck.core.diagnosis import Diagnosis
from unstuck.core.fixes import pip_place
from unstuck.core.fixes.action import Action, Parameters, Refusal, Target, is_chinese
from unstuck.core.fixes.grammar import AbsolutePath
from unstuck.core.fixes.world import World
from unstuck.core.ini import Editor, Unreadable
from unstuck.core.pip_config import setting
from unstuck.core.signature import Applicability

OPTION = "cert"
_VARIABLES = ("SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "GIT_SSL_CAINFO", "AWS_CA_BUNDLE")
_NAME = re.compile(
    r"(?:.*[^a-z])?(?:root|corp|company|internal|my|local)?[._-]?(?:ca|cacerts?|root|bundle)(?:[^a-z].*)?\Z"
)
_SUFFIXES = (".pem", ".crt", ".cer")
MOST = 3
_BROUGHT = (
    "This file lies in the workspace. If the repository brought it, whoever wrote that can read and change all that "
    "pip fetches: go on only if the file is your organisation's own.",
    "此文件位于工作区内。如果它是随代码仓库而来，其作者便能读取并篡改 pip 获取的全部内容：仅当它确属贵组织时才继续。",
)


def is_bundle(text: str | None) -> bool:
    """Whether a file's text is what `cert` wants."""
    return text is not None and "-----BEGIN CERTIFICATE-----" in text and "PRIVATE KEY-----" not in text


def candidates(world: World) -> list[str]:
    """The bundles that this machine shows, at most MOST of them, the most likely first."""
    tried = {world.variable(name) for name in ("PIP_CERT", *pip_place.OVERRIDING_BUNDLES)}
    current = setting(world, OPTION)
    if current is not None:
        tried.add(current.value)
    named = [value for name in _VARIABLES if (value := world.variable(name)) and value not in tried]
    found = [world.join(value) for value in named]
    listed = []
    for path in world.files():
        stem, suffix = world.path.splitext(world.path.basename(path).lower())
        if suffix in _SUFFIXES and _NAME.match(stem):
            listed.append(path)
    found += sorted(listed, key=lambda path: (path.count(world.path.sep), path))
    unique = list(dict.fromkeys(found))
    return [path for path in unique[: 4 * MOST] if is_bundle(world.text(path))][:MOST]


class TrustCa(Parameters):
    """`brought` says that the file lies in the workspace, where a repository may have brought it along."""

    path: AbsolutePath
    brought: bool = False
    section: str = Field(default="global", pattern=r"^[a-z][a-z-]*$")


class TrustCaAction(Action[TrustCa]):
    name = "pip_config.trust_ca"
    parameters = TrustCa
    found = frozenset({"path"})
    consequence = "pip will accept only certificates signed by an authority in this file."
    consequence_zh = "pip 将只接受由此文件中的机构签发的证书。"

    def complete(self, arguments: dict[str, Any], diagnosis: Diagnosis, world: World) -> Iterable[dict[str, Any]]:  # noqa: ARG002
        paths = [arguments["path"]] if "path" in arguments else candidates(world)
        made = [{**arguments, "path": path, "brought": isinstance(path, str) and world.inside(path)} for path in paths]
        return sorted(made, key=lambda one: bool(one["brought"]))

    def least_for(self, parameters: TrustCa) -> Applicability:
        return "unsafe" if parameters.brought else "safe"

    def consequence_for(self, parameters: TrustCa, locale: str) -> str | None:
        if not parameters.brought:
            return super().consequence_for(parameters, locale)
        return _BROUGHT[is_chinese(locale)]

    def targets(self, parameters: TrustCa, diagnosis: Diagnosis, world: World) -> Sequence[Target]:  # noqa: ARG002
        return pip_place.targets(world)

    def blocked(self, parameters: TrustCa, world: World, path: str | None) -> Refusal | None:
        reason = pip_place.blocked(world, OPTION)
        if reason is not None:
            return reason
        for name in pip_place.OVERRIDING_BUNDLES:
            value = world.variable(name)
            if value and not world.same(value, parameters.path):
                return Refusal(
                    f"cert is ignored while {name} is set: unset it, or let it name {parameters.path}",
                    f"设置了 {name} 时 cert 会被忽略：请取消该变量，或让它指向 {parameters.path}",
                )
        if not is_bundle(world.text(parameters.path)):
            return Refusal(
                f"{parameters.path} is not a PEM file of certificates: name the authority's certificate",
                f"{parameters.path} 不是 PEM 证书文件：请指定证书颁发机构的证书",
            )
        where = pip_place.place(world, OPTION, path) if path is not None else None
        return where if isinstance(where, Refusal) else None

    def prepare(self, parameters: TrustCa, world: World, path: str) -> TrustCa | Refusal:
        where = pip_place.place(world, OPTION, path)
        return where if isinstance(where, Refusal) else parameters.model_copy(update={"section": where.section})

    def apply(self, parameters: TrustCa, text: str) -> str | Refusal:
        try:
            editor = Editor(text)
        except Unreadable as error:
            return pip_place.unreadable("the file", error)
        if editor.get(parameters.section, OPTION) == parameters.path:
            return text
        new = editor.assign(parameters.section, OPTION, parameters.path)
        return pip_place.entangled(OPTION) if new is None else new
