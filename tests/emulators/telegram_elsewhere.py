"""Chats that the bot is not in: people who ask it there as a guest, or inline, and the messages that answer them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tests.emulators.telegram_calls import ApiError, Params, bad_request
from tests.emulators.telegram_privacy import names
from tests.emulators.telegram_queries import Query
from tests.emulators.telegram_text import MAX_TEXT, EntityRefused, check_entities, trimmed, utf16_length
from tests.emulators.telegram_types import Chat, Json, Message, Person

if TYPE_CHECKING:
    from tests.emulators.telegram_sending import Sending
    from tests.emulators.telegram_world import World

_MOST_TYPED = 256
"""Characters of an inline query (Bot API, InlineQuery)."""
_MOST_CACHED_S = 50 * 365 * 86_400


class Elsewhere:
    """What is said there. The numbers of these chats may be those of chats that the bot knows."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self.chats: list[Chat] = []
        self.messages: dict[str, Message] = {}
        """Inline messages, by their ids."""
        self.takes_guests = True
        """BotFather's switch for guest mode."""
        self.is_inline = True
        """BotFather's /setinline."""
        self.gives_feedback = True
        """BotFather's /setinlinefeedback."""

    def tell(self, message: Message) -> None:
        """A guest receives what mentions it or replies to it, and nothing else (core.telegram.org, guest mode)."""
        world = self._world
        replied = message.reply_to
        is_meant = names(message, world.bot) or (replied is not None and replied.sender is world.bot)
        if not (is_meant and self.takes_guests):
            return
        query = self._query("guest", message.chat, message.sender, message=message)
        query.update = message.update = world.updates.add(
            "guest_message", {**message.json(), "guest_query_id": query.id}
        )

    def type(self, chat: Chat, person: Person, text: str) -> Query:
        assert self.is_inline, "inline mode is off"
        query = self._query("inline", chat, person, text=text[:_MOST_TYPED])
        fields = {"id": query.id, "from": person.json(), "query": query.text, "offset": "", "chat_type": chat.kind}
        query.update = self._world.updates.add("inline_query", fields)
        return query

    def choose(self, query: Query) -> Message:
        """Send the only result, as oneself."""
        (result,) = query.results
        options: Json = {"via_bot": self._world.bot.json()}
        if "reply_markup" in result:
            options["reply_markup"] = result["reply_markup"]
        content = self._content(result)
        message = self._world.post(query.chat, query.person, content, topic=None, reply_to=None, options=options)
        query.chat.own.append(message)
        query.message = message
        chosen = {"result_id": result["id"], "from": query.person.json(), "query": query.text}
        if "reply_markup" in result:
            chosen["inline_message_id"] = self._as_inline(message)
        if self.gives_feedback:
            self._world.updates.add("chosen_inline_result", chosen)
        return message

    def _query(self, kind: Any, chat: Chat, person: Person, **about: Any) -> Query:
        world = self._world
        query = Query(id=str(world.new_number()), kind=kind, chat=chat, person=person, at=world.queries.now(), **about)
        world.queries.add(query)
        return query

    def _as_inline(self, message: Message) -> str:
        message.inline_id = f"AgAAA{self._world.new_number()}_x-Y"
        self.messages[message.inline_id] = message
        return message.inline_id

    def _content(self, result: Mapping[str, Any]) -> Json:
        written = result["input_message_content"]
        return self._world.text_content(*trimmed(written["message_text"], written.get("entities") or []))

    # The methods of the Bot API

    def answer_guest(self, params: Params, sending: "Sending", violations: list[str]) -> Json:
        """AnswerGuestQuery: the bot itself posts the result."""
        result = params.get("result")
        self._check(result, sending, violations)
        query = self._world.queries.answered("guest", params, "guest_query_id", violations)
        options = {"reply_markup": result["reply_markup"]} if "reply_markup" in result else {}
        world, asking = self._world, query.message
        message = world.post(query.chat, world.bot, self._content(result), topic=None, reply_to=asking, options=options)
        query.message = message
        return {"inline_message_id": self._as_inline(message)}

    def answer_inline(self, params: Params, sending: "Sending", violations: list[str]) -> bool:
        """AnswerInlineQuery."""
        results, button = params.get("results"), params.get("button")
        if not isinstance(results, list) or len(results) > 50:
            raise _broken("can't parse inline query results", violations)
        for result in results:
            self._check(result, sending, violations)
        if not 0 <= params.integer("cache_time", 300) <= _MOST_CACHED_S:
            raise _broken("cache_time is out of range", violations)
        if not params.flag("is_personal"):
            violations.append("an inline answer that is kept for others")
        if button is not None and not (
            isinstance(button, dict) and button.get("text") and button.get("start_parameter")
        ):
            raise _broken("can't parse InlineQueryResultsButton", violations)
        query = self._world.queries.answered("inline", params, "inline_query_id", violations)
        query.results, query.hint = results, str((button or {}).get("text", ""))
        return True

    def existing(self, params: Params, violations: list[str]) -> Message:
        """The inline message that a call names."""
        message = self.messages.get(params.text("inline_message_id"))
        if message is None:
            raise _broken("MESSAGE_ID_INVALID", violations)
        if message.deleted:
            raise bad_request("MESSAGE_ID_INVALID")
        return message

    def _check(self, result: Any, sending: "Sending", violations: list[str]) -> None:
        match result:
            case {
                "type": "article",
                "id": str(result_id),
                "title": str(title),
                "input_message_content": {"message_text": str(text), **written},
            } if title and 1 <= len(result_id.encode()) <= 64:
                self._check_text(text, written.get("entities") or [], violations)
            case _:
                raise _broken("can't parse inline query result", violations)
        if "reply_markup" in result:
            sending.markup(Params({"reply_markup": result["reply_markup"]}, files={}, is_gone=lambda: False))

    def _check_text(self, text: str, entities: Any, violations: list[str]) -> None:
        if not 1 <= utf16_length(text) <= MAX_TEXT:
            raise _broken("message text is empty or too long", violations)
        try:
            check_entities(text, entities, violations, self._world.people.__contains__)
        except EntityRefused as refusal:
            raise _broken(str(refusal), violations) from None


def _broken(description: str, violations: list[str]) -> ApiError:
    """Refuse what no right client asks for."""
    violations.append(description)
    return bad_request(description)
