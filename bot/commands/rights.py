"""Who may change how the bot behaves in a conversation."""

from bot import texts
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
