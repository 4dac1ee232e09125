"""Keeps "typing" on screen while the bot has nothing to say."""

from collections.abc import Callable

from bot.background import Background
from bot.delivery.budget import Urgency
from bot.delivery.pace import Pace
from bot.errors import PlatformError, PlatformThrottled
from bot.ports.chat import Chat
from bot.ports.clock import Clock
from bot.records.turns import Turn

START_AFTER_S = 0.25
"""An answer that comes sooner needs no "typing", and costs the platform no request."""

START_LATE_S = 1.0
"""The same where "typing" takes a place that words could have."""

SILENCE_S = 1.5
"""So long without new words is a silence: the model looks closer, or thinks."""

RENEW_AT = 0.8
"""Share of its lifetime after which it is shown anew, so that it never goes out in between."""


def keep_typing(chat: Chat, turn: Turn, pace: Pace, clock: Clock, silent_s: Callable[[], float]) -> Background:
    """Show "typing" while the returned context is open and there are no new words. Never raises.

    Where it counts as a request, words go before it: it is left out then.
    """
    return Background(_renew(chat, turn, pace, clock, silent_s), name="typing")


async def _renew(chat: Chat, turn: Turn, pace: Pace, clock: Clock, silent_s: Callable[[], float]) -> None:
    await clock.sleep(START_LATE_S if chat.limits.typing_counts else START_AFTER_S)
    while True:
        await pace.passed()
        if (speaking_s := SILENCE_S - silent_s()) > 0:
            await clock.sleep(speaking_s)
            continue
        wait_s = chat.limits.typing_lifetime_s * RENEW_AT
        if (slot := pace.slot_at_once(Urgency.TYPING)) is not None:
            with slot:
                try:
                    await chat.typing(turn.key, reply_to=turn.reply_to)
                except PlatformThrottled as throttled:
                    wait_s = max(wait_s, throttled.retry_after_s)
                except PlatformError:
                    pass  # Not worth a word: the answer itself will meet the same trouble and say so.
        await clock.sleep(wait_s)
