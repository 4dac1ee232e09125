"""Parts of an answer as calls of the Bot API: which method, with which parameters. What is None is left out."""

from typing import Any, TypeAlias

from telegram import InputFile

from adapters.telegram.keyboard import keyboard
from adapters.telegram.limits import CAPTION_LENGTH
from adapters.telegram.marks import entities_of
from adapters.telegram.render import as_written
from bot.events import ConversationKey, MessageId
from bot.ports.chat import Part, PictureFile

Call: TypeAlias = tuple[str, dict[str, Any]]

_NO_PREVIEW = '{"is_disabled":true}'
_UPLOAD = "picture"
"""The name of the form's field with the file."""


def sending(key: ConversationKey, part: Part, *, reply_to: MessageId | None) -> Call:
    """SendMessage or sendPhoto, in the topic of `key`."""
    where: dict[str, Any] = {
        "chat_id": int(key.chat_id),
        "message_thread_id": thread_of(key),
        "reply_markup": keyboard(part.buttons),
    }
    if reply_to is not None:
        where["reply_parameters"] = {"message_id": int(reply_to), "allow_sending_without_reply": True}
    if part.picture is None:
        return "sendMessage", where | _text(part)
    return "sendPhoto", where | {"photo": _file(part.picture)} | _caption(part)


def editing(key: ConversationKey, part: Part, *, message_id: MessageId) -> Call:
    """EditMessageText, or editMessageMedia, which replaces a picture and its caption at once."""
    which = {"chat_id": int(key.chat_id), "message_id": int(message_id), "reply_markup": keyboard(part.buttons)}
    if part.picture is None:
        return "editMessageText", which | _text(part)
    media = {"type": "photo", "media": f"attach://{_UPLOAD}", **_caption(part)}
    return "editMessageMedia", which | {"media": media, _UPLOAD: _file(part.picture)}


def thread_of(key: ConversationKey) -> int | None:
    """The id of the topic."""
    return None if key.thread_id is None else int(key.thread_id)


def _text(part: Part) -> dict[str, Any]:
    return {"text": part.text, "entities": entities_of(part.marks), "link_preview_options": _NO_PREVIEW}


def _caption(part: Part) -> dict[str, Any]:
    """Plain text, in which nothing notifies anybody. Of one over Telegram's length only the beginning is shown."""
    shown = next(iter(as_written(part.text, text_length=CAPTION_LENGTH)), Part(""))
    return {"caption": shown.text, "caption_entities": entities_of(shown.marks) or []}


def _file(picture: PictureFile) -> InputFile:
    return InputFile(picture.jpeg, filename=picture.name)
