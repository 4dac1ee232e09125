"""The methods of the Bot API, on a `World`. Texts of errors are those of tdlib/telegram-bot-api."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

from tests.emulators.telegram_calls import ApiError, Params, bad_request
from tests.emulators.telegram_drafts import Drafts
from tests.emulators.telegram_editing import Editing
from tests.emulators.telegram_flood import FloodGate
from tests.emulators.telegram_media import MAX_DOWNLOAD
from tests.emulators.telegram_menus import Menus
from tests.emulators.telegram_sending import Sending
from tests.emulators.telegram_types import Json, member_json
from tests.emulators.telegram_updates import CONFLICT, Conflict
from tests.emulators.telegram_webhook import DEFAULT_CONNECTIONS, MAX_CONNECTIONS, problem_with
from tests.emulators.telegram_world import World

_ACTIONS = frozenset(
    {
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    }
)
_WEBHOOK_IS_SET = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)
_MOST_EMOJI = 200
_MOST_TOLD = 200
"""Characters in answer to a pressed button (Bot API, answerCallbackQuery)."""
"""In one call (Bot API, getCustomEmojiStickers)."""
_SECRET = re.compile(r"[\w-]{0,256}", re.ASCII)
_GENERAL = 1  # Only sendChatAction takes it: sending to thread 1 is refused, as on the real server.


class BotApi:
    """Answers calls of methods; `violations` gets every rule that the client broke."""

    def __init__(self, *, world: World, flood: FloodGate, violations: list[str]) -> None:
        self._world = world
        self._violations = violations
        self._sending = Sending(world=world, flood=flood, violations=violations)
        editing = Editing(world=world, sending=self._sending, violations=violations)
        self.menus = Menus(violations)
        self.drafts = Drafts(world, self._sending, violations)
        self._sending.on_sent = self.drafts.end
        methods: tuple[tuple[str, Callable[[Params], Awaitable[Any]]], ...] = (
            ("getUpdates", self._get_updates),
            ("getMe", self._get_me),
            ("getChat", self._get_chat),
            ("getChatMember", self._get_chat_member),
            ("getFile", self._get_file),
            ("getUserProfilePhotos", self._get_user_profile_photos),
            ("getCustomEmojiStickers", self._get_custom_emoji_stickers),
            ("setMyCommands", self.menus.set),
            ("getMyCommands", self.menus.get),
            ("setWebhook", self._set_webhook),
            ("deleteWebhook", self._delete_webhook),
            ("getWebhookInfo", self._get_webhook_info),
            ("sendMessage", self._send_message),
            ("sendMessageDraft", self.drafts.send),
            ("sendPhoto", self._send_photo),
            ("sendDocument", self._send_document),
            ("sendChatAction", self._send_chat_action),
            ("editMessageText", editing.text),
            ("editMessageMedia", editing.media),
            ("editMessageReplyMarkup", editing.reply_markup),
            ("deleteMessage", editing.delete),
            ("setMessageReaction", editing.reaction),
            ("answerCallbackQuery", self._answer_callback_query),
            ("answerGuestQuery", self._answer_guest_query),
            ("answerInlineQuery", self._answer_inline_query),
        )
        # The server does not mind upper or lower case in a method's name.
        self._methods = {name.lower(): (name, method) for name, method in methods}

    def name_of(self, method: str) -> str:
        """A method's name as the documentation writes it."""
        return self._methods.get(method.lower(), (method, None))[0]

    async def call(self, method: str, params: Params) -> Any:
        """Run a method and return its ``result``.

        Raises:
            ApiError: what the server answers instead.
        """
        known = self._methods.get(method.lower())
        if known is None:
            self._violations.append(f"no such method here: {method}")
            raise ApiError(404, "Not Found")
        if params.has("parse_mode"):
            self._violations.append(f"{method} with parse_mode: entities can't fail, markup can")
        return await known[1](params)

    def answer_was_lost(self, params: Params, result: Any) -> None:
        """The client can't know how the message looks now: saying the same again is no violation."""
        given = result if isinstance(result, dict) else {}
        inline_id = given.get("inline_message_id") or params.text("inline_message_id")
        if inline := self._world.elsewhere.messages.get(inline_id):
            inline.acknowledged = False
        made = given if "chat" in given else {}
        chat = self._world.chats.get(made["chat"]["id"] if made else params.integer("chat_id"))
        message = chat and chat.messages.get(made.get("message_id") or params.integer("message_id"))
        if message:
            message.acknowledged = False

    # Updates

    async def _get_updates(self, params: Params) -> list[Json]:
        if self._world.webhook.url:
            raise ApiError(409, _WEBHOOK_IS_SET)
        self._world.updates.allow(params.get("allowed_updates"))
        try:
            return await self._world.updates.poll(
                offset=params.integer("offset"),
                limit=params.integer("limit", 100),
                timeout_s=params.integer("timeout"),
                is_gone=params.is_gone,
            )
        except Conflict:
            raise ApiError(409, CONFLICT) from None

    async def _set_webhook(self, params: Params) -> bool:
        url, secret = params.text("url"), params.text("secret_token")
        if not url:
            return await self._delete_webhook(params)
        if not _SECRET.fullmatch(secret):
            raise self._broken("secret token contains unallowed characters")
        if self._world.local_files is None and (problem := problem_with(url)):
            raise bad_request(f"bad webhook: {problem}")
        connections = params.integer("max_connections", DEFAULT_CONNECTIONS)
        if not 1 <= connections <= MAX_CONNECTIONS:
            raise self._broken("max_connections is out of range")
        self._world.updates.allow(params.get("allowed_updates"))
        self._dropping(params)
        self._world.updates.end_poll()
        self._world.webhook.set(url, secret=secret, connections=connections)
        return True

    async def _delete_webhook(self, params: Params) -> bool:
        self._world.webhook.delete()
        return self._dropping(params)

    def _dropping(self, params: Params) -> bool:
        if params.flag("drop_pending_updates"):
            self._world.updates.clear()
        return True

    async def _get_webhook_info(self, _params: Params) -> Json:
        return self._world.webhook.info()

    # The bot itself

    async def _get_me(self, _params: Params) -> Json:
        return {
            **self._world.bot.json(),
            "can_join_groups": True,
            "can_read_all_group_messages": not self._world.privacy,
            "supports_inline_queries": self._world.elsewhere.is_inline,
            "supports_guest_queries": self._world.elsewhere.takes_guests,
            "can_connect_to_business": False,
            "has_main_web_app": False,
            "has_topics_enabled": self._world.topics,
        }

    # Chats and files

    async def _get_chat(self, params: Params) -> Json:
        chat = self._sending.chat(params)
        return {
            **chat.json(),
            "accent_color_id": 0,
            "max_reaction_count": 11,
            "accepted_gift_types": {
                "unlimited_gifts": False,
                "limited_gifts": False,
                "unique_gifts": False,
                "premium_subscription": False,
                "gifts_from_channels": False,
            },
        }

    async def _get_chat_member(self, params: Params) -> Json:
        chat = self._sending.chat(params)
        person = self._world.people.get(params.integer("user_id"))
        if person is None:
            raise bad_request("invalid user_id specified")
        if person is chat.owner and not chat.is_private:
            return member_json(person, "creator")
        is_admin = person in chat.admins or (person is self._world.bot and chat.admin)
        return member_json(person, "administrator" if is_admin else "member")

    async def _get_file(self, params: Params) -> Json:
        file = self._world.media.by_id(params.text("file_id"))
        if file is None:
            raise bad_request("wrong file_id or the file is temporarily unavailable")
        if self._world.local_files is not None:
            link = str(self._world.media.put_on_disk(file, self._world.local_files))
        elif file.size > MAX_DOWNLOAD:
            raise bad_request("file is too big")
        else:
            link = self._world.media.link(file)
        return {"file_id": file.file_id, "file_unique_id": file.unique_id, "file_size": file.size, "file_path": link}

    async def _get_user_profile_photos(self, params: Params) -> Json:
        user_id = params.integer("user_id")
        if user_id not in self._world.people:
            raise bad_request("user not found")
        photos = self._world.media.profile_photos.get(user_id, [])
        first, limit = params.integer("offset"), params.integer("limit", 100)
        return {"total_count": len(photos), "photos": photos[first : first + limit]}

    async def _get_custom_emoji_stickers(self, params: Params) -> list[Json]:
        wanted = params.get("custom_emoji_ids")
        if not isinstance(wanted, list) or len(wanted) > _MOST_EMOJI:
            raise self._broken("can't parse custom emoji identifiers")
        known = self._world.media.custom_emoji
        return [known[emoji_id] for emoji_id in wanted if emoji_id in known]

    # Writing

    async def _send_message(self, params: Params) -> Json:
        return self._sending.send(params, self._sending.text(params))

    async def _send_photo(self, params: Params) -> Json:
        return self._sending.send(params, self._sending.upload(params, "photo"))

    async def _send_document(self, params: Params) -> Json:
        return self._sending.send(params, self._sending.upload(params, "document"))

    async def _send_chat_action(self, params: Params) -> bool:
        action = params.text("action")
        if action not in _ACTIONS:
            raise self._broken("wrong parameter action in request")
        chat = self._sending.chat(params)
        if chat.kind == "channel":
            raise bad_request("chat actions can't be sent to channels")
        self._sending.throttle(chat)
        in_general = chat.forum and params.integer("message_thread_id") == _GENERAL
        self._world.act(chat, None if in_general else self._sending.topic(chat, params), action)
        return True

    async def _answer_callback_query(self, params: Params) -> bool:
        query = self._world.queries.answered("callback", params, "callback_query_id", self._violations)
        query.told = params.text("text")
        if len(query.told) > _MOST_TOLD:
            raise self._broken("MESSAGE_TOO_LONG")
        return True

    async def _answer_guest_query(self, params: Params) -> Json:
        return self._world.elsewhere.answer_guest(params, self._sending, self._violations)

    async def _answer_inline_query(self, params: Params) -> bool:
        return self._world.elsewhere.answer_inline(params, self._sending, self._violations)

    def _broken(self, description: str) -> ApiError:
        """Refuse what no right client asks for."""
        self._violations.append(description)
        return bad_request(description)
