"""Which channels to look back in: only those where something may have happened, told without a request. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import discord

from adapters.discord.client import Library
from adapters.discord.permissions import own_permissions
from adapters.discord.places import Channel, Place, number_of, owner_of
from bot.ports.intake import KnownPlace

Readable = discord.TextChannel | discord.VoiceChannel | discord.StageChannel | discord.Thread


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A channel to look back in."""

    channel: Channel
    place: Place | None = None
    """None: by the channel, or of a thread that has to be looked up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Horizon:
    """Snowflakes that tell what is worth a look."""

    since: int
    """New messages may have come from here on."""
    changes_since: int
    """Stored messages that are newer may have been changed or deleted."""
    threads_since: int
    """If `since` is before this, a thread may have been woken, written in and archived again meanwhile."""


def readable_in(guild: discord.Guild) -> list[Readable]:
    """The channels and active threads whose past the bot may read."""
    everything: Iterable[Readable] = chain(
        guild.text_channels, guild.voice_channels, guild.stage_channels, guild.threads
    )
    return [channel for channel in everything if _may_read(channel)]


def places_to_look_at(
    client: Library, places: Sequence[KnownPlace], changed: Sequence[Channel], horizon: Horizon
) -> list[Candidate]:
    """Known conversations first, the most recently used first, a thread behind its channel; then others, threads last.

    Others come by their last message.
    """
    by_id = {channel.id: channel for channel in changed}
    found: dict[int, Candidate] = {}
    for known in places:
        # Before a thread its channel: there stands the question that it was opened for, and newer ones may.
        for above in _above(client, known, horizon):
            found.setdefault(above.id, Candidate(channel=by_id.pop(above.id, above)))
        if owner_of(known.key):
            continue  # Nothing is said there but in used commands, and the bot itself is not there.
        place = Place(key=known.key, is_private=known.is_private)
        channel = by_id.pop(place.channel_id, None) or _unchanged(client, known, place, horizon)
        if channel is not None:
            is_thread = known.key.thread_id is not None
            found.setdefault(channel.id, Candidate(channel=channel, place=None if is_thread else place))
    rest = sorted(by_id.values(), key=last_message, reverse=True)
    rest.sort(key=lambda channel: isinstance(channel, discord.Thread))
    return [*found.values(), *(Candidate(channel=channel) for channel in rest)]


def _above(client: Library, known: KnownPlace, horizon: Horizon) -> Iterator[Channel]:
    """The channel of a thread: what was asked about in the thread may stand there, and be deleted."""
    if known.key.thread_id is not None and number_of(known.newest) > horizon.changes_since:
        channel = client.get_channel(int(known.key.chat_id))
        if isinstance(channel, Readable) and _may_read(channel):
            yield channel


def _unchanged(client: Library, known: KnownPlace, place: Place, horizon: Horizon) -> Channel | None:
    """A conversation of which Discord did not say that something new was said; None if it needs no look."""
    if known.is_private:
        # Discord does not list private chats, and tells of them only to the first connection.
        if client.shard_id:
            return None
        return client.get_partial_messageable(place.channel_id, type=discord.ChannelType.private)
    is_recent = number_of(known.newest) > horizon.changes_since
    channel = client.get_channel(place.channel_id)
    if isinstance(channel, Readable):
        return channel if is_recent and _may_read(channel) else None
    parent = client.get_channel(int(known.key.chat_id))
    if known.key.thread_id is None or not isinstance(parent, discord.abc.GuildChannel):
        return None
    # A thread that is archived now.
    if is_recent or horizon.since < horizon.threads_since:
        return client.get_partial_messageable(place.channel_id, guild_id=parent.guild.id)
    return None


def _may_read(channel: Readable) -> bool:
    may = own_permissions(channel)
    return may is None or (may.view_channel and may.read_message_history)


def last_message(channel: Channel) -> int:
    """The id of the newest message, as Discord told it; it may be deleted. 0 if there is none or Discord did not."""
    number: int | None = getattr(channel, "last_message_id", None)
    return number or 0
