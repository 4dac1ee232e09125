"""Keeps "typing" on screen while the bot works."""

from bot.background import Background
from bot.delivery.throttle import Throttle
from bot.errors import PlatformError, PlatformThrottled
from bot.events import ConversationKey
from bot.ports.chat import Chat
from bot.ports.clock import Clock

START_AFTER_S = 0.25
"""An answer that comes sooner needs no "typing", and costs the platform no request."""

RENEW_AT = 0.8
"""Share of its lifetime after which it is shown anew, so that it never goes out in between."""


def keep_typing(chat: Chat, key: ConversationKey, throttle: Throttle, clock: Clock) -> Background:
    """Show "typing" in a conversation for as long as the returned context is open. Never raises."""
    return Background(_renew(chat, key, throttle, clock), name="typing")


async def _renew(chat: Chat, key: ConversationKey, throttle: Throttle, clock: Clock) -> None:
    await clock.sleep(START_AFTER_S)
    while True:
        await throttle.passed()
        wait_s = chat.limits.typing_lifetime_s * RENEW_AT
        try:
            await chat.typing(key)
        except PlatformThrottled as throttled:
            wait_s = max(wait_s, throttled.retry_after_s)
        except PlatformError:
            pass  # Not worth a word: the answer itself will meet the same trouble and say so.
        await clock.sleep(wait_s)
