"""Looks at the pictures of a question, asks the model, and reads its answer."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from bot import texts
from bot.background import Background
from bot.conclusion import DEADLINE, notes_on
from bot.errors import ModelError, ModelTrouble, StorageError
from bot.look import FILES_AT_ONCE, Pictures, leave_out, look
from bot.ports.chat import Chat
from bot.ports.clock import Clock
from bot.ports.model import Model, PromptMessage
from bot.ports.store import Store
from bot.prompt import PromptBudget, build_prompt, pictures_to_show, within_budget
from bot.reading import Answer, Interruption, Show, read
from bot.records import Turn

log = logging.getLogger(__name__)

PICTURE_LIMIT = "most pictures at once"
"""The cursor under which the server's limit is remembered, behind the model's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationRules:
    """The operator's choices that answering depends on."""

    system_prompt: str
    model_name: str
    budget: PromptBudget
    exchanges: int
    """How many earlier exchanges are read at most."""
    picture_bytes: int
    """Largest file fetched."""
    running: int
    """How many turns may look and ask at the same time, over all conversations."""
    attempts: int
    """How often a turn is begun (at the first start, and after each crash) before the person is told. An attempt that
    a stop cut short does not count."""
    deadline_s: float
    """Longest time for looking and asking, in one attempt."""
    lease_s: float
    """How long a claim on a turn outlives the process that made it."""


class Asking:
    """Gets the model's answers: as many at a time as the rules say."""

    def __init__(self, store: Store, model: Model, pictures: Pictures, clock: Clock, rules: ConversationRules) -> None:
        self._store = store
        self._model = model
        self._pictures = pictures
        self._clock = clock
        self._rules = rules
        self._running = asyncio.Semaphore(rules.running)
        self._room = asyncio.Semaphore(FILES_AT_ONCE)

    async def answer(self, turn: Turn, chat: Chat, show: Show, interruption: Interruption) -> Answer:
        """Read until the end, the deadline or the interruption. What went wrong stands in the answer.

        Raises:
            StorageError: the store is away.
        """
        answer = Answer(started_at=self._clock.now())
        async with Background(self._end_at_deadline(interruption), name="deadline"):
            await self._try_to_read(turn, chat, answer, show, interruption)
        return answer

    async def _end_at_deadline(self, interruption: Interruption) -> None:
        await self._clock.sleep(self._rules.deadline_s)
        interruption.end(DEADLINE)

    async def _try_to_read(
        self, turn: Turn, chat: Chat, answer: Answer, show: Show, interruption: Interruption
    ) -> None:
        try:
            work = partial(self._when_there_is_room, partial(self._look_and_read, turn, chat, answer, show))
            await interruption.run(lambda: asyncio.create_task(work(), name=f"reading for turn {turn.id}"))
        except ModelError as error:
            log.warning("turn %s: %s", turn.id, error)
            answer.error = error
        except StorageError:
            raise
        except Exception as error:
            # Whatever it was, the person must hear something; the trace is for the operator.
            log.exception("turn %s: failed", turn.id)
            answer.error = ModelError(repr(error), trouble=ModelTrouble.INTERNAL, person=texts.INTERNAL)

    async def _when_there_is_room(self, work: Callable[[], Awaitable[None]]) -> None:
        async with self._running:
            await work()

    async def _look_and_read(self, turn: Turn, chat: Chat, answer: Answer, show: Show) -> None:
        request_id = f"turn-{turn.id}-{turn.attempts}"
        most = self._rules.budget.pictures
        prompt = await self._look(turn, chat, answer, most)
        may_read_again = True
        while True:
            try:
                return await read(self._model, prompt, answer, show, request_id=request_id, clock=self._clock)
            except ModelError as error:
                if error.picture_limit is not None and error.picture_limit < most:
                    most = error.picture_limit
                    log.warning("turn %s: sent again with at most %s pictures: %s", turn.id, most, error)
                    if error.picture_limit_lasts:
                        await self._store.move_cursor(self._limit_cursor, str(most))
                    prompt = await self._look(turn, chat, answer, most)
                elif may_read_again and answer.text and error.trouble is not ModelTrouble.BLOCKED:
                    may_read_again = False
                    log.warning("turn %s: cut off, so it is asked again: %s", turn.id, error)
                else:
                    raise

    async def _look(self, turn: Turn, chat: Chat, answer: Answer, most: int) -> Sequence[PromptMessage]:
        rules = self._rules
        exchanges = await self._store.exchanges(turn.key, up_to=turn.id, limit=rules.exchanges)
        budget = rules.budget
        if any(message.attachments for exchange in exchanges for message in exchange.messages):
            budget = replace(budget, pictures=min(most, await self._most_pictures()))
        if any(message.attachments for message in exchanges[-1].messages):
            await look(
                exchanges[-1],
                chat,
                self._store,
                self._pictures,
                self._clock,
                max_bytes=rules.picture_bytes,
                room=self._room,
            )
            exchanges = await self._store.exchanges(turn.key, up_to=turn.id, limit=rules.exchanges)
            if await leave_out(exchanges[-1], self._store, budget, reason=texts.not_shown(budget.pictures)):
                exchanges = await self._store.exchanges(turn.key, up_to=turn.id, limit=rules.exchanges)
        answer.notes = notes_on(exchanges[-1])
        kept = within_budget(exchanges, budget)
        pixels = {}
        for sha256 in pictures_to_show(kept, budget):
            jpeg = await self._store.jpeg(sha256)
            if jpeg is not None:
                pixels[sha256] = jpeg
        return build_prompt(rules.system_prompt, kept, pixels)

    async def _most_pictures(self) -> int:
        learned = await self._store.cursor(self._limit_cursor)
        return int(learned) if learned else self._rules.budget.pictures

    @property
    def _limit_cursor(self) -> str:
        return f"{self._rules.model_name}: {PICTURE_LIMIT}"
