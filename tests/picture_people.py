"""What people do with pictures and see of them, the same words for both platforms."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from tests.emulators.common import Fault
from tests.emulators.discord import DiscordEmulator, File
from tests.emulators.telegram import TelegramEmulator
from tests.people import DiscordPeople, People, Place, TelegramPeople

PLATFORMS = ("discord", "telegram")

_LONG_S = 60.0


@dataclass(frozen=True, kw_only=True)
class Posted:
    """A picture of the bot's, as it stands in a chat."""

    jpeg: bytes = field(repr=False)
    caption: str
    alt_text: str | None
    """None where the platform has none."""


class PicturePeople(People, Protocol):
    """The people of one platform, who send pictures in every way."""

    def hearing_group(self) -> Place:
        """A group in which the bot hears everything."""
        ...

    async def share(
        self, place: Place, file: File, text: str = "", *, who: str = "Ann", mention: bool = False, reply_to: Any = None
    ) -> Any:
        """Somebody sends a file, byte for byte."""
        ...

    async def share_photo(
        self,
        place: Place,
        jpeg: bytes,
        text: str = "",
        *,
        who: str = "Ann",
        mention: bool = False,
        reply_to: Any = None,
    ) -> Any:
        """Somebody sends a photo, as phones do."""
        ...

    async def share_several(self, place: Place, files: Sequence[bytes], text: str, *, who: str = "Ann") -> Any:
        """Somebody sends several files together, in private."""
        ...

    async def say_links(self, place: Place, text: str, links: Sequence[str], *, who: str = "Ann") -> Any:
        """Somebody writes a text that leads to these addresses, in private."""
        ...

    async def forward(self, place: Place, original: Any, *, who: str = "Ann") -> Any:
        """Somebody forwards a message, without words of their own."""
        ...

    async def alt(self, place: Place, choice: str = "", *, who: str = "Ann", reply_to: Any = None) -> Any:
        """Somebody uses /alt: for what was just posted, for what they reply to, or with ``on`` or ``off``."""
        ...

    async def alt_with(self, place: Place, jpeg: bytes, *, who: str = "Ann") -> Any:
        """Somebody uses /alt together with a picture."""
        ...

    def expire_links(self) -> None:
        """No link to a file that the platform has handed out so far is good any more."""
        ...

    def hold_picture(self, place: Place, *, after_effect: bool) -> Fault:
        """Let the bot wait long for the answer when it sends its next picture there, behind one text.

        Args:
            place: Where it is the only one to send one.
            after_effect: The picture stands there meanwhile.
        """
        ...

    def was_killed(self) -> None:
        """The bot was killed: it may say again what it can't know to have said."""
        ...

    def words(self, place: Place) -> list[str]:
        """Of the bot's messages there, pictures left out, without the marks that make them bold or slanted."""
        ...

    def pictures(self, place: Place) -> list[Posted]:
        """The bot's pictures there, in order."""
        ...


class DiscordPicturePeople(DiscordPeople):
    """On Discord."""

    def hearing_group(self) -> Place:
        return self.group()

    async def share(
        self, place: Place, file: File, text: str = "", *, who: str = "Ann", mention: bool = False, reply_to: Any = None
    ) -> Any:
        said = self._text(text, mention)
        return await self.discord.say(place.chat, self._person(who), said, files=[file], reply_to=reply_to)

    async def share_photo(
        self,
        place: Place,
        jpeg: bytes,
        text: str = "",
        *,
        who: str = "Ann",
        mention: bool = False,
        reply_to: Any = None,
    ) -> Any:
        file = File(name="photo.jpg", data=jpeg)
        return await self.share(place, file, text, who=who, mention=mention, reply_to=reply_to)

    async def share_several(self, place: Place, files: Sequence[bytes], text: str, *, who: str = "Ann") -> Any:
        named = [File(name=f"{number}.jpg", data=data, media_type="image/jpeg") for number, data in enumerate(files)]
        return await self.discord.say(place.chat, self._person(who), text, files=named)

    async def say_links(self, place: Place, text: str, links: Sequence[str], *, who: str = "Ann") -> Any:
        return await self.say(place, "\n".join([text, *links]), who=who)

    async def forward(self, place: Place, original: Any, *, who: str = "Ann") -> Any:
        return await self.discord.say(place.chat, self._person(who), forward_of=original)

    async def alt(self, place: Place, choice: str = "", *, who: str = "Ann", reply_to: Any = None) -> Any:
        if reply_to is not None:
            # A slash command can't reply: the menu of a message takes its place.
            return await self.discord.use_menu(reply_to, self._person(who), "Alt text")
        options = {"always": choice} if choice else {}
        return await self.discord.use_command(place.chat, self._person(who), "alt", options)

    async def alt_with(self, place: Place, jpeg: bytes, *, who: str = "Ann") -> Any:
        picture = File(name="photo.jpg", data=jpeg)
        return await self.discord.use_command(place.chat, self._person(who), "alt", {"picture": picture})

    def expire_links(self) -> None:
        self.discord.expire_links()

    def hold_picture(self, place: Place, *, after_effect: bool) -> Fault:
        pattern = f"POST /channels/{place.chat.id}/messages"
        return self.discord.fail(pattern, skip=1, status=200, delay_s=_LONG_S, after_effect=after_effect)

    def was_killed(self) -> None:
        pass

    def words(self, place: Place) -> list[str]:
        return [message.text.replace("*", "") for message in self.answers(place) if not message.attachments]

    def pictures(self, place: Place) -> list[Posted]:
        return [
            Posted(jpeg=attachment.file.data, caption=message.text, alt_text=attachment.file.description)
            for message in self.answers(place)
            for attachment in message.attachments
        ]


