"""What a message's text says to a person: Discord's markup for mentions and emoji made readable. Pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import discord

from bot.events import Entity, EntityKind

# Code comes first, because Discord finds no mentions in it. Source: Discord docs, Message Formatting.
_MARKUP = re.compile(
    r"```.*?```|``.*?``|`[^`]*`"
    r"|<@!?(?P<user>[0-9]+)>"
    r"|<@&(?P<role>[0-9]+)>"
    r"|<#(?P<channel>[0-9]+)>"
    r"|<a?:(?P<emoji>\w+):(?P<emoji_id>[0-9]+)>"
    r"|</(?P<command>[^:>\n]+):[0-9]+>",
    re.DOTALL,
)
_NO_BLANK_BEFORE = frozenset(",.;!?")
_AFTER_OWN = re.compile(r"[ \t]*")
_AFTER_OWN_AT_START = re.compile(r"(?:[,:](?=\s|$))?\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What the ids in one message stand for: only those that Discord itself lists as mentioned."""

    users: Mapping[int, str] = field(default_factory=dict)
    roles: Mapping[int, str] = field(default_factory=dict)
    guild: discord.Guild | None = None
    """For the names of channels, which Discord does not list."""
    own_user: int | None = None
    """The bot's user, if it is mentioned."""
    own_roles: frozenset[int] = frozenset()
    """The bot's managed role, if it is mentioned."""


def names_of(message: discord.Message, bot_id: int) -> Names:
    """The names for one message's text."""
    return Names(
        users={user.id: user.display_name for user in message.mentions},
        roles={role.id: role.name for role in message.role_mentions},
        guild=message.guild,
        own_user=bot_id if any(user.id == bot_id for user in message.mentions) else None,
        own_roles=frozenset(role.id for role in message.role_mentions if role.tags and role.tags.bot_id == bot_id),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A text as it was read."""

    text: str
    """Readable; without the bot's own mentions if so asked."""
    entities: tuple[Entity, ...]
    """Offsets in the text as it came."""
    mentions_bot: bool
    mentions_bot_role: bool


def read(content: str, names: Names, *, drop_own: bool) -> Reading:
    """Make `content` readable, e.g. ``<@1> <#2>`` to ``@Ann #general``.

    Args:
        content: As it came.
        names: What ids stand for; a mention not in it stays as it is, since it is none for Discord.
        drop_own: Take the bot's own mentions out, with a comma or colon after one that comes first.
    """
    said: list[str] = []
    entities: list[Entity] = []
    end = 0
    mentions_user = mentions_role = False
    for start, stop, kind, target, label in _marked(content, names):
        said.append(content[end:start])
        entities.append(Entity(kind=kind, offset=start, length=stop - start, target=target))
        is_user = kind is EntityKind.MENTION and target == str(names.own_user)
        is_role = kind is EntityKind.ROLE_MENTION and int(target) in names.own_roles
        mentions_user |= is_user
        mentions_role |= is_role
        end = stop
        if drop_own and (is_user or is_role):
            end = _skip_after_own(content, stop, said)
        else:
            said.append(label)
    said.append(content[end:])
    return Reading(
        text="".join(said).strip(),
        entities=tuple(entities),
        mentions_bot=mentions_user,
        mentions_bot_role=mentions_role,
    )


def _skip_after_own(content: str, stop: int, said: list[str]) -> int:
    before = "".join(said)
    if not before.strip():
        skipped = _AFTER_OWN_AT_START.match(content, stop)
    elif before[-1].isspace() and content[stop : stop + 1] in _NO_BLANK_BEFORE:
        said[:] = [before.rstrip(" \t")]
        return stop
    elif before[-1].isspace():
        skipped = _AFTER_OWN.match(content, stop)
    else:
        return stop
    return skipped.end() if skipped else stop


def _marked(content: str, names: Names) -> Iterator[tuple[int, int, EntityKind, str, str]]:
    """Yield start, stop, kind, target and readable form of each marked stretch."""
    for match in _MARKUP.finditer(content):
        found = _readable(match, names)
        if found:
            yield match.start(), match.end(), *found


def _readable(match: re.Match[str], names: Names) -> tuple[EntityKind, str, str] | None:
    value = match[match.lastgroup] if match.lastgroup else ""
    match match.lastgroup:
        case "user" if name := names.users.get(int(value)):
            return EntityKind.MENTION, value, f"@{name}"
        case "role" if name := names.roles.get(int(value)):
            return EntityKind.ROLE_MENTION, value, f"@{name}"
        case "channel" if names.guild and (channel := names.guild.get_channel_or_thread(int(value))):
            return EntityKind.CHANNEL, value, f"#{channel.name}"
        case "emoji_id":
            return EntityKind.EMOJI, value, f":{match['emoji']}:"
        case "command":
            return EntityKind.COMMAND, value, f"/{value}"
        case _:
            return None
