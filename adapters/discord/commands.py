"""The bot's commands in Discord's own menus."""

import logging
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import discord

from adapters.discord.errors import discord_request
from bot.commands import ALT, COMMANDS

_log = logging.getLogger(__name__)

OPTION_PICTURE = "picture"
"""The name of the option that holds a file."""

# Discord docs, Application Commands.
_SLASH_COMMAND, _MESSAGE_MENU = 1, 3
_TEXT, _FILE = 3, 11
_IN_SERVERS = 0
_IN_PRIVATE_CHATS_WITH_THE_BOT = 1
_INSTALLED_IN_A_SERVER = 0

_MENU: Mapping[str, str] = MappingProxyType({"Alt text": ALT})
"""In the menu of every message, behind "Apps": its entries and which command each one is."""

_OPTIONS: Mapping[str, list[dict[str, Any]]] = MappingProxyType(
    {
        ALT: [
            {
                "type": _FILE,
                "name": OPTION_PICTURE,
                "description": "The picture. Without one I take the last that was posted here",
            },
            {
                "type": _TEXT,
                "name": "always",
                "description": "Whether I describe every picture that is posted here from now on",
                "choices": [{"name": choice, "value": choice} for choice in ("on", "off")],
            },
        ]
    }
)


def called(data: Mapping[str, Any]) -> str | None:
    """Which of the bot's commands an application command's data means; None for any other."""
    name = str(data.get("name"))
    name = _MENU.get(name, "") if data.get("type") == _MESSAGE_MENU else name
    return name if name in COMMANDS else None


async def register(client: discord.Client, commands: Mapping[str, str]) -> None:
    """Make `commands` the application's global commands, if they are not already.

    Args:
        client: Logged in.
        commands: Name to description. Those that are about one message get an entry in the menu of messages too.

    Raises:
        PlatformError: Discord did not take them.
    """
    wanted = [_slash(name, description) for name, description in commands.items()]
    wanted += [_entry(label) for label, name in _MENU.items() if name in commands]
    async with discord_request("registering the commands"):
        # The requests below discord.py's CommandTree: in 2.7 its AppCommand misreads contexts and integration
        # types, so that every comparison would find a difference, and creations are limited per day.
        application_id = client.application_id or 0
        registered: list[Any] = list(await client.http.get_global_commands(application_id))
        if not _are_same(registered, wanted):
            await client.http.bulk_upsert_global_commands(application_id, payload=wanted)
            _log.info("Discord: registered the commands %s.", ", ".join(command["name"] for command in wanted))


def _slash(name: str, description: str) -> dict[str, Any]:
    options = {"options": _OPTIONS[name]} if name in _OPTIONS else {}
    return {"type": _SLASH_COMMAND, "name": name, "description": description, **options, **_everywhere()}


def _entry(label: str) -> dict[str, Any]:
    return {"type": _MESSAGE_MENU, "name": label, **_everywhere()}


def _everywhere() -> dict[str, Any]:
    return {
        "contexts": [_IN_SERVERS, _IN_PRIVATE_CHATS_WITH_THE_BOT],
        "integration_types": [_INSTALLED_IN_A_SERVER],
    }


def _are_same(registered: list[Any], wanted: list[dict[str, Any]]) -> bool:
    known = {(command.get("type"), command.get("name")): command for command in registered}
    return len(registered) == len(wanted) and all(
        _has(known.get((command["type"], command["name"])), command) for command in wanted
    )


def _has(known: Any, wanted: Any) -> bool:
    """Whether all that is wanted is there. Discord adds fields of its own, and leaves out what is as usual."""
    match wanted:
        case dict():
            return isinstance(known, dict) and all(_has(known.get(name), value) for name, value in wanted.items())
        case list():
            return (
                isinstance(known, list)
                and len(known) == len(wanted)
                and all(_has(*pair) for pair in zip(known, wanted, strict=True))
            )
        case _:
            return bool(known == wanted)
