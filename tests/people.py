"""What people do and see, the same words for both platforms: end-to-end scenarios are written once."""

from dataclasses import dataclass
from typing import Any, Protocol

from tests.emulators.common import Emulated
from tests.emulators.discord import DiscordEmulator, File
from tests.emulators.telegram import TelegramEmulator


@dataclass(frozen=True)
class Place:
    """Where people talk: a private chat, a group, a thread or topic."""

    chat: Any
    topic: Any = None


class People(Protocol):
    """The people of one platform, and what they see."""

    text_length: int
    """Most characters of one message, in the platform's unit."""

    @property
    def emulated(self) -> Emulated: ...

    @property
    def environment(self) -> dict[str, str]:
        """What the bot's process needs to reach this platform."""
        ...

    def length(self, text: str) -> int:
        """In the platform's unit."""
        ...

    def private(self, who: str = "Ann") -> Place: ...

    def group(self, *, open_to_the_bot: bool = False) -> Place:
        """A group; the bot hears all that is said there where `open_to_the_bot`, and on Discord always."""
        ...

    def side_room(self, group: Place) -> Place:
        """A thread or topic of a group."""
        ...

    async def ready(self) -> None:
        """Wait until the bot listens."""
        ...

    async def say(
        self, place: Place, text: str = "", *, who: str = "Ann", mention: bool = False, reply_to: Any = None
    ) -> Any: ...

    async def send_photo(
        self, place: Place, jpeg: bytes, text: str = "", *, who: str = "Ann", mention: bool = False
    ) -> Any: ...

    async def send_file(self, place: Place, data: bytes, name: str, media_type: str, text: str = "") -> Any:
        """Send a picture as a file, in private."""
        ...

    async def send_album(
        self, place: Place, jpegs: list[bytes], text: str, *, who: str = "Ann", mention: bool = False
    ) -> Any:
        """Send several photos together. Returns the first message of it."""
        ...

    async def command(self, place: Place, name: str, *, who: str = "Ann") -> Any:
        """Use one of the bot's commands, named without a slash."""
        ...

    def shown(self, place: Place) -> list[str]:
        """The texts of the bot's messages, as they stand there now."""
        ...

    def answers(self, place: Place) -> list[Any]:
        """The bot's messages, as they stand there now."""
        ...

    def deliver_again(self, message: Any) -> None:
        """Let the platform hand the bot a message of somebody's once more."""
        ...

    async def edit(self, message: Any, text: str, *, mention: bool = False) -> None:
        """Somebody changes a message of theirs."""
        ...

    async def press_stop(self, place: Place) -> None:
        """Ann presses the button of the newest answer there."""
        ...

    async def press(self, place: Place, label: str, *, who: str = "Ann") -> None:
        """Somebody presses the button of the newest answer there that is labelled so."""
        ...

    def buttons(self, place: Place) -> list[str]:
        """The labels of the buttons of the newest answer there."""
        ...

    def has_stop_button(self, place: Place) -> bool:
        """Whether the newest answer there has one."""
        ...

    def replied_to(self, place: Place) -> list[Any]:
        """For each of the bot's messages there: the id of what it replies to, or None."""
        ...

    def growth(self, place: Place) -> list[str]:
        """Every text that the newest message of the bot has shown, in order."""
        ...

    def is_typing(self, place: Place) -> bool: ...

    def id_of(self, message: Any) -> Any: ...

    def fail_sending(self, **fault: Any) -> None:
        """Let the next new message of the bot go wrong (see `tests.emulators.common.Fault`)."""
        ...


