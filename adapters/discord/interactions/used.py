"""The use of the bot's commands, forms and buttons, in the core's terms."""

from collections.abc import Mapping
from typing import Any

import discord

from adapters.discord.client import Library
from adapters.discord.content.attachments import Links, offer
from adapters.discord.convert import quoted
from adapters.discord.interactions.commands import OPTION_PICTURE, PRIVATE, called
from adapters.discord.places import Channel, Place, of_interaction, of_message, personal_place
from bot.commands.known import ASK
from bot.events import Address, AttachmentRef, ButtonPressed, Command, MessageReceived, Person, PersonId, Quoted
from bot.ports.tokens import Meaning

_NOWHERE = 0
"""In place of a channel: Discord shows the file of a command nowhere but in the command."""


def private_place(interaction: discord.Interaction[Library]) -> Place | None:
    """Where the answer is for nobody but the person; None if it is for everybody there, or there are only the two.

    So it is for what is used outside of the bot's own servers and chats: there it could not write by itself, and who
    brought it along should not bother the others. And for answers that are private by nature.
    """
    is_among_others = interaction.context.private_channel
    is_elsewhere = interaction.guild_id is not None and not interaction.is_guild_integration()
    is_secret = interaction.guild_id is not None and called(data_of(interaction)) in PRIVATE
    is_under_secret = interaction.message is not None and interaction.message.flags.ephemeral
    if not (is_among_others or is_elsewhere or is_secret or is_under_secret) or interaction.channel_id is None:
        return None
    return personal_place(interaction.channel_id, interaction.user.id)


def data_of(interaction: discord.Interaction[Library]) -> Mapping[str, Any]:
    """What came with it."""
    return dict(interaction.data or {})


def command_received(
    interaction: discord.Interaction[Library], *, channel: Channel, place: Place, links: Links, bot_id: int
) -> MessageReceived:
    """Convert the use of a slash command, or of an entry in the menu of a message.

    Args:
        interaction: `adapters.discord.interactions.commands.called` knows its command.
        channel: Where it was used.
        place: The same for the core.
        links: Where the links of its files are remembered.
        bot_id: The bot's own user id.
    """
    data = data_of(interaction)
    target = target_of(interaction, channel=channel, links=links, bot_id=bot_id)
    return _received(
        interaction,
        place,
        Command(name=called(data) or "", argument=_argument(data)),
        attachments=_attachments(interaction, data, links),
        target=target,
    )


def question_received(
    interaction: discord.Interaction[Library], question: str, target: Quoted, *, place: Place
) -> MessageReceived:
    """Convert a sent form: a question about a message."""
    return _received(interaction, place, Command(name=ASK, argument=question), target=target)


def button_pressed(interaction: discord.Interaction[Library], press: Meaning, place: Place) -> ButtonPressed:
    """Convert the press of a button of ours.

    Raises:
        ValueError: Discord does not say on which message.
    """
    if interaction.message is None:
        raise ValueError("a press on no message")
    return ButtonPressed(
        key=place.key,
        message_id=of_message(interaction.message.id),
        action=press.action,
        value=press.value,
        turn=press.turn,
        press_id=str(interaction.id),
        sender=_person(interaction),
        is_private=place.is_private,
    )


def target_of(
    interaction: discord.Interaction[Library], *, channel: Channel, links: Links, bot_id: int
) -> Quoted | None:
    """The message whose menu it was, if any. Discord shows it whole, with or without the message content intent."""
    data = data_of(interaction)
    target = _resolved(data, "messages").get(str(data.get("target_id")))
    if target is None:
        return None
    message = interaction.client.message_from(target, channel)
    links.note(message)
    return quoted(message, is_addressed=True, bot_id=bot_id, sees_content=True)


def _received(
    interaction: discord.Interaction[Library],
    place: Place,
    command: Command,
    *,
    attachments: tuple[AttachmentRef, ...] = (),
    target: Quoted | None,
) -> MessageReceived:
    text = f"/{command.name} {command.argument}".rstrip()
    return MessageReceived(
        key=place.key,
        message_id=of_interaction(interaction.id),
        sender=_person(interaction),
        sent_at=interaction.created_at,
        is_private=place.is_private,
        text=text,
        raw_text=text,
        attachments=attachments,
        quoted=(target,) if target else (),
        address=Address.COMMAND,
        command=command,
    )


def _person(interaction: discord.Interaction[Library]) -> Person:
    return Person(
        id=PersonId(str(interaction.user.id)),
        name=interaction.user.display_name,
        language=interaction.locale.value,
    )


def _argument(data: Mapping[str, Any]) -> str:
    words = [str(option["value"]) for option in data.get("options", ()) if option["name"] != OPTION_PICTURE]
    return " ".join(words)


def _attachments(
    interaction: discord.Interaction[Library], data: Mapping[str, Any], links: Links
) -> tuple[AttachmentRef, ...]:
    files = _resolved(data, "attachments")
    found = []
    for file in files.values():
        attachment = interaction.client.attachment_from(file)
        offered = offer(attachment, channel_id=_NOWHERE, message_id=interaction.id)
        links.add(offered)
        found.append(offered.ref)
    return tuple(found)


def _resolved(data: Mapping[str, Any], kind: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = data.get("resolved", {}).get(kind, {})
    return found
