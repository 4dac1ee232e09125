"""People on an emulated Telegram."""

from typing import Any

from tests.emulators.common import Emulated
from tests.emulators.telegram import TelegramEmulator
from tests.people_verbs import Place


class TelegramPeople:
    """People on Telegram."""

    text_length = 4096

    def __init__(self, telegram: TelegramEmulator) -> None:
        self.telegram = telegram
        self._people: dict[str, Any] = {}

    @property
    def emulated(self) -> Emulated:
        return self.telegram

    @property
    def environment(self) -> dict[str, str]:
        return {"TELEGRAM_TOKEN": self.telegram.token, "TELEGRAM_API_URL": self.telegram.api_url}

    def length(self, text: str) -> int:
        return len(text.encode("utf-16-le")) // 2

    def introduce(self, who: str, language: str) -> None:
        self._people[who] = self.telegram.add_person(who, language=language)

    def private(self, who: str = "Ann") -> Place:
        return Place(self.telegram.private(self._person(who)))

    def group(self, *, open_to_the_bot: bool = False) -> Place:
        return Place(self.telegram.add_group("Friends", forum=True, admin=open_to_the_bot))

    def side_room(self, group: Place) -> Place:
        return Place(group.chat, self.telegram.add_topic(group.chat, "Trip"))

    async def ready(self) -> None:
        pass  # Updates wait at Telegram until the bot asks for them.

    async def say(
        self, place: Place, text: str = "", *, who: str = "Ann", mention: bool = False, reply_to: Any = None
    ) -> Any:
        return await self.telegram.say(
            place.chat, self._person(who), self._text(text, mention), topic=place.topic, reply_to=reply_to
        )

    async def quote(self, place: Place, message: Any, part: str, text: str, *, who: str = "Ann") -> Any:
        """Mention the bot in a reply that quotes a part of a message."""
        person, said = self._person(who), self._text(text, mention=True)
        return await self.telegram.say(place.chat, person, said, topic=place.topic, reply_to=message, quote=part)

    async def send_photo(
        self, place: Place, jpeg: bytes, text: str = "", *, who: str = "Ann", mention: bool = False
    ) -> Any:
        caption = self._text(text, mention)
        return await self.telegram.send_photo(place.chat, self._person(who), jpeg, caption=caption, topic=place.topic)

    async def send_file(self, place: Place, data: bytes, name: str, media_type: str, text: str = "") -> Any:
        return await self.telegram.send_document(place.chat, self._person("Ann"), data, name, media_type, caption=text)

    async def send_album(
        self, place: Place, jpegs: list[bytes], text: str, *, who: str = "Ann", mention: bool = False
    ) -> Any:
        caption = self._text(text, mention)
        sent = await self.telegram.send_album(place.chat, self._person(who), jpegs, caption=caption, topic=place.topic)
        return sent[0]

    async def command(self, place: Place, name: str, words: str = "", *, who: str = "Ann", reply_to: Any = None) -> Any:
        return await self.say(place, f"/{name}@{self.telegram.username} {words}".strip(), who=who, reply_to=reply_to)

    def question_above(self, words: str) -> str:
        del words
        return ""

    async def delete(self, message: Any) -> None:
        await self.telegram.erase(message)

    def make_manager(self, place: Place, who: str) -> None:
        place.chat.admins.append(self._person(who))

    def files(self, place: Place) -> dict[str, bytes]:
        newest = self.answers(place)[-1]
        return dict([self.telegram.document_of(newest)]) if "document" in newest.content else {}

    def answers(self, place: Place) -> list[Any]:
        return list(self.telegram.visible(place.chat, place.topic))

    def deliver_again(self, message: Any) -> None:
        self.telegram.redeliver(message, new_update_id=True)

    def shown(self, place: Place) -> list[str]:
        return [message.text for message in self.answers(place)]

    def replied_to(self, place: Place) -> list[Any]:
        return [message.reply_to and message.reply_to.message_id for message in self.answers(place)]

    def growth(self, place: Place) -> list[str]:
        return [version.text for version in self.answers(place)[-1].versions]

    async def edit(self, message: Any, text: str, *, mention: bool = False) -> None:
        await self.telegram.edit(message, self._text(text, mention))

    async def press_stop(self, place: Place) -> None:
        await self.telegram.press(self.answers(place)[-1], self._person("Ann"))

    async def press(self, place: Place, label: str, *, who: str = "Ann", on: Any = None) -> None:
        message = on or self.answers(place)[-1]
        data = dict(zip(message.buttons, message.presses, strict=True))[label]
        await self.telegram.press(message, self._person(who), data)

    def buttons(self, place: Place) -> list[str]:
        return list(self.answers(place)[-1].buttons)

    def has_stop_button(self, place: Place) -> bool:
        return "Stop" in self.buttons(place)

    def is_typing(self, place: Place) -> bool:
        return self.telegram.typing(place.chat, place.topic)

    def id_of(self, message: Any) -> Any:
        return message.message_id

    def fail_sending(self, **fault: Any) -> None:
        self.telegram.fail("POST /sendMessage", **fault)

    def _text(self, text: str, mention: bool) -> str:
        return f"@{self.telegram.username} {text}".strip() if mention else text

    def _person(self, name: str) -> Any:
        if name not in self._people:
            self._people[name] = self.telegram.add_person(name)
        return self._people[name]