class DiscordPeople:
    """People on Discord."""

    text_length = 2000

    def __init__(self, discord: DiscordEmulator) -> None:
        self.discord = discord
        self._people: dict[str, Any] = {}

    @property
    def emulated(self) -> Emulated:
        return self.discord

    @property
    def environment(self) -> dict[str, str]:
        discord = self.discord
        return {
            "DISCORD_TOKEN": discord.token,
            "DISCORD_API_URL": discord.api_url,
            "DISCORD_GATEWAY_URL": discord.gateway_url,
        }

    def length(self, text: str) -> int:
        return len(text)

    def private(self, who: str = "Ann") -> Place:
        return Place(self.discord.dm(self._person(who)))

    def group(self, *, open_to_the_bot: bool = False) -> Place:
        del open_to_the_bot
        return Place(self.discord.add_channel("general"))

    def side_room(self, group: Place) -> Place:
        return Place(self.discord.add_thread(group.chat))

    async def ready(self) -> None:
        await self.discord.until_connected()

    async def say(
        self, place: Place, text: str = "", *, who: str = "Ann", mention: bool = False, reply_to: Any = None
    ) -> Any:
        return await self.discord.say(place.chat, self._person(who), self._text(text, mention), reply_to=reply_to)

    async def send_photo(
        self, place: Place, jpeg: bytes, text: str = "", *, who: str = "Ann", mention: bool = False
    ) -> Any:
        files = [File(name="photo.jpg", data=jpeg)]
        return await self.discord.say(place.chat, self._person(who), self._text(text, mention), files=files)

    async def send_file(self, place: Place, data: bytes, name: str, media_type: str, text: str = "") -> Any:
        file = File(name=name, data=data, media_type=media_type)
        return await self.discord.say(place.chat, self._person("Ann"), text, files=[file])

    async def send_album(
        self, place: Place, jpegs: list[bytes], text: str, *, who: str = "Ann", mention: bool = False
    ) -> Any:
        files = [File(name=f"{number}.jpg", data=jpeg) for number, jpeg in enumerate(jpegs)]
        return await self.discord.say(place.chat, self._person(who), self._text(text, mention), files=files)

    async def command(self, place: Place, name: str, *, who: str = "Ann") -> Any:
        return await self.discord.use_command(place.chat, self._person(who), name)

    def answers(self, place: Place) -> list[Any]:
        return list(self.discord.visible(place.chat))

    def deliver_again(self, message: Any) -> None:
        self.discord.repeat(message)

    def shown(self, place: Place) -> list[str]:
        return [message.text for message in self.answers(place)]

    def replied_to(self, place: Place) -> list[Any]:
        return [message.reply_to and message.reply_to.id for message in self.answers(place)]

    def growth(self, place: Place) -> list[str]:
        return [version.text for version in self.answers(place)[-1].versions]

    async def edit(self, message: Any, text: str, *, mention: bool = False) -> None:
        await self.discord.edit(message, self._text(text, mention))

    async def press_stop(self, place: Place) -> None:
        await self.discord.press(self.answers(place)[-1], self._person("Ann"))

    async def press(self, place: Place, label: str, *, who: str = "Ann") -> None:
        await self.discord.press(self.answers(place)[-1], self._person(who), label)

    def buttons(self, place: Place) -> list[str]:
        return [one["label"] for row in self.answers(place)[-1].versions[-1].components for one in row["components"]]

    def has_stop_button(self, place: Place) -> bool:
        return bool(self.answers(place)[-1].versions[-1].components)

    def is_typing(self, place: Place) -> bool:
        return any(event.channel is place.chat for event in self.discord.typing_events)

    def id_of(self, message: Any) -> Any:
        return message.id

    def fail_sending(self, **fault: Any) -> None:
        self.discord.fail("POST /channels/*/messages", **fault)

    def _text(self, text: str, mention: bool) -> str:
        return f"{self.discord.bot.mention} {text}".strip() if mention else text

    def _person(self, name: str) -> Any:
        if name not in self._people:
            self._people[name] = self.discord.add_person(name)
        return self._people[name]


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

    async def command(self, place: Place, name: str, *, who: str = "Ann") -> Any:
        return await self.say(place, f"/{name}@{self.telegram.username}", who=who)

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

    async def press(self, place: Place, label: str, *, who: str = "Ann") -> None:
        message = self.answers(place)[-1]
        data = dict(zip(message.buttons, message.presses, strict=True))[label]
        await self.telegram.press(message, self._person(who), data)

    def buttons(self, place: Place) -> list[str]:
        return list(self.answers(place)[-1].buttons)

    def has_stop_button(self, place: Place) -> bool:
        return bool(self.answers(place)[-1].buttons)

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
