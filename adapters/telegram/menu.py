"""The menus of commands that people see on Telegram, by kind of chat and by their language."""

import asyncio
from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeAlias

from telegram import (
    Bot,
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
)

from adapters.telegram.errors import telegram_errors
from bot.commands.known import COMMANDS, MODEL, PERSONA, SETTINGS
from bot.languages import LANGUAGES

Wording: TypeAlias = Mapping[str, Mapping[str, str]]
"""Name to description of the commands, by two-letter language code (ISO 639-1); ``""`` for everybody else."""

ENGLISH: Wording = MappingProxyType({"": COMMANDS})


def every_wording() -> Wording:
    """In all languages of the bot."""
    others = [language for language in LANGUAGES if language != "en"]
    return {"": COMMANDS} | {
        language: {name: description.in_language(language) for name, description in COMMANDS.items()}
        for language in others
    }


_MANAGING = frozenset({SETTINGS, PERSONA, MODEL})
"""Of no use to those in a group who don't manage it."""


async def register_commands(bot: Bot, wording: Wording) -> None:
    """Set those menus that Telegram has otherwise.

    Everybody has the whole menu in private, in groups only administrators. The scopes used here go before the default
    one (Bot API, BotCommandScope), so whatever stands there is never seen.

    Raises:
        PlatformError: one could not be looked at or set; the others were.
    """
    done: list[BaseException | None] = []
    for language, descriptions in wording.items():
        # Not all languages at once: they are as many requests as Telegram wants in a second.
        menus = (_register(bot, scope, language, commands) for scope, commands in _menus(descriptions).items())
        done += await asyncio.gather(*menus, return_exceptions=True)
    for error in done:
        if error is not None:
            raise error


async def _register(bot: Bot, scope: BotCommandScope, language: str, commands: tuple[BotCommand, ...]) -> None:
    with telegram_errors(f"registering the commands ({scope.type}, {language or 'all languages'})"):
        if tuple(await bot.get_my_commands(scope, language)) != commands:
            await bot.set_my_commands(commands, scope, language)


def _menus(descriptions: Mapping[str, str]) -> Mapping[BotCommandScope, tuple[BotCommand, ...]]:
    whole = tuple(BotCommand(name, description) for name, description in descriptions.items())
    return {
        BotCommandScopeAllPrivateChats(): whole,
        BotCommandScopeAllGroupChats(): tuple(command for command in whole if command.command not in _MANAGING),
        BotCommandScopeAllChatAdministrators(): whole,
    }
