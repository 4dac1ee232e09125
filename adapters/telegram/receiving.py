"""What becomes of one update: an event for the core, or something kept aside."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Self, TypeAlias

from adapters.telegram.convert import event_of, pressed_query
from adapters.telegram.entities import Identity
from adapters.telegram.polling import RawUpdate
from adapters.telegram.unreadable import unreadable
from bot.errors import PlatformError, StorageError
from bot.events import ConversationKey, MessageId, MessageReceived
from bot.ports.chat import Intake

_ANSWERING_AT_ONCE = 20
"""Button presses that are answered at the same time; more of them are not answered, only obeyed."""

AnswerPress: TypeAlias = Callable[[str], Awaitable[None]]
"""AnswerCallbackQuery. Raises `PlatformError`."""


class Receiver:
    """Brings updates to the core. ``async with``: at the end the answers to presses under way are let go."""

    def __init__(
        self,
        intake: Intake,
        me: Identity,
        answer_press: AnswerPress,
        *,
        note: Callable[[ConversationKey, MessageId], None],
    ) -> None:
        """`note` is told of every message."""
        self._intake = intake
        self._me = me
        self._answer_press = answer_press
        self._note = note
        self._answering: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._answering:
            task.cancel()

    async def take(self, update: RawUpdate) -> None:
        """Return when the update is stored, or kept aside because nobody can read it.

        Raises:
            StorageError: neither.
        """
        self._answer(update)
        try:
            event = event_of(update, self._me)
            if isinstance(event, MessageReceived):
                self._note(event.key, event.message_id)
            if event is not None:
                await self._intake.accept(event)
        except StorageError:
            raise
        except Exception as error:  # noqa: BLE001 - any surprise in one update: those behind it must not wait for ever
            await self._intake.set_aside(unreadable(update, error, self._me))

    def _answer(self, update: RawUpdate) -> None:
        """End the waiting that the pressed button shows, beside everything else."""
        query_id = pressed_query(update)
        if query_id is None or len(self._answering) >= _ANSWERING_AT_ONCE:
            return
        task = asyncio.create_task(self._try_to_answer(query_id), name="answer to a pressed button")
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)

    async def _try_to_answer(self, query_id: str) -> None:
        with contextlib.suppress(PlatformError):
            await self._answer_press(query_id)
