"""Guilds, channels and threads come into being and change, and the gateway is told."""

import dataclasses
from datetime import datetime

from tests.emulators.discord_backend import Backend, Draft
from tests.emulators.discord_kinds import ChannelKind, MessageFlag, MessageKind
from tests.emulators.discord_payloads import channel_payload, guild_create_payload, member_payload
from tests.emulators.discord_permissions import NOTHING, Permission
from tests.emulators.discord_world import Channel, Guild, Message, Person, Role


class Places:
    """What administrators and people do to places."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._world = backend.world

    def add_guild(self, name: str, owner: Person, *, with_bot: bool) -> Guild:
        guild = self._world.add_guild(name, owner, with_bot=with_bot)
        if not with_bot:
            return guild
        self._backend.publish("GUILD_CREATE", None, lambda _: guild_create_payload(guild, self._world.bot))
        return guild

    def set_outage(self, guild: Guild, *, ended: bool) -> None:
        """Let a guild be unavailable, or come back, as in an outage of Discord's (docs, Guild Create)."""
        if ended:
            self._world.outages.discard(guild.id)
            payload = guild_create_payload(guild, self._world.bot)
            self._backend.publish("GUILD_CREATE", None, lambda _: payload)
        else:
            self._world.outages.add(guild.id)
            self._backend.publish("GUILD_DELETE", None, lambda _: {"id": str(guild.id), "unavailable": True})

    def add_channel(self, name: str, *, guild: Guild, kind: ChannelKind) -> Channel:
        channel = self._world.add_channel(name, kind, guild)
        self._announce("CHANNEL_CREATE", channel)
        return channel

    def add_thread(
        self, parent: Channel, name: str, *, starter: Person, message: Message | None, private: bool
    ) -> Channel:
        """Start a thread, with the system message that Discord writes on the occasion."""
        is_news = parent.kind is ChannelKind.ANNOUNCEMENT
        kind = ChannelKind.ANNOUNCEMENT_THREAD if is_news else ChannelKind.PUBLIC_THREAD
        kind = ChannelKind.PRIVATE_THREAD if private else kind
        thread_id = message.id if message else None
        thread = self._world.add_thread(parent, name, kind, starter=starter, thread_id=thread_id)
        self._announce("THREAD_CREATE", thread)
        if message is not None:
            message.thread = thread
            message.flags |= MessageFlag.HAS_THREAD
            self._backend.announce_message("MESSAGE_UPDATE", message)
            draft = Draft(author=starter, kind=MessageKind.THREAD_STARTER, reply_to=message, pings_reply=False)
            self._backend.post(thread, draft)
        elif not private:
            self._backend.post(parent, Draft(author=starter, text=name, kind=MessageKind.THREAD_CREATED))
        return thread

    def add_post(self, forum: Channel, title: str, draft: Draft) -> Message:
        """Start a forum post. The thread has the id of its first message."""
        thread = self._world.add_thread(forum, title, ChannelKind.PUBLIC_THREAD, starter=draft.author)
        self._announce("THREAD_CREATE", thread)
        return self._backend.post(thread, dataclasses.replace(draft, message_id=thread.id))

    def invite(self, thread: Channel, person: Person) -> None:
        """Let somebody into a private thread."""
        thread.member_ids.add(person.id)
        if person is self._world.bot:
            self._announce("THREAD_CREATE", thread)

    def archive(self, thread: Channel, *, archived: bool, locked: bool) -> None:
        thread.archived, thread.locked = archived, locked
        self._announce("THREAD_UPDATE", thread)

    def time_out(self, guild: Guild, person: Person, until: datetime | None) -> None:
        """Let somebody only look until then. The bot is told of itself, whatever its intents (docs, Intents)."""
        member = guild.members[person.id]
        member.timed_out_until = until
        if person is self._world.bot:
            payload = member_payload(member) | {"guild_id": str(guild.id)}
            self._backend.publish("GUILD_MEMBER_UPDATE", None, lambda _: payload)

    def overwrite(
        self,
        channel: Channel,
        who: Role | Person | None,
        *,
        allowed: Permission = NOTHING,
        denied: Permission = NOTHING,
    ) -> None:
        """Change what somebody (None: the bot's managed role) may do in a channel. A thread has its parent's rules."""
        place = channel.parent or channel
        assert place.guild is not None, "a private chat has no permissions"
        target = (who or self._world.bot_role(place.guild)).id
        allowed_before, denied_before = place.overwrites.get(target, (NOTHING, NOTHING))
        place.overwrites[target] = (
            (allowed_before & ~denied) | allowed,
            (denied_before & ~allowed) | denied,
        )
        self._announce("CHANNEL_UPDATE", place, even_if_hidden=True)

    def _announce(self, name: str, channel: Channel, *, even_if_hidden: bool = False) -> None:
        payload = channel_payload(channel)
        if name == "THREAD_CREATE":
            payload["newly_created"] = True
        self._backend.publish(name, None if even_if_hidden else channel, lambda _: payload)
