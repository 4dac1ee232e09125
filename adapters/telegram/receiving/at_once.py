"""What Telegram wants answered at once, whatever the core makes of it."""

import contextlib

from adapters.telegram.errors import telegram_errors
from adapters.telegram.raw import RawBot
from adapters.telegram.receiving.inline import Typed, offer
from bot.errors import PlatformError


class AtOnce:
    """Tries once, and says nothing of it: the same trouble will meet the answer itself."""

    def __init__(self, bot: RawBot, *, offers_inline: bool) -> None:
        self._bot = bot
        self._offers_inline = offers_inline

    async def answer_press(self, query_id: str, words: str) -> None:
        """End the waiting that a pressed button shows. Words, if there are any, are shown to who pressed it."""
        with contextlib.suppress(PlatformError), telegram_errors("answering a pressed button"):
            await self._bot.raw_answer_press(query_id, words)

    async def answer_typed(self, what: Typed) -> None:
        """Offer to ask what somebody types inline, if the operator wants that."""
        if self._offers_inline:
            with contextlib.suppress(PlatformError):
                await offer(self._bot, what)
