"""Who may write when: shared fairly between the answers that grow in a chat, and over the bot."""

import asyncio
import itertools
import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Self

from bot.delivery.budget import Account, Caution, Urgency, Window, account_of
from bot.delivery.throttle import Throttle, Throttles
from bot.events import ConversationKey, PlatformName
from bot.ports.chat import Chat
from bot.ports.clock import Clock
from bot.ports.limits import Headroom, Limits

_TYPING_SHARE = 4
"""A fourth of each window is kept from "typing": words are worth more."""

_LEFT_TO_THE_END = 1
"""What an update leaves of what the platform says is left: the end of an answer must not wait for it."""

_SHORTEST_S = 0.001
"""A wait that is shorter only comes from rounding."""

_CALM = 1.1
"""A chat that is this little slower is forgotten."""


class _Chat:
    """What one chat takes. Bound: two for each chat with an answer under way, or written to in the last minutes."""

    def __init__(self, limits: Limits, *, is_private: bool) -> None:
        self.accounts = [account_of(rate) for rate in (limits.private_rates if is_private else limits.group_rates)]
        self.typing_counts = limits.typing_counts
        self.caution = Caution()
        self.refusals = 0
        self.open: set[Pace] = set()
        self.under_way = 0

    def spare(self, urgency: Urgency, account: Account) -> int:
        """Places that others will need sooner."""
        ends = len(self.open)
        beginnings = sum(not pace.is_shown for pace in self.open)
        match urgency:
            case Urgency.FINAL:
                return 0
            case Urgency.FIRST:
                return account.spare(ends, for_updates=False)
            case Urgency.UPDATE:
                return account.spare(ends + beginnings)
            case Urgency.TYPING:
                return account.spare(ends + beginnings) + account.rate.count // _TYPING_SHARE

    def counts(self, urgency: Urgency) -> bool:
        return urgency is not Urgency.TYPING or self.typing_counts

    def is_idle(self, now_s: float) -> bool:
        is_calm = self.caution.factor(now_s) < _CALM
        return is_calm and not self.open and all(account.is_idle(now_s) for account in self.accounts)


@dataclass(eq=False, slots=True, kw_only=True)
class _Waiting:
    pace: "Pace"
    urgency: Urgency
    number: int
    slot: "asyncio.Future[Slot]"

    @property
    def rank(self) -> tuple[int, float, int]:
        """Whose answer was longest not seen to move goes first; ends go in the order in which they came."""
        return self.urgency, 0.0 if self.urgency is Urgency.FINAL else self.pace.moved_s, self.number


class Slot:
    """One request that may be made now. ``with slot:`` around it."""

    def __init__(self, accounts: Sequence[Account], ended: Callable[["Slot"], None]) -> None:
        self.accounts = accounts
        self.is_used = True
        """To be made False when there was nothing to send after all."""
        self._ended = ended
        for account in accounts:
            account.begin()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._ended(self)


class _Bot:
    """All that one bot sends to one platform."""

    def __init__(self, limits: Limits, clock: Clock) -> None:
        self._limits = limits
        self._clock = clock
        self._window = Window(limits.bot_rate)
        self._chats: dict[ConversationKey, _Chat] = {}
        self._most_chats = 0
        self._waiting: set[_Waiting] = set()
        self._numbers = itertools.count()
        self._timer: asyncio.Task[None] | None = None

    def chat(self, key: ConversationKey, *, is_private: bool) -> _Chat:
        if key not in self._chats:
            if len(self._chats) >= self._most_chats:
                self._forget_idle()
            self._chats[key] = _Chat(self._limits, is_private=is_private)
        return self._chats[key]

    def _forget_idle(self) -> None:
        now_s = self._clock.monotonic_s()
        self._chats = {key: chat for key, chat in self._chats.items() if not chat.is_idle(now_s)}
        # Looking through all of them each time would cost the more, the more there are.
        self._most_chats = 2 * len(self._chats)

    async def slot(self, pace: "Pace", urgency: Urgency) -> Slot:
        future: asyncio.Future[Slot] = asyncio.get_running_loop().create_future()
        waiting = _Waiting(pace=pace, urgency=urgency, number=next(self._numbers), slot=future)
        self._waiting.add(waiting)
        try:
            self.serve()
            return await future
        except asyncio.CancelledError:
            if future.done() and not future.cancelled():
                future.result().is_used = False
                self._end(pace, future.result())
            raise
        finally:
            self._waiting.discard(waiting)
            if not future.done() or future.cancelled():
                self.serve()  # Who waited behind it may be next.

    def slot_at_once(self, pace: "Pace", urgency: Urgency) -> Slot | None:
        first = [waiting for waiting in self._waiting if waiting.urgency <= urgency]
        in_chat = sum(waiting.pace.chat is pace.chat for waiting in first)
        wait_s = max(self._wait_s(pace, urgency, in_chat), self._bot_wait_s(urgency, ahead=len(first)))
        return None if wait_s > 0 else self._begin(pace, urgency)

    def serve(self) -> None:
        """Let everybody go whose time has come, and look again when the next one's will have."""
        next_s, ahead = math.inf, Counter[_Chat]()
        for waiting in sorted((one for one in self._waiting if not one.slot.done()), key=lambda one: one.rank):
            pace, urgency = waiting.pace, waiting.urgency
            in_all_s = self._bot_wait_s(urgency, ahead=0)
            if in_all_s > 0:
                # So long at least for those behind it too.
                next_s = min(next_s, in_all_s)
                break
            in_chat_s = self._wait_s(pace, urgency, ahead[pace.chat])
            if in_chat_s > 0:
                next_s = min(next_s, in_chat_s)
                ahead[pace.chat] += 1
            else:
                waiting.slot.set_result(self._begin(pace, urgency))
        self._look_again_in(next_s)

    def _wait_s(self, pace: "Pace", urgency: Urgency, ahead: int) -> float:
        chat, now_s = pace.chat, self._clock.monotonic_s()
        held_s = pace.held_s(urgency, now_s)
        if not chat.counts(urgency):
            return held_s
        caution = 1.0 if urgency is Urgency.FINAL else chat.caution.factor(now_s)
        spares = ((account, chat.spare(urgency, account) + ahead) for account in chat.accounts)
        return max([held_s, *(account.wait_s(now_s, spare=spare, caution=caution) for account, spare in spares)])

    def _bot_wait_s(self, urgency: Urgency, *, ahead: int) -> float:
        third = self._window.spare(self._window.rate.count)
        kept = {Urgency.FINAL: 0, Urgency.TYPING: 2 * third}.get(urgency, third)
        return self._window.wait_s(self._clock.monotonic_s(), spare=kept + ahead)

    def _begin(self, pace: "Pace", urgency: Urgency) -> Slot:
        accounts = [self._window, *(pace.chat.accounts if pace.chat.counts(urgency) else ())]
        pace.chat.under_way += 1
        return Slot(accounts, partial(self._end, pace))

    def _end(self, pace: "Pace", slot: Slot) -> None:
        pace.chat.under_way -= 1
        for account in slot.accounts:
            if slot.is_used:
                account.end(self._clock.monotonic_s())
            else:
                account.take_back()
        self.serve()

    def _look_again_in(self, seconds: float) -> None:
        if self._timer is not None and self._timer is not asyncio.current_task():
            self._timer.cancel()
        finite = seconds < math.inf
        self._timer = asyncio.create_task(self._serve_later(seconds), name="pace") if finite else None

    async def _serve_later(self, seconds: float) -> None:
        await self._clock.sleep(max(seconds, _SHORTEST_S))
        self.serve()


