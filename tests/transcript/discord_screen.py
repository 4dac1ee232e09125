"""What the emulated Discord recorded, as people see it."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

from tests.emulators.discord import DiscordEmulator
from tests.emulators.discord_interaction_rules import FORM
from tests.emulators.discord_kinds import MessageFlag, MessageKind
from tests.emulators.discord_world import Attachment, Channel, Guild, Message
from tests.transcript.discord_text import read
from tests.transcript.formatted import Kind, Node, Styled, visible_text
from tests.transcript.screen import VIEWER, Attached, Quoted, Screen, Shown

_TYPING_S = 10.0
"""Discord docs, Trigger Typing Indicator."""


def screen_of(discord: DiscordEmulator, channel: Channel, *, with_deleted: bool = False) -> Screen:
    """A channel, thread or private chat as it stands now."""
    names = _names(channel.guild or discord.guild)
    viewer = channel.recipient.name if channel.recipient else VIEWER
    messages = [message for message in channel.messages.values() if with_deleted or not message.deleted]
    return Screen(
        title=_title(discord, channel),
        subtitle=f"in #{channel.parent.name}" if channel.parent else "",
        messages=[
            _shown(message, names) for message in messages if message.kind in _WRITTEN and _is_seen(message, viewer)
        ],
        viewer=viewer,
        is_private=channel.is_dm,
        is_thread=channel.is_thread,
        typing=discord.bot.name if _is_typing(discord, channel) else None,
    )


_WRITTEN = frozenset(
    {MessageKind.DEFAULT, MessageKind.REPLY, MessageKind.CHAT_INPUT_COMMAND, MessageKind.THREAD_STARTER}
)


def _title(discord: DiscordEmulator, channel: Channel) -> str:
    if channel.others:
        return ", ".join(person.name for person in channel.others if person.name != VIEWER)
    return discord.bot.name if channel.is_dm else channel.name


def _is_seen(message: Message, viewer: str) -> bool:
    """An ephemeral one is shown to a single person."""
    used = message.interaction
    return MessageFlag.EPHEMERAL not in message.flags or used is None or used.person.name == viewer


def _is_typing(discord: DiscordEmulator, channel: Channel) -> bool:
    began = [event.at for event in discord.typing_events if event.channel is channel]
    spoken = [message.sent_at for message in discord.visible(channel)]
    return bool(began) and began[-1] > max(spoken, default=0.0) and time.monotonic() < began[-1] + _TYPING_S


def _names(guild: Guild) -> Mapping[str, str]:
    people = {member.person.mention: member.nick or member.person.name for member in guild.members.values()}
    roles = {role.mention: role.name for role in guild.roles.values()}
    channels = {channel.mention: f"#{channel.name}" for channel in guild.channels.values()}
    return {mention: f"@{name}" for mention, name in (people | roles).items()} | channels


def _shown(message: Message, names: Mapping[str, str]) -> Shown:
    if message.kind is MessageKind.THREAD_STARTER and message.reply_to is not None:
        # Clients show the message that the thread was started from.
        return replace(_shown(message.reply_to, names), thread=None)
    version = message.snapshot or message.versions[-1]
    return Shown(
        who=message.author.name,
        at=message.created,
        text=read(version.text, names) if message.snapshot else _text(message, names),
        attached=[_attached(attachment) for attachment in version.attachments],
        quoted=_quoted(message, names),
        origin="Forwarded" if message.snapshot else None,
        buttons=[[button["label"] for button in row.get("components", ())] for row in version.components],
        reactions=message.reactions,
        thread=message.thread.name if message.thread else None,
        is_bot=message.author.is_bot,
        # What replaces "thinking" is no edit to people.
        is_edited=message.edited is not None and sum(bool(one.text or one.attachments) for one in message.versions) > 1,
        is_deleted=message.deleted,
        is_private=MessageFlag.EPHEMERAL in message.flags,
    )


def _text(message: Message, names: Mapping[str, str]) -> Sequence[Node]:
    if MessageFlag.LOADING in message.flags:
        return [Styled(Kind.SUBTEXT, [f"{message.author.name} is thinking…"])]
    loud = {"@everyone": "@everyone", "@here": "@here"} if message.mentions.everyone else {}
    return read(message.text, {**names, **loud})


def _quoted(message: Message, names: Mapping[str, str]) -> Quoted | None:
    if message.interaction is not None and message.interaction.kind == FORM:
        return None
    if message.interaction is not None:
        return Quoted(who=message.interaction.person.name, text=f"used {_called(message.interaction.command)}")
    original = message.reply_to
    if original is None or message.snapshot is not None:
        return None
    if original.deleted:
        return Quoted(who="", text="Original message was deleted")
    words = " ".join(visible_text(_text(original, names)).split())
    return Quoted(who=original.author.name, text=words or "Click to see attachment")


def _attached(attachment: Attachment) -> Attached:
    file = attachment.file
    return Attached(name=file.name, data=file.data, media_type=attachment.media_type or "", alt=file.description or "")


def _called(command: str) -> str:
    """Names of slash commands have no capitals; entries of a menu are shown as they are."""
    return f"/{command}" if command.islower() else command
