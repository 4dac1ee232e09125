"""Who may change the settings of a conversation, and what the bot gets to see there."""

from telegram.constants import ChatMemberStatus

from adapters.telegram.elsewhere import asker_of, is_elsewhere
from adapters.telegram.errors import telegram_errors
from adapters.telegram.raw import RawBot
from bot.events import ConversationKey, PersonId
from bot.sentences import NO_SENTENCE, Sentence, sentence

_MANAGES = (ChatMemberStatus.OWNER, ChatMemberStatus.ADMINISTRATOR)

PRIVACY_MODE = sentence(
    "I can't do that yet: here I get to see only what is said to me. Make me an administrator, or turn privacy mode "
    "off at [@BotFather](https://t.me/BotFather) (/setprivacy) and add me again."
)


async def may_manage(bot: RawBot, key: ConversationKey, person: PersonId) -> bool:
    """Whether somebody owns or administers the chat, or it is theirs alone. In a private chat everybody may."""
    if is_elsewhere(key):
        return person == asker_of(key)
    # Who writes as the group itself is an administrator of it who stays anonymous.
    if person == key.chat_id or not key.chat_id.startswith("-"):
        return True
    return await _manages(bot, key, int(person))


async def unheard(bot: RawBot, key: ConversationKey) -> Sentence:
    """See `Chat.unheard`. Privacy mode hides from a plain member what is said to others (Bot API, Privacy mode)."""
    if not key.chat_id.startswith("-") or await reads_all(bot):
        return NO_SENTENCE
    return NO_SENTENCE if await _manages(bot, key, bot.id) else PRIVACY_MODE


async def reads_all(bot: RawBot) -> bool:
    """Whether privacy mode is off, as of now.

    Raises:
        PlatformError: it can't be asked.
    """
    with telegram_errors("asking for the privacy mode"):
        return bool((await bot.get_me()).can_read_all_group_messages)


async def _manages(bot: RawBot, key: ConversationKey, user_id: int) -> bool:
    with telegram_errors(f"looking up who manages chat {key.chat_id}"):
        member = await bot.get_chat_member(int(key.chat_id), user_id)
    return member.status in _MANAGES
