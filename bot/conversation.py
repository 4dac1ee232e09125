"""Answers turns: the one readable flow from a stored question to its one outcome."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

from bot import texts
from bot.answering.asking import Asking
from bot.answering.conclusion import RETRY, conclude
from bot.answering.reading import Interruption
from bot.answering.stops import Stops
from bot.choices import AnswerMode
from bot.commands.answers import CommandAnswers
from bot.commands.known import STOP, is_question, with_tappable_commands
from bot.commands.replies import Again, Reply
from bot.delivery.answer_on_screen import AnswerOnScreen
from bot.delivery.final import Final
from bot.delivery.pace import Paces
from bot.delivery.throttle import Throttles
from bot.errors import PlatformError, PlatformUncertain, StorageError
from bot.events import PlatformName
from bot.ports.chat import Chat
from bot.ports.clock import Clock
from bot.ports.parts import Part, PictureFile, TextFile
from bot.ports.store import Store
from bot.records.notices import NoticeKind
from bot.records.pictures import PostedPicture
from bot.records.turns import Buttons, Lease, Outcome, Turn, TurnId, TurnState
from bot.sentences import said

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationRules:
    """The operator's choices that answering depends on."""

    attempts: int
    """How often a turn is begun (at the first start, and after each crash) before the person is told. An attempt that
    a stop cut short does not count."""
    lease_s: float
    """How long a claim on a turn outlives the process that made it."""
    parts: int
    """Messages of one answer at most; a longer one comes as its beginning and a file."""


def _unheard(turn: Turn) -> None:
    """For turns that have no effect on others."""
    del turn


