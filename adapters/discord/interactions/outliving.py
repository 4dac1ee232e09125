"""Interactions that outlive the process: their tokens are good for 15 minutes, and a restart takes seconds."""

import asyncio
import json
import logging
from collections.abc import Callable, Collection, Sequence
from typing import Any

import discord

from adapters.discord.client import Library
from adapters.discord.interactions.opened import Opened
from adapters.discord.interactions.sealing import Seal
from adapters.discord.limits import DISCORD, INTERACTION_LIFETIME_S
from adapters.discord.places import channel_of
from bot.errors import StorageError
from bot.events import ConversationKey
from bot.ports.clock import Clock
from bot.ports.intake import Intake

_log = logging.getLogger(__name__)

_APPLICATION_COMMAND = 2  # Discord docs, Interaction Type. Which one it was matters no more.


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
        self._saving: asyncio.Task[None] | None = None
        self._is_saved = True
        self._forgetting: asyncio.TimerHandle | None = None

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

    def keep(self, opened: Callable[[], Collection[Opened]]) -> None:
        """Keep what is open now instead of all that was kept before. Returns at once; many calls make one write."""
        self._is_saved = False
        if self._saving is None:
            self._saving = asyncio.create_task(self._save(opened), name="discord interactions")

    async def close(self) -> None:
        """Return once all is kept."""
        if self._saving is not None:
            await self._saving
        if self._forgetting is not None:
            self._forgetting.cancel()

    async def _save(self, opened: Callable[[], Collection[Opened]]) -> None:
        while not self._is_saved:
            self._is_saved = True
            rows = [self._row(one) for one in opened()]
            try:
                await self._intake.move_cursor(self._name, self._seal.close(json.dumps(rows, separators=(",", ":"))))
            except StorageError as error:
                _log.debug("Discord: a restart will forget the newest commands: %s", error)
            self._forget_later(opened, is_needed=bool(rows))
        self._saving = None

    def _forget_later(self, opened: Callable[[], Collection[Opened]], *, is_needed: bool) -> None:
        """What ran out is not to stay in the database until somebody uses another command."""
        if self._forgetting is not None:
            self._forgetting.cancel()
        later = asyncio.get_running_loop().call_later
        self._forgetting = later(INTERACTION_LIFETIME_S + 1, self.keep, opened) if is_needed else None

    def _row(self, opened: Opened) -> dict[str, Any]:
        left_s = opened.good_until_s - self._clock.monotonic_s()
        return {
            "id": opened.interaction.id,
            "token": opened.interaction.token,
            "chat": opened.key.chat_id,
            "thread": opened.key.thread_id,
            "guild": opened.guild_id,
            "person": opened.person_id,
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
            person_id=row.get("person", 0),
            guild_id=row.get("guild"),
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
