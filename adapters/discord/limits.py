"""What Discord allows, as data."""

from bot.events import PlatformName
from bot.ports.chat import Limits

DISCORD = PlatformName("discord")

LIMITS = Limits(
    text_length=2000,  # Discord docs, Create Message: `content`
    # 5 edits in 5 s per channel, seen by bot authors and not promised (discord-api-docs#20); a little slower than
    # that, so that the last edit and the next answer find room.
    edit_interval_s=1.2,
    group_edit_interval_s=1.2,
    typing_lifetime_s=10.0,  # Discord docs, Trigger Typing Indicator
    # Members with Nitro may upload far more; this is the request size that Discord names (docs, Uploading Files).
    download_bytes=25 * 1024 * 1024,
    # Discord fetches the page first (docs, Message Update event). No number is promised; a second does for most pages.
    previews_come_within_s=1.0,
    resend_is_safe=True,  # `enforce_nonce` (docs, Create Message), "in the past few minutes"
    threads_share_waits=False,  # Rate limits are per channel, and a thread is one (docs, Rate Limits).
)

LONGEST_RATE_LIMIT_WAIT_S = 30.0
"""discord.py waits this long by itself; a longer wait becomes `PlatformThrottled`. Its own minimum."""

REQUEST_TIMEOUT_S = 90.0
"""For one request with all its retries and waits inside discord.py."""

INTERACTION_LIFETIME_S = 14 * 60.0
"""Discord docs, Interactions: a token is valid for 15 minutes. A minute of it is kept as slack."""
