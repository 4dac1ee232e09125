"""A short run of ``make chaos``: some kill points, and a small soak."""

import pytest

from tests.chaos.__main__ import every_case
from tests.chaos.cases import Case, Scene
from tests.chaos.kill_points import play
from tests.chaos.plan import SHORT
from tests.chaos.soak import soak

SEED = 11
"""Of the soak in the test-suite; ``make chaos`` draws a new one each time."""

ONE_OF = 12
"""So many kill points are skipped for each that is played here; ``make chaos`` plays them all."""


@pytest.mark.parametrize(
    ("case", "platform"), [pytest.param(case, on, id=f"{on}: {case.name}") for case, on in every_case()[::ONE_OF]]
)
async def test_killed_at_any_point_the_next_start_leaves_one_whole_answer(case: Case, platform: str) -> None:
    await play(case, platform)


def test_there_are_kill_points_from_the_event_to_the_recorded_outcome() -> None:
    for platform in ("discord", "telegram"):
        points = {case.point or case.name for case, on in every_case() if on == platform}
        assert len(points) >= 15
        assert {case.scene for case, on in every_case() if on == platform} >= {Scene.GROWING, Scene.SPLIT}


async def test_when_everything_goes_wrong_at_once_each_message_still_has_one_outcome() -> None:
    result = await soak(SEED, SHORT)
    print(f"soak, seed {result.seed}: {dict(result.fates)}")  # noqa: T201 - pytest shows it when the test fails
    assert result.is_kept, result.table() + "\n" + "\n".join(result.log[-200:])
