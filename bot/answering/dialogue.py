"""Asks the model about one question: looks at its pictures, builds the prompt, lets the model use its tools."""

import logging
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot import texts
from bot.answering.look import Looking
from bot.answering.prompt import ALT_PROMPT, build_prompt
from bot.answering.reading import Answer, read
from bot.answering.tools import PICTURES, POSTED, ROUNDS, TOOLS, LookCloser, PointOut, ToolMisuse, read_call
from bot.answering.window import PromptBudget, attachments_of, shown_views, within_budget, words_of
from bot.commands.personas import system_prompt
from bot.delivery.conclusion import notes_on
from bot.errors import AttachmentError, ModelError, ModelTrouble
from bot.events import PersonId
from bot.pictures.size import picture_tokens
from bot.ports.chat import Chat
from bot.ports.clock import Clock
from bot.ports.eyes import Eyes, MarkedBox
from bot.ports.model import Content, Model, PictureContent, PromptMessage, TextContent, ToolCall
from bot.ports.store import Store
from bot.records import Attachment, History, PostedPicture, Turn, Verdict
from bot.sight.sight import Sight

log = logging.getLogger(__name__)

Show = Callable[[Sequence[str]], None]

PICTURE_LIMIT = "most pictures at once"
SIZE_LIMIT = "most picture tokens at once"
"""The cursors under which a server's limits are remembered, behind the model's name."""


CAPTION_LENGTH = 1000
"""Characters; see `bot.records.PostedPicture`."""

WITHOUT_TOOLS_S = 3600.0
"""A server that refused tools is not offered them for so long: it may have been one bad generation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DialogueRules:
    """The operator's choices that it depends on."""

    system_prompt: str
    model_name: str
    budget: PromptBudget
    tools: bool
    """Whether the model may look closer and point out."""
    personas: Mapping[str, str]
    """Name to what the model is told where people chose it."""
    models: Sequence[str]
    """The names that people can choose from beside `model_name`."""


@dataclass(slots=True, kw_only=True)
class _Question:
    """What is known of a question while it is asked."""

    turn: Turn
    chat: Chat
    answer: Answer
    show: Show
    budget: PromptBudget
    model: str | None
    """Another one than the usual one, where people chose it."""
    begun: Sequence[PromptMessage] = ()
    """The prompt up to the question."""
    used: list[PromptMessage] = field(default_factory=list)
    """The tools that were used since, with their results."""
    closer_looks: int = 0
    closer_tokens: int = 0
    picture_tokens: int = 0
    """Of the pixels in `begun`."""
    text_tokens: int = 0
    """Of its texts."""
    may_read_again: bool = True
    was_shortened: bool = False

    @property
    def of(self) -> PersonId | None:
        """Whose history it is part of; None for one that all share."""
        return self.turn.sender if self.turn.settings.is_per_person else None


