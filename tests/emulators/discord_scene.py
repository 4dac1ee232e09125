"""The emulated Discord as a test plays it: makes people and places, and has the people do things."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from tests.emulators.common import Emulated
from tests.emulators.discord_backend import Backend, Draft, Revision
from tests.emulators.discord_files import Emoji
from tests.emulators.discord_interactions import Interactions
from tests.emulators.discord_kinds import NO_FLAGS, ChannelKind, MessageFlag, MessageKind
from tests.emulators.discord_permissions import NOTHING, Permission
from tests.emulators.discord_places import Places
from tests.emulators.discord_rest_threads import ThreadRoutes
from tests.emulators.discord_world import Channel, File, Guild, Interaction, Message, Payload, Person, Role


class DiscordScene(Emulated):
    """The verbs of people and administrators. They work before and while the bot is connected."""

    def __init__(self, *, bot_name: str, token: str) -> None:
        super().__init__()
        self._backend = Backend(bot_name=bot_name, token=token, violations=self.violations)
        self._world = self._backend.world
        self._places = Places(self._backend)
        self._threads = ThreadRoutes(self._backend, self._places)
        self._interactions = Interactions(self._backend)

    def add_person(
        self, name: str = "Ann", *, nick: str | None = None, guild: Guild | None = None, locale: str = "en-US"
    ) -> Person:
        """A human, as a member of `guild` (default: the first). Another guild: `join`."""
        return self._world.add_person(name, nick=nick, guild=guild, locale=locale)

    def add_bot(self, name: str = "OtherBot", *, guild: Guild | None = None) -> Person:
        """Another bot."""
        return self._world.add_person(name, guild=guild, is_bot=True)

    def add_guild(self, name: str = "Another server", *, owner: Person | None = None, with_bot: bool = True) -> Guild:
        """Another guild, with the bot in it or without. The owner is by default the first guild's."""
        return self._places.add_guild(name, owner or self._world.guild.owner, with_bot=with_bot)

    def add_guild_of_shard(self, number: int, *, of: int) -> Guild:
        """Another guild, one whose events this shard of so many is told."""
        while True:
            guild = self.add_guild()
            if (guild.id >> 22) % of == number:
                return guild

    def install(self, person: Person) -> None:
        """A person installs the application for themselves: its commands are offered to them everywhere."""
        self._world.installed_by.add(person.id)

    def add_group(self, *people: Person, name: str = "") -> Channel:
        """A private chat of two people, or a group of more, without the bot."""
        return self._world.add_group(name, people)

    def set_outage(self, guild: Guild, *, ended: bool = False) -> None:
        """A guild is unavailable from now on, or comes back."""
        self._places.set_outage(guild, ended=ended)

    def join(self, guild: Guild, person: Person, *, nick: str | None = None) -> None:
        """Make a person a member of one more guild."""
        self._world.join(guild, person, nick=nick)

    def add_role(
        self,
        name: str,
        *members: Person,
        mentionable: bool = True,
        guild: Guild | None = None,
        permissions: Permission = NOTHING,
    ) -> Role:
        """A role with these members. Only a mentionable one pings when people without MENTION_EVERYONE mention it."""
        return self._world.add_role(name, *members, mentionable=mentionable, guild=guild, permissions=permissions)

    def add_channel(
        self, name: str = "general", *, guild: Guild | None = None, kind: ChannelKind = ChannelKind.TEXT
    ) -> Channel:
        """A text channel, or one for announcements, or the chat of a voice or stage channel."""
        return self._places.add_channel(name, guild=guild or self._world.guild, kind=kind)

    def add_forum(self, name: str = "forum", *, guild: Guild | None = None) -> Channel:
        """A forum channel: nobody writes in it directly, see `add_post`."""
        return self._places.add_channel(name, guild=guild or self._world.guild, kind=ChannelKind.FORUM)

    def add_thread(
        self,
        parent: Channel,
        name: str = "thread",
        *,
        starter: Person | None = None,
        message: Message | None = None,
        private: bool = False,
    ) -> Channel:
        """A thread in `parent`; started from `message` it shares that message's id.

        `starter` is by default the guild's owner. A private thread is seen by the bot only after `invite`.
        """
        return self._places.add_thread(
            parent, name, starter=starter or self._world.guild.owner, message=message, private=private
        )

    async def add_post(
        self, forum: Channel, person: Person, title: str, text: str = "", *, files: Sequence[File] = ()
    ) -> Message:
        """A forum post; its first message comes back. The thread is that message's `channel`, with the same id."""
        return self._places.add_post(forum, title, Draft(author=person, text=text, files=tuple(files)))

    def invite(self, thread: Channel, person: Person | None = None) -> None:
        """Add somebody (default: the bot) to a private thread."""
        self._places.invite(thread, person or self._world.bot)

    def archive(self, thread: Channel, *, archived: bool = True, locked: bool = False) -> None:
        """Archive a thread (writing in it un-archives it, unless it is locked), or the reverse."""
        self._places.archive(thread, archived=archived, locked=locked)

    def dm(self, person: Person) -> Channel:
        """The private chat between a person and the bot. Made on first use."""
        return self._world.dm(person)

    def deny(self, channel: Channel, *permissions: Permission, who: Role | Person | None = None) -> None:
        """Take permissions away in a guild's channel, for `who` (default: the bot's managed role)."""
        for permission in permissions:
            self._places.overwrite(channel, who, denied=permission)

    def allow(self, channel: Channel, *permissions: Permission, who: Role | Person | None = None) -> None:
        """Grant permissions in a guild's channel, for `who` (default: the bot's managed role); undoes `deny`."""
        for permission in permissions:
            self._places.overwrite(channel, who, allowed=permission)

    def time_out(self, person: Person, *, until: datetime | None, guild: Guild | None = None) -> None:
        """A moderator lets somebody (the bot too) only look until then; None ends it."""
        self._places.time_out(guild or self._world.guild, person, until)

    # What Discord's file servers have.

    def add_sticker(self, name: str, data: bytes, kind: str = "png") -> Payload:
        """A sticker to `say`; its kind is ``png``, ``apng``, ``gif`` or ``json`` (Lottie)."""
        return self._backend.files.add_sticker(name, data, kind)

    def add_emoji(self, name: str, data: bytes, *, animated: bool = False) -> Emoji:
        """A custom emoji; ``emoji.markup`` in a text shows it."""
        return self._backend.files.add_emoji(name, data, animated=animated)

    def set_avatar(self, person: Person, data: bytes | None, *, guild: Guild | None = None) -> None:
        """Give somebody another profile picture (a PNG), everywhere or in one guild only, or take it away."""
        self._backend.files.set_avatar(person, data, guild)

    def set_default_avatars(self, data: bytes) -> None:
        """What people without a profile picture have."""
        for number in range(6):
            self._backend.files.add_default_avatar(number, data)

    def preview(self, url: str, data: bytes) -> Payload:
        """A file of another server as an embed's ``image``, ``thumbnail`` or ``video``. Discord's proxy shows it."""
        return self._backend.files.preview(url, data)

    # What people do.

    async def say(
        self,
        channel: Channel,
        person: Person,
        text: str = "",
        *,
        files: Sequence[File] = (),
        reply_to: Message | None = None,
        ping: bool = True,
        forward_of: Message | None = None,
        embeds: Sequence[Payload] = (),
        components: Sequence[Payload] = (),
        stickers: Sequence[Payload] = (),
        flags: MessageFlag = NO_FLAGS,
        kind: MessageKind = MessageKind.DEFAULT,
    ) -> Message:
        """A person (or another bot) writes a message. It returns when the event is on its way to the bot.

        Args:
            channel: Where.
            person: Who.
            text: With mentions as ``person.mention``, ``role.mention``, ``@everyone``. Not parsed inside code.
            files: Uploaded with it.
            reply_to: The message replied to; may be deleted.
            ping: Whether replying mentions the author of `reply_to`.
            forward_of: Forward this message; `text` must be empty, as on Discord.
            embeds: Link previews or what other bots embed, as payloads.
            components: What other bots lay out, as payloads.
            stickers: Sticker items, as payloads (``id``, ``name``, ``format_type``).
            flags: E.g. `MessageFlag.IS_VOICE_MESSAGE`.
            kind: For system messages, e.g. `MessageKind.JOINED`.
        """
        return self._backend.post(
            channel,
            Draft(
                author=person,
                text=text,
                files=tuple(files),
                reply_to=reply_to,
                pings_reply=ping,
                forward_of=forward_of,
                embeds=tuple(embeds),
                components=tuple(components),
                stickers=tuple(stickers),
                flags=flags,
                kind=kind,
            ),
        )

    async def edit(self, message: Message, text: str | None = None, *, embeds: Sequence[Payload] | None = None) -> None:
        """The author changes a message; with `embeds` only, Discord added link previews (no "edited" mark)."""
        previews = None if embeds is None else tuple(embeds)
        self._backend.edit(message, Revision(text=text, embeds=previews, by_author=text is not None))

    async def delete(self, message: Message) -> None:
        """Somebody deletes a message (the bot's too: moderators do)."""
        self._backend.delete(message)

    async def use_command(
        self, channel: Channel, person: Person, name: str, options: Mapping[str, Any] | None = None
    ) -> Interaction:
        """A person uses a slash command that the bot registered. `File` values become attachment options.

        Raises:
            AssertionError: the bot registered no such command.
        """
        return self._interactions.use(channel, person, name, options or {})

    async def use_menu(self, message: Message, person: Person, name: str) -> Interaction:
        """A person chooses an entry that the bot registered for the menu of messages.

        Raises:
            AssertionError: the bot registered no such entry.
        """
        return self._interactions.use_menu(message, person, name)

    async def press(self, message: Message, person: Person, label: str = "") -> Interaction:
        """A person presses a button under a message: the one with this label, or the only one.

        Raises:
            AssertionError: there is not exactly one that people see.
        """
        return self._interactions.press(message, person, label)

    async def submit(self, opened_by: Interaction, values: Mapping[str, str]) -> Interaction:
        """A person fills in the form that the bot showed, by its labels, and sends it.

        Raises:
            AssertionError: there is none, or what is filled in does not fit.
        """
        return self._interactions.submit(opened_by, values)

    async def suggestions(self, channel: Channel, person: Person, name: str, option: str, typed: str) -> list[str]:
        """What the bot offers to a person who types an option of a command.

        Raises:
            AssertionError: nothing, or not in time.
        """
        found = await self._interactions.suggestions(channel, person, name, option, typed)
        return [choice["value"] for choice in found]

    async def delete_all(self, messages: Sequence[Message]) -> None:
        """A moderator deletes messages of one channel at once."""
        self._backend.delete_bulk(messages)

    def send_event(self, name: str, channel: Channel, payload: Payload) -> None:
        """Send any event as it is, to play one that nobody thought of."""
        self._backend.publish(name, channel, lambda _: payload)
