"""What the sending and editing methods of the Bot API have in common: where to, what, and whether it is allowed."""

from collections.abc import Callable, Mapping
from typing import Any

from tests.emulators.telegram_calls import ApiError, Params, bad_request, too_many_requests
from tests.emulators.telegram_flood import FloodGate
from tests.emulators.telegram_media import trouble_with_photo
from tests.emulators.telegram_text import MAX_CAPTION, MAX_TEXT, EntityRefused, check_entities, trimmed, utf16_length
from tests.emulators.telegram_types import Chat, Json, Message, Topic
from tests.emulators.telegram_world import World

_MAX_UPLOAD = {"photo": 10 << 20, "document": 50 << 20}
"""Bytes (Bot API, "Sending files")."""


class Sending:
    """Checks in the order in which the server makes them."""

    def __init__(self, *, world: World, flood: FloodGate, violations: list[str]) -> None:
        self._world = world
        self._flood = flood
        self._violations = violations
        self.on_sent: Callable[[Chat, Topic | None], None] = lambda _chat, _topic: None
        """Is told of each message that was sent."""

    def send(self, params: Params, content: Json) -> Json:
        """Add a message of the bot's and return it."""
        chat = self.chat(params)
        if chat.muted:
            raise bad_request("not enough rights to send text messages to the chat")
        if chat.without_photos and "photo" in content:
            raise bad_request("not enough rights to send photos to the chat")
        if chat.without_documents and "document" in content:
            raise bad_request("not enough rights to send documents to the chat")
        topic = self.topic(chat, params)
        reply_to, quote = self._reply(chat, params)
        if topic is None and reply_to is not None:
            topic = reply_to.topic  # A reply stays in the topic of what it replies to.
        self.throttle(chat)
        options = self.options(params) | ({"quote": quote} if quote else {})
        message = self._world.post(chat, self._world.bot, content, topic=topic, reply_to=reply_to, options=options)
        self.on_sent(chat, topic)
        return message.json()

    def chat(self, params: Params) -> Chat:
        """The chat a call names, if the bot may still act there."""
        chat = self._world.chats.get(params.integer("chat_id"))
        if chat is None and params.integer("chat_id") in self._world.people:
            raise ApiError(403, "Forbidden: bot can't initiate conversation with a user")
        if chat is None:
            raise self._broken("chat not found")
        if chat.upgraded_to is not None:
            description = "group chat was upgraded to a supergroup chat"
            raise bad_request(description, migrate_to_chat_id=chat.upgraded_to)
        if chat.membership == "kicked":
            where = "was blocked by the user" if chat.is_private else f"was kicked from the {chat.kind} chat"
            raise ApiError(403, f"Forbidden: bot {where}")
        return chat

    def topic(self, chat: Chat, params: Params) -> Topic | None:
        """The topic a call names; None if it names none."""
        if not params.has("message_thread_id"):
            return None
        thread_id = params.integer("message_thread_id")
        topic = chat.topics.get(thread_id)
        if topic is None:
            past = chat.messages.get(thread_id)
            if past is None or "forum_topic_created" not in past.content:
                self._violations.append(f"{thread_id} never was a topic of chat {chat.id}")
            raise bad_request("message thread not found")
        if topic.closed and not chat.admin:
            raise bad_request("TOPIC_CLOSED")
        return topic

    def existing(self, chat: Chat, params: Params, missing: str) -> Message:
        """The message a call names. One that somebody deleted is missing through nobody's fault."""
        message = chat.messages.get(params.integer("message_id"))
        if message is None:
            raise self._broken(missing)
        if message.deleted:
            raise bad_request(missing)
        return message

    def throttle(self, chat: Chat) -> None:
        wait_s = self._flood.admit(chat.id, is_group=not chat.is_private, violations=self._violations)
        if wait_s is not None:
            raise too_many_requests(wait_s)

    def options(self, params: Params) -> Json:
        """What else of a call is shown with the message."""
        self.markup(params)
        return {name: params.get(name) for name in ("link_preview_options", "reply_markup") if params.has(name)}

    def markup(self, params: Params) -> Json | None:
        """The inline keyboard of a call; None if there is none."""
        if not params.has("reply_markup"):
            return None
        match params.get("reply_markup"):
            case {"inline_keyboard": [*rows]} as markup if all(_is_row(row) for row in rows):
                return dict(markup)
            case _:
                raise self._broken("can't parse inline keyboard")

    def text(self, params: Params) -> Json:
        """The ``text`` and ``entities`` of a call, as the server makes them."""
        content = self.written(params, "text", "entities")
        length = utf16_length(content["text"])
        if length == 0:
            raise self._broken("message text is empty")
        if length > MAX_TEXT:
            raise self._broken("message is too long")
        return content

    def upload(self, params: Params, kind: str) -> Json:
        """The media and caption of a call."""
        caption = self.written(params, "caption", "caption_entities")
        if utf16_length(caption["text"]) > MAX_CAPTION:
            raise self._broken("message caption is too long")
        name, data = self._uploaded(params, kind)
        if not data:
            raise self._broken("file must be non-empty")
        if len(data) > _MAX_UPLOAD[kind]:
            raise self._broken(
                f"file of size {len(data)} bytes is too big for a {kind}; the maximum size is {_MAX_UPLOAD[kind]} bytes"
            )
        if kind == "photo" and (trouble := trouble_with_photo(data)):
            raise self._broken(trouble)
        media = self._world.media
        content = media.photo(data) if kind == "photo" else media.document(data, name, "application/octet-stream")
        return self._world.captioned(content, caption["text"], caption.get("entities"))

    def _uploaded(self, params: Params, kind: str) -> tuple[str, bytes]:
        reference = params.text(kind)
        part = reference.removeprefix("attach://") if reference.startswith("attach://") else kind
        if part in params.files:
            return params.files[part]
        file = self._world.media.by_id(reference)
        if file is None:
            raise self._broken(f"there is no {kind} in the request")
        return "", file.data

    def written(self, params: Params, text_name: str, entities_name: str) -> Json:
        """A text and its entities, as the server makes them. It may be empty."""
        text, given = params.text(text_name), params.get(entities_name) or []
        try:
            checked = check_entities(text, given, self._violations, self._world.people.__contains__)
        except EntityRefused as refusal:
            raise self._broken(str(refusal)) from None
        return self._world.text_content(*trimmed(text, checked))

    def _reply(self, chat: Chat, params: Params) -> tuple[Message | None, Json | None]:
        """What a message replies to, and its quote."""
        wanted = params.get("reply_parameters")
        if not wanted:
            return None, None
        if not isinstance(wanted, Mapping):
            raise self._broken("can't parse reply parameters JSON object")
        replied = self._replied(chat, params, wanted)
        quote = wanted.get("quote")
        if replied is None or not quote:
            return replied, None
        before, found, _ = replied.text.partition(quote)
        if not found:
            raise bad_request("QUOTE_TEXT_INVALID")
        return replied, {"text": quote, "position": utf16_length(before), "is_manual": True}

    def _replied(self, chat: Chat, params: Params, wanted: Mapping[str, Any]) -> Message | None:
        replied = chat.messages.get(wanted.get("message_id", 0))
        if replied is None:
            self._violations.append(f"reply to {wanted.get('message_id')}, which never was in chat {chat.id}")
        elif params.has("message_thread_id") and _topic_id(replied) != params.integer("message_thread_id"):
            self._violations.append(f"reply to {replied.id}, which is in another topic")
        elif not replied.deleted:
            return replied
        if wanted.get("allow_sending_without_reply"):
            return None
        raise bad_request("message to be replied not found")

    def _broken(self, description: str) -> ApiError:
        """Refuse what no right client asks for."""
        self._violations.append(description)
        return bad_request(description)


def _is_row(row: Any) -> bool:
    return isinstance(row, list) and all(_is_button(button) for button in row)


def _is_button(button: Any) -> bool:
    """A button that sends a callback query: its data has 1 to 64 bytes (Bot API, InlineKeyboardButton)."""
    match button:
        case {"text": str(text), "callback_data": str(data)}:
            return bool(text) and 1 <= len(data.encode()) <= 64
        case _:
            return False


def _topic_id(message: Message) -> int | None:
    return message.topic.id if message.topic is not None else None
