"""Finds what was sent without a word from the platform."""

import logging
from collections.abc import Awaitable, Callable
from functools import partial

from bot.delivery.insistence import Insistence
from bot.delivery.receipts import Receipts
from bot.delivery.sending import Sending
from bot.errors import PlatformCantTell, PlatformUncertain
from bot.events import MessageId
from bot.ports.chat import Chat
from bot.ports.store import Store
from bot.records.turns import Delivery, DeliveryState, Turn

log = logging.getLogger(__name__)


class Lost:
    """The parts of one turn that may stand in the chat."""

    def __init__(
        self, turn: Turn, chat: Chat, store: Store, receipts: Receipts, sending: Sending, insist: Insistence
    ) -> None:
        self._turn = turn
        self._chat = chat
        self._store = store
        self._receipts = receipts
        self._sending = sending
        self._insist = insist

    async def adopt(self, index: int) -> bool:
        """Find the message of a part that was sent without an answer. Without it the part counts as not sent.

        Raises:
            PlatformUncertain: nothing can tell.
        """
        turn, before = self._turn, self._receipts.get(index - 1)
        after = self._receipts[index].sent_after or (before and before.message_id) or turn.reply_to
        known = self._receipts.message_ids | await self._store.own_messages(turn.key, about=turn.id)
        find = partial(self._chat.find, turn.key, after=after, reply_to=self._sending.reply_to(index), known=known)
        self._receipts.doubtful.discard(index)
        while (found := await self._looked_for(find, index)) is not None:
            owner = await self._store.turn_of(turn.key, found)
            if owner is None or owner.id == turn.id:
                break
            # Part of a later answer: that is another turn's to change or take back.
            known.add(found)
        if found is not None:
            log.info("turn %s: part %s was found in the chat", turn.id, index)
            self._receipts.note(Delivery(part=index, state=DeliveryState.SENT, message_id=found))
        return found is not None

    async def _looked_for(self, find: Callable[[], Awaitable[MessageId | None]], index: int) -> MessageId | None:
        try:
            return await self._insist(find)
        except PlatformCantTell as error:
            self._receipts.give_up(index)
            raise PlatformUncertain(f"part {index} may be missing: {error}") from error
