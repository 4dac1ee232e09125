"""Who waits for an answer that can't be written where they asked, and whether they were told so."""

from collections.abc import Hashable

from adapters.newest import Newest
from bot.events import Person, PersonId
from bot.ports.clock import Clock

_MOST_KEPT = 1024
_QUIET_S = 24 * 3600.0


class Unanswered:
    """Remembers the newest 1024 who asked, and of whom was told."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._senders: Newest[Hashable, Person] = Newest(_MOST_KEPT)
        self._told_at_s: Newest[tuple[PersonId, Hashable], float] = Newest(_MOST_KEPT)

    def note(self, message: Hashable, sender: Person) -> None:
        """Remember who waits for the answer to a message."""
        self._senders[message] = sender

    def to_tell(self, message: Hashable, place: Hashable) -> Person | None:
        """Whom to tell that this message can't be answered there: each once a day. From now on they count as told."""
        sender = self._senders.get(message)
        return sender if sender is not None and self._is_due(sender.id, place) else None

    def _is_due(self, person: PersonId, place: Hashable) -> bool:
        now_s = self._clock.monotonic_s()
        told_at_s = self._told_at_s.get((person, place))
        if told_at_s is not None and now_s - told_at_s < _QUIET_S:
            return False
        self._told_at_s[person, place] = now_s
        return True
