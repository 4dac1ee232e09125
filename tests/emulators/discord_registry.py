"""Who and what exists, and the ids for what is new."""

import itertools
import time

from tests.emulators.discord_kinds import ChannelKind
from tests.emulators.discord_permissions import FOR_EVERYONE, Permission
from tests.emulators.discord_world import Attachment, Channel, Guild, Member, Message, Person, Role

_EPOCH_MS = 1_420_070_400_000  # Discord docs, Snowflakes: the first second of 2015.


class World:
    """All that exists. Changing it announces nothing: `Backend` does that."""

    def __init__(self, *, bot_name: str) -> None:
        self._last_id = 0
        self._username_numbers = itertools.count(1)
        self.people: dict[int, Person] = {}
        self.guilds: dict[int, Guild] = {}
        self.outages: set[int] = set()
        """The guilds that are unavailable."""
        self.channels: dict[int, Channel] = {}
        self.attachments: dict[int, Attachment] = {}
        self._dms: dict[int, Channel] = {}
        self.installed_by: set[int] = set()
        """The people who installed the application for themselves."""
        self.bot = self._person(bot_name, is_bot=True)
        self.guild = self.add_guild("Test server", self._person("Olga"))

    def new_id(self) -> int:
        """A snowflake, larger than all before."""
        self._last_id = max(self._last_id + 1, (time.time_ns() // 1_000_000 - _EPOCH_MS) << 22)
        return self._last_id

    def _person(self, name: str, *, is_bot: bool = False, locale: str = "en-US") -> Person:
        username = f"user{next(self._username_numbers)}"
        person = Person(id=self.new_id(), username=username, name=name, is_bot=is_bot, locale=locale)
        self.people[person.id] = person
        return person

    def add_person(
        self,
        name: str,
        *,
        nick: str | None = None,
        guild: Guild | None = None,
        locale: str = "en-US",
        is_bot: bool = False,
    ) -> Person:
        person = self._person(name, is_bot=is_bot, locale=locale)
        self.join(guild or self.guild, person, nick=nick)
        return person

    def is_in(self, guild: Guild | None) -> bool:
        """Whether the bot is a member."""
        return guild is not None and self.bot.id in guild.members

    def knows(self, person: Person) -> bool:
        """Whether the bot may write to somebody privately: they share a guild, or have it installed."""
        shares = any(person.id in guild.members and self.is_in(guild) for guild in self.guilds.values())
        return shares or person.id in self.installed_by

    def add_guild(self, name: str, owner: Person, *, with_bot: bool = True) -> Guild:
        guild = Guild(id=self.new_id(), name=name, owner=owner)
        guild.roles[guild.id] = Role(id=guild.id, name="@everyone", permissions=FOR_EVERYONE)
        self.join(guild, owner)
        self.guilds[guild.id] = guild
        if with_bot:
            managed = Role(id=self.new_id(), name=self.bot.name, mentionable=True, managed_by=self.bot)
            guild.roles[managed.id] = managed
            self.join(guild, self.bot)
            guild.members[self.bot.id].roles.append(managed)
        return guild

    def bot_role(self, guild: Guild) -> Role:
        """The bot's managed role in a guild."""
        return next(role for role in guild.roles.values() if role.managed_by is self.bot)

    def join(self, guild: Guild, person: Person, *, nick: str | None = None) -> None:
        guild.members[person.id] = Member(person=person, nick=nick)

    def add_role(
        self, name: str, *members: Person, mentionable: bool, guild: Guild | None, permissions: Permission
    ) -> Role:
        guild = guild or self.guild
        role = Role(id=self.new_id(), name=name, mentionable=mentionable, permissions=permissions)
        guild.roles[role.id] = role
        for person in members:
            guild.members[person.id].roles.append(role)
        return role

    def add_channel(self, name: str, kind: ChannelKind, guild: Guild) -> Channel:
        channel = Channel(id=self.new_id(), kind=kind, name=name, guild=guild)
        return self._enrol(channel)

    def add_thread(
        self, parent: Channel, name: str, kind: ChannelKind, *, starter: Person, thread_id: int | None = None
    ) -> Channel:
        thread = Channel(
            id=thread_id or self.new_id(), kind=kind, name=name, guild=parent.guild, parent=parent, owner=starter
        )
        thread.member_ids.add(starter.id)
        return self._enrol(thread)

    def dm(self, person: Person) -> Channel:
        """The private chat between a person and the bot, made on first use."""
        if person.id not in self._dms:
            channel = Channel(id=self.new_id(), kind=ChannelKind.DM, recipient=person)
            self._dms[person.id] = self._enrol(channel)
        return self._dms[person.id]

    def add_group(self, name: str, people: tuple[Person, ...]) -> Channel:
        """A private chat of two people, or a group, without the bot."""
        kind = ChannelKind.DM if len(people) == 2 else ChannelKind.GROUP_DM
        return self._enrol(Channel(id=self.new_id(), kind=kind, name=name, others=people))

    def _enrol(self, channel: Channel) -> Channel:
        self.channels[channel.id] = channel
        if channel.guild is not None:
            channel.guild.channels[channel.id] = channel
        return channel

    def enter(self, message: Message) -> None:
        """Put a new message where it belongs."""
        message.channel.messages[message.id] = message
        message.channel.order.append(message.id)
        for attachment in message.attachments:
            self.attachments[attachment.id] = attachment
