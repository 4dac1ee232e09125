"""How long to wait for what belongs to a message: an album's rest, a photo's question, a paste's end, a preview."""

import re
from dataclasses import dataclass
from datetime import timedelta

from bot.commands.known import LOOKING
from bot.events import MessageReceived
from bot.ports.limits import Limits
from bot.records.accepting import Joining

_LINK = re.compile(r"(?<!<)\bhttps?://\S", re.IGNORECASE)
"""One that can get a preview. In angle brackets people ask Discord for none."""

PASTE_SHARE = 0.95
"""A text that fills so much of the longest message was probably cut there by the sender's app."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """Quiet times, in seconds. Whatever comes from the same sender within one joins the same turn."""

    album_quiet_s: float
    photo_quiet_s: float
    paste_quiet_s: float
    joining: Joining

    def wait_for_more(self, message: MessageReceived, limits: Limits) -> timedelta:
        """How long this message asks to be waited with."""
        if message.command is not None and message.command.name not in LOOKING:
            return timedelta()
        if message.album_id is not None:
            return timedelta(seconds=self.album_quiet_s)
        if message.attachments and not message.text.strip() and message.command is None:
            return timedelta(seconds=self.photo_quiet_s)
        if len(message.raw_text) >= limits.text_length * PASTE_SHARE:
            return timedelta(seconds=self.paste_quiet_s)
        if not message.attachments and _LINK.search(message.raw_text):
            return timedelta(seconds=limits.previews_come_within_s)
        return timedelta()
