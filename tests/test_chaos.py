"""A short run of ``make chaos``: every thirteenth kill point, and a soak of a minute at most."""

from dataclasses import replace

import pytest

from bot.ports.chat import Chat
from bot.ports.store import Store
from bot.records.attachments import Medium
from bot.sentences import Sentence, sentence
from bot.texts import called, not_seen, only_still, seen_in_part
from tests.chaos.__main__ import every_case
from tests.chaos.cases import Case, Scene
from tests.chaos.kill_points import play
from tests.chaos.ledger import Fate, Question, Shown, fate_of
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


@pytest.mark.parametrize(
    "note",
    [
        not_seen(called(Medium.PICTURE, None), sentence("it is no longer there")),
        not_seen(called(Medium.PICTURE, 2), sentence("it is no longer there")),
        seen_in_part(called(Medium.PICTURE, None), only_still(sentence("it is no longer there"))),
    ],
)
def test_an_answer_is_whole_also_with_a_note_about_a_picture_that_could_not_be_fetched(note: Sentence) -> None:
    question = Question(number=1, words=3)
    text = f"{question.answer}\n\n{note}"
    shown = Shown(id=1, text=text, first_text=text, reply_to=None, can_stop=False)

    assert fate_of(question, [shown]) is Fate.WHOLE
    assert fate_of(question, [replace(shown, text=f"{text} And more.")]) is Fate.UNFINISHED
