"""What people can choose for a conversation."""

import enum
import re
import unicodedata
from dataclasses import dataclass

from bot.events import Address, MessageReceived

WAKE_WORD_LENGTH = 40
_SCRIPTS_WITHOUT_BLANKS = (
    r"\u0e00-\u0eff"  # Thai, Lao
    r"\u1000-\u109f\u1780-\u17ff"  # Burmese, Khmer
    r"\u3005-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Japanese, Chinese
    r"\uac00-\ud7a3"  # Korean: what belongs to a word stands behind it without one
)
_UNSPACED = re.compile(f"[{_SCRIPTS_WITHOUT_BLANKS}]")
_PREFIXED = re.compile(r"[\u0590-\u08ff]")  # Hebrew, Arabic and the scripts beside them
_LETTER = rf"[^\W{_SCRIPTS_WITHOUT_BLANKS}]"
"""What makes a longer word of one that it stands beside."""

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
    """Whether a text has this word, in any case and width, and not only as a part of another one.

    A word with other letters than English ones may have an ending of up to three, as it has in many languages. Arabic
    and Hebrew put words such as "and" and "the" before it without a blank.
    """
    text, word = _plain(text), _plain(word)
    if not word or word not in text:
        return False
    before = "" if _PREFIXED.match(word) or _UNSPACED.match(word) else f"(?<!{_LETTER})"
    ending = "" if word.isascii() else f"{_LETTER}{{0,3}}"
    after = "" if _UNSPACED.match(word[-1]) else f"{ending}(?!{_LETTER})"
    return re.search(f"{before}{re.escape(word)}{after}", text) is not None


def is_visible(word: str) -> bool:
    """Whether people can see it, and say it: a letter, a number or a picture, not only points and blanks."""
    return any(unicodedata.category(character)[0] in "LNS" for character in word)


def _plain(text: str) -> str:
    """What looks alike as what is alike: letters wide or narrow, accents apart or not, emoji with or without colour."""
    return unicodedata.normalize("NFKC", text.replace("\ufe0f", "")).casefold()
