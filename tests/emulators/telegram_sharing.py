"""The pictures and files that people send in a Telegram for tests."""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.emulators.common import Emulated
from tests.emulators.telegram_media import Media
from tests.emulators.telegram_types import Chat, Message, Person, Topic
from tests.emulators.telegram_world import World


class Sharing(Emulated):
    """The verbs of a test for media. All bytes are handed to the bot as they are, even damaged ones."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world

    @property
    def media(self) -> Media:
        """The files, by id and by link."""
        return self.world.media

    async def send_photo(
        self,
        chat: Chat,
        person: Person,
        jpeg: bytes,
        *,
        caption: str = "",
        topic: Topic | None = None,
        reply_to: Message | None = None,
        spoiler: bool = False,
    ) -> Message:
        """Send a photo: a ladder of smaller copies, and `jpeg` byte for byte as the largest, even if it is damaged."""
        content = self.world.captioned(self.media.photo(jpeg), caption)
        if spoiler:
            content["has_media_spoiler"] = True
        return self.world.say(chat, person, content, topic=topic, reply_to=reply_to)

    async def send_live_photo(
        self, chat: Chat, person: Person, jpeg: bytes, mp4: bytes, *, caption: str = ""
    ) -> Message:
        """Send a photo that moves for a moment."""
        return self._say(chat, person, self.media.live_photo(jpeg, mp4), caption)

    async def send_document(
        self,
        chat: Chat,
        person: Person,
        data: bytes,
        name: str,
        mime: str,
        *,
        caption: str = "",
        topic: Topic | None = None,
        reply_to: Message | None = None,
        claimed_size: int | None = None,
        thumbnail: bytes | None = None,
    ) -> Message:
        """Send a file. `claimed_size` is what Telegram says of its size, if not the truth (20 MiB is getFile's cap)."""
        content = self.world.captioned(self.media.document(data, name, mime, claimed_size, thumbnail), caption)
        return self.world.say(chat, person, content, topic=topic, reply_to=reply_to)

    async def send_album(
        self,
        chat: Chat,
        person: Person,
        jpegs: Sequence[bytes],
        *,
        caption: str = "",
        topic: Topic | None = None,
        reply_to: Message | None = None,
        as_files: bool = False,
    ) -> list[Message]:
        """Send 2 to 10 photos (or image files) as one album: a message each, the caption on the first.

        In privacy mode the bot sees only those items that are meant for it by themselves.
        """
        items = [self.media.document(j, "photo.jpg", "image/jpeg") if as_files else self.media.photo(j) for j in jpegs]
        return self.world.say_album(chat, person, items, caption, topic=topic, reply_to=reply_to)

    async def send_sticker(
        self,
        chat: Chat,
        person: Person,
        data: bytes,
        *,
        animated: bool = False,
        video: bool = False,
        emoji: str = "🙂",
        pack: str = "",
        thumbnail: bytes | None = None,
        topic: Topic | None = None,
        reply_to: Message | None = None,
    ) -> Message:
        """Send a sticker: WebP, or with `animated` gzipped Lottie, or with `video` WebM."""
        content = self.media.sticker(data, animated=animated, video=video, emoji=emoji, pack=pack, thumbnail=thumbnail)
        return self.world.say(chat, person, content, topic=topic, reply_to=reply_to)

    async def send_animation(
        self,
        chat: Chat,
        person: Person,
        mp4: bytes,
        *,
        caption: str = "",
        topic: Topic | None = None,
        thumbnail: bytes | None = None,
    ) -> Message:
        """Send what people call a GIF: an MP4, which the Bot API also shows as a document."""
        return self._say(chat, person, self.media.animation(mp4, thumbnail), caption, topic)

    async def send_video(
        self,
        chat: Chat,
        person: Person,
        mp4: bytes,
        *,
        caption: str = "",
        topic: Topic | None = None,
        thumbnail: bytes | None = None,
        cover: bytes | None = None,
        claimed_size: int | None = None,
    ) -> Message:
        content = self.media.video(mp4, thumbnail=thumbnail, cover=cover, claimed_size=claimed_size)
        return self._say(chat, person, content, caption, topic)

    async def send_video_note(
        self,
        chat: Chat,
        person: Person,
        mp4: bytes,
        *,
        thumbnail: bytes | None = None,
        claimed_size: int | None = None,
    ) -> Message:
        """Send a round video, which has no caption."""
        content = self.media.video_note(mp4, thumbnail=thumbnail, claimed_size=claimed_size)
        return self._say(chat, person, content)

    async def send_voice(self, chat: Chat, person: Person, ogg: bytes, *, topic: Topic | None = None) -> Message:
        return self._say(chat, person, self.media.voice(ogg), topic=topic)

    async def send_paid_photos(
        self, chat: Chat, person: Person, jpegs: Sequence[bytes], *, paid: bool = True, caption: str = ""
    ) -> Message:
        """Send photos that cost something. Without `paid` the bot gets only their sizes."""
        preview = {"type": "preview", "width": 320, "height": 240}
        items = [{"type": "photo", **self.media.photo(jpeg)} if paid else preview for jpeg in jpegs]
        return self._say(chat, person, {"paid_media": {"star_count": 1, "paid_media": items}}, caption)

    async def send_rich(self, chat: Chat, person: Person, blocks: Sequence[Mapping[str, Any]]) -> Message:
        """Send text and media in blocks (Bot API 10.1, RichMessage); `media` makes the content of the latter."""
        return self._say(chat, person, {"rich_message": {"blocks": [dict(block) for block in blocks]}})

    def set_profile_photos(self, person: Person, *jpegs: bytes) -> None:
        """Which pictures a person has, the newest first; none at all also if they are hidden from bots."""
        self.media.profile_photos[person.id] = [self.media.photo(jpeg)["photo"] for jpeg in jpegs]

    def custom_emoji(
        self, text: str, stretch: str, data: bytes, *, animated: bool = False, thumbnail: bytes | None = None
    ) -> dict[str, Any]:
        """The entity for a custom emoji of its own: `stretch` is the usual emoji that stands for it in `text`."""
        emoji_id = self.media.add_custom_emoji(data, animated=animated, thumbnail=thumbnail)
        return {**self.world.entity("custom_emoji", text, stretch), "custom_emoji_id": emoji_id}

    def forbid_photos(self, chat: Chat) -> None:
        """The bot may write to this group, but send no photos: 400 not enough rights to send photos to the chat."""
        chat.without_photos = True

    def forbid_documents(self, chat: Chat) -> None:
        """The same for files."""
        chat.without_documents = True

    def picture_of(self, message: Message) -> bytes:
        """The photo of a message in its largest size, as it was uploaded."""
        file = self.media.by_id(message.content["photo"][-1]["file_id"])
        assert file is not None
        return file.data

    def document_of(self, message: Message) -> tuple[str, bytes]:
        """The name and the bytes of a message's file."""
        document = message.content["document"]
        file = self.media.by_id(document["file_id"])
        assert file is not None
        return document["file_name"], file.data

    def _say(
        self, chat: Chat, person: Person, content: Mapping[str, Any], caption: str = "", topic: Topic | None = None
    ) -> Message:
        return self.world.say(chat, person, self.world.captioned(content, caption), topic=topic)
