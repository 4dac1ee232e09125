"""What happens in Discord: messages are written, changed and deleted, and the gateway is told."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Protocol

from tests.emulators.discord_files import FileServers
from tests.emulators.discord_kinds import NO_FLAGS, MessageFlag, MessageKind
from tests.emulators.discord_links import Links, uploaded
from tests.emulators.discord_mentions import EVERYBODY, Allowed, find_mentions, shown_text
from tests.emulators.discord_message_payloads import View, message_payload
from tests.emulators.discord_payloads import channel_payload
from tests.emulators.discord_registry import World
from tests.emulators.discord_world import (
    Attachment,
    Channel,
    File,
    Interaction,
    Mentions,
    Message,
    Payload,
    Person,
    Ping,
    Typing,
    Version,
)


class Publish(Protocol):
    """Sends an event to the sessions that may have it."""

    def __call__(self, name: str, channel: Channel | None, payload: Callable[[bool], Payload]) -> None:
        """`payload` is called with whether the session asked for message content."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A message before it is sent."""

    author: Person
    text: str = ""
    files: tuple[File, ...] = ()
    reply_to: Message | None = None
    pings_reply: bool = True
    forward_of: Message | None = None
    embeds: tuple[Payload, ...] = ()
    components: tuple[Payload, ...] = ()
    stickers: tuple[Payload, ...] = ()
    flags: MessageFlag = NO_FLAGS
    kind: MessageKind = MessageKind.DEFAULT
    nonce: str | int | None = None
    allowed: Allowed = EVERYBODY
    interaction: Interaction | None = None
    message_id: int | None = None
    """For the first message of a forum post."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """What an edit changes; None leaves a field as it is."""

    text: str | None = None
    embeds: tuple[Payload, ...] | None = None
    components: tuple[Payload, ...] | None = None
    kept_attachments: frozenset[int] | None = None
    new_files: tuple[File, ...] = ()
    allowed: Allowed = EVERYBODY
    flags: MessageFlag | None = None
    by_author: bool = True
    """False when Discord itself changes the message (link previews): no "edited" mark."""


class Backend:
    """The emulated Discord without its sockets."""

    def __init__(self, *, bot_name: str, token: str, violations: list[str]) -> None:
        self.world = World(bot_name=bot_name)
        self.links = Links()
        self.files = FileServers(self.world, self.links)
        self.token = token
        self.violations = violations
        self.content_intent = True
        self.installations: tuple[int, ...] = (0, 1)
        """Who may install the application: servers, people (Discord docs, Application Integration Types)."""
        self.base_url = ""
        self.gateway_url = ""
        self.pings: list[Ping] = []
        self.typing_events: list[Typing] = []
        self.interactions: list[Interaction] = []
        self.commands: dict[int, Payload] = {}
        self.publish: Publish = _nobody_listens

    def view(self) -> View:
        """How the REST API shows messages to the bot."""
        return View(bot=self.world.bot, links=self.links, sees_content=self.content_intent)

    def post(self, channel: Channel, draft: Draft) -> Message:
        """Write a message and announce it."""
        message = self._message(channel, draft)
        message.mentions = self._mentions(message, draft.allowed)
        self.world.enter(message)
        self._unarchive(channel)
        self._note_pings(message, before=Mentions())
        self.announce_message("MESSAGE_CREATE", message)
        return message

    def _unarchive(self, thread: Channel) -> None:
        """Writing in an archived thread brings it back (Discord docs, Threads)."""
        if thread.archived:
            thread.archived = False
            payload = channel_payload(thread)
            self.publish("THREAD_UPDATE", thread, lambda _: payload)

    def _message(self, channel: Channel, draft: Draft) -> Message:
        forwarded = draft.forward_of
        assert not (forwarded and draft.text), "a forward has no text of its own"
        is_reply = draft.reply_to is not None and draft.kind is MessageKind.DEFAULT
        # Discord docs, Message Content Intent: a reply to an interaction's response never counts as a mention.
        rings = draft.reply_to is not None and draft.reply_to.interaction is None
        return Message(
            id=draft.message_id or self.world.new_id(),
            channel=channel,
            author=draft.author,
            versions=[self._first_version(channel, draft)],
            kind=MessageKind.REPLY if is_reply else draft.kind,
            reply_to=draft.reply_to,
            pings_reply=draft.pings_reply and draft.allowed.replied_user and rings,
            forwarded=forwarded,
            snapshot=forwarded.snapshot or forwarded.versions[-1] if forwarded else None,
            flags=draft.flags | (MessageFlag.HAS_SNAPSHOT if forwarded else NO_FLAGS),
            nonce=draft.nonce,
            stickers=draft.stickers,
            interaction=draft.interaction,
        )

    def _first_version(self, channel: Channel, draft: Draft) -> Version:
        return Version(
            text=draft.text.strip(),
            at=time.monotonic(),
            attachments=self._upload(channel, draft.files),
            embeds=draft.embeds,
            components=draft.components,
        )

    def _upload(self, channel: Channel, files: tuple[File, ...]) -> tuple[Attachment, ...]:
        attachments = tuple(uploaded(file, attachment_id=self.world.new_id(), channel_id=channel.id) for file in files)
        self.world.attachments.update((attachment.id, attachment) for attachment in attachments)
        return attachments

    def edit(self, message: Message, revision: Revision) -> None:
        """Change a message and announce it."""
        last = message.versions[-1]
        kept = revision.kept_attachments
        attachments = tuple(one for one in last.attachments if kept is None or one.id in kept)
        message.versions.append(
            replace(
                last,
                at=time.monotonic(),
                text=last.text if revision.text is None else revision.text.strip(),
                embeds=last.embeds if revision.embeds is None else revision.embeds,
                components=last.components if revision.components is None else revision.components,
                attachments=attachments + self._upload(message.channel, revision.new_files),
            )
        )
        if revision.flags is not None:
            message.flags = revision.flags
        if revision.by_author:
            message.edited = datetime.now(UTC)
            before, message.mentions = message.mentions, self._mentions(message, revision.allowed)
            self._note_pings(message, before=before)
        self.announce_message("MESSAGE_UPDATE", message)

    def delete(self, message: Message) -> None:
        """Delete a message and announce it; its files are gone. A second time changes nothing."""
        if message.deleted:
            return
        _remove(message)
        if MessageFlag.EPHEMERAL in message.flags:
            return
        payload = {"id": str(message.id), **_whereabouts(message.channel)}
        self.publish("MESSAGE_DELETE", message.channel, lambda _: payload)

    def delete_bulk(self, messages: Sequence[Message]) -> None:
        """Delete messages of one channel at once, as moderators and their bots do."""
        for message in messages:
            _remove(message)
        channel = messages[0].channel
        payload: Payload = {"ids": [str(message.id) for message in messages], **_whereabouts(channel)}
        self.publish("MESSAGE_DELETE_BULK", channel, lambda _: payload)

    def announce_message(self, name: str, message: Message) -> None:
        """Publish ``MESSAGE_CREATE`` or ``MESSAGE_UPDATE``. Of an ephemeral message nobody is told."""
        if MessageFlag.EPHEMERAL in message.flags:
            return

        def payload(sees_content: bool) -> Payload:
            view = View(bot=self.world.bot, links=self.links, sees_content=sees_content, gateway=True)
            return message_payload(message, view)

        self.publish(name, message.channel, payload)

    def _mentions(self, message: Message, allowed: Allowed) -> Mentions:
        text = shown_text(message.text, message.versions[-1].components)
        found = find_mentions(text, message.channel, message.author, self.world.people, allowed)
        author = message.reply_to.author if message.reply_to and message.pings_reply else None
        if author is None or author in found.people:
            return found
        return replace(found, people=(*found.people, author))

    def _note_pings(self, message: Message, *, before: Mentions) -> None:
        bot = self.world.bot
        if message.author is not bot:
            return
        text = shown_text(message.text, message.versions[-1].components)
        for person in message.mentions.people:
            if person is not bot and person not in before.people:
                self._ping(message, person, by_reply=str(person.id) not in text)
        for role in message.mentions.roles:
            if role not in before.roles:
                self._ping(message, role)
        if message.mentions.everyone and not before.everyone:
            self._ping(message, "@everyone")

    def _ping(self, message: Message, who: Any, *, by_reply: bool = False) -> None:
        self.pings.append(Ping(message=message, who=who, by_reply=by_reply))
        if not by_reply:
            name = who if isinstance(who, str) else who.name
            self.violations.append(f"message {message.id} pings {name} by its text")


def _remove(message: Message) -> None:
    message.deleted_at = time.monotonic()
    for attachment in message.attachments:
        attachment.gone = True


def _whereabouts(channel: Channel) -> dict[str, str]:
    guild = {"guild_id": str(channel.guild.id)} if channel.guild is not None else {}
    return {"channel_id": str(channel.id), **guild}


def _nobody_listens(name: str, channel: Channel | None, payload: Callable[[bool], Payload]) -> None:
    """Before the gateway is up."""
