"""A chat on Telegram in which the bot does not hear of every message of its own that it did arrive."""

from collections.abc import Sequence
from typing import Any

import pytest

from adapters.telegram.chat import TelegramChat
from adapters.telegram.limits import TELEGRAM
from bot.errors import PlatformUncertain
from bot.events import ConversationKey, MessageId
from bot.ports.parts import Part
from tests.emulators.telegram import TelegramEmulator
from tests.emulators.telegram_types import Chat, Message, Person, Topic

ANSWER = Part("It is")


class Scene:
    """A chat in which Ann asks and the bot answers, now and then without hearing that it did."""

    def __init__(self, telegram: TelegramEmulator, chat: TelegramChat, place: Chat, topic: Topic | None = None) -> None:
        self.telegram = telegram
        self.chat = chat
        self.place = place
        self.topic = topic
        self.ann: Person = telegram.add_person("Ann") if not place.is_private else place.owner
        thread_id = None if topic is None else str(topic.id)
        self.key = ConversationKey(platform=TELEGRAM, chat_id=str(place.id), thread_id=thread_id)

    async def ask(self, text: str = "@glimpse_bot what?") -> Message:
        return await self.telegram.say(self.place, self.ann, text, topic=self.topic)

    async def answer(self, question: Message | None, *, part: Part = ANSWER, lost: bool = False) -> Message:
        reply_to = None if question is None else id_of(question)
        if lost:
            self.telegram.fail("POST /send*", drop=True, after_effect=True)
            with pytest.raises(PlatformUncertain):
                await self.chat.post(self.key, part, reply_to=reply_to, nonce="n")
        else:
            await self.chat.post(self.key, part, reply_to=reply_to, nonce="n")
        return self.telegram.visible(self.place, self.topic)[-1]

    async def find(
        self, *, after: Message, reply_to: Message | None = None, known: Sequence[Message] = ()
    ) -> MessageId | None:
        return await self.chat.find(
            self.key,
            after=id_of(after),
            reply_to=None if reply_to is None else id_of(reply_to),
            known=[id_of(message) for message in known],
        )

    def probes(self) -> list[Any]:
        return [r.body["message_id"] for r in self.telegram.requests if r.path == "/editMessageReplyMarkup"]


def id_of(message: Message) -> MessageId:
    return MessageId(str(message.id))