class Pace:
    """That of one answer. ``with pace:`` while it is under way, for a place is kept for its end."""

    def __init__(
        self,
        bot: _Bot,
        chat: _Chat,
        throttle: Throttle,
        clock: Clock,
        *,
        interval_s: float,
        headroom: Callable[[], Headroom | None],
    ) -> None:
        """`headroom`: what the platform itself says is left in this chat."""
        self.chat = chat
        self.is_shown = False
        """Whether something of this answer is on screen."""
        self.moved_s = -math.inf
        """When it was last seen to grow."""
        self._bot = bot
        self._throttle = throttle
        self._clock = clock
        self._interval_s = interval_s
        self._headroom = headroom

    def __enter__(self) -> Self:
        self.chat.open.add(self)
        return self

    def __exit__(self, *_: object) -> None:
        self.chat.open.discard(self)
        self._bot.serve()  # The place that was kept for its end is free.

    @property
    def interval_s(self) -> float:
        """Shortest time between two updates of this answer, now."""
        return self._interval_s * self.chat.caution.factor(self._clock.monotonic_s())

    async def passed(self) -> None:
        """Return once the platform's demand to wait is over."""
        await self._throttle.passed()

    async def demand(self, seconds: float) -> None:
        """Note that the platform wants nothing new in this chat for so long: from then on it goes slower there."""
        self.chat.caution.refused(self._clock.monotonic_s())
        await self._throttle.demand(seconds)

    async def slot(self, urgency: Urgency) -> Slot:
        """Wait for a place: the more urgent first, then the answer that was longest not seen to move."""
        await self._throttle.passed()
        return await self._bot.slot(self, urgency)

    def slot_at_once(self, urgency: Urgency) -> Slot | None:
        """A place without waiting, if there is one."""
        return self._bot.slot_at_once(self, urgency)

    def moved(self) -> None:
        """Note that people saw it grow just now."""
        self.is_shown, self.moved_s = True, self._clock.monotonic_s()

    def held_s(self, urgency: Urgency, now_s: float) -> float:
        """How long the platform's own words hold a request back."""
        held_s = self._throttle.left_s()
        room = self._headroom()
        if room is None:
            return held_s
        if room.refusals > self.chat.refusals:
            self.chat.refusals = room.refusals
            self.chat.caution.refused(now_s)
        # Of what ends an answer nothing is held back here: if need be the adapter waits.
        if urgency in (Urgency.FIRST, Urgency.UPDATE) and room.left - self.chat.under_way <= _LEFT_TO_THE_END:
            return max(held_s, room.resets_at_s - now_s)
        return held_s


class Paces:
    """Those of all answers, on all platforms."""

    def __init__(self, throttles: Throttles, clock: Clock) -> None:
        self._throttles = throttles
        self._clock = clock
        self._bots: dict[PlatformName, _Bot] = {}

    def of(self, key: ConversationKey, chat: Chat, *, is_private: bool) -> Pace:
        """A new one for an answer there."""
        limits = chat.limits
        if chat.platform not in self._bots:
            self._bots[chat.platform] = _Bot(limits, self._clock)
        bot = self._bots[chat.platform]
        throttle = self._throttles.of(key, limits, is_private=is_private)
        return Pace(
            bot,
            bot.chat(throttle.chat, is_private=is_private),
            throttle,
            self._clock,
            interval_s=limits.edit_interval_s if is_private else limits.group_edit_interval_s,
            headroom=partial(chat.headroom, key),
        )
