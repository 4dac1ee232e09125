"""Groups that become supergroups, which have another id: the core is told, and goes on in the new one."""

from dataclasses import replace

from telegram import Message
from telegram.error import ChatMigrated

from adapters.telegram.places import key_of
from bot.errors import PlatformRefused, PlatformUnavailable, StorageError
from bot.events import ConversationKey, ConversationMoved
from bot.ports.intake import Intake


def moved(message: Message) -> ConversationMoved | None:
    """What the service messages say that Telegram writes into the old group and into the new one."""
    if message.migrate_to_chat_id is not None:
        return _move(message.chat.id, message.migrate_to_chat_id)
    if message.migrate_from_chat_id is not None:
        return _move(message.migrate_from_chat_id, message.chat.id)
    return None


async def tell_if_moved(intake: Intake | None, key: ConversationKey, refused: PlatformRefused) -> None:
    """Let the core know if a send was refused because the group has another id, so that it answers there.

    The service message says the same, but may come later, and not at all to a bot that was away for a day.

    Raises:
        PlatformUnavailable: the core can't be told now. The same send tells it later.
    """
    cause = refused.__cause__
    if not isinstance(cause, ChatMigrated):
        return
    if intake is None:
        raise PlatformUnavailable(f"{refused} It is not received yet.") from refused
    try:
        new = replace(key, chat_id=str(cause.new_chat_id))
        await intake.accept(ConversationMoved(old=key, new=new))
    except StorageError as error:
        raise PlatformUnavailable(f"{refused} That can't be stored: {error}") from error


def _move(old: int, new: int) -> ConversationMoved:
    return ConversationMoved(old=key_of(old), new=key_of(new))
