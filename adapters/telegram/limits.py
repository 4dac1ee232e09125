"""What Telegram can do, as data."""

from dataclasses import replace

from telegram.constants import FloodLimit, MessageLimit

from bot.events import PlatformName
from bot.ports.chat import Limits

TELEGRAM = PlatformName("telegram")

MAX_MARKS = int(MessageLimit.MESSAGE_ENTITIES)
"""Entities of one message that have an effect; more are ignored (core.telegram.org/api/entities: 100)."""

CAPTION_LENGTH = int(MessageLimit.CAPTION_LENGTH)
"""Longest text with a picture, in UTF-16 units (Bot API, sendPhoto: 1024)."""

LIMITS = Limits(
    text_length=int(MessageLimit.MAX_TEXT_LENGTH),  # 4096 UTF-16 units (Bot API, sendMessage)
    edit_interval_s=1 / FloodLimit.MESSAGES_PER_SECOND_PER_CHAT,  # 1 s (Bots FAQ, "My bot is hitting limits")
    group_edit_interval_s=60 / FloodLimit.MESSAGES_PER_MINUTE_PER_GROUP,  # 3 s, from 20 a minute (Bots FAQ)
    typing_lifetime_s=5.0,  # Bot API, sendChatAction
    download_bytes=20 * 1024 * 1024,  # Bot API, getFile; the server (telegram-bot-api, Client.h) counts in MiB
    resend_is_safe=False,  # The Bot API has no key by which it would recognise a repeated sendMessage.
    threads_share_waits=True,  # Flood waits are per chat (Bots FAQ, "My bot is hitting limits").
)
LOCAL_LIMITS = replace(LIMITS, download_bytes=4000 * 1024 * 1024)
"""With a Bot API server that runs with ``--local``: it has no limit of its own (telegram-bot-api, README), but people
can't send more (Telegram FAQ, Premium)."""
