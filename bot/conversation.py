"""Answers turns: the one readable flow from a stored question to its one outcome."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime

from bot import texts
from bot.commands import RESET
from bot.delivery import AnswerOnScreen
from bot.errors import ModelError, ModelTrouble, PlatformError, PlatformUncertain
from bot.events import PlatformName
from bot.fences import with_closed_fence
from bot.look import FILES_AT_ONCE, Pictures, leave_out, look
from bot.ports.chat import Chat
from bot.ports.clock import Clock
from bot.ports.model import Finished, FinishReason, Model, PromptMessage, TextDelta, ToolCallDelta, Usage
from bot.ports.store import Store
from bot.prompt import PromptBudget, build_prompt, pictures_to_show, within_budget
from bot.records import Exchange, Outcome, Turn, TurnState, Verdict
from bot.typing_indicator import keep_typing

log = logging.getLogger(__name__)

LONGEST_ANSWER = 200_000
"""Characters that are taken of an answer: what 40,000 tokens make. A server may ignore `max_tokens` and never stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationRules:
    """The operator's choices that answering depends on."""

    system_prompt: str
    budget: PromptBudget
    exchanges: int
    """How many earlier exchanges are read at most."""
    picture_bytes: int
    """Largest file fetched."""
    running: int
    """How many turns may look and ask at the same time, over all conversations."""
    attempts: int
    """How often a turn is begun (at the first start, and after each crash) before the person is told."""


@dataclass(slots=True)
class _Answer:
    """What is known of an answer so far."""

    started_at: datetime
    text: str = ""
    first_text_at: datetime | None = None
    finish: Finished | None = None
    error: ModelError | None = None
    asked_for_tool: bool = False
    notes: list[str] = field(default_factory=list)


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
    ) -> None:
        self._store = store
        self._model = model
        self._chats = chats
        self._pictures = pictures
        self._clock = clock
        self._rules = rules
        self._running = asyncio.Semaphore(rules.running)
        self._room = asyncio.Semaphore(FILES_AT_ONCE)

    async def answer(self, turn: Turn) -> None:
        """Give a turn its one outcome. A turn that has one is left alone.

        When cancelled, the turn stays unfinished in the store; what is on screen is continued by the next attempt.
        """
        chat = self._chats.get(turn.key.platform)
        if chat is None:
            log.warning("turn %s: %s is not connected; the turn waits", turn.id, turn.key.platform)
            return
        begun = await self._store.begin(turn.id)
        if begun is None:
            return
        if begun.attempts >= self._rules.attempts:
            log.error("turn %s: given up after %s attempts", begun.id, begun.attempts)
            await self._say(begun, chat, texts.GAVE_UP, trouble="gave_up")
        elif begun.command is not None:
            await self._command(begun, chat, begun.command)
        else:
            await self._ask(begun, chat)

    async def refuse(self, turn: Turn) -> None:
        """Tell the person that the queues are full. This is the turn's outcome."""
        begun = await self._store.begin(turn.id)
        if begun is not None:
            await self._say(begun, self._chats[begun.key.platform], texts.BUSY, trouble="busy")

    # --- the bot's own words --------------------------------------------------------------------

    async def _command(self, turn: Turn, chat: Chat, name: str) -> None:
        if name == RESET:
            await self._store.reset(turn.key, up_to=turn.id)
            await self._say(turn, chat, texts.WAS_RESET)
        else:
            await self._say(turn, chat, texts.HELP)

    async def _say(self, turn: Turn, chat: Chat, text: str, *, trouble: str = "") -> None:
        answer = _Answer(started_at=self._clock.now())
        state = TurnState.FAILED if trouble else TurnState.ANSWERED
        async with await self._screen(turn, chat) as screen:
            await self._close(turn, screen, text, answer, trouble=trouble, state=state)

    # --- the model's words ----------------------------------------------------------------------

    async def _ask(self, turn: Turn, chat: Chat) -> None:
        answer = _Answer(started_at=self._clock.now())
        async with keep_typing(chat, turn.key, self._clock), await self._screen(turn, chat) as screen:
            try:
                async with self._running:
                    prompt = await self._look(turn, chat, answer)
                    await self._read(turn, prompt, answer, screen)
            except ModelError as error:
                log.warning("turn %s: %s", turn.id, error)
                answer.error = error
            except Exception as error:
                # Whatever it was, the person must hear something; the trace is for the operator.
                log.exception("turn %s: failed", turn.id)
                answer.error = ModelError(repr(error), trouble=ModelTrouble.INTERNAL, person=texts.INTERNAL)
            trouble, text = _conclude(answer)
            state = TurnState.FAILED if trouble else TurnState.ANSWERED
            await self._close(turn, screen, text, answer, trouble=trouble, state=state)

    async def _look(self, turn: Turn, chat: Chat, answer: _Answer) -> Sequence[PromptMessage]:
        rules = self._rules
        exchanges = await self._store.exchanges(turn.key, up_to=turn.id, limit=rules.exchanges)
        if any(message.attachments for message in exchanges[-1].messages):
            await look(exchanges[-1], chat, self._store, self._pictures, max_bytes=rules.picture_bytes, room=self._room)
            exchanges = await self._store.exchanges(turn.key, up_to=turn.id, limit=rules.exchanges)
            if await leave_out(exchanges[-1], self._store, rules.budget):
                exchanges = await self._store.exchanges(turn.key, up_to=turn.id, limit=rules.exchanges)
        answer.notes = _notes(exchanges[-1])
        kept = within_budget(exchanges, rules.budget)
        pixels = {}
        for sha256 in pictures_to_show(kept, rules.budget):
            jpeg = await self._store.jpeg(sha256)
            if jpeg is not None:
                pixels[sha256] = jpeg
        return build_prompt(rules.system_prompt, kept, pixels)

    async def _read(self, turn: Turn, prompt: Sequence[PromptMessage], answer: _Answer, screen: AnswerOnScreen) -> None:
        pieces: list[str] = []
        room = LONGEST_ANSWER
        request_id = f"turn-{turn.id}-{turn.attempts}"
        try:
            async with aclosing(self._model.stream(prompt, request_id=request_id)) as events:
                async for event in events:
                    match event:
                        case TextDelta(text):
                            if answer.first_text_at is None:
                                answer.first_text_at = self._clock.now()
                            pieces.append(text[:room])
                            room -= len(text)
                            screen.show(pieces)
                            if room <= 0:
                                answer.finish = Finished(reason=FinishReason.LENGTH, model="", usage=Usage())
                                break
                        case ToolCallDelta():
                            answer.asked_for_tool = True
                        case Finished():
                            answer.finish = event
        finally:
            answer.text = "".join(pieces).strip()

    # --- the end --------------------------------------------------------------------------------

    async def _screen(self, turn: Turn, chat: Chat) -> AnswerOnScreen:
        receipts = await self._store.deliveries(turn.id) if turn.attempts else ()
        return AnswerOnScreen(turn, chat, self._store, self._clock, receipts)

    async def _close(
        self,
        turn: Turn,
        screen: AnswerOnScreen,
        text: str,
        answer: _Answer,
        *,
        trouble: str,
        state: TurnState,
    ) -> None:
        detail = str(answer.error or "")
        try:
            await screen.complete(text)
        except PlatformUncertain as error:
            log.error("turn %s: its answer may be missing in the chat; it is not sent twice: %s", turn.id, error)
            trouble, detail = "unconfirmed", str(error)
        except PlatformError as error:
            log.error("turn %s: its answer could not be delivered: %s", turn.id, error)
            state, trouble, detail = TurnState.FAILED, "undeliverable", str(error)
        finish = answer.finish
        await self._store.finish(
            turn.id,
            Outcome(
                state=TurnState.ANSWERED if state is TurnState.ANSWERED else TurnState.FAILED,
                answer=answer.text or None,
                trouble=trouble,
                detail=detail,
                finish_reason=finish.reason if finish else "",
                model=finish.model if finish else "",
                usage=finish.usage if finish else Usage(),
                started_at=answer.started_at,
                first_text_at=answer.first_text_at,
                finished_at=self._clock.now(),
            ),
            delivery=screen.unrecorded,
        )


