"""The methods of the Bot API that change and take back messages."""

from typing import Any

from tests.emulators.telegram_calls import ApiError, Params, bad_request
from tests.emulators.telegram_sending import Sending
from tests.emulators.telegram_types import Chat, Json, Message
from tests.emulators.telegram_world import World

_NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same"
    " as a current content and reply markup of the message"
)

_REACTIONS = frozenset("👍👎🔥🥰👏😁🤔🤯😱😢🎉🤩🙏👌👀✍")
"""Some of those that everybody may use (Bot API, ReactionTypeEmoji)."""


class Editing:
    """Checks in the order in which the server makes them."""

    def __init__(self, *, world: World, sending: Sending, violations: list[str]) -> None:
        self._world = world
        self._sending = sending
        self._violations = violations

    async def text(self, params: Params) -> Json | bool:
        content = self._sending.text(params)
        if params.has("inline_message_id"):
            inline = self._world.elsewhere.existing(params, self._violations)
            self._changed(inline.chat, inline, params, content)
            return True  # The message itself is no business of a guest's.
        chat = self._sending.chat(params)
        message = self._own(chat, params)
        if "text" not in message.content:
            raise self._broken("there is no text in the message to edit")
        return self._changed(chat, message, params, content)

    async def media(self, params: Params) -> Json:
        """A text becomes media too (Bot API, editMessageMedia: "or to add media to text messages")."""
        given = params.get("media")
        if not isinstance(given, dict) or given.get("type") not in ("photo", "document"):
            raise self._broken("can't parse InputMedia")
        kind = str(given["type"])
        given = {**given, kind: given.get("media")}
        content = self._sending.upload(Params(given, files=params.files, is_gone=params.is_gone), kind)
        chat = self._sending.chat(params)
        message = self._own(chat, params)
        if chat.without_photos if kind == "photo" else chat.without_documents:
            raise bad_request(f"not enough rights to send {kind}s to the chat")
        return self._changed(chat, message, params, content)

    async def reply_markup(self, params: Params) -> Json:
        """Asking for ids at a guess is no violation: it is how a bot finds a message of its own."""
        chat = self._sending.chat(params)
        message = chat.messages.get(params.integer("message_id"))
        if message is None or message.deleted:
            raise bad_request("message to edit not found")
        if message.sender is not self._world.bot:
            raise bad_request("message can't be edited")
        markup = self._sending.markup(params)
        if markup == message.options.get("reply_markup"):
            raise bad_request(_NOT_MODIFIED)
        self._sending.throttle(chat)
        message.options.pop("reply_markup", None)
        if markup is not None:
            message.options["reply_markup"] = markup
        return message.json()

    async def delete(self, params: Params) -> bool:
        chat = self._sending.chat(params)
        message = self._sending.existing(chat, params, "message to delete not found")
        if message.sender is not self._world.bot and not (chat.is_private or chat.admin):
            raise self._broken("message can't be deleted")
        message.deleted = True
        return True

    async def reaction(self, params: Params) -> bool:
        """At most one of a bot's, and one of the usual emoji (Bot API, setMessageReaction)."""
        chat = self._sending.chat(params)
        message = self._sending.existing(chat, params, "message to react not found")
        match params.get("reaction"):
            case None | []:
                message.reaction = None
            case [{"type": "emoji", "emoji": str(emoji)}] if emoji in _REACTIONS:
                if chat.without_reactions:
                    raise bad_request("REACTION_INVALID")
                message.reaction = emoji
            case _:
                raise self._broken("REACTION_INVALID")
        return True

    def _own(self, chat: Chat, params: Params) -> Message:
        message = self._sending.existing(chat, params, "message to edit not found")
        if message.sender is not self._world.bot:
            raise self._broken("message can't be edited")
        return message

    def _changed(self, chat: Chat, message: Message, params: Params, content: Json) -> Json:
        markup: Any = params.get("reply_markup")
        if content == message.content and markup == message.options.get("reply_markup"):
            if message.acknowledged:
                self._violations.append(f"edit of message {message.id} changes nothing")
            message.acknowledged = True
            raise bad_request(_NOT_MODIFIED)
        options = self._sending.options(params)
        self._sending.throttle(chat)
        message.acknowledged = True
        message.options.pop("reply_markup", None)
        message.options |= options
        if content != message.content:
            self._world.edit(message, content)
        return message.json()

    def _broken(self, description: str) -> ApiError:
        """Refuse what no right client asks for."""
        self._violations.append(description)
        return bad_request(description)
