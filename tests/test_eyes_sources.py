"""Every way in which a picture comes, through the real process: what the model saw, what it and people were told."""

import asyncio
from pathlib import Path

import pytest

from tests.gallery import UPRIGHT
from tests.picture_people import PLATFORMS, DiscordPicturePeople, TelegramPicturePeople, trusting
from tests.picture_sources import JPEG, OF_EITHER, PNG, Asked
from tests.picture_sources_discord import ON_DISCORD
from tests.picture_sources_telegram import ON_TELEGRAM
from tests.seeing import (
    PictureServer,
    Scene,
    answer,
    assert_bare,
    assert_same_picture,
    picture_server,
    prompt_of,
    seeing,
)

ANSWER = "I have seen it."


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_a_picture_is_seen_whichever_way_it_comes(platform: str, tmp_path: Path) -> None:
    async with picture_server() as server:
        server.files["/rose.png"] = PNG
        server.redirects["/moved.png"] = "/rose.png"
        variables = {"PICTURE_MAX_BYTES": "2000000", **trusting(platform, server.url)}
        async with seeing(platform, tmp_path, **variables) as scene:
            scene.model.reply_with(ANSWER)
            asked = await _ask(scene, server)
            await asyncio.gather(*(scene.reads(one.place, answer(ANSWER, *filter(None, [one.note]))) for one in asked))
            for one in asked:
                _check(scene, one)


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_a_picture_whose_link_has_expired_is_fetched_anew(platform: str, tmp_path: Path) -> None:
    async with seeing(platform, tmp_path) as scene:
        people = scene.people
        scene.model.reply_with(ANSWER)
        place, other = people.hearing_group(), people.hearing_group()
        old = await people.share_photo(place, JPEG, "old", who="Bob")
        await people.share_photo(other, JPEG, "old too", who="Bob")
        await people.say(other, "ready?", mention=True)
        await scene.reads(other, ANSWER)
        people.expire_links()
        await people.share_photo(other, JPEG, "newer", who="Bob")
        people.expire_links()
        await people.say(place, "what was it?", mention=True, reply_to=old)
        await people.say(other, "what is in that picture?", mention=True)
        await scene.reads(place, ANSWER)
        await scene.reads(other, ANSWER, ANSWER)
        (seen,) = scene.call_about("what was it?").images
        assert_same_picture(seen, UPRIGHT)
        assert len(scene.call_about("in that picture?").pictures) == 1


async def _ask(scene: Scene, server: PictureServer) -> list[Asked]:
    people = scene.people
    asking = [ask(people, server) for ask in OF_EITHER]
    if isinstance(people, DiscordPicturePeople):
        asking += [on_discord(people) for on_discord in ON_DISCORD]
    if isinstance(people, TelegramPicturePeople):
        asking += [on_telegram(people) for on_telegram in ON_TELEGRAM]
    return await asyncio.gather(*asking)


def _check(scene: Scene, asked: Asked) -> None:
    call = scene.call_about(asked.about)
    prompt = prompt_of(call)
    assert len(call.pictures) == len(asked.views), prompt
    for jpeg, seen, reference in zip(call.pictures, call.images, asked.views, strict=True):
        assert_bare(jpeg)
        assert_same_picture(seen, reference)
    for words in asked.told:
        assert words in prompt
