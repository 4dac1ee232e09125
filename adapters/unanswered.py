"""Who waits for an answer that can't be written where they asked, and whether they were told so."""

from collections import OrderedDict
from collections.abc import Hashable

from bot.events import Person, PersonId
from bot.ports.clock import Clock

_MOST_KEPT = 1024
_QUIET_S = 24 * 3600.0


class Unanswered:
    """Remembers the newest 1024 who asked, and of whom was told."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._senders: OrderedDict[Hashable, Person] = OrderedDict()
        self._told_at_s: OrderedDict[tuple[PersonId, Hashable], float] = OrderedDict()

    def note(self, message: Hashable, sender: Person) -> None:
        """Remember who waits for the answer to a message."""
        self._senders[message] = sender
        if len(self._senders) > _MOST_KEPT:
            self._senders.popitem(last=False)

    def to_tell(self, message: Hashable, place: Hashable) -> Person | None:
        """Whom to tell that this message can't be answered there: each once a day. From now on they count as told."""
        sender = self._senders.get(message)
        if sender is None or not self._is_due(sender.id, place):
            return None
        return sender

    def _is_due(self, person: PersonId, place: Hashable) -> bool:
        now_s = self._clock.monotonic_s()
        told_at_s = self._told_at_s.get((person, place))
        if told_at_s is not None and now_s - told_at_s < _QUIET_S:
            return False
        self._told_at_s[person, place] = now_s
        if len(self._told_at_s) > _MOST_KEPT:
            self._told_at_s.popitem(last=False)
        return True
