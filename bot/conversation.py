"""Answers turns: the one readable flow from a stored question to its one outcome."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from bot import texts
from bot.asking import Asking
from bot.background import Background
from bot.commands import ALT, LOOKING, OFF, ON, RESET, STOP
from bot.conclusion import DEADLINE, STOPPED, conclude
from bot.delivery import AnswerOnScreen
from bot.errors import ModelError, ModelTrouble, PlatformError, PlatformUncertain, StorageError
from bot.events import ConversationKey, MessageId, PlatformName
from bot.ports.chat import Chat, Part, PictureFile
from bot.ports.clock import Clock
from bot.ports.store import Store
from bot.reading import Answer, Interruption
from bot.records import Lease, Outcome, PostedPicture, Turn, TurnId, TurnState
from bot.typing_indicator import keep_typing

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


class Conversation:
    """Brings turns to their outcome."""

    def __init__(
        self,
        store: Store,
        asking: Asking,
        chats: Mapping[PlatformName, Chat],
        clock: Clock,
        rules: ConversationRules,
        *,
        owner: str,
    ) -> None:
        """`owner` names this process in its leases."""
        self._store = store
        self._asking_model = asking
        self._chats = chats
        self._clock = clock
        self._rules = rules
        self._owner = owner
        self._running = asyncio.Semaphore(rules.running)
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
                    pictures = await self._parts(claimed.pictures)
                    await self._deliver(claimed, screen, claimed.text or texts.INTERNAL, pictures)
            elif claimed.attempts >= self._rules.attempts:
                log.error("turn %s: given up after %s attempts", claimed.id, claimed.attempts)
                await self._say(claimed, chat, texts.GAVE_UP, trouble="gave_up")
            elif claimed.command is not None and not self._is_looking(claimed):
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
        pictures = await self._parts(outcome.pictures)
        if await self._store.conclude(turn.id, outcome, screen.plan(outcome.text, pictures)):
            await self._deliver(turn, screen, outcome.text, pictures)
        else:
            # Its question was changed or deleted meanwhile: the lane has it again.
            log.info("turn %s: its question has changed, so this answer is dropped", turn.id)

    async def _parts(self, pictures: Sequence[PostedPicture]) -> Sequence[Part]:
        parts = []
        for number, picture in enumerate(pictures, start=1):
            jpeg = await self._store.jpeg(picture.sha256)
            if jpeg is not None:
                file = PictureFile(jpeg=jpeg, sha256=picture.sha256, name=f"picture-{number}.jpg")
                parts.append(Part(picture.caption, picture=file))
        return parts

    async def _deliver(self, turn: Turn, screen: AnswerOnScreen, text: str, pictures: Sequence[Part]) -> None:
        failed, detail = "", ""
        try:
            await screen.complete(text, pictures)
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

    @staticmethod
    def _is_looking(turn: Turn) -> bool:
        return turn.command in LOOKING and turn.argument.strip().lower() not in (ON, OFF)

    async def _command(self, turn: Turn, chat: Chat, name: str) -> None:
        if name == RESET:
            await self._store.reset(turn.key, up_to=turn.id)
            await self._say(turn, chat, texts.WAS_RESET)
        elif name == STOP:
            was_effective = turn.id in self._effective_stops
            self._effective_stops.discard(turn.id)
            await self._say(turn, chat, texts.STOPS if was_effective else texts.NOTHING_TO_STOP)
        elif name == ALT:
            describes = turn.argument.strip().lower() == ON
            settings = await self._store.settings(turn.key)
            await self._store.change_settings(turn.key, replace(settings, describes_pictures=describes))
            await self._say(turn, chat, texts.ALT_ON if describes else texts.ALT_OFF)
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
        answer = Answer(started_at=self._clock.now(), mark=texts.ALT_MARK if turn.command is not None else "")
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
            work = partial(self._when_there_is_room, partial(self._asking_model.ask, turn, chat, answer, screen.show))
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
