"""What was said in a conversation, as the prompt needs it."""

from dataclasses import dataclass

from bot.events import NOBODY, MessageId, PersonId
from bot.records.attachments import BEFORE_ALL, Attachment, AttachmentId
from bot.records.turns import TurnId


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredQuote:
    """What a message quoted, as history needs it."""

    author: str | None
    is_own: bool
    text: str
    is_hidden: bool = False
    """The platform let the bot see nothing of it."""
    message_id: MessageId | None = None
    """None where the platform did not tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMessage:
    """A message as history needs it."""

    message_id: MessageId
    sender: str
    """The name at the time."""
    sender_id: PersonId = NOBODY
    text: str
    quoted: tuple[StoredQuote, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    """In the order of the message; those of what it quotes come first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One turn as history: what was said to the bot, and what it answered."""

    turn_id: TurnId
    messages: tuple[StoredMessage, ...]
    """Oldest first; at least one."""
    answer: str | None
    """None when there was none (it failed, or is being written)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What was said in a conversation, as far as the model is still shown it."""

    exchanges: tuple[Exchange, ...]
    """Oldest first; the last one is the question."""
    pixels_from: AttachmentId = BEFORE_ALL
    """Attachments before this one are no longer shown as pixels."""
