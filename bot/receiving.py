"""Receiving from all platforms at once."""

import asyncio
import gc
from collections.abc import Sequence

from bot.ports.chat import Chat
from bot.ports.intake import Intake


async def receive(chats: Sequence[Chat], intake: Intake, stop: asyncio.Event) -> None:
    """Receive until told to stop, until no platform has anything more to give, or until one fails for good.

    Raises:
        PlatformRefused: what one of them failed with.
    """
    # What stands now stays. To look through it for garbage again and again takes a tenth of all CPU under load.
    gc.freeze()
    receiving = {asyncio.create_task(chat.receive(intake), name=f"receive {chat.platform}") for chat in chats}
    stopping = asyncio.create_task(stop.wait(), name="stop")
    left = set(receiving)
    try:
        while left and not stop.is_set():
            done, _ = await asyncio.wait({*left, stopping}, return_when=asyncio.FIRST_COMPLETED)
            for ended in done & left:
                ended.result()
            left -= done
    finally:
        for task in (*receiving, stopping):
            task.cancel()
        await asyncio.wait({*receiving, stopping})
