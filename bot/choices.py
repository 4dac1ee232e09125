"""What people can choose for a conversation."""

import enum
import re
from dataclasses import dataclass

from bot.events import Address, MessageReceived

WAKE_WORD_LENGTH = 40
PERSONA_LENGTH = 2_000
"""Of a text of people's own: it goes into every prompt there."""


class AnswerMode(enum.StrEnum):
    """Which messages of a group are for the bot. Commands, mentions and replies always are."""

    MENTION = "mention"
    WAKE_WORD = "wake_word"
    EVERY = "every"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationSettings:
    """What people chose for one conversation. None and "": as the operator set it."""

    answers: AnswerMode | None = None
    wake_word: str = ""
    """At most 40 characters."""
    describes_pictures: bool = False
    """Every picture posted there is described in a sentence, also to nobody's question."""
    listens: bool = False
    """What is said to nobody is remembered too, as context."""
    is_per_person: bool = False
    """Each person has a history of their own there."""
    exchanges: int | None = None
    """How many earlier exchanges the model is shown at most."""
    language: str = ""
    """An IETF tag; else each person's own."""
    persona: str = ""
    """The name of one of the operator's, or a text of their own."""
    model: str = ""
    """The name of one of the operator's."""


NOTHING_CHOSEN = ConversationSettings()


def address_of(
    message: MessageReceived, chosen: ConversationSettings, defaults: ConversationSettings
) -> Address | None:
    """Why a message to nobody in particular is for the bot after all, where people chose so; None where it is not."""
    if message.address is not None or message.is_private:
        return message.address
    answers = chosen.answers or defaults.answers
    if answers is AnswerMode.EVERY:
        return Address.WATCHED
    wake_word = chosen.wake_word or defaults.wake_word
    if answers is AnswerMode.WAKE_WORD and has_word(message.text, wake_word):
        return Address.WAKE_WORD
    return None


def has_word(text: str, word: str) -> bool:
    """Whether a text has this word, in any case, and not only as a part of another one."""
    if not word or word.casefold() not in text.casefold():
        return False
    if not word.isascii():
        return True  # Some scripts have no blanks between words, and many languages have endings.
    return re.search(rf"(?<!\w){re.escape(word.casefold())}(?!\w)", text.casefold()) is not None
