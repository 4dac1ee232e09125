"""A message that is being taken in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.choices import ConversationSettings
from bot.commands.known import ALT
from bot.events import Address, Command, MessageId, MessageReceived, Source
from bot.records.accepting import BUSY, OVERHEARD, Arrival
from bot.records.turns import TurnState
from storage.conversation.messages import INNER
from storage.turns.rows import decided_at_once

_SENT = (Source.FILE, Source.STICKER)
"""What is described in a conversation that describes every picture: what people send, not what their words bring."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A message, and what is known of where it comes."""

    message: MessageReceived
    arrival: Arrival
    settings: ConversationSettings
    is_overheard: bool = False
    """It is for nobody in particular, and only remembered."""
    is_alone: bool = False
    """Nothing that was posted before belongs to it."""

    def seconds_since(self, moment: datetime) -> float:
        """How long ago something was. Whichever way the clock jumped since, what seems far away is not recent."""
        return abs((self.arrival.now - moment).total_seconds())

    @property
    def beginning(self) -> dict[str, Any]:
        """The state of a turn that begins with it, and what else is known of that turn already."""
        now, refusal = self.arrival.now, self.arrival.refusal
        if not self.arrival.answer or self.is_overheard:
            trouble = OVERHEARD if self.is_overheard else None
            return {
                "state": TurnState.REMEMBERED,
                "ready_at": self.arrival.ready_at,
                "finished_at": now,
                "trouble": trouble,
            }
        if refusal is not None:
            text = refusal.text.in_language(self.settings.language or self.message.sender.language or "")
            return {**decided_at_once(text, trouble=BUSY, now=now), "ready_at": now}
        return {"state": TurnState.ACCEPTED, "ready_at": self.arrival.ready_at}

    @property
    def reply_to(self) -> MessageId:
        """What the answer replies to, if it can."""
        message_id = self.message.message_id
        return MessageId("") if message_id.startswith(INNER) else message_id

    @property
    def command(self) -> Command | None:
        """Its own, or that of a picture which is described because every picture is."""
        if self.message.address is not None or not self.arrival.answer or not self.settings.describes_pictures:
            return self.message.command
        return Command(name=ALT) if any(ref.source in _SENT for ref in self.message.attachments) else None

    @property
    def is_asked(self) -> bool:
        """Something is to be said to it."""
        address = self.message.address
        if self.arrival.refusal is not None and address in (None, Address.WATCHED):
            return False  # Where there is no room, nobody is told so who did not ask.
        return address is not None or self.command is not None
