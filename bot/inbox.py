"""Takes events in: stored first, then acted on."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from bot import texts
from bot.answering.patience import Patience
from bot.choices import ConversationSettings
from bot.commands.known import LOOKING, RETRY, STOP, as_question
from bot.conversation import Conversation
from bot.delivery.acknowledging import Acknowledgements
from bot.errors import StorageError
from bot.events import (
    Action,
    ButtonPressed,
    ConversationKey,
    ConversationMoved,
    Event,
    MessageEdited,
    MessageId,
    MessageReceived,
    MessagesDeleted,
    PersonId,
    PlatformName,
    Unreadable,
)
from bot.lanes import Lanes
from bot.ports.chat import Chat
from bot.ports.clock import Clock
from bot.ports.intake import KnownPlace, Recent
from bot.ports.store import Store
from bot.readiness import Readiness
from bot.records.accepting import Accepted, Arrival, NotPressed, Refusal
from bot.records.notices import NoticeKind
from bot.records.turns import Turn, TurnState
from bot.sentences import Sentence
from bot.words import Words

log = logging.getLogger(__name__)

PLACES = 1000
"""Conversations that adapters are told of at most, the most recently used first."""

COMMANDS_WAITING_PER_CONVERSATION = 10
COMMANDS_WAITING = 500

EDIT_QUIET_S = 0.5
"""An edited question waits so long before it is asked again. The edits of that time join it: who edits on and on has
the model asked twice a second at most."""

TOLD_FOR_S = 60.0
"""A person is told once in so long that there is no room in a conversation. The sentence asks to come back then."""
TOLD_FOR_MESSAGES = 20
"""And at least once for so many messages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxRules:
    """The operator's choices that receiving depends on."""

    patience: Patience
    defaults: ConversationSettings
    """Where nobody chose: `answers` and `wake_word`."""
    answer_window_s: float
    """What is found later than this is only remembered; an answer older than this is not redone after an edit."""