class TelegramPicturePeople(TelegramPeople):
    """On Telegram."""

    def hearing_group(self) -> Place:
        return self.group(open_to_the_bot=True)

    async def share(
        self, place: Place, file: File, text: str = "", *, who: str = "Ann", mention: bool = False, reply_to: Any = None
    ) -> Any:
        return await self.telegram.send_document(
            place.chat,
            self._person(who),
            file.data,
            file.name,
            file.media_type or "application/octet-stream",
            caption=self._text(text, mention),
            topic=place.topic,
            reply_to=reply_to,
        )

    async def share_photo(
        self,
        place: Place,
        jpeg: bytes,
        text: str = "",
        *,
        who: str = "Ann",
        mention: bool = False,
        reply_to: Any = None,
    ) -> Any:
        caption = self._text(text, mention)
        return await self.telegram.send_photo(
            place.chat, self._person(who), jpeg, caption=caption, topic=place.topic, reply_to=reply_to
        )

    async def share_several(self, place: Place, files: Sequence[bytes], text: str, *, who: str = "Ann") -> Any:
        return await self.telegram.send_album(place.chat, self._person(who), files, caption=text, as_files=True)

    async def say_links(self, place: Place, text: str, links: Sequence[str], *, who: str = "Ann") -> Any:
        words = [f"link{number}" for number in range(len(links))]
        said = " ".join([text, *words])
        world = self.telegram.world
        behind = [
            {**world.entity("text_link", said, word), "url": link} for word, link in zip(words, links, strict=True)
        ]
        return await self.telegram.say(place.chat, self._person(who), said, entities=behind)

    async def forward(self, place: Place, original: Any, *, who: str = "Ann") -> Any:
        return await self.telegram.forward(place.chat, self._person(who), original, topic=place.topic)

    async def alt(self, place: Place, choice: str = "", *, who: str = "Ann", reply_to: Any = None) -> Any:
        return await self.say(place, f"/alt@{self.telegram.username} {choice}".strip(), who=who, reply_to=reply_to)

    async def alt_with(self, place: Place, jpeg: bytes, *, who: str = "Ann") -> Any:
        return await self.share_photo(place, jpeg, f"/alt@{self.telegram.username}", who=who)

    def expire_links(self) -> None:
        self.telegram.expire_links()

    def hold_picture(self, place: Place, *, after_effect: bool) -> Fault:
        return self.telegram.fail("POST /sendPhoto", status=200, delay_s=_LONG_S, after_effect=after_effect)

    def was_killed(self) -> None:
        self.telegram.bot_forgot()

    def words(self, place: Place) -> list[str]:
        return [message.text for message in self.answers(place) if "photo" not in message.content]

    def pictures(self, place: Place) -> list[Posted]:
        return [
            Posted(jpeg=self.telegram.picture_of(message), caption=message.text, alt_text=None)
            for message in self.answers(place)
            if "photo" in message.content
        ]


def trusting(platform: str, url: str) -> dict[str, str]:
    """What makes the bot fetch links from a server of this machine: it counts as the platform's that is not in use."""
    return {"TELEGRAM_API_URL" if platform == "discord" else "DISCORD_API_URL": url}


@asynccontextmanager
async def people_of(platform: str, *, rate_limits: bool = False) -> AsyncIterator[PicturePeople]:
    """The emulated platform; its rules must not have been broken when the block ends.

    Args:
        platform: One of `PLATFORMS`.
        rate_limits: Whether Discord limits how often the bot may send; Telegram always does.
    """
    if platform == "discord":
        async with DiscordEmulator(rate_limits=rate_limits) as discord:
            yield DiscordPicturePeople(discord)
            assert discord.violations == []
            assert discord.pings == []
    else:
        async with TelegramEmulator() as telegram:
            yield TelegramPicturePeople(telegram)
            assert telegram.violations == []
