"""Whatever comes in whatever order: everybody's own order is kept, the bounds are, and nothing is lost."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from bot.choices import ConversationSettings
from bot.errors import StorageError
from bot.events import ConversationKey, MessageId, PersonId
from bot.lanes import Lanes
from bot.readiness import Readiness
from bot.records.turns import Turn, TurnId, TurnState
from tests.happenings import FAKE
from tests.manual_clock import ManualClock

AT_ONCE = 2
KEYS = [ConversationKey(platform=FAKE, chat_id=chat) for chat in "112"]

which = st.integers(0, 30)
asking = st.tuples(
    st.just("ask"), st.sampled_from(["Ann", "Ben", "Cem"]), st.sampled_from(KEYS), st.sampled_from([0, 0, 1])
)
action = st.one_of(
    asking,
    asking,
    asking,
    st.tuples(st.sampled_from(["more comes", "redo", "redo behind", "drop"]), which),
    st.tuples(st.just("end"), which),
    st.tuples(st.sampled_from(["share", "apart", "time passes", "store fails"])),
)


@dataclass
class World:
    """Plays actions on lanes, and judges each beginning."""

    clock: ManualClock = field(default_factory=ManualClock)
    is_per_person: bool = True
    asked: dict[TurnId, Turn] = field(default_factory=dict)
    running: list[Turn] = field(default_factory=list)
    gates: dict[TurnId, asyncio.Event] = field(default_factory=dict)
    begun: list[Turn] = field(default_factory=list)
    owed: set[TurnId] = field(default_factory=set)
    """Still to be answered, as they are now."""
    moved: set[TurnId] = field(default_factory=set)
    """Done again: these have no place in their sender's order any more."""
    held_up: set[TurnId] = field(default_factory=set)
    """Begun in vain, since the store failed: these keep their place until they are tried again."""
    store_fails: bool = False
    all_may_end: bool = False

    def __post_init__(self) -> None:
        self.lanes = Lanes(self.answer, clock=self.clock, readiness=Readiness(), per_lane=99, total=99, at_once=AT_ONCE)

    async def answer(self, turn: Turn) -> None:
        beside = [other for other in self.running if other.key == turn.key]
        assert len(beside) < AT_ONCE
        assert turn.sender not in {other.sender for other in beside}, "one of a person at a time"
        is_begun_alone = not beside or turn.id in self.held_up
        assert turn.settings.is_per_person or is_begun_alone, "one at a time where all share the conversation"
        assert turn == self.asked[turn.id], "as it is now"
        assert self.clock.now() >= turn.ready_at
        self.held_up.discard(turn.id)
        if self.store_fails:
            self.store_fails = False
            self.held_up.add(turn.id)
            raise StorageError("away")
        self.running.append(turn)
        self.begun.append(turn)
        try:
            if not self.all_may_end:
                await self.gates.setdefault(turn.id, asyncio.Event()).wait()
        finally:
            self.running.remove(turn)
        self.owed.discard(turn.id)

    async def play(self, verb: str, *values: Any) -> None:
        match verb, values:
            case "ask", (sender, key, quiet_s):
                turn = self._turn(len(self.asked) + 1, sender, key, quiet_s)
                self.asked[turn.id] = turn
                self.owed.add(turn.id)
                assert self.lanes.put(turn)
            case "more comes" | "redo" | "redo behind" | "drop", (number,) if self.asked:
                self._change(verb, list(self.asked.values())[number % len(self.asked)])
            case "end", (number,) if self.running:
                self.gates[self.running[number % len(self.running)].id].set()
            case (("share" | "apart"), ()):
                self.is_per_person = verb == "apart"
            case "time passes", ():
                await self.clock.advance(1)
            case "store fails", ():
                self.store_fails = True

    def _turn(self, number: int, sender: str, key: ConversationKey, quiet_s: int) -> Turn:
        return Turn(
            id=TurnId(number),
            key=key,
            state=TurnState.ACCEPTED,
            attempts=0,
            is_private=False,
            command=None,
            reply_to=MessageId(f"m{number}"),
            accepted_at=self.clock.now(),
            ready_at=self.clock.now() + timedelta(seconds=quiet_s),
            sender=PersonId(sender),
            settings=ConversationSettings(is_per_person=self.is_per_person),
        )

    def _change(self, verb: str, turn: Turn) -> None:
        changed = replace(turn, text=f"{turn.text}!", settings=ConversationSettings(is_per_person=self.is_per_person))
        if verb == "drop":
            self.lanes.drop(turn)
            self.owed.discard(turn.id)
        elif verb == "more comes":
            if self.lanes.holds(turn):
                self.asked[turn.id] = changed
                assert self.lanes.put(changed)
        else:
            self.gates[turn.id] = asyncio.Event()
            self.held_up.discard(turn.id)
            self.asked[turn.id] = changed
            self.moved.add(turn.id)
            self.owed.add(turn.id)
            self.lanes.redo(changed, yields=verb == "redo behind")

    async def finish(self) -> None:
        self.all_may_end = True
        draining = asyncio.ensure_future(self.lanes.drain())
        while not draining.done():
            for gate in self.gates.values():
                gate.set()
            await self.clock.advance(1)
        assert await draining == 0


def one_by_one(*actions: tuple[Any, ...]) -> Sequence[tuple[tuple[Any, ...], bool]]:
    return [(one, False) for one in actions]


@example(
    one_by_one(
        ("share",),
        ("store fails",),
        ("ask", "Ann", KEYS[0], 0),
        ("apart",),
        ("ask", "Ben", KEYS[0], 0),
        ("time passes",),
    )
)
@given(actions=st.lists(st.tuples(action, st.booleans()), min_size=15, max_size=30))
def test_everybodys_own_are_answered_in_order_within_the_bounds_and_none_is_lost(
    actions: Sequence[tuple[tuple[Any, ...], bool]],
) -> None:
    async def played() -> None:
        world = World()
        async with asyncio.timeout(20):
            for (verb, *values), others_come_at_the_same_moment in actions:
                await world.play(verb, *values)
                for _ in range(0 if others_come_at_the_same_moment else 10):
                    await asyncio.sleep(0)
            await world.finish()
        assert world.owed == set()
        for sender in ("Ann", "Ben", "Cem"):
            for key in KEYS:
                own = [turn.id for turn in world.begun if (turn.sender, turn.key) == (sender, key)]
                in_place = [turn_id for turn_id in own if turn_id not in world.moved]
                assert in_place == sorted(in_place)
        assert all(world.lanes.ahead_of(key, PersonId("Ann")) == 0 for key in KEYS), "nothing is left over"

    asyncio.run(played())
