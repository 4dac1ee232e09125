"""What the bot says of its own accord."""

import enum
from dataclasses import dataclass

from bot.events import ConversationKey, MessageId
from bot.sentences import Sentence


class NoticeKind(enum.StrEnum):
    """What the bot says of its own accord. Stands where turns of commands have the command's name."""

    UNREADABLE = "unreadable"
    """A message could not be read. A reply to it, and its outcome."""
    MISSED = "missed"
    """More was said than can be caught up with. A reply to nothing."""
    HEARING = "hearing"
    """What is said to nobody is heard from now on. A reply to nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something to say that no model is asked for."""

    kind: NoticeKind
    key: ConversationKey
    is_private: bool
    """One person alone with the bot."""
    message_id: MessageId
    """What it replies to; of a reply to nothing, the newest message before it."""
    text: Sentence
    """The whole Markdown, said in the conversation's language."""
    language: str = ""
    """Where none is chosen there: an IETF tag, or empty for English."""
