"""From python-telegram-bot's errors to ours: nothing of the library gets past this."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    EndPointNotFound,
    InvalidToken,
    NetworkError,
    TelegramError,
)

from adapters.telegram.request import FloodWait, NotConnected
from bot.errors import PlatformError, PlatformRefused, PlatformThrottled, PlatformUnavailable, PlatformUncertain

TOKEN_REMEDY = "Copy the token that @BotFather shows under /mybots, API Token, into TELEGRAM_TOKEN."  # noqa: S105 - no token
CONFLICT_REMEDY = (
    "Another program receives this bot's messages with the same token: stop it, or give it a bot of its own, for "
    "Telegram gives each message to only one of them. Or a webhook was set just now: start Glimpse again, which "
    "removes it."
)
_MIGRATED_REMEDY = "The group became a supergroup and has a new id; the talk goes on with the next message there."
RIGHTS_REMEDY = "Let the bot send messages there: in the group's permissions, or as an administrator."
_PHOTOS_REMEDY = "Let the bot send photos there: in the group's permissions, or as an administrator."
_FILES_REMEDY = "Let the bot send files there: in the group's permissions, or as an administrator."
_TOPIC_REMEDY = "The topic was closed or deleted; open it again, or make the bot an administrator."

_REMEDIES: Mapping[str, str] = MappingProxyType(
    {
        "bot was blocked by the user": "The person blocked the bot; only they can change that.",
        "user is deactivated": "The person's account is gone.",
        "bot was kicked": "The bot was removed from the chat; add it again.",
        "bot is not a member": "Add the bot to the chat.",
        "bot can't initiate conversation": "The person has to write to the bot first.",
        "chat not found": "The chat is gone, or the bot was never in it.",
        "group chat was deactivated": _MIGRATED_REMEDY,
        "rights to send photos": _PHOTOS_REMEDY,
        "chat_send_photos_forbidden": _PHOTOS_REMEDY,
        "chat_send_media_forbidden": _PHOTOS_REMEDY,
        "rights to send documents": _FILES_REMEDY,
        "chat_send_docs_forbidden": _FILES_REMEDY,
        "not enough rights": RIGHTS_REMEDY,
        "have no rights": RIGHTS_REMEDY,
        "chat_write_forbidden": RIGHTS_REMEDY,
        "chat_send_plain_forbidden": RIGHTS_REMEDY,
        "chat_restricted": RIGHTS_REMEDY,
        "need administrator rights": "Make the bot an administrator of the channel, allowed to post messages.",
        "topic_closed": _TOPIC_REMEDY,
        "topic_deleted": _TOPIC_REMEDY,
        "message thread not found": _TOPIC_REMEDY,
        "message to edit not found": "Somebody deleted the message.",
        "message can't be edited": "Only messages of the bot's own can be edited.",
        "message can't be deleted": "A bot may delete its messages for 48 hours only, unless it is an administrator.",
    }
)
"""By what Telegram's description contains, in lower case. Source: telegram-bot-api, Client.cpp, and TDLib."""

_TOKEN = re.compile(r"\d{5,}(?::|%3A)[\w-]{20,}", re.IGNORECASE)
_LONGEST = 300
"""Characters of Telegram's words that are kept. Its own descriptions have less than 200."""

_UNCHANGED = "message is not modified"
_ALREADY_GONE = ("message to delete not found", "message_id_invalid", "message identifier is not specified")


@contextmanager
def telegram_errors(doing: str) -> Iterator[None]:
    """Re-raise what the library raises as a `PlatformError`; the original stays as `__cause__`.

    Args:
        doing: What was tried, for the operator: "posting in chat 42".
    """
    try:
        yield
    except (TelegramError, KeyError, TypeError, ValueError) as error:
        # The last three: an answer that is well-formed JSON but not what the method returns (a proxy's).
        raise mapped(error, doing) from error


def is_unchanged(error: PlatformError) -> bool:
    """Telegram refused an edit because the message reads so already."""
    return isinstance(error, PlatformRefused) and _UNCHANGED in str(error).lower()


def is_conflict(error: Exception) -> bool:
    """Telegram gives the updates to somebody else."""
    return isinstance(error, PlatformRefused) and error.remedy == CONFLICT_REMEDY


def is_already_gone(error: PlatformError) -> bool:
    """Telegram refused to delete a message because there is none."""
    return isinstance(error, PlatformRefused) and any(words in str(error).lower() for words in _ALREADY_GONE)


def mapped(error: Exception, doing: str) -> PlatformError:
    """The `PlatformError` that says what may be done about `error`."""
    # The text of an unexpected error may hold anything, also what people wrote.
    said = str(error).rstrip(".") if isinstance(error, TelegramError) else "not the Bot API's answer"
    # This gets into the database too, and a proxy may repeat the address that it was asked at.
    said = _TOKEN.sub("[secret]", said[:_LONGEST])
    what = f"Telegram: {doing}: {said}."
    if isinstance(error, FloodWait):
        return PlatformThrottled(what, retry_after_s=error.retry_after_s)
    if isinstance(error, NotConnected):
        return PlatformUnavailable(what)
    if _is_final(error):
        return PlatformRefused(what, remedy=_remedy(error))
    return PlatformUncertain(what)


def _is_final(error: Exception) -> bool:
    # The library makes BadRequest a kind of NetworkError.
    return isinstance(error, TelegramError) and (isinstance(error, BadRequest) or not isinstance(error, NetworkError))


def _remedy(error: Exception) -> str:
    match error:
        case InvalidToken() | EndPointNotFound():
            return TOKEN_REMEDY
        case Conflict():
            return CONFLICT_REMEDY
        case ChatMigrated():
            return _MIGRATED_REMEDY
        case _:
            description = str(error).lower()
            return next((remedy for words, remedy in _REMEDIES.items() if words in description), "")
