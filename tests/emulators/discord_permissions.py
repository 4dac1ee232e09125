"""Discord's permissions: the bits that matter to a chat bot, and who has which of them where."""

import enum
import functools
import operator
from typing import TYPE_CHECKING

from tests.emulators.discord_kinds import ChannelKind

if TYPE_CHECKING:
    from tests.emulators.discord_world import Channel, Guild, Person


class Permission(enum.IntFlag):
    """Bits of Discord docs, Permissions."""

    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    ADD_REACTIONS = 1 << 6
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    CONNECT = 1 << 20
    USE_APPLICATION_COMMANDS = 1 << 31
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    SEND_MESSAGES_IN_THREADS = 1 << 38


NOTHING = Permission(0)
EVERYTHING = functools.reduce(operator.or_, Permission)
FOR_EVERYONE = (
    Permission.VIEW_CHANNEL
    | Permission.ADD_REACTIONS
    | Permission.SEND_MESSAGES
    | Permission.SEND_MESSAGES_IN_THREADS
    | Permission.CREATE_PUBLIC_THREADS
    | Permission.CONNECT
    | Permission.EMBED_LINKS
    | Permission.ATTACH_FILES
    | Permission.READ_MESSAGE_HISTORY
    | Permission.USE_APPLICATION_COMMANDS
)
"""What @everyone may in a new guild. Notably without MENTION_EVERYONE."""

_WHILE_TIMED_OUT = Permission.VIEW_CHANNEL | Permission.READ_MESSAGE_HISTORY
"""Discord docs, Permissions for Timed Out Members: owners and administrators can't be."""
_NEEDS_SENDING = Permission.MENTION_EVERYONE | Permission.EMBED_LINKS | Permission.ATTACH_FILES


def permissions_in(channel: "Channel", person: "Person") -> Permission:
    """What `person` may do in `channel` (Discord docs, Permission Overwrites and Implicit Permissions)."""
    if channel.guild is None:
        is_in = not channel.others or person in channel.others
        return EVERYTHING & ~(Permission.MANAGE_MESSAGES | Permission.ADMINISTRATOR) if is_in else NOTHING
    if person.id not in channel.guild.members:
        return NOTHING
    base = permissions_of(channel.guild, person)
    if Permission.ADMINISTRATOR in base:
        return EVERYTHING
    granted = _granted(channel, person, _overwritten(base, channel.parent or channel, channel.guild, person))
    return granted & _WHILE_TIMED_OUT if channel.guild.members[person.id].is_timed_out else granted


def _granted(channel: "Channel", person: "Person", granted: Permission) -> Permission:
    """What remains after the implicit rules."""
    if Permission.VIEW_CHANNEL not in granted or not _is_let_in(channel, person, granted):
        return NOTHING
    if channel.kind in (ChannelKind.VOICE, ChannelKind.STAGE) and Permission.CONNECT not in granted:
        return granted & (Permission.VIEW_CHANNEL | Permission.READ_MESSAGE_HISTORY)
    sending = Permission.SEND_MESSAGES_IN_THREADS if channel.is_thread else Permission.SEND_MESSAGES
    return granted if sending in granted else granted & ~_NEEDS_SENDING


def permissions_of(guild: "Guild", person: "Person") -> Permission:
    """What `person` may do in the whole guild, before any channel's overwrites."""
    if person is guild.owner:
        return EVERYTHING
    member = guild.members.get(person.id)
    if member is None:
        return NOTHING
    granted = guild.everyone.permissions
    for role in member.roles:
        granted |= role.permissions
    return EVERYTHING if Permission.ADMINISTRATOR in granted else granted


def _overwritten(base: Permission, channel: "Channel", guild: "Guild", person: "Person") -> Permission:
    roles = [channel.overwrites[role.id] for role in guild.members[person.id].roles if role.id in channel.overwrites]
    allowed_by_roles = denied_by_roles = NOTHING
    for allowed, denied in roles:
        allowed_by_roles |= allowed
        denied_by_roles |= denied
    for allowed, denied in (
        channel.overwrites.get(guild.id, (NOTHING, NOTHING)),
        (allowed_by_roles, denied_by_roles),
        channel.overwrites.get(person.id, (NOTHING, NOTHING)),
    ):
        base = (base & ~denied) | allowed
    return base


def _is_let_in(channel: "Channel", person: "Person", granted: Permission) -> bool:
    if channel.kind is not ChannelKind.PRIVATE_THREAD:
        return True
    return person.id in channel.member_ids or Permission.MANAGE_THREADS in granted
