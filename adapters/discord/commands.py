"""The bot's commands in Discord's own menu."""

import logging
from collections.abc import Mapping
from typing import Any

import discord

from adapters.discord.errors import discord_request

_log = logging.getLogger(__name__)

# Discord docs, Application Commands.
_SLASH_COMMAND = 1
_IN_SERVERS = 0
_IN_PRIVATE_CHATS_WITH_THE_BOT = 1
_INSTALLED_IN_A_SERVER = 0


async def register(client: discord.Client, commands: Mapping[str, str]) -> None:
    """Make `commands` (name to description) the application's global commands, if they are not already.

    Args:
        client: Logged in.
        commands: Name to description.

    Raises:
        PlatformError: Discord did not take them.
    """
    wanted = [_payload(name, description) for name, description in commands.items()]
    async with discord_request("registering the commands"):
        # The requests below discord.py's CommandTree: in 2.7 its AppCommand misreads contexts and integration
        # types, so that every comparison would find a difference, and creations are limited per day.
        application_id = client.application_id or 0
        registered: list[Any] = list(await client.http.get_global_commands(application_id))
        if not _are_same(registered, wanted):
            await client.http.bulk_upsert_global_commands(application_id, payload=wanted)
            _log.info("Discord: registered the commands %s.", ", ".join(commands))


def _payload(name: str, description: str) -> dict[str, Any]:
    return {
        "type": _SLASH_COMMAND,
        "name": name,
        "description": description,
        "contexts": [_IN_SERVERS, _IN_PRIVATE_CHATS_WITH_THE_BOT],
        "integration_types": [_INSTALLED_IN_A_SERVER],
    }


def _are_same(registered: list[Any], wanted: list[dict[str, Any]]) -> bool:
    known = {command.get("name"): command for command in registered}
    return len(registered) == len(wanted) and all(
        known.get(command["name"], {}).get(key) == value for command in wanted for key, value in command.items()
    )
