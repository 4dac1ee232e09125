"""Turns a line typed into the terminal into an event."""

import mimetypes
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from adapters.console.paths import Found
from bot.commands.known import parse_command
from bot.events import (
    Address,
    AttachmentRef,
    ConversationKey,
    MessageId,
    MessageReceived,
    Person,
    PersonId,
    PlatformName,
)

PLATFORM = PlatformName("console")

KEY = ConversationKey(platform=PLATFORM, chat_id="terminal")
"""A terminal has one conversation."""


PERSON = PersonId("terminal")


def to_event(line: str, found: Found, *, message_id: MessageId, sent_at: datetime, sender: Person) -> MessageReceived:
    """The event for one line. `found` is what `find_files` found in it."""
    command = parse_command(line)
    return MessageReceived(
        key=KEY,
        message_id=message_id,
        sender=sender,
        sent_at=sent_at,
        is_private=True,
        text=line.strip() if command else found.text,
        raw_text=line,
        attachments=() if command else _attachments(found.files),
        address=Address.PRIVATE,
        command=command,
    )


def _attachments(files: Sequence[Path]) -> tuple[AttachmentRef, ...]:
    return tuple(
        AttachmentRef(handle=str(file), name=file.name, media_type=mimetypes.guess_type(file.name)[0] or "")
        for file in files
    )
