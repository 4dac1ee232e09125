"""Files of a Telegram message as references, and back."""

import json
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TypeAlias

from telegram import (
    Animation,
    Audio,
    Document,
    ExternalReplyInfo,
    Message,
    PaidMediaInfo,
    PaidMediaLivePhoto,
    PaidMediaPhoto,
    PaidMediaVideo,
    PhotoSize,
    Sticker,
    Video,
    VideoNote,
    Voice,
)

from bot.events import AttachmentRef

Holder: TypeAlias = Message | ExternalReplyInfo
"""What has Telegram's fields for media."""

_TGS = "application/x-tgsticker"
"""Gzipped Lottie, as Telegram itself calls it (Bot API, Sticker)."""
_DEFAULT_TYPES: Mapping[str, str] = MappingProxyType(
    {"animation": "video/mp4", "document": "", "video": "video/mp4", "audio": "audio/mpeg"}
)


def attachments_of(holder: Holder) -> tuple[AttachmentRef, ...]:
    """The files of a message. A photo is offered in its largest size, a live photo as its still picture."""
    return tuple(_refs(holder))


def file_id_of(ref: AttachmentRef) -> str:
    """The ``file_id`` in a handle made here. It stays good for this bot as long as Telegram keeps the file.

    Raises:
        ValueError: the handle was not made here.
    """
    match json.loads(ref.handle):
        case {"file_id": str(file_id)}:
            return file_id
        case _:
            raise ValueError("not a Telegram handle")


def _refs(holder: Holder) -> Iterator[AttachmentRef]:
    if holder.photo:
        yield _photo(holder.photo)
    elif holder.live_photo and holder.live_photo.photo:
        yield _photo(holder.live_photo.photo)
    if holder.sticker:
        yield _sticker(holder.sticker)
    # Telegram sets `document` for an animation too.
    if file := holder.animation or holder.document or holder.video or holder.audio:
        yield _file(file)
    if holder.video_note:
        yield _ref("video_note", holder.video_note, "", "video/mp4")
    if holder.voice:
        yield _ref("voice", holder.voice, "", holder.voice.mime_type or "audio/ogg")
    if holder.paid_media:
        yield from _paid(holder.paid_media)


def _photo(sizes: Sequence[PhotoSize]) -> AttachmentRef:
    largest = max(sizes, key=lambda size: size.width * size.height)
    return _ref("photo", largest, "", "image/jpeg")  # Telegram re-encodes photos as JPEG.


def _sticker(sticker: Sticker) -> AttachmentRef:
    media_type = _TGS if sticker.is_animated else "video/webm" if sticker.is_video else "image/webp"
    return _ref("sticker", sticker, "", media_type)


def _paid(info: PaidMediaInfo) -> Iterator[AttachmentRef]:
    for media in info.paid_media:
        match media:
            case PaidMediaPhoto():
                yield _photo(media.photo)
            case PaidMediaLivePhoto() if media.live_photo.photo:
                yield _photo(media.live_photo.photo)
            case PaidMediaVideo():
                yield _file(media.video)


def _file(file: Animation | Audio | Document | Video) -> AttachmentRef:
    kind = type(file).__name__.lower()
    return _ref(kind, file, file.file_name or "", file.mime_type or _DEFAULT_TYPES[kind])


def _ref(
    kind: str,
    file: Animation | Audio | Document | PhotoSize | Sticker | Video | VideoNote | Voice,
    name: str,
    media_type: str,
) -> AttachmentRef:
    handle = json.dumps({"file_id": file.file_id, "kind": kind}, separators=(",", ":"))
    return AttachmentRef(handle=handle, name=name, media_type=media_type, size_bytes=file.file_size)
