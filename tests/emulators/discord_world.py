"""The people, places and messages of the emulated Discord: plain data, no rules."""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeAlias

from tests.emulators.discord_kinds import NO_FLAGS, THREADS, ChannelKind, MessageFlag, MessageKind
from tests.emulators.discord_permissions import NOTHING, Permission

Payload: TypeAlias = dict[str, Any]
"""A JSON object as it goes over the wire."""


@dataclass(kw_only=True, eq=False)
class Person:
    """Somebody with an account: a human, the bot itself, or another bot."""

    id: int
    username: str
    name: str
    """The display name (``global_name``)."""
    is_bot: bool = False
    locale: str = "en-US"
    avatar: str | None = None
    """The hash of the profile picture."""
    accepts_dms: bool = True
    """False: the bot gets 50007 when it writes to them privately."""

    @property
    def mention(self) -> str:
        """What to write in a text to mention them."""
        return f"<@{self.id}>"


@dataclass(kw_only=True, eq=False)
class Role:
    """A role of a guild. The one with the guild's id is @everyone."""

    id: int
    name: str
    permissions: Permission = NOTHING
    mentionable: bool = False
    managed_by: Person | None = None
    """The bot whose own role this is."""

    @property
    def mention(self) -> str:
        return f"<@&{self.id}>"


@dataclass(kw_only=True, eq=False)
class Member:
    """A person in a guild."""

    person: Person
    nick: str | None = None
    avatar: str | None = None
    """The hash of a profile picture for this guild alone."""
    roles: list[Role] = field(default_factory=list)
    timed_out_until: datetime | None = None
    """Until then they can only look."""

    @property
    def is_timed_out(self) -> bool:
        return self.timed_out_until is not None and self.timed_out_until > datetime.now(UTC)


@dataclass(kw_only=True, eq=False)
class Guild:
    """What people call a server."""

    id: int
    name: str
    owner: Person
    locale: str = "en-US"
    roles: dict[int, Role] = field(default_factory=dict, repr=False)
    members: dict[int, Member] = field(default_factory=dict, repr=False)
    channels: dict[int, "Channel"] = field(default_factory=dict, repr=False)
    """Threads too."""

    @property
    def everyone(self) -> Role:
        return self.roles[self.id]


@dataclass(kw_only=True, eq=False)
class Channel:
    """A place where people write: a text channel, a forum, a thread or a private chat."""

    id: int
    kind: ChannelKind
    name: str = ""
    guild: Guild | None = field(default=None, repr=False)
    parent: "Channel | None" = field(default=None, repr=False)
    """Of a thread."""
    recipient: Person | None = None
    """Of a private chat: the other one."""
    others: tuple[Person, ...] = ()
    """Of a private chat or group without the bot: who is in it."""
    owner: Person | None = None
    """Of a thread: who started it."""
    overwrites: dict[int, tuple[Permission, Permission]] = field(default_factory=dict)
    """Role or person id to (allowed, denied)."""
    archived: bool = False
    locked: bool = False
    member_ids: set[int] = field(default_factory=set)
    """Of a thread: who joined it."""
    messages: dict[int, "Message"] = field(default_factory=dict, repr=False)
    """All that were ever written here, deleted ones too, oldest first."""
    order: list[int] = field(default_factory=list, repr=False)
    """The keys of `messages`, ascending: for paging without a scan."""

    @property
    def mention(self) -> str:
        return f"<#{self.id}>"

    @property
    def is_thread(self) -> bool:
        return self.kind in THREADS

    @property
    def is_dm(self) -> bool:
        return self.kind in (ChannelKind.DM, ChannelKind.GROUP_DM)


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """Something to upload with a message."""

    name: str
    data: bytes = field(repr=False)
    media_type: str | None = ""
    """Empty: by the name's ending, as Discord does. None: Discord says none."""
    description: str | None = None
    """The alt text."""


@dataclass(kw_only=True, eq=False)
class Attachment:
    """An uploaded `File`."""

    id: int
    channel_id: int
    file: File
    media_type: str | None
    width_px: int | None = None
    height_px: int | None = None
    ephemeral: bool = False
    """Of a used command: no message carries it."""
    gone: bool = False
    """Its message was deleted: the link answers 404."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A message as it looked for a while."""

    text: str
    at: float
    """`time.monotonic()` when it began to look so."""
    attachments: tuple[Attachment, ...] = ()
    embeds: tuple[Payload, ...] = ()
    components: tuple[Payload, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Mentions:
    """Whom a text mentions with effect. Being in here is what pings."""

    people: tuple[Person, ...] = ()
    roles: tuple[Role, ...] = ()
    everyone: bool = False
    """@everyone or @here."""


@dataclass(kw_only=True, eq=False)
class Message:
    """A message with its whole life."""

    id: int
    channel: Channel
    author: Person
    versions: list[Version]
    """Every text it ever showed, oldest first."""
    kind: MessageKind = MessageKind.DEFAULT
    mentions: Mentions = Mentions()
    reply_to: "Message | None" = field(default=None, repr=False)
    pings_reply: bool = False
    """Whether replying mentioned the author of `reply_to`."""
    forwarded: "Message | None" = None
    snapshot: Version | None = None
    """Of a forward: what was forwarded, as it looked then."""
    flags: MessageFlag = NO_FLAGS
    nonce: str | int | None = None
    stickers: tuple[Payload, ...] = ()
    interaction: "Interaction | None" = field(default=None, repr=False)
    """The command that this is the bot's response to."""
    thread: Channel | None = None
    """The thread that was started from it."""
    reactions: list[str] = field(default_factory=list)
    """The bot's, as emoji."""
    created: datetime = field(default_factory=lambda: datetime.now(UTC))
    edited: datetime | None = None
    deleted_at: float | None = None
    """`time.monotonic()` when it was deleted."""

    @property
    def text(self) -> str:
        return self.versions[-1].text

    @property
    def embeds(self) -> tuple[Payload, ...]:
        return self.versions[-1].embeds

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        return self.versions[-1].attachments

    @property
    def sent_at(self) -> float:
        """`time.monotonic()` when it appeared."""
        return self.versions[0].at

    @property
    def deleted(self) -> bool:
        return self.deleted_at is not None


@dataclass(kw_only=True, eq=False)
class Interaction:
    """A person used a command or pressed a button; the bot may respond for 15 minutes, first within 3 seconds."""

    id: int
    token: str
    command: str
    """Its name; of a button the custom id."""
    channel: Channel
    person: Person
    pressed_on: Message | None = None
    """The message whose button was pressed."""
    at: float = field(default_factory=time.monotonic)
    acknowledged_at: float | None = None
    """`time.monotonic()` of the bot's first response, a deferral included."""
    original: Message | None = None
    """The first response. After a deferral it bears the flag LOADING until it is edited."""
    kind: int = 2
    """Discord docs, Interaction Type."""
    by_person: bool = False
    """The person has the application installed for themselves."""
    form: Payload | None = None
    """What the bot showed to be filled in."""
    suggestions: list[Payload] = field(default_factory=list)
    """What the bot offered while something was typed."""
    followups: list[Message] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ping:
    """A message of the bot that rang somebody's bell."""

    message: Message
    who: Person | Role | str
    """``@everyone`` for everyone and here."""
    by_reply: bool = False
    """Because the bot replied to their message, not because of its text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Typing:
    """The bot showed "typing", which lasts 10 seconds or until its next message."""

    channel: Channel
    at: float = field(default_factory=time.monotonic)
