"""Messages as JSON, with their content blanked for an application that may not read it."""

from dataclasses import dataclass

from tests.emulators.discord_links import Links
from tests.emulators.discord_payloads import (
    attachment_payload,
    channel_payload,
    interaction_metadata,
    member_payload,
    person_payload,
)
from tests.emulators.discord_world import Message, Payload, Person, Version

_REPLY, _FORWARD = 0, 1


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """For whom a message is written down."""

    bot: Person
    links: Links
    sees_content: bool
    """Whether it has the message content intent."""
    gateway: bool = False
    """Events say more than answers do: the guild, the members."""

    def may_read(self, message: Message) -> bool:
        """The rule and its exceptions (Discord docs, Message Content Intent)."""
        return (
            self.sees_content
            or message.author is self.bot
            or message.channel.is_dm
            or self.bot in message.mentions.people
        )


def message_payload(message: Message, view: View, *, nested: bool = False) -> Payload:
    """A message. `nested` is for the one inside of a reply: it holds no further one."""
    payload: Payload = {
        "id": str(message.id),
        "channel_id": str(message.channel.id),
        "type": int(message.kind),
        "author": person_payload(message.author),
        "timestamp": message.created.isoformat(),
        "edited_timestamp": message.edited.isoformat() if message.edited else None,
        "tts": False,
        "pinned": False,
        "flags": int(message.flags),
        "mention_everyone": message.mentions.everyone,
        "mention_roles": [str(role.id) for role in message.mentions.roles],
        "mentions": [_mentioned(person, message, view) for person in message.mentions.people],
        **_content(message.versions[-1], view, readable=view.may_read(message)),
    }
    if message.nonce is not None:
        payload["nonce"] = message.nonce
    if message.stickers:
        payload["sticker_items"] = list(message.stickers)
    if message.thread is not None:
        payload["thread"] = channel_payload(message.thread)
    if message.interaction is not None:
        payload["application_id"] = str(view.bot.id)
        payload["interaction_metadata"] = interaction_metadata(message.interaction)
    payload |= _reference(message, view, nested=nested)
    return payload | _whereabouts(message) if view.gateway and not nested else payload


def _content(version: Version, view: View, *, readable: bool) -> Payload:
    if not readable:
        return {"content": "", "embeds": [], "attachments": [], "components": []}
    return {
        "content": version.text,
        "embeds": [view.links.shown(embed) for embed in version.embeds],
        "attachments": [attachment_payload(attachment, view.links) for attachment in version.attachments],
        "components": [view.links.shown(component) for component in version.components],
    }


def _mentioned(person: Person, message: Message, view: View) -> Payload:
    payload = person_payload(person)
    guild = message.channel.guild
    if view.gateway and guild and person.id in guild.members:
        payload["member"] = member_payload(guild.members[person.id], with_user=False)
    return payload


def _whereabouts(message: Message) -> Payload:
    guild = message.channel.guild
    if guild is None:
        return {"channel_type": int(message.channel.kind)}
    fields: Payload = {"guild_id": str(guild.id), "channel_type": int(message.channel.kind)}
    if message.author.id in guild.members:
        fields["member"] = member_payload(guild.members[message.author.id], with_user=False)
    return fields


def _reference(message: Message, view: View, *, nested: bool) -> Payload:
    if message.forwarded is not None and message.snapshot is not None:
        snapshot = _snapshot(message.forwarded, message.snapshot, view, readable=view.may_read(message))
        return {
            "message_reference": _pointer(message.forwarded, _FORWARD),
            "message_snapshots": [{"message": snapshot}],
        }
    if message.reply_to is None:
        return {}
    fields: Payload = {"message_reference": _pointer(message.reply_to, _REPLY)}
    if not nested:
        gone = message.reply_to.deleted
        fields["referenced_message"] = None if gone else message_payload(message.reply_to, view, nested=True)
    return fields


def _pointer(target: Message, kind: int) -> Payload:
    pointer: Payload = {"type": kind, "message_id": str(target.id), "channel_id": str(target.channel.id)}
    if target.channel.guild is not None:
        pointer["guild_id"] = str(target.channel.guild.id)
    return pointer


def _snapshot(original: Message, version: Version, view: View, *, readable: bool) -> Payload:
    return {
        "type": int(original.kind),
        "timestamp": original.created.isoformat(),
        "edited_timestamp": None,
        "flags": 0,
        "mentions": [],
        "mention_roles": [],
        **_content(version, view, readable=readable),
    }
