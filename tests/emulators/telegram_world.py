"""The state behind the Bot API: who is there, what was written, and which of it the bot is told."""

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from tests.emulators.telegram_elsewhere import Elsewhere
from tests.emulators.telegram_media import Media
from tests.emulators.telegram_privacy import is_told
from tests.emulators.telegram_queries import Queries, Query
from tests.emulators.telegram_screen import Screen
from tests.emulators.telegram_text import merge_entities, trimmed, utf16_length
from tests.emulators.telegram_types import (
    Chat,
    Json,
    Message,
    Person,
    Topic,
    external_reply_to,
    member_json,
    origin_of,
    quote_of,
)
from tests.emulators.telegram_updates import Update, UpdateQueue
from tests.emulators.telegram_webhook import Webhook


class World(Screen):
    """Chats, people, messages and files. Knows nothing of HTTP."""

    def __init__(
        self, *, bot: Person, privacy: bool, topics: bool, clock: Callable[[], float], local_files: Path | None = None
    ) -> None:
        super().__init__({bot.id: bot})
        self.bot = bot
        self.privacy = privacy
        self.topics = topics
        self.clock = clock
        self.media = Media()
        self.updates = UpdateQueue()
        self.webhook = Webhook(self.updates)
        self.local_files = local_files
        self.chats: dict[int, Chat] = {}
        self.queries = Queries(lambda update: update in self.updates.waiting)
        self.elsewhere = Elsewhere(self)
        self._numbers = itertools.count(1)
        # Private chats and basic groups share one row of message ids, every supergroup has its own (Telegram's
        # message boxes): an id alone says nothing.
        self._box_ids = itertools.count(1)
        self._supergroup_ids: dict[int, Iterator[int]] = {}

    # Who and where

    def add_person(self, name: str, *, language: str | None, username: str | None, is_bot: bool) -> Person:
        person = Person(
            id=1_000_000 + next(self._numbers), name=name, language=language, username=username, is_bot=is_bot
        )
        self.people[person.id] = person
        return person

    def private(self, person: Person) -> Chat:
        if person.id not in self.chats:
            self.chats[person.id] = Chat(id=person.id, kind="private", title=person.name, owner=person)
        return self.chats[person.id]

    def add_group(self, title: str, *, forum: bool, basic: bool, admin: bool) -> Chat:
        owner = self.add_person(f"Owner of {title}", language=None, username=None, is_bot=False)
        number = next(self._numbers)
        kind: Literal["group", "supergroup"] = "group" if basic and not forum else "supergroup"
        chat_id = -2_000_000 - number if kind == "group" else -1_001_000_000_000 - number
        chat = Chat(id=chat_id, kind=kind, title=title, owner=owner, forum=forum, admin=admin)
        self.chats[chat_id] = chat
        return chat

    def add_channel(self, title: str) -> Chat:
        """A channel with the bot as an administrator: nothing else makes sense there."""
        owner = self.add_person(f"Owner of {title}", language=None, username=None, is_bot=False)
        chat = Chat(id=-1_001_000_000_000 - self.new_number(), kind="channel", title=title, owner=owner, admin=True)
        self.chats[chat.id] = chat
        return chat

    def add_elsewhere(self, title: str, other: Person | None) -> Chat:
        """A chat without the bot. A private one has the number of `other`, as the bot's own with them has."""
        if other is None:
            chat = Chat(id=-1_001_000_000_000 - self.new_number(), kind="supergroup", title=title, owner=self.bot)
        else:
            chat = Chat(id=other.id, kind="private", title=other.name, owner=other)
        chat.elsewhere = True
        self.elsewhere.chats.append(chat)
        return chat

    def add_topic(self, chat: Chat, name: str, person: Person | None) -> Topic:
        assert chat.forum or (chat.is_private and self.topics), f"{chat.title} has no topics"
        content: Json = {"forum_topic_created": {"name": name, "icon_color": 7322096}}
        message = self._new(chat, person or chat.owner, content)
        topic = Topic(id=message.id, chat=chat, name=name)
        chat.topics[topic.id] = topic
        message.topic, message.thread_id = topic, topic.id
        self._tell(message)
        return topic

    def delete_topic(self, topic: Topic) -> None:
        del topic.chat.topics[topic.id]
        for message in topic.chat.messages.values():
            message.deleted = message.deleted or message.topic is topic

    def set_membership(self, chat: Chat, status: Literal["member", "kicked"]) -> None:
        old, chat.membership = chat.membership, status
        self._tell_membership(chat, chat.owner, old, status)

    def join(self, chat: Chat, person: Person, *, admin: bool) -> None:
        chat.membership, chat.admin = "member", admin
        self._tell_membership(chat, person, "left", "administrator" if admin else "member")
        self._tell(self._new(chat, person, {"new_chat_members": [self.bot.json()]}))

    def _tell_membership(self, chat: Chat, person: Person, old: str, new: str) -> None:
        change = {"old_chat_member": member_json(self.bot, old), "new_chat_member": member_json(self.bot, new)}
        told = {"chat": chat.json(), "from": person.json(), "date": int(self.clock()), **change}
        self.updates.add("my_chat_member", told)

    def upgrade(self, chat: Chat) -> Chat:
        new = self.add_group(chat.title, forum=False, basic=False, admin=chat.admin)
        new.owner = chat.owner
        self._tell(self._new(chat, chat.owner, {"migrate_to_chat_id": new.id}))
        chat.upgraded_to = new.id
        self._tell(self._new(new, new.owner, {"migrate_from_chat_id": chat.id}))
        return new

    # What is written

    def text_content(self, text: str, entities: Sequence[Mapping[str, Any]] | None = None) -> Json:
        """``text`` and ``entities`` as the server makes them of what a client sends."""
        text, given = trimmed(text, [dict(entity) for entity in entities or ()])
        merged = merge_entities(text, given)
        return {"text": text, "entities": merged} if merged else {"text": text}

    def captioned(
        self, content: Mapping[str, Any], caption: str, entities: Sequence[Mapping[str, Any]] | None = None
    ) -> Json:
        """The content of a media message with another caption."""
        media = {name: value for name, value in content.items() if name not in {"caption", "caption_entities"}}
        written = self.text_content(caption, entities)
        if written["text"]:
            media["caption"] = written["text"]
        if "entities" in written:
            media["caption_entities"] = written["entities"]
        return media

    def entity(self, kind: str, text: str, stretch: str) -> Json:
        before, found, _ = text.partition(stretch)
        assert found, f"{stretch!r} is not in {text!r}"
        return {"type": kind, "offset": utf16_length(before), "length": utf16_length(stretch)}

    def text_mention(self, text: str, stretch: str, person: Person) -> Json:
        return {**self.entity("text_mention", text, stretch), "user": person.json()}

    def post(
        self, chat: Chat, sender: Person, content: Json, *, topic: Topic | None, reply_to: Message | None, options: Json
    ) -> Message:
        """Add a message; the bot's own ends what `chat_actions` shows."""
        message = self._new(chat, sender, content)
        message.topic, message.reply_to, message.options = topic, reply_to, options
        message.thread_id = topic.id if topic is not None else _chain(chat, reply_to)
        chat.last_bot = sender if sender.is_bot else chat.last_bot
        if sender is self.bot:
            chat.own.append(message)
            self.end_actions(chat, topic)
        return message

    def say(
        self,
        chat: Chat,
        person: Person,
        content: Json,
        *,
        topic: Topic | None,
        reply_to: Message | None = None,
        quote: str | None = None,
        ago_s: float = 0.0,
        options: Mapping[str, Any] | None = None,
    ) -> Message:
        """Add a person's message, and tell the bot if it may see it."""
        assert topic is None or topic.chat is chat, "that topic is in another chat"
        extra = dict(options or {})
        if chat.kind == "channel":
            extra["sender_chat"] = chat.json()
        if reply_to is not None and quote is not None:
            extra["quote"] = quote_of(reply_to, quote)
        if reply_to is not None and (reply_to.chat is not chat or reply_to.topic is not topic):
            extra["external_reply"] = external_reply_to(reply_to)
            reply_to = None
        message = self.post(chat, person, content, topic=topic, reply_to=reply_to, options=extra)
        message.date -= round(ago_s)
        self._tell(message)
        return message

    def say_album(
        self,
        chat: Chat,
        person: Person,
        items: Sequence[Json],
        caption: str,
        *,
        topic: Topic | None,
        reply_to: Message | None,
    ) -> list[Message]:
        assert 2 <= len(items) <= 10, "an album has 2 to 10 items"
        album = {"media_group_id": str(13_000_000_000 + next(self._numbers))}
        return [
            self.say(
                chat,
                person,
                self.captioned(item, "" if number else caption),
                topic=topic,
                reply_to=reply_to,
                options=album,
            )
            for number, item in enumerate(items)
        ]

    def forward(
        self, chat: Chat, person: Person, original: Message, *, topic: Topic | None, hidden: bool, channel: str | None
    ) -> Message:
        origin = origin_of(original, hidden=hidden)
        if channel is not None:
            source = {"id": -1_001_999_999_999, "type": "channel", "title": channel}
            origin = {"type": "channel", "date": original.date, "chat": source, "message_id": original.id}
        return self.say(chat, person, dict(original.content), topic=topic, options={"forward_origin": origin})

    def edit(self, message: Message, content: Json) -> None:
        """Change a message, whoever's it is."""
        message.edit_date = int(self.clock())
        message.set_content(content)

    def edit_by_person(self, message: Message, text: str, entities: Sequence[Mapping[str, Any]] | None) -> None:
        is_text = "text" in message.content
        content = self.text_content(text, entities) if is_text else self.captioned(message.content, text, entities)
        if content != message.content:
            self.edit(message, content)
        self._tell(message, "edited_message")

    def press(self, message: Message, person: Person, data: str, *, is_too_old: bool) -> str:
        query_id = str(40_000_000 + self.new_number())
        query = Query(id=query_id, kind="callback", person=person, chat=message.chat, at=self.queries.now())
        self.queries.add(query)
        shown = message.json()
        if is_too_old:
            shown = {"chat": shown["chat"], "message_id": shown["message_id"], "date": 0}
        where = {"inline_message_id": message.inline_id} if message.inline_id else {"message": shown}
        fields = {"id": query_id, "from": person.json(), **where, "data": data}
        query.update = self.updates.add("callback_query", {**fields, "chat_instance": str(message.chat.id)})
        return query_id

    # What the bot is told

    def update_about(self, message: Message) -> Update:
        assert message.update is not None, "the bot was not told of that message"
        return message.update

    def _tell(self, message: Message, kind: str = "message") -> None:
        if message.chat.elsewhere:
            if kind == "message":  # Of edits no guest is told.
                self.elsewhere.tell(message)
            return
        if message.chat.kind == "channel":
            kind = {"message": "channel_post", "edited_message": "edited_channel_post"}[kind]
        if is_told(message, self.bot, privacy=self.privacy):
            message.update = self.updates.add(kind, message.json())

    def new_number(self) -> int:
        return next(self._numbers)

    def _new(self, chat: Chat, sender: Person, content: Json) -> Message:
        assert chat.upgraded_to is None, "that group was upgraded to a supergroup"
        ids: Iterator[int] = self._box_ids
        if chat.kind in ("supergroup", "channel"):
            ids = self._supergroup_ids.setdefault(chat.id, itertools.count(2))
        message = Message(id=next(ids), chat=chat, sender=sender, date=int(self.clock()), content={})
        message.set_content(content)
        chat.messages[message.id] = message
        return message


def _chain(chat: Chat, reply_to: Message | None) -> int | None:
    """The message_thread_id of a reply outside of topics: supergroups have one, without is_topic_message."""
    if reply_to is None or chat.kind != "supergroup":
        return None
    return reply_to.thread_id or reply_to.id
