"""What Discord allows, as data."""

from bot.events import PlatformName
from bot.ports.limits import Limits, Rate

DISCORD = PlatformName("discord")

_PER_CHANNEL = Rate(count=5, seconds=5)
"""Seen by bot authors, for new messages and for edits, and not promised (discord-api-docs#20): what the headers say
counts more (docs, Rate Limits)."""

LIMITS = Limits(
    text_length=2000,  # Discord docs, Create Message: `content`
    # As `_PER_CHANNEL` gives room for, with a place kept for the end of the answer.
    edit_interval_s=1.25,
    group_edit_interval_s=1.25,
    private_rates=(_PER_CHANNEL,),
    group_rates=(_PER_CHANNEL,),
    bot_rate=Rate(count=30, seconds=1),  # Of 50 (docs, Rate Limits: Global Rate Limit): the rest is for reading.
    typing_counts=False,  # It has a bucket of its own (docs, Rate Limits: per route).
    typing_lifetime_s=10.0,  # Discord docs, Trigger Typing Indicator
    # Members with Nitro may upload far more; this is the request size that Discord names (docs, Uploading Files).
    download_bytes=25 * 1024 * 1024,
    # Discord fetches the page first (docs, Message Update event). No number is promised; a second does for most pages.
    previews_come_within_s=1.0,
    resend_is_safe=True,  # `enforce_nonce` (docs, Create Message), "in the past few minutes"
    threads_share_waits=False,  # Rate limits are per channel, and a thread is one (docs, Rate Limits).
    # Of the 360 dp that a phone has most often (StatCounter), some 300 are left to a text, and a letter of a font of
    # fixed width and 14 sp takes 8.4 (0.6 em).
    table_width=35,
    tables_as_files=True,
)

LONGEST_RATE_LIMIT_WAIT_S = 30.0
"""discord.py waits this long by itself; a longer wait becomes `PlatformThrottled`. Its own minimum."""

REQUEST_TIMEOUT_S = 90.0
"""For one request with all its retries and waits inside discord.py."""

INTERACTION_LIFETIME_S = 14 * 60.0
"""Discord docs, Interactions: a token is valid for 15 minutes. A minute of it is kept as slack."""

INTERACTION_GRACE_S = 50.0
"""Of that minute, for a last word."""