class Inbox:
    """`bot.ports.intake.Intake` on the store and the lanes."""

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
        self._stops = conversation.stops
        self._chats = chats
        self._clock = clock
        self._readiness = readiness
        self._rules = rules
        # Apart from the answers and from each other: a flood of one kind does not hold up the others.
        self._commands = Lanes(
            partial(conversation.answer, again=self._run_again),
            clock=clock,
            readiness=readiness,
            per_lane=COMMANDS_WAITING_PER_CONVERSATION,
            total=COMMANDS_WAITING,
        )
        self._acknowledgements = Acknowledgements(chats)
        self._words = Words(store, conversation.answer, clock=clock, readiness=readiness)

    # --- bot.ports.intake.Intake ------------------------------------------------------------------

    async def accept(self, event: Event) -> Sentence | None:
        try:
            in_vain = await self._accept(event)
        except StorageError as error:
            self._readiness.trouble("receiving", error)
            raise
        self._readiness.fine("receiving")
        return in_vain

    async def set_aside(self, unreadable: Unreadable) -> None:
        await self._words.apologise(unreadable)
        if await self._store.set_aside(unreadable, now=self._clock.now()):
            log.error(
                "%s %s could not be read (%s); it is kept in the table set_aside",
                unreadable.platform,
                unreadable.id,
                unreadable.error,
            )

    async def cursor(self, name: str) -> str | None:
        return await self._store.cursor(name)

    async def move_cursor(self, name: str, value: str) -> None:
        await self._store.move_cursor(name, value)

    async def places(self, platform: PlatformName) -> Sequence[KnownPlace]:
        return await self._store.places(platform, limit=PLACES)

    async def place_of(
        self, platform: PlatformName, message_id: MessageId, *, chat_id: str | None = None, turn: int | None = None
    ) -> ConversationKey | None:
        return await self._store.place_of(platform, message_id, chat_id=chat_id, turn=turn)

    async def recent(self, key: ConversationKey, *, since: datetime) -> Recent:
        return await self._store.recent(key, since=since)

    async def missed(self, place: KnownPlace, *, cursor: str) -> None:
        await self._words.tell_missed(place, cursor=cursor)

    # --- the start and the end ------------------------------------------------------------------

    async def resume(self) -> int:
        """Queue every turn that an earlier run left without an outcome. Returns how many."""
        turns = await self._store.unfinished()
        for turn in turns:
            self._only_queue_of(turn).put(turn, bounded=False)
        return len(turns)

    async def drain(self, *, grace_s: float | None = None) -> None:
        """Wait for the commands, refusals and notices under way, at most `grace_s` seconds; then cancel them.

        What is cancelled has no outcome yet: it is resumed at the next start.
        """
        await self._acknowledgements.stop()
        await asyncio.gather(self._commands.drain(grace_s=grace_s), self._words.drain(grace_s=grace_s))

    async def keep_saying(self) -> None:
        """Say what found no room in memory, until cancelled."""
        await self._words.keep_saying()

    # --- events ---------------------------------------------------------------------------------

    async def _accept(self, event: Event) -> Sentence | None:
        """What is said to who pressed a button in vain."""
        match event:
            case MessageReceived():
                await self._received(event)
            case MessageEdited(message=message):
                await self._edited(message)
            case MessagesDeleted(key=key, message_ids=message_ids):
                for turn in await self._store.delete(key, message_ids, now=self._clock.now()):
                    self._only_queue_of(turn).redo(turn)
            case ButtonPressed(action=Action.STOP):
                return await self._stopped(event)
            case ButtonPressed():
                return await self._pressed(event)
            case ConversationMoved(old=old, new=new):
                for turn in await self._store.move(old, new):
                    as_before = replace(turn, key=old)
                    self._only_queue_of(as_before).drop(as_before)
                    self._only_queue_of(turn).put(turn, bounded=False)
        return None

    async def _received(self, message: MessageReceived) -> None:
        message = as_question(message)
        now = self._clock.now()
        patience = self._rules.patience
        refusal = self._refusal(message.key, message.sender.id, message.command.name if message.command else None)
        arrival = Arrival(
            now=now,
            ready_at=now + patience.wait_for_more(message, self._chats[message.key.platform].limits),
            joining=patience.joining,
            answer=not (message.is_catch_up and self._is_late(message)),
            refusal=refusal,
            defaults=self._rules.defaults,
        )
        accepted = await self._store.accept(message, arrival)
        if refusal is not None and message.command is not None and message.command.name == STOP:
            # Whoever floods the bot with it most of all wants it to stop.
            self._stops.stop(message.key, message.sender.id)
        if accepted is not None:
            self._schedule(accepted)

    async def _stopped(self, pressed: ButtonPressed) -> Sentence | None:
        stop = partial(self._stops.stop, pressed.key, pressed.sender.id, under=pressed)
        if (is_theirs := stop()) is not None:
            return None if is_theirs else texts.BUTTON_OF_ANOTHER
        # Its beginning may stand in the chat since before a restart, or since before its question was changed.
        turn = await self._store.turn_of(pressed.key, pressed.message_id, claimed=pressed.turn)
        if turn is None:
            return texts.BUTTON_IS_FORGOTTEN
        if turn.state not in (TurnState.ACCEPTED, TurnState.ANSWERING):
            return None
        if turn.history_of not in (None, pressed.sender.id):
            return texts.BUTTON_OF_ANOTHER
        if stop() is None:
            self._stops.want(turn)
        return None

    async def _pressed(self, pressed: ButtonPressed) -> Sentence | None:
        refusal = self._refusal(pressed.key, pressed.sender.id, None)
        accepted = await self._store.press(
            pressed, now=self._clock.now(), joining=self._rules.patience.joining, refusal=refusal
        )
        match accepted:
            case NotPressed.REFUSED:
                return refusal.text if refusal is not None else None
            case NotPressed.OF_ANOTHER:
                return texts.BUTTON_OF_ANOTHER
            case NotPressed.FORGOTTEN:
                return texts.BUTTON_IS_FORGOTTEN
        for one in accepted:
            self._schedule(one, yields=True)
        return None

    def _refusal(self, key: ConversationKey, sender: PersonId, command: str | None) -> Refusal | None:
        """What to say to something that needs a place of its own, if there is none."""
        # What is to be answered again takes a place among the questions.
        if not (self._queue_for(command).is_full(key) or (command == RETRY and self._lanes.is_full(key))):
            return None
        text = texts.busy(self._lanes.ahead_of(key, sender))
        return Refusal(text=text, shared_for_s=TOLD_FOR_S, shared_by=TOLD_FOR_MESSAGES)

    async def _edited(self, message: MessageReceived) -> None:
        message = as_question(message)
        now = self._clock.now()
        # Where there is no room, what it says now is remembered; else edits would be a way around the bound.
        window_s = 0.0 if self._lanes.is_full(message.key) else self._rules.answer_window_s
        redo_since = now - timedelta(seconds=window_s)
        ready_at = now + timedelta(seconds=EDIT_QUIET_S)
        accepted = await self._store.edit(message, ready_at=ready_at, redo_since=redo_since)
        if accepted is not None:
            self._schedule(accepted, yields=True)
        elif not self._is_late(message):
            # A mention added by the edit makes it a question; a message that is known already changes nothing here.
            await self._received(message)

    def _is_late(self, message: MessageReceived) -> bool:
        return message.sent_at < self._clock.now() - timedelta(seconds=self._rules.answer_window_s)

    def _schedule(self, accepted: Accepted, *, yields: bool = False) -> None:
        turn = accepted.turn
        if turn.state.is_final:
            return
        if turn.state is TurnState.DELIVERING and not accepted.restart:
            log.warning("turn %s: queue full, the person is told to ask again", turn.id)
            self._words.say(turn)
            return
        self._stops.forget(turn.id)
        if turn.command == STOP:
            self._stops.stop(turn.key, turn.sender, by=turn.id)
        queue = self._only_queue_of(turn)
        if accepted.restart:
            queue.redo(turn, yields=yields and turn.state is TurnState.ACCEPTED)
        else:
            if queue is self._lanes and not queue.holds(turn) and queue.ahead_of(turn.key, turn.sender):
                self._acknowledgements.show(turn)
            queue.put(turn, bounded=False)

    def _run_again(self, turn: Turn) -> None:
        if turn.command in frozenset(NoticeKind):
            self._words.say(turn)
        else:
            self._only_queue_of(turn).redo(turn, yields=turn.state is TurnState.ACCEPTED)

    def _queue_for(self, command: str | None) -> Lanes:
        return self._lanes if command is None or command in LOOKING else self._commands

    def _only_queue_of(self, turn: Turn) -> Lanes:
        """Where it belongs now. It may have been a command before, or refused: two answers of it must not run."""
        queue = self._queue_for(turn.command)
        other = self._commands if queue is self._lanes else self._lanes
        other.drop(turn)
        self._words.drop(turn)
        return queue
