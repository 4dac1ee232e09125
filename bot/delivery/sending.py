"""Single requests for the parts of one answer, each with its receipt."""

import hashlib
from dataclasses import replace
from functools import partial

from bot.delivery.insistence import whole
from bot.delivery.receipts import Receipts, digest
from bot.errors import PlatformError, PlatformRefused, PlatformUncertain
from bot.events import MessageId
from bot.ports.chat import Chat
from bot.ports.parts import Part
from bot.records.turns import Delivery, DeliveryState, Turn


class Sending:
    """Posts and edits the parts of one turn. Tries once."""

    def __init__(self, turn: Turn, chat: Chat, receipts: Receipts) -> None:
        self._turn = turn
        self._chat = chat
        self._receipts = receipts
        self._lost = 0

    def reply_to(self, index: int) -> MessageId | None:
        """What this part replies to. Where answers grow side by side, each message shows which one it is part of.

        Not only to people: by it one that was lost is found, and never taken for a part of another answer.
        """
        is_shown = index == 0 or self._turn.history_of is not None
        return self._turn.reply_to if is_shown and self._turn.is_reply else None

    def begin_anew(self, index: int, part: Part) -> None:
        """Forget the message of a part that is gone, or too old to be edited: it needs another."""
        self._lost += 1
        self._receipts.note(Delivery(part=index, state=DeliveryState.PENDING, digest=digest(part)))

    async def edit(self, index: int, part: Part) -> None:
        """Let the message of a part show this."""
        message_id = self._receipts[index].message_id
        if message_id is None:
            raise PlatformRefused(f"part {index} has no message to edit")
        # Cut in two, it could still arrive, after the text that is to follow.
        await whole(self._chat.edit(self._turn.key, message_id, self._named(part)))
        self._note_sent(index, part, message_id)

    async def post(self, index: int, part: Part) -> None:
        """Send a part as a new message. What arrives although the turn was cancelled has its receipt too."""
        try:
            request = self._chat.post(
                self._turn.key, self._named(part), reply_to=self.reply_to(index), nonce=self._nonce(index)
            )
            message_id = await whole(request, partial(self._sent_late, index, part))
        except PlatformUncertain:
            self._receipts.doubtful.add(index)
            raise
        except PlatformError:
            self._receipts.note(Delivery(part=index, state=DeliveryState.PENDING, digest=digest(part)))
            raise
        self._note_sent(index, part, message_id)

    async def _sent_late(self, index: int, part: Part, message_id: MessageId) -> None:
        self._note_sent(index, part, message_id)
        await self._receipts.record()

    def _note_sent(self, index: int, part: Part, message_id: MessageId) -> None:
        self._receipts.doubtful.discard(index)
        sent = Delivery(part=index, state=DeliveryState.SENT, message_id=message_id, digest=digest(part))
        self._receipts.note(sent)

    def _named(self, part: Part) -> Part:
        """The same, with buttons that name the turn: people press them before the platform has told of the message."""
        rows = (tuple(replace(button, turn=self._turn.id) for button in row) for row in part.buttons)
        return replace(part, buttons=tuple(rows)) if part.buttons else part

    def _nonce(self, index: int) -> str:
        # The same after any restart. Another one after a message was lost: Discord refuses the nonce of a message that
        # was deleted. It takes at most 25 characters.
        turn = self._turn
        seed = f"{turn.key.chat_id} {turn.reply_to} {turn.id} {index} {self._lost}"
        return hashlib.blake2s(seed.encode(), digest_size=12).hexdigest()
