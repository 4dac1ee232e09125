"""The whole core on a real database, with a fake chat, a scripted model and manual time."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from bot.answering.asking import Asking, AskingRules
from bot.answering.dialogue import Dialogue, DialogueRules
from bot.answering.look import Looking
from bot.answering.patience import Patience
from bot.answering.window import PromptBudget
from bot.background import Background
from bot.choices import AnswerMode, ConversationSettings
from bot.commands.answers import CommandAnswers
from bot.commands.menus import Menus
from bot.commands.pages import Offers
from bot.conversation import Conversation, ConversationRules
from bot.events import Event
from bot.inbox import Inbox, InboxRules
from bot.lanes import Lanes
from bot.ports.model import Model
from bot.ports.store import Store
from bot.readiness import Readiness
from bot.records.accepting import Joining
from bot.records.turns import Turn
from bot.sight.sight import Sight
from storage.database import open_store
from tests.fake_chat import FakeChat
from tests.fakes import Counted, FakePictures, FakeWeb
from tests.happenings import FAKE
from tests.manual_clock import ManualClock
from tests.scripted_model import ScriptedModel

_owners = itertools.count(1)

DIALOGUE_RULES = DialogueRules(
    system_prompt="Be kind.",
    model_name="scripted",
    budget=PromptBudget(exchanges=20, tokens=4000, pictures=4, picture_tokens=5000),
    tools=True,
    personas={"brief": "Be brief.", "pirate": "Speak like a pirate."},
    models=("other/model",),
)
OFFERS = Offers(
    personas=DIALOGUE_RULES.personas,
    models=DIALOGUE_RULES.models,
    model=DIALOGUE_RULES.model_name,
    exchanges=DIALOGUE_RULES.budget.exchanges,
    defaults=ConversationSettings(answers=AnswerMode.MENTION, wake_word="glimpse"),
)
ASKING_RULES = AskingRules(running=8, deadline_s=300)
RULES = ConversationRules(attempts=2, lease_s=60, parts=8)
INBOX_RULES = InboxRules(
    patience=Patience(
        album_quiet_s=1, photo_quiet_s=1.5, paste_quiet_s=1.5, joining=Joining(cap_s=15, late_picture_s=5, before_s=300)
    ),
    answer_window_s=3600,
    defaults=OFFERS.defaults,
)


@dataclass
class Core:
    """One running core."""

    store: Store
    chat: FakeChat
    model: ScriptedModel
    pictures: FakePictures
    web: FakeWeb
    sight: Sight
    clock: ManualClock
    lanes: Lanes
    inbox: Inbox
    readiness: Readiness

    async def hear(self, *events: Event) -> None:
        """Take events in, one after the other."""
        for event in events:
            await self.inbox.accept(event)

    async def finish(self, within_s: float = 5.0) -> None:
        """Let everything asked be answered, time passing as needed."""
        async with asyncio.timeout(within_s):
            draining = asyncio.gather(self.lanes.drain(), self.inbox.drain())
            while not draining.done():
                await self.clock.advance(0.05)

    async def settle(self) -> None:
        """Let everything happen that can happen now."""
        await self.clock.advance(0)

    async def unfinished(self) -> Sequence[Turn]:
        return await self.store.unfinished()


@asynccontextmanager
async def running_core(
    folder: Path,
    *scripts: Sequence[object],
    chat: FakeChat | None = None,
    pictures: FakePictures | None = None,
    model: Model | None = None,
    attempts: int = RULES.attempts,
    per_lane: int = 10,
    parts: int = RULES.parts,
    resume: bool = False,
    crashes: bool = False,
) -> AsyncIterator[Core]:
    """Start a core on ``folder/glimpse.db``; what is not answered at the end is cut short, if it `crashes` unnoted."""
    chat = chat or FakeChat()
    scripted = ScriptedModel(*scripts)  # type: ignore[arg-type]  # steps are checked by ScriptedModel's match
    pictures = pictures or FakePictures()
    async with open_store(f"sqlite+aiosqlite:///{folder / 'glimpse.db'}") as real_store:
        counted = Counted(real_store)
        store = cast("Store", counted)
        clock = ManualClock(lambda: counted.under_way > 0)
        chats = {FAKE: chat}
        readiness = Readiness()
        web = FakeWeb()
        sight = Sight()
        looking = Looking(store, pictures, web, clock, max_bytes=1_000_000, made_for="1280")
        dialogue = Dialogue(store, model or scripted, pictures, looking, clock, sight, DIALOGUE_RULES)
        rules = replace(RULES, attempts=attempts, parts=parts)
        asking = Asking(dialogue, clock, ASKING_RULES)
        commands = CommandAnswers(store, clock, Menus(OFFERS))
        conversation = Conversation(store, asking, commands, chats, clock, rules, owner=f"process {next(_owners)}")
        lanes = Lanes(conversation.answer, clock=clock, readiness=readiness, per_lane=per_lane, total=100, at_once=4)
        inbox = Inbox(store, lanes, conversation, chats, clock=clock, readiness=readiness, rules=INBOX_RULES)
        if resume:
            await inbox.resume()
        try:
            async with Background(inbox.keep_saying(), name="words"):
                yield Core(store, chat, scripted, pictures, web, sight, clock, lanes, inbox, readiness)
        finally:
            counted.is_gone |= crashes
            await lanes.drain(grace_s=0)
            await inbox.drain(grace_s=0)
