"""What a terminal can show and take."""

from bot.ports.limits import Limits, Rate

_UNLIMITED = Rate(count=1000, seconds=1)

LIMITS = Limits(
    text_length=1_000_000,  # A terminal has none. This bounds what is kept to be compared with the next update.
    edit_interval_s=0.05,  # As smooth as the eye can tell.
    group_edit_interval_s=0.05,
    private_rates=(_UNLIMITED,),
    group_rates=(_UNLIMITED,),
    bot_rate=_UNLIMITED,
    typing_counts=False,
    typing_lifetime_s=3600.0,  # The dots stay until the first word.
    download_bytes=100_000_000,  # Files lie on this machine. The core's own cap is the one that counts.
    # A new process is a new screen: an answer sent again after a crash stands there once.
    resend_is_safe=True,
    threads_share_waits=False,
)
