"""A short run of ``make chaos``: every twelfth kill point."""

import pytest

from tests.chaos.__main__ import every_case
from tests.chaos.cases import Case, Scene
from tests.chaos.kill_points import play

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
