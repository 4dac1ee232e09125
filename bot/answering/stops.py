"""Who wants which answer to end: while it is written, and before that."""

from collections.abc import Iterator
from contextlib import contextmanager

from bot.answering.conclusion import STOPPED
from bot.answering.reading import Interruption
from bot.delivery.answer_on_screen import AnswerOnScreen
from bot.events import ButtonPressed, ConversationKey, PersonId
from bot.records.turns import Turn, TurnId


class Stops:
    """Bounds: the answers that are being written, and the questions and commands that wait."""

    def __init__(self) -> None:
        self._at_work: dict[TurnId, tuple[Turn, Interruption, AnswerOnScreen]] = {}
        self._wanted: set[TurnId] = set()
        self._effective: set[TurnId] = set()

    @contextmanager
    def writing(self, turn: Turn, interruption: Interruption, screen: AnswerOnScreen) -> Iterator[None]:
        """While this is open, the answer can be stopped. If somebody wanted that before, it is at once."""
        self._at_work[turn.id] = turn, interruption, screen
        if turn.id in self._wanted:
            interruption.end(STOPPED)
        try:
            yield
        finally:
            del self._at_work[turn.id]

    def stop(
        self, key: ConversationKey, who: PersonId, *, under: ButtonPressed | None = None, by: TurnId | None = None
    ) -> bool | None:
        """End the answer that is being written there where it is; of several, those that are theirs to end.

        Args:
            key: Where.
            who: Wants it. Where each person has a conversation of their own, only their own answer is ended.
            under: Only the answer under which this button was pressed.
            by: The turn of the command that asked for it: see `had_effect`.

        Returns:
            False if that answer is not theirs to end; None if it is not being written.
        """
        meant = [
            (turn, interruption)
            for turn, interruption, screen in self._at_work.values()
            if turn.key == key and (under is None or _is_under(under, turn, screen))
        ]
        theirs = [(turn, interruption) for turn, interruption in meant if turn.history_of in (None, who)]
        for turn, interruption in theirs:
            interruption.end(STOPPED)
            self._wanted.add(turn.id)  # It may be cancelled right now, to be done again.
        if theirs and by is not None:
            self._effective.add(by)
        return bool(theirs) if meant else None

    def want(self, turn: Turn) -> None:
        """Let the answer of an unfinished question be stopped as soon as it is taken up."""
        self._wanted.add(turn.id)

    def forget(self, turn_id: TurnId) -> None:
        """Know nothing more of a question or a command: it has its outcome, or something new was said in it."""
        self._wanted.discard(turn_id)
        self._effective.discard(turn_id)

    def had_effect(self, command: TurnId) -> bool:
        """Whether a command ended an answer."""
        return command in self._effective


def _is_under(button: ButtonPressed, turn: Turn, screen: AnswerOnScreen) -> bool:
    return button.turn == turn.id or button.message_id == turn.reply_to or screen.has(button.message_id)