class Dialogue:
    """Brings a question to the model, as often as its server's limits make it necessary."""

    def __init__(
        self, store: Store, model: Model, eyes: Eyes, looking: Looking, clock: Clock, sight: Sight, rules: DialogueRules
    ) -> None:
        self._store = store
        self._model = model
        self._eyes = eyes
        self._looking = looking
        self._clock = clock
        self._sight = sight
        self._rules = rules
        self._no_tools_before_s: dict[str | None, float] = {}
        """By the model that people chose. As many as the operator offers."""

    async def ask(self, turn: Turn, chat: Chat, answer: Answer, show: Show) -> None:
        """Read the model's answer into `answer`, and let it grow on screen.

        Raises:
            ModelError: it gave no whole answer.
            StorageError: the store is away.
        """
        model = turn.settings.model if turn.settings.model in self._rules.models else None
        budget = await self._budget(turn, model)
        question = _Question(turn=turn, chat=chat, answer=answer, show=show, budget=budget, model=model)
        question.begun = await self._look(question)
        for used in range(ROUNDS + 2):
            calls = await self._read(question)
            if not calls:
                return
            # The tools stay in the request to the end: most servers' prompts begin with them.
            await self._use(question, calls, may_use=used < ROUNDS)

    # --- the prompt -----------------------------------------------------------------------------

    async def _budget(self, turn: Turn, model: str | None) -> PromptBudget:
        budget = self._rules.budget
        if turn.settings.exchanges is not None:
            budget = replace(budget, exchanges=min(budget.exchanges, turn.settings.exchanges))
        if self._sight.is_blind and model is None:
            return replace(budget, pictures=0)
        pictures = await self._store.cursor(self._cursor(PICTURE_LIMIT, model))
        tokens = await self._store.cursor(self._cursor(SIZE_LIMIT, model))
        return replace(
            budget,
            pictures=min(budget.pictures, int(pictures or budget.pictures)),
            picture_tokens=min(budget.picture_tokens, int(tokens or budget.picture_tokens)),
        )

    def _cursor(self, name: str, model: str | None) -> str:
        return f"{model or self._rules.model_name}: {name}"

    async def _look(self, question: _Question) -> Sequence[PromptMessage]:
        budget = question.budget
        history = await self._history(question)
        if any(attachments_of(history.exchanges[-1:])):
            if await self._looking.settle(history.exchanges[-1], question.chat):
                history = await self._history(question)
            if await self._looking.leave_out(history.exchanges[-1], budget):
                history = await self._history(question)
        question.answer.notes = notes_on(history.exchanges[-1])
        if question.turn.command is not None:
            alone = History(exchanges=history.exchanges[-1:])
            verdicts = {attachment.verdict for attachment in attachments_of(alone.exchanges)}
            if Verdict.USABLE not in verdicts:
                # A model that is shown nothing may describe it all the same, and who asks is the last to notice.
                sentence = texts.ALT_NOT_SEEN if verdicts else texts.ALT_NEEDS_PICTURE
                raise ModelError("no picture", trouble=ModelTrouble.PICTURES, person=sentence)
            return build_prompt(ALT_PROMPT, alone, await self._pixels(question, alone))
        kept = within_budget(history, budget)
        question.text_tokens = words_of(kept)
        first_turn = kept.exchanges[0].turn_id
        if first_turn != history.exchanges[0].turn_id or kept.pixels_from != history.pixels_from:
            await self._store.move_window(
                question.turn.key, first_turn=first_turn, pixels_from=kept.pixels_from, of=question.of
            )
        system = system_prompt(self._rules.system_prompt, question.turn.settings, self._rules.personas)
        return build_prompt(system, kept, await self._pixels(question, kept))

    async def _history(self, question: _Question) -> History:
        # Two more than are shown: the question, and one that tells that there are too many.
        limit = question.budget.exchanges + 2
        turn = question.turn
        return await self._store.history(turn.key, up_to=turn.id, limit=limit, of=question.of)

    async def _pixels(self, question: _Question, history: History) -> dict[str, bytes]:
        pixels = {}
        question.picture_tokens = 0
        for _, view in shown_views(history.exchanges, history.pixels_from):
            jpeg = await self._store.jpeg(view.sha256)
            if jpeg is not None:
                pixels[view.sha256] = jpeg
                question.picture_tokens += picture_tokens(view.width_px, view.height_px)
        return pixels

    # --- the model ------------------------------------------------------------------------------

    async def _read(self, question: _Question) -> Sequence[ToolCall]:
        turn = question.turn
        while True:
            tools = TOOLS if turn.command is None and self._may_use_tools(question) else ()
            try:
                return await read(
                    self._model,
                    [*question.begun, *question.used],
                    question.answer,
                    question.show,
                    request_id=f"turn-{turn.id}-{turn.attempts}",
                    clock=self._clock,
                    tools=tools,
                    name=question.model,
                )
            except ModelError as error:
                if error.tools_refused and (tools or question.used):
                    log.warning("the model's server takes no tools, so it can't look closer at pictures: %s", error)
                    self._no_tools_before_s[question.model] = self._clock.monotonic_s() + WITHOUT_TOOLS_S
                    question.used.clear()
                elif not await self._try_less(question, error):
                    raise

    async def _try_less(self, question: _Question, error: ModelError) -> bool:
        """Whether the question may be asked once more, after what the server said of it."""
        turn, budget = question.turn, question.budget
        if error.picture_limit is not None and error.picture_limit < budget.pictures + question.closer_looks:
            most = max(0, error.picture_limit - question.closer_looks)
            question.budget = replace(budget, pictures=most)
            log.warning("turn %s: sent again with at most %s pictures: %s", turn.id, most, error)
            if error.picture_limit_lasts:
                await self._store.move_cursor(self._cursor(PICTURE_LIMIT, question.model), str(error.picture_limit))
        elif error.too_long and not question.was_shortened:
            question.was_shortened = True
            half = replace(budget, picture_tokens=question.picture_tokens // 2, tokens=question.text_tokens // 2)
            question.budget = half
            log.warning("turn %s: too long for the model, so half of it is sent: %s", turn.id, error)
            if question.picture_tokens > question.text_tokens:
                # Mostly pictures: so they are what this server has no room for.
                await self._store.move_cursor(
                    self._cursor(SIZE_LIMIT, question.model), str(question.picture_tokens // 2)
                )
        elif question.may_read_again and question.answer.text and error.trouble is not ModelTrouble.BLOCKED:
            question.may_read_again = False
            log.warning("turn %s: cut off, so it is asked again: %s", turn.id, error)
            return True
        else:
            return False
        question.begun = await self._look(question)
        return True

    # --- its tools ------------------------------------------------------------------------------

    def _may_use_tools(self, question: _Question) -> bool:
        not_before_s = self._no_tools_before_s.get(question.model, -math.inf)
        return self._rules.tools and self._clock.monotonic_s() >= not_before_s

    async def _use(self, question: _Question, calls: Sequence[ToolCall], *, may_use: bool) -> None:
        answer = question.answer
        question.used.append(
            PromptMessage("assistant", _text(answer.text[len(answer.said) :]), tool_calls=tuple(calls))
        )
        answer.said = f"{answer.text}\n\n" if answer.text else ""
        seen: list[Content] = []
        for call in calls:
            try:
                result, content = await self._result(question, call, may_use=may_use)
            except ToolMisuse as misuse:
                result, content = str(misuse), ()
            except AttachmentError as error:
                result, content = f"That picture can't be opened: {error.person}.", ()
            question.used.append(PromptMessage("tool", _text(result), tool_call_id=call.id))
            seen += content
        if seen:
            question.used.append(PromptMessage("user", tuple(seen)))

    async def _result(self, question: _Question, call: ToolCall, *, may_use: bool) -> tuple[str, Sequence[Content]]:
        if not may_use:
            raise ToolMisuse("You have used your tools often enough: answer now, with what you saw.")
        request = read_call(call)
        turn = question.turn
        attachment = await self._store.attachment(turn.key, request.picture, up_to=turn.id, of=question.of)
        if attachment is None or request.part >= len(attachment.views):
            raise ToolMisuse(f"There is no picture {request.name} in this conversation.")
        match request:
            case LookCloser():
                return await self._closer(question, attachment, request)
            case PointOut():
                return await self._point(question, attachment, request), ()

    async def _closer(
        self, question: _Question, attachment: Attachment, request: LookCloser
    ) -> tuple[str, Sequence[Content]]:
        if question.closer_looks >= min(PICTURES, question.budget.pictures):
            raise ToolMisuse("You can't look any closer for this answer: answer with what you saw.")
        data = await self._looking.original(attachment, question.chat)
        picture = await self._eyes.crop(data, request.box, part=request.part)
        question.closer_looks += 1
        question.closer_tokens += picture_tokens(picture.width_px, picture.height_px)
        if question.closer_tokens > question.budget.picture_tokens:
            raise ToolMisuse("There is no room for another picture: answer with what you saw.")
        name = f"region {_numbers(request)} of {request.name}"
        pixels = PictureContent(jpeg=picture.jpeg, width_px=picture.width_px, height_px=picture.height_px)
        return f"The {name} is in the next message.", (TextContent(f"(The {name}, which you asked for:)"), pixels)

    async def _point(self, question: _Question, attachment: Attachment, request: PointOut) -> str:
        if len(question.answer.pictures) >= POSTED:
            raise ToolMisuse("You can't post more pictures with this answer.")
        data = await self._looking.original(attachment, question.chat)
        picture = await self._eyes.mark(data, request.boxes, part=request.part)
        await self._store.keep_picture(question.turn.id, picture)
        question.answer.pictures.append(PostedPicture(sha256=picture.sha256, caption=_caption(request.boxes)))
        return "The picture with your boxes will be posted below your answer."


def _text(words: str) -> tuple[Content, ...]:
    return (TextContent(words),) if words else ()


def _caption(boxes: Sequence[MarkedBox]) -> str:
    if len(boxes) == 1:
        return boxes[0].label
    labels = (f"{number}: {box.label}" for number, box in enumerate(boxes, start=1) if box.label)
    return "\n".join(labels)[:CAPTION_LENGTH]


def _numbers(request: LookCloser) -> str:
    box = request.box
    return f"[{box.left}, {box.top}, {box.right}, {box.bottom}]"
