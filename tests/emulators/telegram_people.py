"""What people do in a Telegram for tests."""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.emulators.telegram_queries import Query
from tests.emulators.telegram_sharing import Sharing
from tests.emulators.telegram_types import Chat, Message, Person, Topic
from tests.emulators.telegram_world import World


class People(Sharing):
    """The verbs of a test, without the server."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.bot = world.bot
        """The bot as a person: to be mentioned by name, for example."""

    # Who and where

    def add_person(
        self, name: str, *, language: str | None = "en", username: str | None = None, is_bot: bool = False
    ) -> Person:
        """Let somebody exist. Without a username nobody can write ``@`` and mention them but by `text_mention`."""
        return self.world.add_person(name, language=language, username=username, is_bot=is_bot)

    def private(self, person: Person) -> Chat:
        """The private chat of a person with the bot, already started. The same object each time."""
        return self.world.private(person)

    def add_group(self, title: str, *, forum: bool = False, basic: bool = False, admin: bool = False) -> Chat:
        """A group with the bot in it: a supergroup, or with ``basic=True`` a basic group. Sends no update.

        Args:
            title: What people see.
            forum: A supergroup with topics (`add_topic`). Without a topic one talks in General.
            basic: A basic group, which `upgrade` can turn into a supergroup under another id.
            admin: The bot is an administrator: it receives everything, also in privacy mode.
        """
        return self.world.add_group(title, forum=forum, basic=basic, admin=admin)

    def add_channel(self, title: str = "News") -> Chat:
        """A channel that the bot administers. What people say there is said by the channel: ``channel_post``."""
        return self.world.add_channel(title)

    def add_elsewhere(self, title: str = "Elsewhere", *, private_with: Person | None = None) -> Chat:
        """A group that the bot is not in, or the private chat of somebody with `private_with`.

        Who mentions the bot there, or replies to it, has it as a guest: ``guest_message``.
        """
        return self.world.add_elsewhere(title, private_with)

    def add_topic(self, chat: Chat, name: str, *, person: Person | None = None) -> Topic:
        """Create a topic in a forum, or in a private chat in topic mode. The bot gets its service message."""
        return self.world.add_topic(chat, name, person)

    def close_topic(self, topic: Topic) -> None:
        """From now on the bot can't write there (400 TOPIC_CLOSED), unless it is an administrator."""
        topic.closed = True

    def delete_topic(self, topic: Topic) -> None:
        """The topic and its messages go away: 400 message thread not found."""
        self.world.delete_topic(topic)

    def block(self, person: Person) -> None:
        """The person blocks the bot: 403. `unblock` ends it."""
        self.world.set_membership(self.private(person), "kicked")

    def unblock(self, person: Person) -> None:
        self.world.set_membership(self.private(person), "member")

    def kick(self, chat: Chat) -> None:
        """The bot is thrown out of a group: 403, and no more updates from there."""
        self.world.set_membership(chat, "kicked")

    def join(self, chat: Chat, person: Person, *, admin: bool = False) -> None:
        """Somebody adds the bot to a group, made with `add_group`: ``my_chat_member``, and the service message."""
        self.world.join(chat, person, admin=admin)

    def mute(self, chat: Chat) -> None:
        """The bot may not send to this group: 400 not enough rights to send text messages to the chat."""
        chat.muted = True

    def upgrade(self, chat: Chat) -> Chat:
        """Turn a basic group into a supergroup with another id; the old id answers 400 with migrate_to_chat_id."""
        return self.world.upgrade(chat)

    # What people do. Each sends its update to the bot if the bot may see it.

    async def say(
        self,
        chat: Chat,
        person: Person,
        text: str,
        *,
        topic: Topic | None = None,
        reply_to: Message | None = None,
        quote: str | None = None,
        entities: Sequence[Mapping[str, Any]] | None = None,
        preview: str | None = None,
        ago_s: float = 0.0,
        anonymous: bool = False,
    ) -> Message:
        """Write a message.

        Args:
            chat: Where.
            person: Who.
            text: Mentions, commands, hashtags, links and addresses in it become entities, as Telegram finds them.
            topic: In which topic; None is General, or outside of any.
            reply_to: A message of the same chat and topic, or of another: then the bot sees an ``external_reply``.
            quote: The part of that message's text that is quoted.
            entities: More entities, offsets in UTF-16 units: formatting, or `text_mention`.
            preview: The address that it is shown with a preview of; None: the sender chose none.
            ago_s: So long ago, in seconds.
            anonymous: As the group itself, which its administrators may.
        """
        content = self.world.text_content(text, entities)
        if preview is not None:
            content["link_preview_options"] = {"url": preview}
        options = {"sender_chat": chat.json()} if anonymous else {}
        return self.world.say(
            chat, person, content, topic=topic, reply_to=reply_to, quote=quote, ago_s=ago_s, options=options
        )

    def text_mention(self, text: str, stretch: str, person: Person) -> dict[str, Any]:
        """The entity for mentioning somebody by name (`bot` too): `stretch` is where it stands in `text`."""
        return self.world.text_mention(text, stretch, person)

    async def forward(
        self,
        chat: Chat,
        person: Person,
        original: Message,
        *,
        topic: Topic | None = None,
        hidden: bool = False,
        channel: str | None = None,
    ) -> Message:
        """Forward a message of any chat, with its content and ``forward_origin``.

        Args:
            chat: Where to.
            person: Who forwards it.
            original: What. It may be in a chat that the bot does not know.
            topic: Where to.
            hidden: Its author hides the account: the bot sees a name only.
            channel: It comes from a channel of this title instead.
        """
        return self.world.forward(chat, person, original, topic=topic, hidden=hidden, channel=channel)

    async def edit(self, message: Message, text: str, *, entities: Sequence[Mapping[str, Any]] | None = None) -> None:
        """Somebody edits the text or caption of a message: ``edited_message``. The same text sends the update too."""
        self.world.edit_by_person(message, text, entities)

    async def erase(self, message: Message) -> None:
        """Somebody deletes a message, their own or the bot's. The Bot API sends no update for that."""
        message.deleted = True

    async def press(
        self, message: Message, person: Person, data: str | None = None, *, is_too_old: bool = False
    ) -> str:
        """Press an inline button of the bot's message. Returns the callback query's id.

        Args:
            message: Which message.
            person: Who.
            data: What the button sends; None for the only button that is there.
            is_too_old: The bot is not shown the message any more, nor its topic (Bot API, InaccessibleMessage).
        """
        if data is None:
            (data,) = message.presses
        return self.world.press(message, person, data, is_too_old=is_too_old)

    def told(self, query_id: str) -> str:
        """What who pressed a button is shown in return; empty for nothing."""
        return self.world.queries.all[query_id].told

    async def type_inline(self, chat: Chat, person: Person, text: str) -> Query:
        """Type the bot's name and a text, in any chat. What is offered then stands in the query's `results`."""
        return self.world.elsewhere.type(chat, person, text)

    async def choose(self, query: Query) -> Message:
        """Choose the only thing that was offered: it is sent, and the bot is told if feedback is on."""
        return self.world.elsewhere.choose(query)

    def pass_time(self, seconds: float) -> None:
        """Let queries be so much older."""
        self.world.queries.passed_s += seconds
