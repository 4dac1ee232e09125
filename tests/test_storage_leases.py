"""Leases: nobody runs what another runs, and nothing waits for who is gone."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.happenings import message
from tests.manual_clock import START
from tests.storing import accept, begin, lease, store_at


async def test_nobody_else_takes_a_turn_before_its_lease_ends(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turn = await accept(store, message("Hello"))
        await begin(store, turn, owner="them")

        just_before, end = START + timedelta(seconds=29.9), START + timedelta(seconds=30)
        assert await store.begin(turn.id, now=just_before, lease=lease(just_before)) is None
        assert await store.begin(turn.id, now=end, lease=lease(end)) is not None


async def test_a_renewed_lease_lasts_longer(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        kept, taken = await accept(store, message("Hello")), await accept(store, message("You too", sender="Bob"))
        for turn, owner in ((kept, "them"), (taken, "others")):
            await begin(store, turn, owner=owner)
        await store.renew([kept.id, taken.id], lease(START + timedelta(seconds=20), "them"))

        later = START + timedelta(seconds=40)
        assert await store.begin(kept.id, now=later, lease=lease(later)) is None
        assert await store.begin(taken.id, now=later, lease=lease(later)) is not None, "it was not theirs to renew"


async def test_a_turn_that_is_handed_back_was_not_begun(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turn = await accept(store, message("Hello"))
        await begin(store, turn)
        await store.hand_back(turn.id, owner="them")
        assert await store.begin(turn.id, now=START, lease=lease(owner="others")) is None, "it was not theirs"
        await store.hand_back(turn.id, owner="us")
        assert (await begin(store, turn, owner="others")).attempts == 0


async def test_what_changed_meanwhile_is_not_handed_back(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turn = await accept(store, message("Hello", message_id="q"))
        await begin(store, turn)
        await store.edit(message("Hello!", message_id="q"), ready_at=START, redo_since=START)
        await store.hand_back(turn.id, owner="us")
        assert (await begin(store, turn)).attempts == 0


async def test_nothing_to_renew_is_no_trouble(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        await store.renew([], lease())


@pytest.mark.parametrize("jump", [timedelta(hours=1), timedelta(days=20000)])
async def test_a_clock_that_jumps_back_does_not_make_a_lease_last(tmp_path: Path, jump: timedelta) -> None:
    async with store_at(tmp_path) as store:
        turn = await accept(store, message("Hello"))
        await begin(store, turn, owner="them")

        earlier = START - jump
        assert await store.begin(turn.id, now=earlier, lease=lease(earlier)) is not None


async def test_a_clock_that_is_a_little_behind_does_not_take_what_is_claimed(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turn = await accept(store, message("Hello"))
        await begin(store, turn, owner="them")

        behind = START - timedelta(seconds=5)
        assert await store.begin(turn.id, now=behind, lease=lease(behind)) is None


async def test_the_leases_of_a_process_that_is_gone_hold_nobody_up(tmp_path: Path) -> None:
    async with store_at(tmp_path) as store:
        turn = await accept(store, message("Hello"))
        await begin(store, turn, owner="them")

    async with store_at(tmp_path) as store:
        assert (await begin(store, turn)).attempts == 1
