"""The whole core on a real database, with a fake chat, a scripted model and manual time."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from bot.conversation import Conversation, ConversationRules
from bot.events import MessageReceived
from bot.inbox import Inbox
from bot.lanes import Lanes
from bot.ports.store import Store
from bot.prompt import PromptBudget
from bot.records import Turn
from storage.database import open_store
from tests.fakes import FAKE, Counted, FakeChat, FakePictures, ManualClock, ScriptedModel

RULES = ConversationRules(
    system_prompt="Be kind.",
    budget=PromptBudget(tokens=4000, pictures=4, picture_tokens=5000),
    exchanges=20,
    picture_bytes=1_000_000,
    running=8,
    attempts=2,
)


@dataclass
class Core:
    """One running core."""

    store: Store
    chat: FakeChat
    model: ScriptedModel
    pictures: FakePictures
    clock: ManualClock
    lanes: Lanes
    inbox: Inbox

    async def hear(self, *messages: MessageReceived) -> None:
        """Take messages in, one after the other."""
        for message in messages:
            await self.inbox(message)

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
    per_lane: int = 10,
    resume: bool = False,
) -> AsyncIterator[Core]:
    """Start a core on ``folder/glimpse.db``; what is not answered at the end is cut short, as by a crash."""
    chat = chat or FakeChat()
    model = ScriptedModel(*scripts)  # type: ignore[arg-type]  # steps are checked by ScriptedModel's match
    pictures = pictures or FakePictures()
    async with open_store(f"sqlite+aiosqlite:///{folder / 'glimpse.db'}") as real_store:
        counted = Counted(real_store)
        store = cast("Store", counted)
        clock = ManualClock(lambda: counted.under_way > 0)
        conversation = Conversation(store, model, {FAKE: chat}, pictures, clock, RULES)
        lanes = Lanes(conversation.answer, clock=clock, per_lane=per_lane, total=100)
        inbox = Inbox(
            store,
            lanes,
            run_now=conversation.answer,
            refuse=conversation.refuse,
            clock=clock,
            album_quiet_s=1,
        )
        if resume:
            await inbox.resume()
        try:
            yield Core(store, chat, model, pictures, clock, lanes, inbox)
        finally:
            await lanes.drain(grace_s=0)
