"""Taking in what platforms tell, as storage offers it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.events import (
    ButtonPressed,
    ConversationKey,
    MessageId,
    MessageReceived,
    PlatformName,
    Unreadable,
)
from bot.ports.intake import KnownPlace, Recent
from bot.records.accepting import Accepted, Arrival, Joining, NotPressed, Refusal
from bot.records.notices import Notice
from bot.records.turns import Turn


class TakingIn(Protocol):
    """A part of `bot.ports.store.Store`."""

    async def accept(self, message: MessageReceived, arrival: Arrival) -> Accepted | None:
        """Store an addressed message and its turn.

        A message to nobody is addressed all the same where people chose so, or the operator did in `Arrival.defaults`
        (`bot.choices.address_of`). Where they chose that the bot listens, the others are REMEMBERED, with their own
        attachments.

        A message that brings and quotes no attachments gets those of the newest message (with its album) that was
        posted in the conversation less than `joining.before_s` before, to nobody (`Place.BEFORE`). A question takes
        it, and what is older, away from later questions; commands in `bot.commands.known.LOOKING` get it too, and
        leave it, with what they bring, for a question. Other commands, and what is refused or only remembered, get
        none.
        The reply to one picture of an album gets its siblings, and a question with one picture of an album those that
        came before it, as far as they are known. Attachments that are in the message twice are stored once.

        It joins the newest turn of the same conversation and sender instead, addressed or not, if that is not a
        command's (but one in `LOOKING` takes in its album), was accepted less than `joining.cap_s` ago, and

        - has the same `album_id` and is ACCEPTED, or
        - is ACCEPTED and waits (it was given a quiet time, its `ready_at` is after `now`, and it was not begun before
          an edit opened it again), and the message is addressed and no command, or
        - is ACCEPTED or ANSWERING, has no attachments of its own, is younger than `joining.late_picture_s`, and the
          message has attachments and no words (then `Accepted.restart` tells whether it was ANSWERING; it is
          ACCEPTED again).

        Joining sets the turn's `ready_at` to the given one, at most `accepted_at` + `joining.cap_s`.
        The same message again changes nothing. Of a message that is neither addressed nor joins, only its attachments
        are kept, for `joining.before_s` (at most 10 messages of each conversation), unless the conversation
        describes every picture (`ConversationSettings`): then one with attachments of `Source.FILE` or STICKER of its
        own becomes a turn of the command `bot.commands.known.ALT`. What had its time is deleted with the next message
        of any conversation that the bot was ever asked in, at the latest by `purge`.
        With ``answer=False`` the turn is REMEMBERED at once.

        With a `refusal`, what does not join is refused: a turn that is DELIVERING that text, then FAILED with the
        trouble `BUSY`. It becomes part of the sender's last refused turn instead, and has the same outcome, as far
        as `Refusal` says. So does, refusal or not, the rest of an album whose beginning was refused.

        Returns:
            None when there is nothing to do.
        """
        ...

    async def press(
        self, pressed: ButtonPressed, *, now: datetime, joining: Joining, refusal: Refusal | None
    ) -> Sequence[Accepted] | NotPressed:
        """Do what a button under one of the bot's messages is for. The same press again changes nothing.

        - RETRY, while it is offered: the turn is opened again, unless there is a `refusal`.
        - CONTINUE, while it is offered: a new question of who pressed, which replies to the answer. The turn of the
          answer is DELIVERING again, without its buttons. If there is a `refusal`, the question is refused, and the
          buttons stay.
        - FORGET of one's own exchange: as `PersonalData.forget_exchange`.
        - Under the menu of a command (`bot.commands.known.MENUS`; of FORGET only for who asked for it): the turn is
          opened again, with one more of `Turn.presses`, which `conclude` clears.

        Where each person has a history of their own, nobody presses for others.

        Returns:
            What is to be run, or why the press has no effect. A second press of FORGET has none, and needs no word.
        """
        ...

    async def retry(self, command: Turn, *, now: datetime) -> Accepted | None:
        """Open the turn again that a command replies to, or else the newest question before it.

        Returns:
            It, with `Accepted.restart`; without where it is unfinished anyway. None if there is none.
        """
        ...

    async def move(self, old: ConversationKey, new: ConversationKey) -> Sequence[Turn]:
        """Let what is stored of a conversation belong to another one. Messages to the old one reach the new one.

        Its messages keep no id of the platform's: those of the new conversation are counted anew.

        Returns:
            The turns that were under way, with the new key: they begin anew there, as replies to nothing.
        """
        ...

    async def edit(self, message: MessageReceived, *, ready_at: datetime, redo_since: datetime) -> Accepted | None:
        """Replace a stored message's words, quotes and attachments (those that stay keep their verdict).

        A turn accepted since `redo_since` is opened again, to begin at `ready_at`: ACCEPTED, no attempts, no outcome,
        its receipts kept. One that was only overheard stays so, unless the message is addressed now.
        An unknown message, and one whose words and attachments are as they were, change nothing. Attachments of
        `Source.PREVIEW` that come later are added; when only they changed, the turn is opened again only if it is
        still ACCEPTED.
        """
        ...

    async def delete(self, key: ConversationKey, message_ids: Sequence[MessageId], *, now: datetime) -> Sequence[Turn]:
        """Delete messages with what they quote and attach, and their pictures where others quote or ask about them.

        A thread that a message began has its id: there it goes, too, if its conversation began with it.

        Originals and prepared pictures that nothing else has are deleted at once.

        Returns:
            The turns that have no message left: they are WITHDRAWING now and no longer part of the history.
        """
        ...

    async def set_aside(self, unreadable: Unreadable, *, now: datetime) -> bool:
        """Keep it (the newest 1000 are kept). False if it was kept before."""
        ...

    async def notify(self, notice: Notice, *, now: datetime, cursor: str | None = None) -> Turn | None:
        """Decide to say something: a turn that is DELIVERING from its beginning, then FAILED with the notice's kind.

        An UNREADABLE message is stored without its words. None, and nothing changes, if it is stored already.
        The `cursor` moves to the notice's message in the same transaction.
        """
        ...

    async def unsaid(self, *, per_conversation: int, limit: int) -> Sequence[Turn]:
        """Refusals and notices that nobody is delivering, the oldest first: at most so many of each conversation."""
        ...

    async def cursor(self, name: str) -> str | None: ...

    async def move_cursor(self, name: str, value: str) -> None: ...

    async def places(self, platform: PlatformName, *, limit: int) -> Sequence[KnownPlace]:
        """The conversations with a stored message, the most recently used first."""
        ...

    async def place_of(
        self, platform: PlatformName, message_id: MessageId, *, chat_id: str | None = None, turn: int | None = None
    ) -> ConversationKey | None:
        """The conversation in which one of the bot's own messages stands, by its receipt, or else that of the `turn`.

        Of this chat, if given.
        """
        ...

    async def recent(self, key: ConversationKey, *, since: datetime) -> Recent:
        """What was sent to a conversation, or asked about in its chat, at `since` or later."""
        ...
