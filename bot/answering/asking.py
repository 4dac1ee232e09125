"""Gets an answer from the model within the bounds of time and number, whatever goes wrong."""

import asyncio
import logging
from dataclasses import dataclass
from functools import partial

from bot import texts
from bot.answering.conclusion import DEADLINE
from bot.answering.dialogue import Dialogue
from bot.answering.reading import Answer, Interruption, Show
from bot.background import Background
from bot.commands.known import ALT
from bot.errors import ModelError, ModelTrouble, StorageError
from bot.ports.chat import Chat
from bot.ports.clock import Clock
from bot.records.turns import Turn

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class AskingRules:
    """The operator's choices that asking depends on."""

    running: int
    """How many turns may look and ask at the same time, over all conversations."""
    deadline_s: float
    """Longest time for looking and asking, in one attempt."""


class Asking:
    """Gets the model's answers: as many at a time as the rules say."""

    def __init__(self, dialogue: Dialogue, clock: Clock, rules: AskingRules) -> None:
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
            read = partial(self._read_when_there_is_room, turn, chat, answer, show)
            await interruption.run(read, name=f"reading for turn {turn.id}")
        except ModelError as error:
            log.warning("turn %s: %s", turn.id, error)
            answer.error = error
        except StorageError:
            raise
        except Exception as error:
            # Whatever it was, the person must hear something; the trace is for the operator.
            log.exception("turn %s: failed", turn.id)
            answer.error = ModelError(repr(error), trouble=ModelTrouble.INTERNAL, person=texts.INTERNAL)

    async def _read_when_there_is_room(self, turn: Turn, chat: Chat, answer: Answer, show: Show) -> None:
        async with self._running:
            await self._dialogue.ask(turn, chat, answer, show)
