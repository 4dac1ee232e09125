"""Files of a Telegram message as references."""

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

from adapters.telegram.content import rich
from adapters.telegram.content.handles import handle
from bot.events import AttachmentRef, Source

Holder: TypeAlias = Message | ExternalReplyInfo
"""What has Telegram's fields for media."""

_File: TypeAlias = Animation | Audio | Document | PhotoSize | Sticker | Video | VideoNote | Voice

_TGS = "application/x-tgsticker"
"""Gzipped Lottie, as Telegram itself calls it (Bot API, Sticker)."""
_DEFAULT_TYPES: Mapping[str, str] = MappingProxyType(
    {"animation": "video/mp4", "document": "", "video": "video/mp4", "audio": "audio/mpeg"}
)


def attachments_of(holder: Holder) -> tuple[AttachmentRef, ...]:
    """The files of a message.

    A photo is offered in its largest size, a live photo as its still picture. Whatever moves, and every document that
    Telegram could look into, has its thumbnail (of a video: its cover) as `AttachmentRef.still`.
    """
    return tuple(_refs(holder))


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
        yield _ref("video_note", holder.video_note, media_type="video/mp4", still=_still(holder.video_note))
    if holder.voice:
        yield _ref("voice", holder.voice, media_type=holder.voice.mime_type or "audio/ogg")
    if holder.paid_media:
        yield from _paid(holder.paid_media)
    if isinstance(holder, Message):
        for media in rich.media(holder):
            yield _file(media) if isinstance(media, Animation | Document | Video) else _photo(media)


def _photo(sizes: Sequence[PhotoSize]) -> AttachmentRef:
    return _ref("photo", _largest(sizes), media_type="image/jpeg")  # Telegram re-encodes photos as JPEG.


def _sticker(sticker: Sticker) -> AttachmentRef:
    media_type = _TGS if sticker.is_animated else "video/webm" if sticker.is_video else "image/webp"
    about = " ".join(filter(None, (sticker.emoji, sticker.set_name)))
    return _ref("sticker", sticker, media_type=media_type, source=Source.STICKER, about=about, still=_still(sticker))


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
    media_type = file.mime_type or _DEFAULT_TYPES[kind]
    # The thumbnail of a sound recording is the cover of an album: no picture of what was sent.
    still = "" if isinstance(file, Audio) else _still(file)
    return _ref(kind, file, name=file.file_name or "", media_type=media_type, still=still)


def _still(file: Animation | Document | Sticker | Video | VideoNote) -> str:
    if isinstance(file, Video) and file.cover:
        return handle(file_id=_largest(file.cover).file_id, kind="cover")
    return handle(file_id=file.thumbnail.file_id, kind="thumbnail") if file.thumbnail else ""


def _largest(sizes: Sequence[PhotoSize]) -> PhotoSize:
    return max(sizes, key=lambda size: size.width * size.height)


def _ref(
    kind: str,
    file: _File,
    *,
    media_type: str,
    name: str = "",
    source: Source = Source.FILE,
    about: str = "",
    still: str = "",
) -> AttachmentRef:
    return AttachmentRef(
        handle=handle(file_id=file.file_id, kind=kind),
        source=source,
        about=about,
        still=still,
        name=name,
        media_type=media_type,
        size_bytes=file.file_size,
    )
