"""Files as the Bot API describes, sizes and serves them."""

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

MAX_DOWNLOAD = 20 << 20
"""Bytes: getFile refuses more (telegram-bot-api, Client.h)."""
_LADDER_PX = (90, 320, 800, 1280)
"""Longest sides of a photo's smaller copies, as seen in practice; not documented."""
_CLAIMED_PX = (1280, 960)
"""What a photo that can't be read claims to measure."""
_MOST_PX = 10_000
"""Width and height of a bot's photo together (Bot API, sendPhoto)."""
_MOST_RATIO = 20
_UNREADABLE = (
    OSError,
    SyntaxError,
    TypeError,
    ValueError,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """A file that the bot can ask for."""

    file_id: str
    unique_id: str
    folder: str
    suffix: str
    data: bytes
    size: int
    """As Telegram says, which a test may have made up."""


class Media:
    """The files of a world, by id and by link."""

    def __init__(self) -> None:
        self._files: dict[str, StoredFile] = {}
        self._links: dict[str, str] = {}
        self._links_made = 0
        self.profile_photos: dict[int, list[list[dict[str, Any]]]] = {}
        """By a person's id, the newest first, each in all its sizes."""
        self.custom_emoji: dict[str, dict[str, Any]] = {}
        """Stickers, by the id of the emoji."""
        self._ladders: dict[bytes, list[tuple[bytes, int, int]]] = {}

    def photo(self, jpeg: bytes) -> dict[str, Any]:
        """The content of a photo message: sizes in ascending order, the last is `jpeg` itself."""
        key = hashlib.sha256(jpeg).digest()
        if key not in self._ladders:
            self._ladders[key] = list(_ladder(jpeg))
        return {
            "photo": [
                {**self._put("photos", ".jpg", data), "width": width, "height": height}
                for data, width, height in self._ladders[key]
            ]
        }

    def document(
        self, data: bytes, name: str, mime: str, claimed_size: int | None = None, thumbnail: bytes | None = None
    ) -> dict[str, Any]:
        suffix = name[name.rindex(".") :] if "." in name else ""
        file = self._put("documents", suffix, data, claimed_size)
        return {"document": {**file, "file_name": name, "mime_type": mime, **self._thumbnail(thumbnail)}}

    def live_photo(self, jpeg: bytes, mp4: bytes) -> dict[str, Any]:
        """Both fields, as the Bot API sets `photo` too for backward compatibility."""
        still = self.photo(jpeg)
        moving = {**self._put("live_photos", ".mp4", mp4), "width": 320, "height": 240, "duration": 2}
        return {**still, "live_photo": {**moving, **still}}

    def sticker(
        self, data: bytes, *, animated: bool, video: bool, emoji: str, pack: str, thumbnail: bytes | None
    ) -> dict[str, Any]:
        suffix = ".tgs" if animated else ".webm" if video else ".webp"
        shape = {"type": "regular", "width": 512, "height": 512, "is_animated": animated, "is_video": video}
        file = {**self._put("stickers", suffix, data), **shape, **self._thumbnail(thumbnail)}
        return {"sticker": {**file, "emoji": emoji, **({"set_name": pack} if pack else {})}}

    def add_custom_emoji(self, data: bytes, *, animated: bool, thumbnail: bytes | None) -> str:
        """Returns the id that a text's entity names."""
        emoji_id = str(5_368_324_170_671_202_286 + len(self.custom_emoji))
        made = self.sticker(data, animated=animated, video=False, emoji="👍", pack="Pack", thumbnail=thumbnail)
        self.custom_emoji[emoji_id] = {**made["sticker"], "type": "custom_emoji", "custom_emoji_id": emoji_id}
        return emoji_id

    def animation(self, mp4: bytes, thumbnail: bytes | None = None) -> dict[str, Any]:
        """Both fields, as the Bot API sets `document` too for backward compatibility."""
        file = {**self._put("animations", ".mp4", mp4), "file_name": "animation.mp4", "mime_type": "video/mp4"}
        file |= self._thumbnail(thumbnail)
        return {"animation": {**file, "width": 320, "height": 240, "duration": 2}, "document": file}

    def video(
        self, mp4: bytes, *, thumbnail: bytes | None, cover: bytes | None, claimed_size: int | None
    ) -> dict[str, Any]:
        file = {**self._put("videos", ".mp4", mp4, claimed_size), "file_name": "video.mp4", "mime_type": "video/mp4"}
        file |= self._thumbnail(thumbnail) | ({} if cover is None else {"cover": self.photo(cover)["photo"]})
        return {"video": {**file, "width": 320, "height": 240, "duration": 2}}

    def video_note(self, mp4: bytes, *, thumbnail: bytes | None, claimed_size: int | None) -> dict[str, Any]:
        file = {**self._put("video_notes", ".mp4", mp4, claimed_size), **self._thumbnail(thumbnail)}
        return {"video_note": {**file, "length": 240, "duration": 2}}

    def voice(self, ogg: bytes) -> dict[str, Any]:
        return {"voice": {**self._put("voice", ".oga", ogg), "duration": 3, "mime_type": "audio/ogg"}}

    def link(self, file: StoredFile) -> str:
        """A new ``file_path`` for a file."""
        self._links_made += 1
        path = f"{file.folder}/file_{self._links_made}{file.suffix}"
        self._links[path] = file.file_id
        return path

    def put_on_disk(self, file: StoredFile, folder: Path) -> Path:
        """What getFile of a server with ``--local`` does: the ``file_path`` is one of its own disk."""
        self._links_made += 1
        path = folder / file.folder / f"file_{self._links_made}{file.suffix}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.data)
        return path

    def expire_links(self) -> None:
        self._links.clear()

    def by_id(self, file_id: str) -> StoredFile | None:
        return self._files.get(file_id)

    def by_link(self, path: str) -> StoredFile | None:
        return self._files.get(self._links.get(path, ""))

    def lose(self, file_id: str) -> None:
        """Telegram can no longer find a file: getFile answers 400, its links 404."""
        del self._files[file_id]

    def _thumbnail(self, jpeg: bytes | None) -> dict[str, Any]:
        return {} if jpeg is None else {"thumbnail": self.photo(jpeg)["photo"][-1]}

    def _put(self, folder: str, suffix: str, data: bytes, claimed_size: int | None = None) -> dict[str, Any]:
        unique_id = "AQAD" + hashlib.sha256(data).hexdigest()[:12]
        file_id = f"AgACAgIAAxkBAAI{len(self._files):06d}{unique_id}"
        size = len(data) if claimed_size is None else claimed_size
        self._files[file_id] = StoredFile(
            file_id=file_id, unique_id=unique_id, folder=folder, suffix=suffix, data=data, size=size
        )
        return {"file_id": file_id, "file_unique_id": unique_id, "file_size": size}


def trouble_with_photo(data: bytes) -> str:
    """Why the server refuses it as a photo of a bot's; empty if it does not (Bot API, sendPhoto)."""
    try:
        picture = Image.open(io.BytesIO(data))
        picture.load()
    except _UNREADABLE:
        return "IMAGE_PROCESS_FAILED"
    width, height = picture.size
    if width + height > _MOST_PX or max(width, height) > _MOST_RATIO * min(width, height):
        return "PHOTO_INVALID_DIMENSIONS"
    return ""


def _ladder(jpeg: bytes) -> Iterator[tuple[bytes, int, int]]:
    """(file, width, height) in ascending order; the last is the given file."""
    try:
        picture = Image.open(io.BytesIO(jpeg))
        picture.load()
    except _UNREADABLE:
        yield jpeg, *_CLAIMED_PX
        return
    for side in _LADDER_PX:
        if side < max(picture.size):
            small = picture.convert("RGB")
            small.thumbnail((side, side))
            out = io.BytesIO()
            small.save(out, "JPEG", quality=80)
            yield out.getvalue(), *small.size
    yield jpeg, *picture.size
