"""Interactions that outlive the process: their tokens are good for 15 minutes, and a restart takes seconds."""

import asyncio
import json
import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

import discord

from adapters.discord.client import Library
from adapters.discord.limits import DISCORD
from adapters.discord.places import channel_of
from adapters.discord.sealing import Seal
from bot.errors import StorageError
from bot.events import ConversationKey, MessageId
from bot.ports.chat import Intake
from bot.ports.clock import Clock

_log = logging.getLogger(__name__)

_MOST_FOLLOWUPS = 5
"""Where only the person installed the bot (Discord docs, Create Followup Message)."""
_APPLICATION_COMMAND = 2  # Discord docs, Interaction Type. Which one it was matters no more.


@dataclass(slots=True, kw_only=True, eq=False)
class Opened:
    """A used command, a sent form or a pressed button, as long as it can be answered through its token."""

    interaction: discord.Interaction
    key: ConversationKey
    is_private: bool
    """Only the person who used it sees the answer."""
    good_until_s: float
    """By `Clock.monotonic_s`."""
    acknowledged: asyncio.Task[bool] | None = None
    """None: by an earlier process."""
    original: MessageId | None = None
    """The first answer; of a button the message that it stands on."""
    nonce: str | None = None
    """Of the part that was answered through it: repeating that one is harmless, another would replace it."""
    followups: dict[str, MessageId] = field(default_factory=dict)
    """Further answers, by the nonces of their parts."""
    growing: MessageId | None = None
    """The part that has a Stop button at present."""

    def has_room_for(self, nonce: str) -> bool:
        """Whether a part can still follow."""
        return nonce in (self.nonce, *self.followups) or len(self.followups) < _MOST_FOLLOWUPS


class Outliving:
    """Keeps what is opened where the next process finds it, sealed: no token stands in the database.

    Args:
        intake: Where it is kept.
        name: Of the cursor there.
        seal: By the bot's token.
        rest: Logged in: the requests go through it.
        clock: For what ran out meanwhile.
    """

    def __init__(self, intake: Intake, name: str, seal: Seal, rest: Library, clock: Clock) -> None:
        self._intake = intake
        self._name = name
        self._seal = seal
        self._rest = rest
        self._clock = clock

    async def load(self) -> Sequence[Opened]:
        """What an earlier process left that is still good, oldest first."""
        try:
            sealed = await self._intake.cursor(self._name)
        except StorageError as error:
            _log.warning("Discord: answers to commands from before the start take another way: %s", error)
            return ()
        text = self._seal.open(sealed) if sealed else None
        try:
            found = [self._read(row) for row in json.loads(text or "[]")]
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            # Another version of the bot wrote it.
            _log.warning("Discord: answers to commands from before the start take another way: %r", error)
            return ()
        return [opened for opened in found if opened.good_until_s > self._clock.monotonic_s()]

    async def save(self, opened: Collection[Opened]) -> None:
        """Keep these instead of all that was kept before."""
        text = json.dumps([self._row(one) for one in opened], separators=(",", ":"))
        try:
            await self._intake.move_cursor(self._name, self._seal.close(text))
        except StorageError as error:
            _log.debug("Discord: a restart will forget the newest commands: %s", error)

    def _row(self, opened: Opened) -> dict[str, Any]:
        left_s = opened.good_until_s - self._clock.monotonic_s()
        return {
            "id": opened.interaction.id,
            "token": opened.interaction.token,
            "chat": opened.key.chat_id,
            "thread": opened.key.thread_id,
            "private": opened.is_private,
            "until": self._clock.now().timestamp() + left_s,
            "locale": opened.interaction.locale.value,
            "original": opened.original,
            "nonce": opened.nonce,
            "followups": opened.followups,
            "growing": opened.growing,
        }

    def _read(self, row: dict[str, Any]) -> Opened:
        key = ConversationKey(platform=DISCORD, chat_id=row["chat"], thread_id=row["thread"])
        left_s = row["until"] - self._clock.now().timestamp()
        return Opened(
            interaction=self._interaction(row, key),
            key=key,
            is_private=row["private"],
            good_until_s=self._clock.monotonic_s() + left_s,
            original=row["original"],
            nonce=row["nonce"],
            followups=row["followups"],
            growing=row["growing"],
        )

    def _interaction(self, row: dict[str, Any], key: ConversationKey) -> discord.Interaction:
        """As much of it as its token needs to be used."""
        data = {
            "id": row["id"],
            "type": _APPLICATION_COMMAND,
            "token": row["token"],
            "version": 1,
            "application_id": self._rest.application_id,
            "attachment_size_limit": 0,
            "locale": row["locale"],
        }
        return self._rest.interaction_from(data, self._rest.get_partial_messageable(channel_of(key)))
