"""Who may change how the bot behaves in a conversation, and what it can't do there."""

from bot import texts
from bot.choices import AnswerMode, ConversationSettings
from bot.errors import PlatformError
from bot.events import PersonId
from bot.ports.chat import Chat
from bot.records.turns import Turn
from bot.sentences import NO_SENTENCE, Sentence


async def objection(turn: Turn, chat: Chat, person: PersonId) -> Sentence:
    """What somebody is told who may not change the settings where this turn is; empty for who may."""
    try:
        return NO_SENTENCE if await chat.may_manage(turn.key, person) else texts.NOT_ALLOWED
    except PlatformError:
        return texts.RIGHTS_UNKNOWN


async def deafness(turn: Turn, chat: Chat, before: ConversationSettings, now: ConversationSettings) -> Sentence:
    """What somebody is told who wants the bot to heed from `now` on what it does not get to see; empty where it does.

    Where that can't be found out, the wish is granted.
    """
    if _heeds(now) <= _heeds(before):
        return NO_SENTENCE
    if chat.is_guest(turn.key):
        return texts.NOT_A_MEMBER
    try:
        return await chat.unheard(turn.key)
    except PlatformError:
        return NO_SENTENCE


def _heeds(chosen: ConversationSettings) -> set[str]:
    """What is heeded of that which is said to others."""
    answers = {chosen.answers} & {AnswerMode.WAKE_WORD, AnswerMode.EVERY}
    wishes = (("pictures", chosen.describes_pictures), ("words", chosen.listens), ("answers", bool(answers)))
    return {name for name, is_wished in wishes if is_wished}
