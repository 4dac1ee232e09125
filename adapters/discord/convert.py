"""From discord.py's objects to the core's events. Pure: what is missing must be fetched before."""

from collections.abc import Iterator

import discord

from adapters.discord.content.described import described, embedded
from adapters.discord.content.pictures import quoted_pictures, said_pictures
from adapters.discord.content.text import Names, Reading, names_of, read
from adapters.discord.places import Place, of_message
from bot.commands.known import parse_command
from bot.events import Address, MessageReceived, Person, PersonId, Quoted

_PEOPLE_WRITE = frozenset({discord.MessageType.default, discord.MessageType.reply})


def is_from_a_person(message: discord.Message) -> bool:
    """Whether somebody wrote this: no bot (this one neither), no webhook, no system message."""
    return message.type in _PEOPLE_WRITE and not message.author.bot and message.webhook_id is None


def unresolved_reply(message: discord.Message) -> discord.MessageReference | None:
    """The reference of a reply whose target Discord did not send along; it has to be fetched."""
    reference = message.reference
    if message.type is discord.MessageType.reply and reference and reference.message_id and not reference.resolved:
        return reference
    return None


def message_received(
    message: discord.Message,
    *,
    place: Place,
    bot_id: int,
    replied_to: discord.Message | None = None,
    sees_content: bool = True,
    is_catch_up: bool = False,
) -> MessageReceived:
    """Convert one message of a person.

    Args:
        message: As the gateway or the API gave it.
        place: Where it stands.
        bot_id: The bot's own user id.
        replied_to: The message replied to, if `unresolved_reply` says that it has to be fetched.
        sees_content: The message content intent is on.
        is_catch_up: It was found by looking back.
    """
    if message.reference and isinstance(message.reference.resolved, discord.Message):
        replied_to = message.reference.resolved
    if message.type is not discord.MessageType.reply:
        replied_to = None
    names = names_of(message, bot_id)
    reading = read(message.content, names, drop_own=True)
    address = _address(message, names, reading, place=place, replied_to=replied_to, bot_id=bot_id)
    command = parse_command(reading.text) if address else None
    return MessageReceived(
        key=place.key,
        message_id=of_message(message.id),
        sender=Person(id=PersonId(str(message.author.id)), name=message.author.display_name),
        sent_at=message.created_at,
        is_private=place.is_private,
        text=_joined(reading.text, described(message)),
        raw_text=message.content,
        entities=reading.entities,
        attachments=said_pictures(message, reading, is_addressed=address is not None, bot_id=bot_id),
        quoted=tuple(
            _quoted(message, replied_to, is_addressed=address is not None, bot_id=bot_id, sees_content=sees_content)
        ),
        address=Address.COMMAND if command else address,
        command=command,
        is_catch_up=is_catch_up,
    )


def _address(
    message: discord.Message,
    names: Names,
    reading: Reading,
    *,
    place: Place,
    replied_to: discord.Message | None,
    bot_id: int,
) -> Address | None:
    is_reply = message.type is discord.MessageType.reply
    if place.is_private:
        return Address.PRIVATE
    # Discord lists the bot as mentioned also when a reply pings it; then its text does not name it.
    if reading.mentions_bot or (names.own_user is not None and not is_reply):
        return Address.MENTION
    if reading.mentions_bot_role or names.own_roles:
        return Address.ROLE_MENTION
    if is_reply and (names.own_user is not None or (replied_to is not None and replied_to.author.id == bot_id)):
        return Address.REPLY
    # What is said in a thread that the bot opened for a question goes on with it, unless it is said to somebody else.
    is_to_others = names.users or names.roles or is_reply
    return Address.REPLY if place.opened_by == bot_id and not is_to_others else None


def _quoted(
    message: discord.Message, replied_to: discord.Message | None, *, is_addressed: bool, bot_id: int, sees_content: bool
) -> Iterator[Quoted]:
    if replied_to is not None:
        yield quoted(replied_to, is_addressed=is_addressed, bot_id=bot_id, sees_content=sees_content)
    if forwarded := _forward(message, is_addressed=is_addressed):
        yield forwarded


def quoted(message: discord.Message, *, is_addressed: bool, bot_id: int, sees_content: bool) -> Quoted:
    """Convert a message that another one is about.

    Args:
        message: The message replied to, or the target of a command.
        is_addressed: What is about it is for the bot.
        bot_id: The bot's own user id.
        sees_content: Discord shows what is in it, the message content intent or no.
    """
    forwarded = _forward(message, is_addressed=is_addressed)
    reading = read(message.content, names_of(message, bot_id), drop_own=False)
    text = forwarded.text if forwarded else _joined(reading.text, described(message), embedded(message))
    pictures = quoted_pictures(
        message, reading, channel_id=message.channel.id, message_id=message.id, is_addressed=is_addressed
    )
    attachments = pictures + (forwarded.attachments if forwarded else ())
    is_own = message.author.id == bot_id
    return Quoted(
        message_id=of_message(message.id),
        author=message.author.display_name,
        author_id=PersonId(str(message.author.id)),
        is_own=is_own,
        text=text,
        attachments=attachments,
        is_hidden=not (sees_content or is_own or text or attachments),
    )


def _forward(message: discord.Message, *, is_addressed: bool) -> Quoted | None:
    if not message.message_snapshots:
        return None
    snapshot = message.message_snapshots[0]  # Discord docs, Message Snapshot: there is one at most.
    reading = read(snapshot.content, Names(guild=message.guild), drop_own=False)
    return Quoted(
        message_id=None,
        author=None,
        is_own=False,
        text=_joined(reading.text, described(snapshot), embedded(snapshot)),
        attachments=quoted_pictures(
            snapshot, reading, channel_id=message.channel.id, message_id=message.id, is_addressed=is_addressed
        ),
    )


def _joined(*texts: str) -> str:
    return "\n".join(filter(None, texts))
