"""Drafts: texts that grow in a private chat before they are sent (Bot API, sendMessageDraft)."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.emulators.telegram_calls import ApiError, Params, bad_request
from tests.emulators.telegram_sending import Sending
from tests.emulators.telegram_text import MAX_TEXT, Entity, utf16_length
from tests.emulators.telegram_types import Chat, Topic
from tests.emulators.telegram_world import World

LIFETIME_S = 30.0
"""Bot API, sendMessageDraft: "a temporary 30-second preview"."""
_LARGEST_ID = 2**63 - 1


@dataclass(eq=False, slots=True, kw_only=True)
class Draft:
    """What is on screen, and how it grew."""

    id: int
    can_stop: bool
    texts: list[str] = field(default_factory=list)
    entities: list[Entity] = field(default_factory=list)
    """Of the newest text."""
    at: float
    """`time.monotonic` seconds of its newest text."""
    is_over: bool = False
    """A message took its place, or somebody stopped it."""


class Drafts:
    """At most one in a chat or topic."""

    def __init__(self, world: World, sending: Sending, violations: list[str]) -> None:
        self.now: Callable[[], float] = time.monotonic
        self.are_refused = False
        """As by a server that does not know them."""
        self.all: list[Draft] = []
        self._world = world
        self._sending = sending
        self._violations = violations
        self._by_place: dict[tuple[int, int | None], Draft] = {}

    def shown(self, chat: Chat, topic: Topic | None = None) -> Draft | None:
        """The draft that is on screen now."""
        draft = self._by_place.get(_place(chat, topic))
        alive = draft is not None and not draft.is_over and self.now() - draft.at < LIFETIME_S
        return draft if alive else None

    def end(self, chat: Chat, topic: Topic | None) -> None:
        """A message takes the draft's place."""
        if (draft := self._by_place.pop(_place(chat, topic), None)) is not None:
            draft.is_over = True

    def stop(self, chat: Chat, topic: Topic | None = None) -> None:
        """The person presses Stop on it: it goes away, and the bot is told (Bot API 10.3)."""
        draft = self.shown(chat, topic)
        assert draft is not None
        assert draft.can_stop, "it has no Stop button"
        self.end(chat, topic)
        told = {"chat": chat.json(), "draft_id": draft.id}
        if topic is not None:
            told["message_thread_id"] = topic.id
        self._world.updates.add("stopped_message_generation", told)

    async def send(self, params: Params) -> bool:
        chat = self._sending.chat(params)
        topic = self._sending.topic(chat, params)
        if not chat.is_private:
            raise self._broken("message drafts can be sent only to private chats")
        if self.are_refused:
            raise ApiError(404, "Not Found")
        draft_id = params.integer("draft_id")
        if not 0 < abs(draft_id) <= _LARGEST_ID:
            raise self._broken("draft_id must be non-zero")
        content = self._sending.written(params, "text", "entities")
        if utf16_length(content["text"]) > MAX_TEXT:
            raise self._broken("message is too long")
        self._sending.throttle(chat)
        draft = self.shown(chat, topic)
        if draft is None or draft.id != draft_id:
            draft = Draft(id=draft_id, can_stop=params.flag("can_stop"), at=self.now())
            self.all.append(draft)
            self._by_place[_place(chat, topic)] = draft
        draft.texts.append(content["text"])
        draft.entities = content.get("entities", [])
        draft.at = self.now()
        return True

    def _broken(self, description: str) -> ApiError:
        self._violations.append(description)
        return bad_request(description)


def _place(chat: Chat, topic: Topic | None) -> tuple[int, int | None]:
    return chat.id, None if topic is None else topic.id
