"""A group that the bot was added to: whoever added it learns there what privacy mode hides from it."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias

from telegram.constants import ChatMemberStatus, ChatType

from adapters.telegram.places import key_of
from adapters.telegram.render import utf16_measure
from bot.errors import PlatformError
from bot.events import ConversationKey
from bot.ports.intake import Intake
from bot.ports.parts import Mark, MarkKind, Part
from bot.sentences import Sentence, sentence

log = logging.getLogger(__name__)

_SWITCH = "/setprivacy"
_OUTSIDE = (ChatMemberStatus.LEFT, ChatMemberStatus.BANNED)
_GROUPS = (ChatType.GROUP, ChatType.SUPERGROUP)

ReadsAll: TypeAlias = Callable[[], Awaitable[bool]]
"""Whether privacy mode is off, as of now. Raises `PlatformError`."""
Say: TypeAlias = Callable[[ConversationKey, Part], Awaitable[object]]
"""Raises `PlatformError`."""


def privacy_mode(username: str) -> Sentence:
    """What a group is told that the bot joins in privacy mode. `username` is the bot's."""
    return sentence(
        "Hi! Mention me (@{username}), reply to me or use a command, and I answer. I can't see anything else that is "
        "written here, nor the other pictures of an album: if you want me to, make me an administrator, or turn "
        "privacy mode off at @BotFather (/setprivacy) and add me again.",
        username=username,
    )


def joined(update: Mapping[str, Any]) -> ConversationKey | None:
    """The group that the bot was just added to as a plain member. An administrator receives everything anyway."""
    match update.get("my_chat_member"):
        case {
            "chat": {"id": int(chat_id), "type": str(kind)},
            "old_chat_member": {"status": str(old)},
            "new_chat_member": {"status": ChatMemberStatus.MEMBER},
        } if kind in _GROUPS and old in _OUTSIDE:
            return key_of(chat_id)
        case _:
            return None


def language_of(update: Mapping[str, Any]) -> str:
    """The language of who added the bot: an IETF tag, or empty."""
    match update.get("my_chat_member"):
        case {"from": {"language_code": str(language)}}:
            return language
        case _:
            return ""


def _notice(text: str) -> Part:
    """BotFather's command as code: tapped, it is copied. Else it would be sent into the group."""
    measure, start = utf16_measure(text), text.find(_SWITCH)
    if start < 0:
        return Part(text)
    offset = measure.up_to(start)
    return Part(text, (Mark(MarkKind.CODE, offset, measure.up_to(start + len(_SWITCH)) - offset),))


class Newcomer:
    """Says once in each group what the bot does not receive there."""

    def __init__(self, intake: Intake, *, username: str, reads_all: ReadsAll, say: Say) -> None:
        self._intake = intake
        self._username = username
        self._reads_all = reads_all
        self._say = say

    async def is_new(self, key: ConversationKey) -> bool:
        """Whether nothing was said there yet. From now on it was: better nothing than twice.

        Raises:
            StorageError: it can't be noted.
        """
        told = f"telegram privacy told in {key.chat_id}"
        if await self._intake.cursor(told) is not None:
            return False
        await self._intake.move_cursor(told, "yes")
        return True

    async def explain(self, key: ConversationKey, *, language: str) -> None:
        """Say it in this language, unless privacy mode is off. What can't be said is left to the log of the start."""
        try:
            if not await self._reads_all():
                await self._say(key, _notice(privacy_mode(self._username).in_language(language)))
        except PlatformError as error:
            log.info("Telegram: group %s was not told about privacy mode: %s", key.chat_id, error)
