"""Asks the model about one question: builds the prompt, and asks again within what the model's server takes."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot import texts
from bot.answering.conclusion import notes_on
from bot.answering.look import Looking
from bot.answering.prompt import ALT_PROMPT, build_prompt
from bot.answering.quoting import quote_of
from bot.answering.reading import Answer, Show, read
from bot.answering.server_limits import ServerLimits
from bot.answering.tool_use import ToolUse
from bot.answering.tools import ROUNDS, TOOLS
from bot.answering.window import PromptBudget, attachments_of, shown_views, within_budget, words_of
from bot.commands.personas import system_prompt
from bot.errors import ModelError, ModelTrouble
from bot.pictures.size import picture_tokens
from bot.ports.chat import Chat
from bot.ports.clock import Clock
from bot.ports.eyes import Eyes
from bot.ports.model import Model, PromptMessage, ToolCall
from bot.ports.store import Store
from bot.records.attachments import Verdict
from bot.records.history import History
from bot.records.turns import Turn
from bot.sight.sight import Sight

log = logging.getLogger(__name__)


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
    tools: ToolUse
    budget: PromptBudget
    model: str | None
    """Another one than the usual one, where people chose it."""
    begun: Sequence[PromptMessage] = ()
    """The prompt up to the question."""
    picture_tokens: int = 0
    """Of the pixels in `begun`."""
    text_tokens: int = 0
    """Of its texts."""
    may_read_again: bool = True
    was_shortened: bool = False


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
        self._limits = ServerLimits(store, clock, usual=rules.model_name)

    async def ask(self, turn: Turn, chat: Chat, answer: Answer, show: Show) -> None:
        """Read the model's answer into `answer`, and let it grow on screen.

        Raises:
            ModelError: it gave no whole answer.
            StorageError: the store is away.
        """
        model = turn.settings.model if turn.settings.model in self._rules.models else None
        question = _Question(
            turn=turn,
            chat=chat,
            answer=answer,
            show=show,
            tools=ToolUse(self._store, self._eyes, self._looking, turn=turn, chat=chat, answer=answer),
            budget=self._budget(turn, model),
            model=model,
        )
        question.begun = await self._prompt(question)
        for used in range(ROUNDS + 2):
            calls = await self._read(question)
            if not calls:
                return
            # The tools stay in the request to the end: most servers' prompts begin with them.
            await question.tools.use(calls, question.budget, may_use=used < ROUNDS)

    # --- the prompt -----------------------------------------------------------------------------

    def _budget(self, turn: Turn, model: str | None) -> PromptBudget:
        budget = self._rules.budget
        if turn.settings.exchanges is not None:
            budget = replace(budget, exchanges=min(budget.exchanges, turn.settings.exchanges))
        return replace(budget, pictures=0) if self._sight.is_blind and model is None else budget

    async def _prompt(self, question: _Question) -> Sequence[PromptMessage]:
        history = await self._looked_at(question)
        question.answer.notes = notes_on(history.exchanges[-1])
        if question.turn.command is not None:
            return await self._alt_prompt(question, history)
        question.answer.quote = quote_of(history.exchanges[-1], question.chat)
        kept = within_budget(history, question.budget)
        question.text_tokens = words_of(kept)
        first_turn = kept.exchanges[0].turn_id
        if first_turn != history.exchanges[0].turn_id or kept.pixels_from != history.pixels_from:
            await self._store.move_window(
                question.turn.key,
                first_turn=first_turn,
                pixels_from=kept.pixels_from,
                of=question.turn.history_of,
            )
        system = system_prompt(self._rules.system_prompt, question.turn.settings, self._rules.personas)
        return build_prompt(system, kept, await self._pixels(question, kept))

    async def _alt_prompt(self, question: _Question, history: History) -> Sequence[PromptMessage]:
        alone = History(exchanges=history.exchanges[-1:])
        verdicts = {attachment.verdict for attachment in attachments_of(alone.exchanges)}
        if Verdict.USABLE not in verdicts:
            # A model that is shown nothing may describe it all the same, and who asks is the last to notice.
            sentence = texts.ALT_NOT_SEEN if verdicts else texts.ALT_NEEDS_PICTURE
            raise ModelError("no picture", trouble=ModelTrouble.PICTURES, person=sentence)
        return build_prompt(ALT_PROMPT, alone, await self._pixels(question, alone))

    async def _looked_at(self, question: _Question) -> History:
        """The history, with a verdict on each picture of the question."""
        history = await self._history(question)
        if any(attachments_of(history.exchanges)):
            question.budget = await self._limits.within(question.budget, question.model)
        if any(attachments_of(history.exchanges[-1:])):
            if await self._looking.settle(history.exchanges[-1], question.chat):
                history = await self._history(question)
            if await self._looking.leave_out(history.exchanges[-1], question.budget):
                history = await self._history(question)
        return history

    async def _history(self, question: _Question) -> History:
        # Two more than are shown: the question, and one that tells that there are too many.
        limit = question.budget.exchanges + 2
        turn = question.turn
        return await self._store.history(turn.key, up_to=turn.id, limit=limit, of=turn.history_of)

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
            may_use_tools = self._rules.tools and turn.command is None and self._limits.takes_tools(question.model)
            tools = TOOLS if may_use_tools else ()
            try:
                return await read(
                    self._model,
                    [*question.begun, *question.tools.messages],
                    question.answer,
                    question.show,
                    request_id=f"turn-{turn.id}-{turn.attempts}",
                    clock=self._clock,
                    tools=tools,
                    name=question.model,
                )
            except ModelError as error:
                if error.tools_refused and (tools or question.tools.messages):
                    log.warning("the model's server takes no tools, so it can't look closer at pictures: %s", error)
                    self._limits.note_no_tools(question.model)
                    question.tools.messages.clear()
                elif not await self._try_less(question, error):
                    raise

    async def _try_less(self, question: _Question, error: ModelError) -> bool:
        """Whether the question may be asked once more, after what the server said of it."""
        turn, budget = question.turn, question.budget
        if error.picture_limit is not None and error.picture_limit < budget.pictures + question.tools.closer_looks:
            most = max(0, error.picture_limit - question.tools.closer_looks)
            question.budget = replace(budget, pictures=most)
            log.warning("turn %s: sent again with at most %s pictures: %s", turn.id, most, error)
            if error.picture_limit_lasts:
                await self._limits.note_pictures(error.picture_limit, question.model)
        elif error.too_long and not question.was_shortened:
            question.was_shortened = True
            half = replace(budget, picture_tokens=question.picture_tokens // 2, tokens=question.text_tokens // 2)
            question.budget = half
            log.warning("turn %s: too long for the model, so half of it is sent: %s", turn.id, error)
            if question.picture_tokens > question.text_tokens:
                # Mostly pictures: so they are what this server has no room for.
                await self._limits.note_picture_tokens(question.picture_tokens // 2, question.model)
        elif question.may_read_again and question.answer.text and error.trouble is not ModelTrouble.BLOCKED:
            question.may_read_again = False
            log.warning("turn %s: cut off, so it is asked again: %s", turn.id, error)
            return True
        else:
            return False
        question.begun = await self._prompt(question)
        return True
