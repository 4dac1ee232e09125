"""People on an emulated Discord."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from tests.emulators.common import Emulated
from tests.emulators.discord import DiscordEmulator, File, Permission
from tests.people_verbs import Place

_OPTIONS: Mapping[str, str] = MappingProxyType(
    {
        "ask": "question",
        "describe": "about",
        "alt": "always",
        "forget": "what",
        "persona": "persona",
        "model": "model",
        "settings": "change",
    }
)
"""Command to the option that takes its words."""


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

    def introduce(self, who: str, language: str) -> None:
        self._people[who] = self.discord.add_person(who, locale=language)

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

    async def command(self, place: Place, name: str, words: str = "", *, who: str = "Ann", reply_to: Any = None) -> Any:
        if reply_to is not None:
            # One from the menu can't reply. Written behind a mention it can.
            return await self.say(place, f"/{name} {words}".strip(), who=who, mention=True, reply_to=reply_to)
        options = {_OPTIONS[name]: words} if words else {}
        return await self.discord.use_command(place.chat, self._person(who), name, options)

    def question_above(self, words: str) -> str:
        return f"> {words}\n\n"

    async def delete(self, message: Any) -> None:
        await self.discord.delete(message)

    def make_manager(self, place: Place, who: str) -> None:
        self.discord.allow(place.chat, Permission.MANAGE_CHANNELS, who=self._person(who))

    def files(self, place: Place) -> dict[str, bytes]:
        return {one.file.name: one.file.data for one in self.answers(place)[-1].attachments}

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

    async def press(self, place: Place, label: str, *, who: str = "Ann", on: Any = None) -> None:
        await self.discord.press(on or self.answers(place)[-1], self._person(who), label)

    def buttons(self, place: Place) -> list[str]:
        return [one["label"] for row in self.answers(place)[-1].versions[-1].components for one in row["components"]]

    def has_stop_button(self, place: Place) -> bool:
        return "Stop" in self.buttons(place)

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
