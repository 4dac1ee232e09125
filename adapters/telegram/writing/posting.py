"""Parts of an answer as calls of the Bot API: which method, with which parameters. What is None is left out."""

from typing import Any, TypeAlias

from telegram import InputFile

from adapters.telegram.limits import CAPTION_LENGTH
from adapters.telegram.render import as_written
from adapters.telegram.writing.keyboard import keyboard, keys
from adapters.telegram.writing.marks import entities_of
from adapters.telegram.writing.shorten import shortened
from bot.events import ConversationKey, MessageId
from bot.ports.parts import Part

Call: TypeAlias = tuple[str, dict[str, Any]]

_NO_PREVIEW = '{"is_disabled":true}'
_UPLOAD = "upload"
"""The name of the form's field with the file."""


def sending(key: ConversationKey, part: Part, *, reply_to: MessageId | None) -> Call:
    """SendMessage, sendPhoto or sendDocument, in the topic of `key`."""
    where: dict[str, Any] = {
        "chat_id": int(key.chat_id),
        "message_thread_id": thread_of(key),
        "reply_markup": keyboard(part.buttons),
    }
    if reply_to is not None:
        where["reply_parameters"] = {"message_id": int(reply_to), "allow_sending_without_reply": True}
    if (media := _media(part)) is None:
        return "sendMessage", where | _text(part)
    kind, file = media
    return f"send{kind.capitalize()}", where | {kind: file} | _caption(part)


def editing(key: ConversationKey, part: Part, *, message_id: MessageId) -> Call:
    """EditMessageText, or editMessageMedia, which replaces a file and its caption at once.

    The latter also turns a text into a message with a file (Bot API, editMessageMedia); nothing leads back.
    """
    which = {"chat_id": int(key.chat_id), "message_id": int(message_id), "reply_markup": keyboard(part.buttons)}
    if (media := _media(part)) is None:
        return "editMessageText", which | _text(part)
    kind, file = media
    return "editMessageMedia", which | {
        "media": {"type": kind, "media": f"attach://{_UPLOAD}", **_caption(part)},
        _UPLOAD: file,
    }


def drafting(key: ConversationKey, part: Part, *, draft: MessageId) -> Call:
    """SendMessageDraft, with a button of Telegram's own that stops it (Bot API 10.3)."""
    where = {"chat_id": int(key.chat_id), "message_thread_id": thread_of(key), "draft_id": int(draft), "can_stop": True}
    return "sendMessageDraft", where | {"text": part.text, "entities": entities_of(part.marks)}


def editing_inline(inline_message_id: str, part: Part) -> Call:
    """EditMessageText of an inline message."""
    which = {"inline_message_id": inline_message_id, "reply_markup": keyboard(part.buttons)}
    return "editMessageText", which | _text(part)


def article(part: Part, *, title: str, description: str = "") -> dict[str, Any]:
    """A part as an InlineQueryResultArticle, under a title that only who can choose it sees."""
    content: dict[str, Any] = {"message_text": part.text, "link_preview_options": {"is_disabled": True}}
    if (entities := entities_of(part.marks)) is not None:
        content["entities"] = entities
    result = {"type": "article", "id": "answer", "title": title, "input_message_content": content}
    if description:
        result["description"] = description
    if part.buttons:
        result["reply_markup"] = {"inline_keyboard": keys(part.buttons)}
    return result


def thread_of(key: ConversationKey) -> int | None:
    """The id of the topic."""
    return None if key.thread_id is None else int(key.thread_id)


def _text(part: Part) -> dict[str, Any]:
    return {"text": part.text, "entities": entities_of(part.marks), "link_preview_options": _NO_PREVIEW}


def _caption(part: Part) -> dict[str, Any]:
    """Of a text over Telegram's length only the beginning is shown: a document holds the whole.

    With a picture it is plain, and nothing in it notifies anybody.
    """
    if part.document is None:
        shown = next(iter(as_written(part.text, text_length=CAPTION_LENGTH)), Part(""))
    else:
        shown = shortened(part, CAPTION_LENGTH)
    return {"caption": shown.text, "caption_entities": entities_of(shown.marks) or []}


def _media(part: Part) -> tuple[str, InputFile] | None:
    """Telegram's word for the kind of file, and the file."""
    if part.picture is not None:
        return "photo", InputFile(part.picture.jpeg, filename=part.picture.name)
    if part.document is not None:
        return "document", InputFile(part.document.text.encode(), filename=part.document.name)
    return None
