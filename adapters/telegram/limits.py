"""What Telegram can do, as data."""

from dataclasses import replace

from telegram.constants import FloodLimit, MessageLimit

from bot.events import PlatformName
from bot.ports.limits import Limits, Rate

TELEGRAM = PlatformName("telegram")

MAX_MARKS = int(MessageLimit.MESSAGE_ENTITIES)
"""Entities of one message that have an effect; more are ignored (core.telegram.org/api/entities: 100)."""

CAPTION_LENGTH = int(MessageLimit.CAPTION_LENGTH)
"""Longest text with a picture, in UTF-16 units (Bot API, sendPhoto: 1024)."""

_PER_CHAT = Rate(count=int(FloodLimit.MESSAGES_PER_SECOND_PER_CHAT), seconds=1, burst=5)
"""1 message/s, "short bursts" may go over it (Bots FAQ, "My bot is hitting limits"). How short is not published."""
_PER_GROUP = Rate(count=int(FloodLimit.MESSAGES_PER_MINUTE_PER_GROUP), seconds=60)
"""20 a minute (Bots FAQ). Edits count like messages, as bot authors found (anything-llm#5447)."""

LIMITS = Limits(
    text_length=int(MessageLimit.MAX_TEXT_LENGTH),  # 4096 UTF-16 units (Bot API, sendMessage)
    edit_interval_s=1.25,  # As `_PER_CHAT` gives room for, with a place kept for the end of the answer.
    group_edit_interval_s=2.8,  # Nobody is to look at the same words for 3 s, while `_PER_GROUP` lasts.
    private_rates=(_PER_CHAT,),
    group_rates=(_PER_CHAT, _PER_GROUP),
    bot_rate=Rate(count=int(FloodLimit.MESSAGES_PER_SECOND), seconds=1),  # 30/s (Bots FAQ)
    typing_counts=True,  # Nothing is said of it. Limiters of others count whatever has a chat_id (python-telegram-bot).
    typing_lifetime_s=5.0,  # Bot API, sendChatAction
    download_bytes=20 * 1024 * 1024,  # Bot API, getFile; the server (telegram-bot-api, Client.h) counts in MiB
    resend_is_safe=False,  # The Bot API has no key by which it would recognise a repeated sendMessage.
    threads_share_waits=True,  # Flood waits are per chat (Bots FAQ, "My bot is hitting limits").
    draft_lifetime_s=30.0,  # Bot API, sendMessageDraft
    links_commands=True,  # Bot API, MessageEntity: bot_command; found by the server in what bots send, too.
    # Of the 360 dp that a phone has most often (StatCounter), the bubble in a group, beside a picture of its author,
    # leaves some 265 to a block of code, and a letter of a fixed-width font of 15 sp takes 9 (0.6 em).
    table_width=29,
    tables_as_files=True,
)
LOCAL_LIMITS = replace(LIMITS, download_bytes=4000 * 1024 * 1024)
"""With a Bot API server that runs with ``--local``: it has no limit of its own (telegram-bot-api, README), but people
can't send more (Telegram FAQ, Premium)."""
