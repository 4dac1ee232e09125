"""Where adapters bring what they receive."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.events import ConversationKey, Event, MessageId, PlatformName, Unreadable
from bot.sentences import Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPlace:
    """A conversation that the bot has taken part in."""

    key: ConversationKey
    is_private: bool
    newest: MessageId
    """The newest message stored of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recent:
    """What is stored of a conversation."""

    messages: Sequence[MessageId]
    """Of people, oldest first."""
    pictures: Sequence[str]
    """The handles of pictures and files that may stand in other messages: asked about anywhere in the chat, or waiting
    in the conversation for a question."""


class Intake(Protocol):
    """Where adapters bring what they receive. Every call raises `bot.errors.StorageError` when it can't be kept."""

    async def accept(self, event: Event) -> Sentence | None:
        """Take an event in. Returns once it is committed: only then may the adapter acknowledge it.

        Returns what who pressed a button is to read, and nobody else: why that had no effect. None: nothing.
        The same event again changes nothing. After a `StorageError` nothing was kept, and it must come again.
        """
        ...

    async def set_aside(self, unreadable: Unreadable) -> None:
        """Keep what could not be converted, tell the operator, and the person if somebody waits for an answer."""
        ...

    async def cursor(self, name: str) -> str | None:
        """What `move_cursor` stored under this name last: how far the adapter has read. Survives restarts."""
        ...

    async def move_cursor(self, name: str, value: str) -> None: ...

    async def places(self, platform: PlatformName) -> Sequence[KnownPlace]:
        """The conversations with something stored, the most recently used first, at most 1000."""
        ...

    async def recent(self, key: ConversationKey, *, since: datetime) -> Recent:
        """What was sent, or asked about, at `since` or later: to find out what was changed or deleted meanwhile."""
        ...

    async def place_of(
        self, platform: PlatformName, message_id: MessageId, *, chat_id: str | None = None, turn: int | None = None
    ) -> ConversationKey | None:
        """Where one of the bot's own messages stands, for platforms that do not say it; None if that is not known.

        `chat_id` is the chat, where the platform tells that much: its messages may be counted by themselves. `turn` is
        what a button on it claims (`bot.events.ButtonPressed.turn`): taken at its word where the message is not known.
        """
        ...

    async def missed(self, place: KnownPlace, *, cursor: str) -> None:
        """More was said in this conversation while the bot was away than it can catch up with: it is told so.

        The cursor moves to `place.newest` at the same moment, so that after a crash it tells what was told.
        """
        ...
