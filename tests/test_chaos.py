"""A few kill points and a short soak; `make chaos` plays all of them, and a long one."""

import random

import pytest

from tests.chaos.cases import CASES, Api, Case, Scene
from tests.chaos.kill_points import play
from tests.chaos.plan import SHORT
from tests.chaos.soak import soak

CHOSEN = (
    Case(scene=Scene.AT_ONCE, point="before store.accept"),
    Case(scene=Scene.AT_ONCE, point="after store.accept"),
    Case(scene=Scene.AT_ONCE, point="after store.conclude"),
    Case(scene=Scene.GROWING, point="after chat.post preview"),
    Case(scene=Scene.SPLIT, request=Api.POST, passing=2),
    Case(scene=Scene.EDITED, point="after store.edit"),
)


@pytest.mark.parametrize("platform", ["discord", "telegram"])
@pytest.mark.parametrize("case", CHOSEN, ids=lambda case: case.name)
async def test_killed_at_any_moment_the_bot_gives_one_answer_after_its_next_start(case: Case, platform: str) -> None:
    await play(case, platform)


async def test_in_a_short_soak_nothing_is_lost_doubled_or_left_unfinished() -> None:
    seed = random.SystemRandom().randrange(1_000_000)
    result = await soak(seed, SHORT)
    print(result.table())
    assert result.is_kept, f"seed {seed}: make chaos SEED={seed}\n{result.table()}"


def test_the_chosen_kill_points_are_some_of_all() -> None:
    assert set(CHOSEN) <= set(CASES)
    for platform in ("discord", "telegram"):
        assert len({case.name for case in CASES if platform in case.platforms}) >= 15