class Conversation:
    """Brings turns to their outcome."""

    def __init__(
        self,
        store: Store,
        asking: Asking,
        commands: CommandAnswers,
        chats: Mapping[PlatformName, Chat],
        clock: Clock,
        rules: ConversationRules,
        *,
        owner: str,
    ) -> None:
        """`owner` names this process in its leases."""
        self._store = store
        self._chats = chats
        self._clock = clock
        self._rules = rules
        self._owner = owner
        self._asking = asking
        self._commands = commands
        self._paces = Paces(Throttles(store, clock), clock)
        self._claimed: dict[TurnId, asyncio.Event] = {}
        self.stops = Stops()
        """For who wants an answer to end."""

    async def answer(self, turn: Turn, again: Again = _unheard) -> None:
        """Give a turn its one outcome. A turn that has one is left alone. `again`: see `bot.commands.replies.Again`.

        When cancelled, the turn stays unfinished in the store; what is on screen is continued by the next attempt.

        Raises:
            StorageError: the store is away; the turn is unfinished.
        """
        chat = self._chats.get(turn.key.platform)
        if chat is None:
            log.warning("turn %s: %s is not connected; the turn waits", turn.id, turn.key.platform)
            return
        await chat.ready()
        async with self._claim(turn.id) as claimed:
            if claimed is None:
                return
            if claimed.state is TurnState.WITHDRAWING:
                await self._withdraw(claimed, chat)
            elif claimed.state is TurnState.DELIVERING:
                await self._finish(claimed, chat)
            elif claimed.attempts >= self._rules.attempts:
                log.error("turn %s: given up after %s attempts", claimed.id, claimed.attempts)
                await self._say(claimed, chat, Reply(text=texts.GAVE_UP, buttons=RETRY), trouble="gave_up")
            elif not is_question(claimed.command, claimed.argument):
                await self._command(claimed, chat, again)
            else:
                await self._ask(claimed, chat)

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
            self.stops.forget(turn_id)
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
        pace = self._paces.of(turn.key, chat, is_private=turn.is_private)
        return AnswerOnScreen(turn, chat, self._store, self._clock, pace, receipts, most_parts=self._rules.parts)

    async def _end(
        self, turn: Turn, screen: AnswerOnScreen, outcome: Outcome, *, files: Sequence[TextFile] = ()
    ) -> None:
        outcome = replace(outcome, buttons=_said(outcome.buttons, turn.said_in))
        pictures = await self._parts(outcome.pictures)
        final = Final(text=outcome.text, buttons=outcome.buttons, language=turn.said_in, pictures=pictures, files=files)
        if await self._store.conclude(turn.id, outcome, screen.plan(final)):
            await self._deliver(turn, screen, final)
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

    async def _deliver(self, turn: Turn, screen: AnswerOnScreen, final: Final) -> None:
        failed, detail = "", ""
        try:
            await screen.complete(final)
        except PlatformUncertain as error:
            log.error("turn %s: its answer may be missing in the chat; it is not sent twice: %s", turn.id, error)
        except PlatformError as error:
            log.error("turn %s: its answer could not be delivered: %s", turn.id, error)
            failed, detail = "undeliverable", str(error)
            if turn.command == NoticeKind.HEARING:
                await self._hear_no_more(turn)
        await self._store.close(
            turn.id, now=self._clock.now(), deliveries=screen.take_receipts(), failed=failed, detail=detail
        )

    async def _hear_no_more(self, turn: Turn) -> None:
        """What nobody could be told of must not go on: who switched it on may be the one who muted the bot."""
        chosen = await self._store.settings(turn.key)
        answers = None if chosen.answers is AnswerMode.EVERY else chosen.answers
        heard_less = replace(chosen, listens=False, answers=answers)
        await self._store.change_settings(turn.key, heard_less, before=chosen, now=self._clock.now())

    async def _finish(self, turn: Turn, chat: Chat) -> None:
        """Deliver what was decided when the turn was stored, or before this run."""
        text = turn.text or texts.INTERNAL.in_language(turn.said_in)
        async with await self._screen(turn, chat) as screen:
            final = Final(
                text=text if is_question(turn.command, turn.argument) else _shown(text, chat),
                buttons=turn.buttons,
                language=turn.said_in,
                pictures=await self._parts(turn.pictures),
                files=await self._commands.files(turn),
            )
            await self._deliver(turn, screen, final)

    async def _withdraw(self, turn: Turn, chat: Chat) -> None:
        async with await self._screen(turn, chat) as screen:
            try:
                await screen.withdraw()
            except PlatformError as error:
                log.error("turn %s: its answer could not be taken back: %s", turn.id, error)
        await self._store.close(turn.id, now=self._clock.now())

    # --- the bot's own words --------------------------------------------------------------------

    async def _command(self, turn: Turn, chat: Chat, again: Again) -> None:
        if turn.command == STOP:
            reply = Reply(text=texts.STOPS if self.stops.had_effect(turn.id) else texts.NOTHING_TO_STOP)
        else:
            reply = await self._commands.give(turn, chat, again)
        await self._say(turn, chat, reply)

    async def _say(self, turn: Turn, chat: Chat, reply: Reply, *, trouble: str = "") -> None:
        turn = replace(turn, settings=reply.settings or turn.settings)
        outcome = Outcome(
            state=TurnState.FAILED if trouble else TurnState.ANSWERED,
            text=_shown(reply.text.in_language(turn.said_in), chat),
            buttons=reply.buttons,
            answer=None,
            trouble=trouble,
            started_at=self._clock.now(),
        )
        async with await self._screen(turn, chat) as screen:
            await self._end(turn, screen, outcome, files=reply.files)

    async def _ask(self, turn: Turn, chat: Chat) -> None:
        interruption = Interruption()
        async with await self._screen(turn, chat) as screen:
            screen.show_waiting()
            with self.stops.writing(turn, interruption, screen):
                # Not during the delivery: "typing" would outlive the last message.
                async with screen.typing():
                    answer = await self._asking.answer(turn, chat, screen.show, interruption)
            await screen.settle()
            await self._end(turn, screen, conclude(answer, interruption.reason, language=turn.said_in))


def _shown(text: str, chat: Chat) -> str:
    return with_tappable_commands(text) if chat.limits.links_commands else text


def _said(buttons: Buttons, language: str) -> Buttons:
    return tuple(tuple(replace(one, label=said(one.label, language)) for one in row) for row in buttons)
