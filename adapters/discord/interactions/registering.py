"""Keeping Discord's menus as they should be, without a request more than that needs."""

import logging
from collections.abc import Mapping
from typing import Any

import discord
from discord.http import Route

from adapters.discord.client import Payload
from adapters.discord.errors import discord_request
from adapters.discord.interactions.commands import in_menus
from bot.sentences import Sentence

_log = logging.getLogger(__name__)

# Discord docs, Application Command Contexts.
_IN_SERVERS, _WITH_THE_BOT, _AMONG_OTHERS = 0, 1, 2
_BY_A_SERVER, _BY_A_PERSON = 0, 1
_USUAL: Mapping[str, Any] = {"options": [], "required": False, "autocomplete": False}
"""What Discord leaves out, or puts in by itself."""


async def register(client: discord.Client, commands: Mapping[str, Sentence]) -> None:
    """Make `commands` the application's global commands, if they are not already.

    Args:
        client: Logged in.
        commands: Name to description.

    Raises:
        PlatformError: Discord did not take them.
    """
    wanted = [command | _places(client.application) for command in in_menus(commands)]
    async with discord_request("registering the commands"):
        # The requests below discord.py's CommandTree: in 2.7 its AppCommand misreads contexts and integration
        # types, so that every comparison would find a difference, and creations are limited per day.
        application_id = client.application_id or 0
        # Nor does it ask for the localizations.
        route = Route("GET", "/applications/{application_id}/commands", application_id=application_id)
        registered: list[Any] = list(await client.http.request(route, params={"with_localizations": "true"}))
        if not _are_same(registered, wanted):
            await client.http.bulk_upsert_global_commands(application_id, payload=wanted)
            _log.info("Discord: registered the commands %s.", ", ".join(command["name"] for command in wanted))


def _places(application: discord.AppInfo | None) -> Payload:
    """Where the commands are shown: also outside of the bot's servers to people who may install it for themselves."""
    places = {"contexts": [_IN_SERVERS, _WITH_THE_BOT], "integration_types": [_BY_A_SERVER]}
    if application is not None and application.user_integration_config is not None:
        places["contexts"].append(_AMONG_OTHERS)
        places["integration_types"].append(_BY_A_PERSON)
    return places


def _are_same(registered: list[Any], wanted: list[Payload]) -> bool:
    known = {(command.get("type"), command.get("name")): command for command in registered}
    return len(registered) == len(wanted) and all(
        _has(known.get((command["type"], command["name"])), command) for command in wanted
    )


def _has(known: Any, wanted: Any) -> bool:
    """Whether all that is wanted is there. Discord adds fields of its own, and leaves out what is as usual."""
    match wanted:
        case dict():
            return isinstance(known, dict) and all(
                _has(known.get(name, _USUAL.get(name)), value) for name, value in wanted.items()
            )
        case list():
            return (
                isinstance(known, list)
                and len(known) == len(wanted)
                and all(_has(*pair) for pair in zip(known, wanted, strict=True))
            )
        case _:
            return bool(known == wanted)
