"""The bot's commands in Discord's own menu."""

import logging
from collections.abc import Mapping
from typing import Any

import discord
from discord import app_commands

from adapters.discord.errors import discord_request

_log = logging.getLogger(__name__)

_COMPARED = ("type", "name", "description", "contexts", "integration_types")


async def register(client: discord.Client, commands: Mapping[str, str]) -> None:
    """Make `commands` (name to description) the application's global commands, if they are not already.

    Raises:
        PlatformError: Discord did not take them.
    """
    tree = app_commands.CommandTree(
        client,
        allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=False),
        allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
    )
    for name, description in commands.items():
        tree.add_command(app_commands.Command(name=name, description=description, callback=_answered_elsewhere))
    wanted = [_essence(command.to_dict(tree)) for command in tree.get_commands()]
    async with discord_request("registering the commands"):
        registered = [_essence(command.to_dict()) for command in await tree.fetch_commands()]
        # Discord limits how often commands may be created per day, so only a difference is worth a request.
        if sorted(registered, key=repr) != sorted(wanted, key=repr):
            await tree.sync()
            _log.info("Discord: registered the commands %s.", ", ".join(commands))


def _essence(payload: Mapping[str, Any]) -> dict[str, Any]:
    return {name: payload.get(name) for name in _COMPARED}


async def _answered_elsewhere(interaction: discord.Interaction) -> None:
    """Never called: this client only registers; interactions arrive at the one that listens."""
