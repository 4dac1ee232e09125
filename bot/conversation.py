"""Answers turns: the one readable flow from a stored question to its one outcome."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from bot import texts
from bot.background import Background
from bot.commands import RESET, STOP
from bot.conclusion import DEADLINE, STOPPED, conclude, notes_on
from bot.delivery import AnswerOnScreen
from bot.errors import ModelError, ModelTrouble, PlatformError, PlatformUncertain, StorageError
from bot.events import ConversationKey, MessageId, PlatformName
from bot.look import FILES_AT_ONCE, Pictures, leave_out, look
from bot.ports.chat import Chat
from bot.ports.clock import Clock
from bot.ports.model import Model, PromptMessage
from bot.ports.store import Store
from bot.prompt import PromptBudget, build_prompt, pictures_to_show, within_budget
from bot.reading import Answer, Interruption, read
from bot.records import Lease, Outcome, Turn, TurnId, TurnState
from bot.typing_indicator import keep_typing

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


class Conversation:
    """Brings turns to their outcome."""

    def __init__(
        self,
        store: Store,
        model: Model,
        chats: Mapping[PlatformName, Chat],
        pictures: Pictures,
        clock: Clock,
        rules: ConversationRules,
        *,
        owner: str,
    ) -> None:
        """`owner` names this process in its leases."""
        self._store = store
        self._model = model
        self._chats = chats
        self._pictures = pictures
        self._clock = clock
        self._rules = rules
        self._owner = owner
        self._running = asyncio.Semaphore(rules.running)
        self._room = asyncio.Semaphore(FILES_AT_ONCE)
        self._claimed: dict[TurnId, asyncio.Event] = {}
        self._effective_stops: set[TurnId] = set()
        self._asking: dict[ConversationKey, tuple[Interruption, AnswerOnScreen]] = {}

    async def answer(self, turn: Turn) -> None:
        """Give a turn its one outcome. A turn that has one is left alone.

        When cancelled, the turn stays unfinished in the store; what is on screen is continued by the next attempt.

        Raises:
            StorageError: the store is away; the turn is unfinished.
        """
        chat = self._chats.get(turn.key.platform)
        if chat is None:
            log.warning("turn %s: %s is not connected; the turn waits", turn.id, turn.key.platform)
            return
        async with self._claim(turn.id) as claimed:
            if claimed is None:
                return
            if claimed.state is TurnState.WITHDRAWING:
                await self._withdraw(claimed, chat)
            elif claimed.state is TurnState.DELIVERING:
                async with await self._screen(claimed, chat) as screen:
                    await self._deliver(claimed, screen, claimed.text or texts.INTERNAL)
            elif claimed.attempts >= self._rules.attempts:
                log.error("turn %s: given up after %s attempts", claimed.id, claimed.attempts)
                await self._say(claimed, chat, texts.GAVE_UP, trouble="gave_up")
            elif claimed.command is not None:
                await self._command(claimed, chat, claimed.command)
            else:
                await self._ask(claimed, chat)

    def stop(self, key: ConversationKey, *, message_id: MessageId | None = None, by: TurnId | None = None) -> None:
        """End the answer that is being written there where it is.

        Args:
            key: Where.
            message_id: Only the answer that this message is part of.
            by: The turn of the command that asked for it, which will tell whether there was one.
        """
        interruption, screen = self._asking.get(key, (None, None))
        if interruption is None or (message_id is not None and screen is not None and not screen.has(message_id)):
            return
        interruption.end(STOPPED)
        if by is not None:
            self._effective_stops.add(by)

    async def keep_leases(self) -> None:
        """Renew the claims on the turns that run, until cancelled."""
        while True:
            await self._clock.sleep(self._rules.lease_s / 3)
            if self._claimed:
                try:
                    await self._store.renew(list(self._claimed), self._lease())
                except StorageError as error:
                    log.warning("leases could not be renewed: %s", error)

    # --- the frame of every turn ----------------------------------------------------------------

    @asynccontextmanager
    async def _claim(self, turn_id: TurnId) -> AsyncIterator[Turn | None]:
        while earlier := self._claimed.get(turn_id):
            # Another queue had this turn: what it sends right now has to come to its end first.
            await earlier.wait()
        ended = self._claimed[turn_id] = asyncio.Event()
        try:
            yield await self._store.begin(turn_id, now=self._clock.now(), lease=self._lease())
        except asyncio.CancelledError:
            await self._hand_back(turn_id)
            raise
        finally:
            del self._claimed[turn_id]
            ended.set()

    async def _hand_back(self, turn_id: TurnId) -> None:
        # Attempts are counted against what crashes the process. Being told to stop is no fault of the turn.
        try:
            await self._store.hand_back(turn_id, owner=self._owner)
        except StorageError as error:
            log.warning("turn %s: this attempt counts, although it was cut short: %s", turn_id, error)

    def _lease(self) -> Lease:
        return Lease(owner=self._owner, until=self._clock.now() + timedelta(seconds=self._rules.lease_s))

    async def _screen(self, turn: Turn, chat: Chat) -> AnswerOnScreen:
        receipts = await self._store.deliveries(turn.id) if turn.has_receipts else ()
        return AnswerOnScreen(turn, chat, self._store, self._clock, receipts)

    async def _end(self, turn: Turn, screen: AnswerOnScreen, outcome: Outcome) -> None:
        if await self._store.conclude(turn.id, outcome, screen.plan(outcome.text)):
            await self._deliver(turn, screen, outcome.text)
        else:
            # Its question was changed or deleted meanwhile: the lane has it again.
            log.info("turn %s: its question has changed, so this answer is dropped", turn.id)

    async def _deliver(self, turn: Turn, screen: AnswerOnScreen, text: str) -> None:
        failed, detail = "", ""
        try:
            await screen.complete(text)
        except PlatformUncertain as error:
            log.error("turn %s: its answer may be missing in the chat; it is not sent twice: %s", turn.id, error)
        except PlatformError as error:
            log.error("turn %s: its answer could not be delivered: %s", turn.id, error)
            failed, detail = "undeliverable", str(error)
        await self._store.close(
            turn.id, now=self._clock.now(), deliveries=screen.take_receipts(), failed=failed, detail=detail
        )

    async def _withdraw(self, turn: Turn, chat: Chat) -> None:
        async with await self._screen(turn, chat) as screen:
            try:
                await screen.withdraw()
            except PlatformError as error:
                log.error("turn %s: its answer could not be taken back: %s", turn.id, error)
        await self._store.close(turn.id, now=self._clock.now())

    # --- the bot's own words --------------------------------------------------------------------

    async def _command(self, turn: Turn, chat: Chat, name: str) -> None:
        if name == RESET:
            await self._store.reset(turn.key, up_to=turn.id)
            await self._say(turn, chat, texts.WAS_RESET)
        elif name == STOP:
            was_effective = turn.id in self._effective_stops
            self._effective_stops.discard(turn.id)
            await self._say(turn, chat, texts.STOPS if was_effective else texts.NOTHING_TO_STOP)
        else:
            await self._say(turn, chat, texts.HELP)

    async def _say(self, turn: Turn, chat: Chat, text: str, *, trouble: str = "") -> None:
        outcome = Outcome(
            state=TurnState.FAILED if trouble else TurnState.ANSWERED,
            text=text,
            answer=None,
            trouble=trouble,
            started_at=self._clock.now(),
        )
        async with await self._screen(turn, chat) as screen:
            await self._end(turn, screen, outcome)

    # --- the model's words ----------------------------------------------------------------------

    async def _ask(self, turn: Turn, chat: Chat) -> None:
        answer = Answer(started_at=self._clock.now())
        interruption = Interruption()
        async with keep_typing(chat, turn.key, self._clock), await self._screen(turn, chat) as screen:
            self._asking[turn.key] = interruption, screen
            try:
                async with Background(self._end_at_deadline(interruption), name="deadline"):
                    await self._try_to_read(turn, chat, answer, screen, interruption)
            finally:
                del self._asking[turn.key]
            await screen.settle()
            await self._end(turn, screen, conclude(answer, interruption.reason))

    async def _end_at_deadline(self, interruption: Interruption) -> None:
        await self._clock.sleep(self._rules.deadline_s)
        interruption.end(DEADLINE)

    async def _try_to_read(
        self, turn: Turn, chat: Chat, answer: Answer, screen: AnswerOnScreen, interruption: Interruption
    ) -> None:
        try:
            work = partial(self._when_there_is_room, partial(self._look_and_read, turn, chat, answer, screen))
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

    async def _look_and_read(self, turn: Turn, chat: Chat, answer: Answer, screen: AnswerOnScreen) -> None:
        request_id = f"turn-{turn.id}-{turn.attempts}"
        most = self._rules.budget.pictures
        prompt = await self._look(turn, chat, answer, most)
        may_read_again = True
        while True:
            try:
                return await read(self._model, prompt, answer, screen.show, request_id=request_id, clock=self._clock)
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
            await look(exchanges[-1], chat, self._store, self._pictures, max_bytes=rules.picture_bytes, room=self._room)
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
