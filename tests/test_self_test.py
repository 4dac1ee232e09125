"""Whether the model sees is found out by asking it, and a lucky guess does not pass."""

import random
from collections.abc import Callable
from itertools import permutations

import pytest

from bot.sight.self_test import can_see
from tests.drawing import opened
from tests.emulators.model import Call, ModelEmulator, Script
from tests.model_world import client_of
from tests.self_test_eyes import COLOURS, seen


async def result(model: ModelEmulator, *, seed: int = 1) -> bool | None:
    async with client_of(model.url) as client:
        return await can_see(client, chance=random.Random(seed))


def with_eyes(wording: str) -> Callable[[Call], str]:
    return lambda call: wording.format(*seen(call.images[0]))


@pytest.mark.parametrize(
    "wording",
    [
        "{} {} {} {}",
        "{}, {}, {}, {}.",
        "**{}**, **{}**, **{}** and **{}**",
        "From left to right, the stripes are:\n1. {}\n2. {}\n3. {}\n4. {}\n",
        "<think>Is the first one white? No.</think>{}, {}, {}, {}",
    ],
)
async def test_a_model_that_names_the_colours_in_their_order_sees(model: ModelEmulator, wording: str) -> None:
    model.reply_with(lambda call: with_eyes(wording)(call).title())

    assert all([await result(model, seed=seed) for seed in range(20)])
    assert len(model.calls) == 20


@pytest.mark.parametrize("order", [" ".join(order) for order in list(permutations(COLOURS, 4))[::60]])
async def test_a_blind_model_that_guesses_does_not_pass(model: ModelEmulator, order: str) -> None:
    model.reply_with(order)

    assert [await result(model, seed=seed) for seed in range(3)].count(False) >= 2


@pytest.mark.parametrize("said", ["I'm sorry, but I can't see any picture.", "", "Rot, Blau, Grün, Gelb", "red"])
async def test_a_model_that_names_nothing_is_asked_once_more_and_then_counts_as_blind(
    model: ModelEmulator, said: str
) -> None:
    model.reply_with(said)

    assert await result(model) is False
    assert len(model.calls) == 2
    assert model.calls[0].pictures != model.calls[1].pictures


async def test_a_slip_is_forgiven_once(model: ModelEmulator) -> None:
    model.reply("red red red red")
    model.reply_with(with_eyes("{} {} {} {}"))

    assert await result(model) is True


async def test_a_server_that_refuses_pictures_is_blind(model: ModelEmulator) -> None:
    model.abilities.pictures = 0

    assert await result(model) is False
    assert len(model.requests) == 1


async def test_a_server_that_refuses_pictures_in_unknown_words_is_found_out_by_asking_without(
    model: ModelEmulator,
) -> None:
    model.reply_with(lambda call: Script(status=400, message="E-4711") if call.pictures else "red")

    assert await result(model) is False


async def test_a_server_that_refuses_everything_tells_nothing(model: ModelEmulator) -> None:
    model.reply_with(Script(status=400, message="E-4711"))

    assert await result(model) is None


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500, 503])
async def test_a_server_that_cannot_be_asked_tells_nothing(model: ModelEmulator, status: int) -> None:
    model.reply_with(Script(status=status))

    assert await result(model) is None


async def test_a_model_that_never_stops_is_not_listened_to_for_ever(model: ModelEmulator) -> None:
    model.reply_with(Script(pieces=("hm " * 5000,) * 3, reasoning=("hm " * 3000,) * 3, hang=True))

    assert await result(model) is False


async def test_the_picture_is_small_and_exact(model: ModelEmulator) -> None:
    await result(model)

    (picture,) = model.calls[0].pictures
    image = opened(picture)
    assert len(picture) < 4000
    assert image.size == (256, 256)
    assert len(set(seen(image))) == 4
    assert len({colour for _, colour in image.getcolors() or ()}) == 4
