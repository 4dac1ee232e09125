"""What people see of the bot in a Telegram for tests."""

import time

from tests.emulators.telegram_types import Chat, ChatAction, Message, Person, Topic

ACTION_LIFETIME_S = 5.0
"""Bot API, sendChatAction: 5 seconds or less."""


class Screen:
    """Messages, "typing", and who is notified."""

    def __init__(self, people: dict[int, Person]) -> None:
        self.people = people
        self.chat_actions: list[ChatAction] = []

    def visible(self, chat: Chat, topic: Topic | None) -> list[Message]:
        return [message for message in chat.own if message.topic is topic and not message.deleted]

    def acting(self, chat: Chat, topic: Topic | None) -> str | None:
        """The action shown right now."""
        now = time.monotonic()
        for shown in reversed(self.chat_actions):
            if shown.chat is chat and shown.topic is topic:
                return shown.action if now < shown.until else None
        return None

    def act(self, chat: Chat, topic: Topic | None, action: str) -> None:
        now = time.monotonic()
        self.end_actions(chat, topic)
        shown = ChatAction(chat=chat, topic=topic, action=action, since=now, until=now + ACTION_LIFETIME_S)
        self.chat_actions.append(shown)

    def pinged(self, message: Message) -> list[Person]:
        """Who gets a notification by name: mentioned by ``@username``, or by text_mention."""
        named = {f"@{person.username}".lower(): person for person in self.people.values() if person.username}
        people = []
        for entity in message.entities:
            if entity["type"] == "mention":
                people.append(named.get(message.marked(entity).lower()))
            elif entity["type"] == "text_mention":
                people.append(self.people.get(entity["user"]["id"]))
        return [person for person in people if person is not None]

    def end_actions(self, chat: Chat, topic: Topic | None) -> None:
        """Show "typing" there no more."""
        now = time.monotonic()
        for shown in reversed(self.chat_actions):
            if shown.chat is chat and shown.topic is topic:
                shown.until = min(shown.until, now)
                return
