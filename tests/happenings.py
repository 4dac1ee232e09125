"""What people do, as events of a made-up platform."""

import itertools
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.commands.known import parse_command
from bot.events import (
    Action,
    Address,
    AttachmentRef,
    ButtonPressed,
    Command,
    ConversationKey,
    MessageId,
    MessageReceived,
    Person,
    PersonId,
    PlatformName,
    Quoted,
    Source,
)
from tests.manual_clock import START

FAKE = PlatformName("fake")

KEY = ConversationKey(platform=FAKE, chat_id="1")

_message_numbers = itertools.count(1)


def message(
    text: str = "",
    *,
    key: ConversationKey = KEY,
    sender: str = "Ann",
    sender_id: str | None = None,
    message_id: str | None = None,
    attachments: Sequence[AttachmentRef] = (),
    quoted: Sequence[Quoted] = (),
    album_id: str | None = None,
    address: Address | None = Address.MENTION,
    command: Command | None = None,
    is_private: bool = False,
    is_catch_up: bool = False,
    sent_at: datetime = START,
) -> MessageReceived:
    """Something that somebody said."""
    return MessageReceived(
        key=key,
        message_id=MessageId(message_id or f"m{next(_message_numbers)}"),
        sender=Person(id=PersonId(sender_id or sender.lower()), name=sender),
        sent_at=sent_at,
        is_private=is_private,
        text=text,
        raw_text=text,
        attachments=tuple(attachments),
        quoted=tuple(quoted),
        album_id=album_id,
        address=address,
        command=command,
        is_catch_up=is_catch_up,
    )


def quote(
    message_id: str,
    text: str = "",
    *,
    author: str = "Ann",
    is_own: bool = False,
    attachments: Sequence[AttachmentRef] = (),
) -> Quoted:
    """A message that another one replies to."""
    return Quoted(
        message_id=MessageId(message_id),
        author=author,
        author_id=PersonId(author.lower()),
        is_own=is_own,
        text=text,
        attachments=tuple(attachments),
    )


def command(text: str, **more: Any) -> MessageReceived:
    """Somebody's command, such as ``/forget here``. `more`: as for `message`."""
    return message(text, command=parse_command(text), **more)


_press_numbers = itertools.count(1)


def pressed(
    action: Action,
    message_id: MessageId,
    *,
    value: str = "",
    turn: int | None = None,
    key: ConversationKey = KEY,
    sender: str = "Ann",
    press_id: str | None = None,
    is_private: bool = False,
) -> ButtonPressed:
    """A button that somebody pressed."""
    return ButtonPressed(
        key=key,
        message_id=message_id,
        action=action,
        value=value,
        turn=turn,
        press_id=press_id or f"press {next(_press_numbers)}",
        sender=Person(id=PersonId(sender.lower()), name=sender),
        is_private=is_private,
    )


def photo(
    handle: str,
    *,
    media_type: str = "image/jpeg",
    size_bytes: int | None = None,
    source: Source = Source.FILE,
    about: str = "",
    still: str = "",
) -> AttachmentRef:
    """A picture that somebody sent."""
    return AttachmentRef(
        handle=handle,
        name=f"{handle}.jpg",
        media_type=media_type,
        size_bytes=size_bytes,
        source=source,
        about=about,
        still=still,
    )
