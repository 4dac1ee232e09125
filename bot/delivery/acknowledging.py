"""Shows those who have to wait that their question was seen."""

import asyncio
import contextlib
from collections.abc import Mapping

from bot.errors import PlatformError
from bot.events import PlatformName
from bot.ports.chat import Chat
from bot.records.turns import Turn

AT_ONCE = 50
"""Beyond that nothing is shown: it is a courtesy."""


class Acknowledgements:
    """Shown beside everything else, at best."""

    def __init__(self, chats: Mapping[PlatformName, Chat]) -> None:
        self._chats = chats
        self._under_way: set[asyncio.Task[None]] = set()

    def show(self, turn: Turn) -> None:
        """Begin to show that the first message of this turn was seen."""
        chat = self._chats.get(turn.key.platform)
        if chat is not None and turn.is_reply and len(self._under_way) < AT_ONCE:
            task = asyncio.create_task(_acknowledge(chat, turn), name=f"acknowledging turn {turn.id}")
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    async def stop(self) -> None:
        """End those under way."""
        for task in self._under_way:
            task.cancel()
        if self._under_way:
            await asyncio.wait(self._under_way)


async def _acknowledge(chat: Chat, turn: Turn) -> None:
    await chat.ready()
    with contextlib.suppress(PlatformError):  # The answer itself will meet the same trouble and say so.
        await chat.acknowledge(turn.key, turn.reply_to)
