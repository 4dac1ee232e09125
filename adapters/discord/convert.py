"""From discord.py's objects to the core's events. Pure: what is missing must be fetched before."""

import discord

from adapters.discord.attachments import refs
from adapters.discord.described import described, embedded
from adapters.discord.places import Place, of_interaction, of_message
from adapters.discord.text import Names, Reading, names_of, read
from bot.commands import parse_command
from bot.events import Address, Command, MessageReceived, Person, PersonId, Quoted

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
    is_catch_up: bool = False,
) -> MessageReceived:
    """Convert one message of a person.

    Args:
        message: As the gateway or the API gave it.
        place: Where it stands.
        bot_id: The bot's own user id.
        replied_to: The message replied to, if `unresolved_reply` says that it has to be fetched.
        is_catch_up: It was found by looking back.
    """
    if message.reference and isinstance(message.reference.resolved, discord.Message):
        replied_to = message.reference.resolved
    if message.type is not discord.MessageType.reply:
        replied_to = None
    names = names_of(message, bot_id)
    reading = read(message.content, names, drop_own=True)
    address = _address(message, names, reading, is_private=place.is_private, replied_to=replied_to, bot_id=bot_id)
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
        attachments=refs(message.attachments, channel_id=message.channel.id, message_id=message.id),
        quoted=_quoted(message, replied_to, bot_id),
        address=Address.COMMAND if command else address,
        command=command,
        is_catch_up=is_catch_up,
    )


def command_received(interaction: discord.Interaction, *, place: Place, name: str) -> MessageReceived:
    """Convert the use of one of the bot's slash commands."""
    text = f"/{name}"
    return MessageReceived(
        key=place.key,
        message_id=of_interaction(interaction.id),
        sender=Person(
            id=PersonId(str(interaction.user.id)),
            name=interaction.user.display_name,
            language=interaction.locale.value,
        ),
        sent_at=interaction.created_at,
        is_private=place.is_private,
        text=text,
        raw_text=text,
        address=Address.COMMAND,
        command=Command(name=name),
    )


def _address(
    message: discord.Message,
    names: Names,
    reading: Reading,
    *,
    is_private: bool,
    replied_to: discord.Message | None,
    bot_id: int,
) -> Address | None:
    is_reply = message.type is discord.MessageType.reply
    if is_private:
        return Address.PRIVATE
    # Discord lists the bot as mentioned also when a reply pings it; then its text does not name it.
    if reading.mentions_bot or (names.own_user is not None and not is_reply):
        return Address.MENTION
    if reading.mentions_bot_role or names.own_roles:
        return Address.ROLE_MENTION
    if is_reply and (names.own_user is not None or (replied_to is not None and replied_to.author.id == bot_id)):
        return Address.REPLY
    return None


def _quoted(message: discord.Message, replied_to: discord.Message | None, bot_id: int) -> tuple[Quoted, ...]:
    quoted = [_reply(replied_to, bot_id)] if replied_to else []
    if forwarded := _forward(message):
        quoted.append(forwarded)
    return tuple(quoted)


def _reply(replied_to: discord.Message, bot_id: int) -> Quoted:
    forwarded = _forward(replied_to)
    text = read(replied_to.content, names_of(replied_to, bot_id), drop_own=False).text
    return Quoted(
        message_id=of_message(replied_to.id),
        author=replied_to.author.display_name,
        is_own=replied_to.author.id == bot_id,
        text=forwarded.text if forwarded else _joined(text, described(replied_to), embedded(replied_to)),
        attachments=refs(replied_to.attachments, channel_id=replied_to.channel.id, message_id=replied_to.id)
        + (forwarded.attachments if forwarded else ()),
    )


def _forward(message: discord.Message) -> Quoted | None:
    if not message.message_snapshots:
        return None
    snapshot = message.message_snapshots[0]  # Discord docs, Message Snapshot: there is one at most.
    text = read(snapshot.content, Names(guild=message.guild), drop_own=False).text
    return Quoted(
        message_id=None,
        author=None,
        is_own=False,
        text=_joined(text, described(snapshot), embedded(snapshot)),
        attachments=refs(snapshot.attachments, channel_id=message.channel.id, message_id=message.id),
    )


def _joined(*texts: str) -> str:
    return "\n".join(filter(None, texts))
