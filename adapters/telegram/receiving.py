"""What becomes of one update: an event for the core, or something kept aside."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Self, TypeAlias

from adapters.telegram.convert import event_of, pressed_query
from adapters.telegram.entities import Identity
from adapters.telegram.joining import Newcomer, joined
from adapters.telegram.polling import RawUpdate
from adapters.telegram.unreadable import unreadable
from bot.errors import PlatformError, StorageError
from bot.events import ConversationKey, MessageId, MessageReceived
from bot.ports.chat import Intake

_AT_ONCE = 20
"""Button presses that are answered at the same time; more of them are not answered, only obeyed. Groups just joined
that are explained to count too."""

AnswerPress: TypeAlias = Callable[[str], Awaitable[None]]
"""AnswerCallbackQuery. Raises `PlatformError`."""


class Receiver:
    """Brings updates to the core. ``async with``: at the end what is said beside that is let go."""

    def __init__(
        self,
        intake: Intake,
        me: Identity,
        answer_press: AnswerPress,
        *,
        newcomer: Newcomer,
        note: Callable[[ConversationKey, MessageId], None],
    ) -> None:
        """`note` is told of every message."""
        self._intake = intake
        self._me = me
        self._answer_press = answer_press
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
        self._answer(update)
        try:
            await self._greet(update)
            event = event_of(update, self._me)
            if isinstance(event, MessageReceived):
                self._note(event.key, event.message_id)
            if event is not None:
                await self._intake.accept(event)
        except StorageError:
            raise
        except Exception as error:  # noqa: BLE001 - any surprise in one update: those behind it must not wait for ever
            await self._intake.set_aside(unreadable(update, error, self._me))

    async def _greet(self, update: RawUpdate) -> None:
        key = joined(update)
        if key is not None and await self._newcomer.is_new(key):
            self._beside(self._newcomer.explain(key), "explaining privacy mode")

    def _answer(self, update: RawUpdate) -> None:
        """End the waiting that the pressed button shows, beside everything else."""
        query_id = pressed_query(update)
        if query_id is not None:
            self._beside(self._try_to_answer(query_id), "answer to a pressed button")

    def _beside(self, work: Coroutine[Any, Any, None], name: str) -> None:
        if len(self._asides) >= _AT_ONCE:
            work.close()
            return
        task = asyncio.create_task(work, name=name)
        self._asides.add(task)
        task.add_done_callback(self._asides.discard)

    async def _try_to_answer(self, query_id: str) -> None:
        with contextlib.suppress(PlatformError):
            await self._answer_press(query_id)
