"""Gets an answer from the model within the bounds of time and number, whatever goes wrong."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from bot import texts
from bot.answering.dialogue import Dialogue
from bot.answering.reading import Answer, Interruption, Show
from bot.background import Background
from bot.commands.known import ALT
from bot.delivery.conclusion import DEADLINE
from bot.errors import ModelError, ModelTrouble, StorageError
from bot.ports.chat import Chat
from bot.ports.clock import Clock
from bot.records.turns import Turn

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationRules:
    """The operator's choices that answering depends on."""

    running: int
    """How many turns may look and ask at the same time, over all conversations."""
    attempts: int
    """How often a turn is begun (at the first start, and after each crash) before the person is told. An attempt that
    a stop cut short does not count."""
    deadline_s: float
    """Longest time for looking and asking, in one attempt."""
    lease_s: float
    """How long a claim on a turn outlives the process that made it."""
    parts: int
    """Messages of one answer at most; a longer one comes as its beginning and a file."""


class Asking:
    """Gets the model's answers: as many at a time as the rules say."""

    def __init__(self, dialogue: Dialogue, clock: Clock, rules: ConversationRules) -> None:
        self._dialogue = dialogue
        self._clock = clock
        self._rules = rules
        self._running = asyncio.Semaphore(rules.running)

    async def answer(self, turn: Turn, chat: Chat, show: Show, interruption: Interruption) -> Answer:
        """Read until the end, the deadline or the interruption. What went wrong stands in the answer.

        Raises:
            StorageError: the store is away.
        """
        mark = texts.ALT_MARK.in_language(turn.said_in) if turn.command == ALT else ""
        answer = Answer(started_at=self._clock.now(), mark=mark)
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
            work = partial(self._when_there_is_room, partial(self._dialogue.ask, turn, chat, answer, show))
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
