"""The real python-telegram-bot on a Telegram for tests."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
import telegram
from telegram.error import BadRequest
from telegram.request import HTTPXRequest

from tests.emulators.telegram import TelegramEmulator


@asynccontextmanager
async def client(emulator: TelegramEmulator, *, token: str | None = None) -> AsyncGenerator[telegram.Bot, None]:
    """A Bot that has called getMe, unless it is given another token."""
    # Calls and polls go over connections of their own, as in the library. They are closed here, because a bot that
    # failed at getMe does not close them.
    async with HTTPXRequest(connection_pool_size=8) as calls, HTTPXRequest(connection_pool_size=4) as polls:
        bot = telegram.Bot(
            token or emulator.token,
            base_url=f"{emulator.api_url}/bot",
            base_file_url=f"{emulator.api_url}/file/bot",
            request=calls,
            get_updates_request=polls,
        )
        if token is None:
            await bot.initialize()
        yield bot


@asynccontextmanager
async def refused(
    emulator: TelegramEmulator, description: str, *, violation: str | None = None
) -> AsyncGenerator[None]:
    """The block must be refused with 400 and this description; a `violation` is expected and taken off the list."""
    with pytest.raises(BadRequest, match=description):
        yield
    if violation is None:
        assert emulator.violations == []
    else:
        assert any(violation in found for found in emulator.violations), emulator.violations
        emulator.violations.clear()
