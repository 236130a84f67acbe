"""Settings: asked of the client where it answers, taken from its notification where it does not."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

from lsprotocol import types

from unstuck.lsp.server import UnstuckServer
from unstuck.lsp.session import Session
from unstuck.lsp.settings import SECTION

log = logging.getLogger(__name__)

# Seconds to wait for the client's settings before the work begins without them.
PATIENCE = 1.0


def register(server: UnstuckServer) -> None:
    @server.feature(types.INITIALIZED)
    async def initialized(ls: UnstuckServer, _params: types.InitializedParams) -> None:
        session = ls.session
        asked = asyncio.ensure_future(_ask(session))
        await asyncio.wait([asked], timeout=PATIENCE)
        if not asked.done():
            log.warning("the client is slow to answer workspace/configuration; beginning without")
            await session.configure(None)
        await session.configure(await asked)
        if session.client.register_configuration:
            options = types.DidChangeConfigurationRegistrationOptions(section=SECTION)
            registration = types.Registration("unstuck-settings", types.WORKSPACE_DID_CHANGE_CONFIGURATION, options)
            await _quietly(ls, [registration])

    @server.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
    async def changed(ls: UnstuckServer, params: types.DidChangeConfigurationParams) -> None:
        session = ls.session
        raw = await _ask(session) if session.client.configuration else _section(params.settings)
        await session.configure(raw)


async def _ask(session: Session) -> Any:
    """The section as the client has it, None where it has none or cannot be asked."""
    if not session.client.configuration:
        return None
    try:
        answer = await session.server.workspace_configuration_async(
            types.ConfigurationParams([types.ConfigurationItem(section=SECTION)])
        )
    except Exception as error:
        log.warning("the client refused workspace/configuration: %s", error)
        return None
    return plain(answer[0]) if answer else None


def _section(raw: Any) -> Any:
    raw = plain(raw)
    return raw[SECTION] if isinstance(raw, Mapping) and SECTION in raw else raw


def plain(value: Any) -> Any:
    """JSON as dicts and lists, whatever the converter made of it."""
    if hasattr(value, "_asdict"):
        value = value._asdict()
    if isinstance(value, Mapping):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(entry) for entry in value]
    return value


async def _quietly(ls: UnstuckServer, registrations: list[types.Registration]) -> None:
    try:
        await ls.client_register_capability_async(types.RegistrationParams(registrations))
    except Exception as error:
        log.warning("the client refused a registration: %s", error)
