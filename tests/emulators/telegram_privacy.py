"""Which messages Telegram shows to a bot."""

from tests.emulators.telegram_types import Message, Person


def is_told(message: Message, bot: Person, *, privacy: bool) -> bool:
    """Whether a bot receives a message.

    With privacy mode on it gets, of a group's messages, commands meant for it, replies to its own, mentions of it and
    service messages (Telegram, "Bot features", Privacy mode; the FAQ of python-telegram-bot on mentions). What other
    bots write counts like what people write, as with Bot API 10.0's bot-to-bot mode.
    """
    chat = message.chat
    if message.sender is bot or chat.membership != "member":
        return False
    if chat.is_private or chat.admin or not privacy or _is_service(message):
        return True
    reply_to = message.reply_to
    return (reply_to is not None and reply_to.sender is bot) or names(message, bot)


def names(message: Message, bot: Person) -> bool:
    """Whether a message mentions a bot, also by a command."""
    username = (bot.username or "").lower()
    for entity in message.entities:
        match entity["type"]:
            case "mention" if message.marked(entity).lower() == f"@{username}":
                return True
            case "text_mention" if entity["user"]["id"] == bot.id:
                return True
            case "bot_command" if _is_meant(message, message.marked(entity).lower(), bot):
                return True
    return False


def _is_meant(message: Message, command: str, bot: Person) -> bool:
    """A command without a bot's name is meant for the bot that spoke last."""
    _, _, addressee = command.partition("@")
    return addressee == (bot.username or "").lower() if addressee else message.chat.last_bot in (None, bot)


def _is_service(message: Message) -> bool:
    return any(name.startswith(("forum_topic_", "migrate_", "new_chat_")) for name in message.content)