def _conclude(answer: _Answer) -> tuple[str, str]:
    """The trouble, if any, and the whole text that must stand in the chat."""
    paragraphs = [answer.text] if answer.text else []
    trouble, sentence = _trouble(answer)
    if sentence:
        paragraphs.append(texts.broke_off(sentence) if answer.text else sentence)
    elif answer.finish is not None and answer.finish.reason is FinishReason.LENGTH:
        paragraphs.append(texts.LENGTH_NOTE)
    paragraphs += answer.notes
    if answer.text and len(paragraphs) > 1:
        paragraphs[0] = with_closed_fence(answer.text)
    return trouble, "\n\n".join(paragraphs)


def _trouble(answer: _Answer) -> tuple[str, str]:
    if answer.error is not None:
        return answer.error.trouble, answer.error.person
    if answer.finish is not None and answer.finish.reason is FinishReason.CONTENT_FILTER:
        return ModelTrouble.BLOCKED, texts.FILTERED
    if answer.text:
        return "", ""
    if answer.asked_for_tool:
        return ModelTrouble.EMPTY, texts.TOOL_ASKED
    return ModelTrouble.EMPTY, texts.EMPTY_ANSWER


def _notes(question: Exchange) -> list[str]:
    every = [attachment for message in question.messages for attachment in message.attachments]
    return [
        texts.not_seen(number, attachment.reason)
        for number, attachment in enumerate(every, start=1)
        if attachment.verdict is Verdict.UNUSABLE
    ]
