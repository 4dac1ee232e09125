"""Takes events in: stored first, then acted on."""

import asyncio
import logging
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.commands import LOOKING, STOP
from bot.conversation import Conversation
from bot.errors import GlimpseError, StorageError
from bot.events import (
    ConversationKey,
    Event,
    MessageEdited,
    MessageId,
    MessageReceived,
    MessagesDeleted,
    PlatformName,
    StopPressed,
    Unreadable,
)
from bot.lanes import Lanes
from bot.patience import Patience
from bot.ports.chat import Chat, KnownPlace
from bot.ports.clock import Clock
from bot.ports.store import Store
from bot.readiness import Readiness
from bot.records import Accepted, Turn

log = logging.getLogger(__name__)

PLACES = 1000
"""Conversations that adapters are told of at most, the most recently used first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxRules:
    """The operator's choices that receiving depends on."""

    patience: Patience
    answer_window_s: float
    """What is found later than this is only remembered; an answer older than this is not redone after an edit."""


class Inbox:
    """`bot.ports.chat.Intake` on the store and the lanes."""

    def __init__(
        self,
        store: Store,
        lanes: Lanes,
        conversation: Conversation,
        chats: Mapping[PlatformName, Chat],
        *,
        clock: Clock,
        readiness: Readiness,
        rules: InboxRules,
    ) -> None:
        self._store = store
        self._lanes = lanes
        self._conversation = conversation
        self._chats = chats
        self._clock = clock
        self._readiness = readiness
        self._rules = rules
        # One after the other in each conversation too: a flood of them would crowd out the answers there.
        self._commands = Lanes(conversation.answer, clock=clock, readiness=readiness, per_lane=0, total=0)
        self._refusals = Lanes(self._refuse, clock=clock, readiness=readiness, per_lane=0, total=0)
        self._remarks: set[asyncio.Task[None]] = set()

    # --- bot.ports.chat.Intake ------------------------------------------------------------------

    async def accept(self, event: Event) -> None:
        try:
            await self._accept(event)
        except StorageError as error:
            self._readiness.trouble("receiving", error)
            raise
        self._readiness.fine("receiving")

    async def set_aside(self, unreadable: Unreadable) -> None:
        if not await self._store.set_aside(unreadable, now=self._clock.now()):
            return
        log.error(
            "%s %s could not be read (%s); it is kept in the table set_aside",
            unreadable.platform,
            unreadable.id,
            unreadable.error,
        )
        if unreadable.apologise_to is not None:
            self._remark(self._conversation.apologise(unreadable), f"the apology for {unreadable.id}")

    async def cursor(self, name: str) -> str | None:
        return await self._store.cursor(name)

    async def move_cursor(self, name: str, value: str) -> None:
        await self._store.move_cursor(name, value)

    async def places(self, platform: PlatformName) -> Sequence[KnownPlace]:
        return await self._store.places(platform, limit=PLACES)

    async def recent(self, key: ConversationKey, *, since: datetime) -> Sequence[MessageId]:
        return await self._store.recent(key, since=since)

    async def missed(self, key: ConversationKey) -> None:
        self._remark(self._conversation.tell_missed(key), "the note that something was missed")

    # --- the start and the end ------------------------------------------------------------------

    async def resume(self) -> int:
        """Queue every turn that an earlier run left without an outcome. Returns how many."""
        turns = await self._store.unfinished()
        for turn in turns:
            self._only_queue_of(turn).put(turn, bounded=False)
        return len(turns)

    async def drain(self, *, grace_s: float | None = None) -> None:
        """Wait for the commands, refusals and remarks under way, at most `grace_s` seconds; then cancel them.

        What is cancelled has no outcome yet: it is resumed at the next start.
        """
        await asyncio.gather(
            self._commands.drain(grace_s=grace_s),
            self._refusals.drain(grace_s=grace_s),
            self._drain_remarks(grace_s=grace_s),
        )

    async def _drain_remarks(self, *, grace_s: float | None) -> None:
        if not self._remarks:
            return
        _, late = await asyncio.wait(self._remarks, timeout=grace_s)
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late)

    # --- events ---------------------------------------------------------------------------------

    async def _accept(self, event: Event) -> None:
        match event:
            case MessageReceived():
                await self._received(event)
            case MessageEdited(message=message):
                await self._edited(message)
            case MessagesDeleted(key=key, message_ids=message_ids):
                for turn in await self._store.delete(key, message_ids, now=self._clock.now()):
                    self._only_queue_of(turn).redo(turn)
            case StopPressed(key=key, message_id=message_id):
                self._conversation.stop(key, message_id=message_id)

    async def _received(self, message: MessageReceived) -> None:
        now = self._clock.now()
        patience = self._rules.patience
        accepted = await self._store.accept(
            message,
            now=now,
            ready_at=now + patience.wait_for_more(message, self._chats[message.key.platform].limits),
            joining=patience.joining,
            answer=not (message.is_catch_up and self._is_late(message)),
        )
        if accepted is not None:
            self._schedule(accepted)

    async def _edited(self, message: MessageReceived) -> None:
        now = self._clock.now()
        redo_since = now - timedelta(seconds=self._rules.answer_window_s)
        accepted = await self._store.edit(message, now=now, redo_since=redo_since)
        if accepted is not None:
            self._schedule(accepted)
        elif not self._is_late(message):
            # A mention added by the edit makes it a question; a message that is known already changes nothing here.
            await self._received(message)

    def _is_late(self, message: MessageReceived) -> bool:
        return message.sent_at < self._clock.now() - timedelta(seconds=self._rules.answer_window_s)

    def _schedule(self, accepted: Accepted) -> None:
        turn = accepted.turn
        if turn.state.is_final:
            return
        if turn.command == STOP:
            self._conversation.stop(turn.key, by=turn.id)
        queue = self._only_queue_of(turn)
        if accepted.restart:
            queue.redo(turn)
        elif not queue.put(turn, bounded=queue is self._lanes):
            log.warning("turn %s: queue full, the person is told to ask again", turn.id)
            self._refusals.put(turn, bounded=False)

    def _only_queue_of(self, turn: Turn) -> Lanes:
        """Where it belongs now. It may have been a command before, or refused: two answers of it must not run."""
        queue = self._lanes if turn.command is None or turn.command in LOOKING else self._commands
        for other in (self._lanes, self._commands, self._refusals):
            if other is not queue:
                other.drop(turn)
        return queue

    async def _refuse(self, turn: Turn) -> None:
        await self._conversation.refuse(turn, ahead=self._lanes.ahead_of(turn.key))

    def _remark(self, work: Coroutine[Any, Any, None], what: str) -> None:
        """Say something that is no outcome of a turn: once, as well as it goes."""

        async def said() -> None:
            try:
                await work
            except GlimpseError as error:
                log.error("%s could not be delivered: %s", what, error)

        task = asyncio.create_task(said(), name=what)
        self._remarks.add(task)
        task.add_done_callback(self._remarks.discard)
