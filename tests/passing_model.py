"""A small model of what storage must know of pictures that were posted to nobody."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.events import ConversationKey, MessageId, MessageReceived
from tests.storing import JOINING


@dataclass
class _Posted:
    """A picture that was posted to nobody."""

    key: ConversationKey
    message_id: MessageId
    album_id: str | None
    heard_s: float
    is_taken: bool = False


@dataclass
class Passing:
    """All that is kept. Messages are photos called ``p`` and their id, and are heard when they are sent."""

    kept: list[_Posted] = field(default_factory=list)

    def hear(self, heard: MessageReceived, now_s: float, *, answer: bool) -> None:
        """Somebody posts something to nobody, or with a command."""
        if heard.attachments and answer:
            self.forget_old(now_s)
            if not any((one.key, one.message_id) == (heard.key, heard.message_id) for one in self.kept):
                self.kept.append(_Posted(heard.key, heard.message_id, heard.album_id, now_s))

    def before(
        self, heard: MessageReceived, command: str | None, now_s: float, *, answer: bool
    ) -> list[tuple[str, str, MessageId]]:
        """What a message that begins a turn gets: handle, place, and the message it was posted in."""
        if heard.attachments and command is None:
            self.forget(heard.key, [heard.message_id])
        if not answer or command == "help" or (heard.attachments and heard.album_id is None):
            return []
        waiting = [one for one in self.kept if one.key == heard.key and not one.is_taken and one.heard_s <= now_s]
        waiting.sort(key=lambda one: one.heard_s)
        fresh = [one for one in waiting if now_s - one.heard_s < JOINING.before_s]
        if heard.attachments:
            waiting = chosen = [one for one in fresh if one.album_id == heard.album_id]
        else:
            chosen = [one for one in fresh if one is fresh[-1] or one.album_id == fresh[-1].album_id == "a"]
        for one in waiting if chosen and command is None else ():
            one.is_taken = True
        others = [one.message_id for one in chosen if one.message_id != heard.message_id]
        return [(f"p{message_id}", "before", message_id) for message_id in others]

    def forget(self, key: ConversationKey, message_ids: Sequence[MessageId]) -> None:
        """It was deleted, or has become something else."""
        self.kept = [one for one in self.kept if one.key != key or one.message_id not in message_ids]

    def forget_old(self, now_s: float) -> None:
        """What had its time goes."""
        self.kept = [one for one in self.kept if abs(now_s - one.heard_s) < JOINING.before_s]
