"""What becomes of one update: an event for the core, or something kept aside."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any, Self

from adapters.telegram.content.entities import Identity
from adapters.telegram.convert import (
    Unplaced,
    event_of,
    language_of_press,
    press_in,
    pressed_query,
    unplaced_press,
)
from adapters.telegram.elsewhere import asker_of, is_elsewhere
from adapters.telegram.limits import TELEGRAM
from adapters.telegram.receiving.at_once import AtOnce
from adapters.telegram.receiving.inline import asked_under, chosen, typed
from adapters.telegram.receiving.joining import Newcomer, joined, language_of
from adapters.telegram.receiving.polling import RawUpdate
from adapters.telegram.receiving.unreadable import unreadable
from bot import texts
from bot.errors import StorageError
from bot.events import Event, MessageReceived
from bot.ports.clock import Clock
from bot.ports.intake import Intake
from bot.sentences import Sentence

_EVER = datetime.min.replace(tzinfo=UTC)
_AT_ONCE = 20
"""Button presses that are answered at the same time; more of them are not answered, only obeyed. Groups just joined
that are explained to count too, and what people type inline: of that, what comes too fast is offered nothing."""


class Receiver:
    """Brings updates to the core. ``async with``: at the end what is said beside that is let go."""

    def __init__(
        self,
        intake: Intake,
        me: Identity,
        at_once: AtOnce,
        *,
        clock: Clock,
        newcomer: Newcomer,
        note: Callable[[MessageReceived], None],
    ) -> None:
        """`note` is told of every message."""
        self._intake = intake
        self._me = me
        self._at_once = at_once
        self._clock = clock
        self._newcomer = newcomer
        self._note = note
        self._asides: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._asides:
            task.cancel()

    async def take(self, update: RawUpdate) -> None:
        """Return when the update is stored, or kept aside because nobody can read it.

        Raises:
            StorageError: neither.
        """
        try:
            await self._greet(update)
            event = await self._event(update)
            if isinstance(event, MessageReceived) and not is_elsewhere(event.key):
                self._note(event)
            if event is None or isinstance(event, Sentence):
                self._answer(update, event)
            else:
                self._answer(update, await self._intake.accept(event))
        except StorageError:
            raise
        except Exception as error:  # noqa: BLE001 - any surprise in one update: those behind it must not wait for ever
            await self._intake.set_aside(unreadable(update, error, self._me))
            self._answer(update, None)

    async def _event(self, update: RawUpdate) -> Event | Sentence | None:
        """What there is for the core; or what who pressed a button is told instead."""
        if (own := unplaced_press(update)) is not None:
            return await self._press(update, own)
        if (what := typed(update)) is not None:
            self._beside(self._at_once.answer_typed(what), "answer to an inline query")
        return chosen(update, self._clock.now()) or event_of(update, self._me)

    async def _press(self, update: RawUpdate, own: Unplaced) -> Event | Sentence | None:
        key = await self._intake.place_of(TELEGRAM, own.message_id, chat_id=own.chat_id, turn=own.turn)
        message_id = own.message_id
        if key is None and (asked := asked_under(update)):
            recent = await self._intake.recent(asked[0], since=_EVER)
            if recent.messages:
                key, message_id = asked
        if key is None or is_elsewhere(key) is not (own.chat_id is None):
            return texts.BUTTON_IS_FORGOTTEN
        press = press_in(update, key, message_id)
        if press is not None and is_elsewhere(key) and press.sender.id != asker_of(key):
            return texts.BUTTON_OF_ANOTHER
        return press

    async def _greet(self, update: RawUpdate) -> None:
        key = joined(update)
        if key is not None and await self._newcomer.is_new(key):
            self._beside(self._newcomer.explain(key, language=language_of(update)), "explaining privacy mode")

    def _answer(self, update: RawUpdate, said: Sentence | None) -> None:
        """End the waiting that a pressed button shows, if one was pressed, beside everything else."""
        if (query_id := pressed_query(update)) is not None:
            words = said.in_language(language_of_press(update)) if said else ""
            self._beside(self._at_once.answer_press(query_id, words), "answer to a pressed button")

    def _beside(self, work: Coroutine[Any, Any, None], name: str) -> None:
        if len(self._asides) >= _AT_ONCE:
            work.close()
            return
        task = asyncio.create_task(work, name=name)
        self._asides.add(task)
        task.add_done_callback(self._asides.discard)
