"""A short run of ``make chaos``: every thirteenth kill point, and a soak of a minute at most."""

import pytest

from bot.ports.chat import Chat
from bot.ports.store import Store
from tests.chaos.__main__ import every_case
from tests.chaos.cases import Case, Scene
from tests.chaos.kill_points import play
from tests.chaos.plan import SHORT
from tests.chaos.soak import soak

ONE_OF = 13
"""Each so-manieth is played here, ``make chaos`` plays all. An odd number: the platforms take turns in the list."""


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


@pytest.mark.parametrize(
    "case", {case.point: case for case, _ in every_case() if case.point}.values(), ids=lambda case: case.point
)
def test_each_kill_point_is_a_call_that_there_is(case: Case) -> None:
    match case.point.split():
        case ["before" | "after", call, *_]:
            port, _, name = call.partition(".")
            assert hasattr({"store": Store, "chat": Chat}[port], name)
        case _:
            assert case.point.startswith("model")


async def test_whatever_goes_wrong_each_message_has_one_outcome_and_conversations_keep_their_order() -> None:
    result = await soak(2026, SHORT)
    assert result.is_kept, "\n".join([result.table(), *result.log])
    assert result.kills["SIGKILL"] > 0
    assert result.faults
