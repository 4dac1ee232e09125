"""The bot as its own process: it sees the pictures that people send, reply to and ask about."""

import pillow_heif
import pytest

from tests.emulators.model import ModelEmulator
from tests.end_to_end import calls, colour_of, picture, shown
from tests.people import People


@pytest.mark.usefixtures("bot_process")
async def test_a_mention_with_a_photo_shows_the_model_the_photo(people: People, model: ModelEmulator) -> None:
    model.reply("Blue.")
    group = people.group()
    await people.send_photo(group, picture("blue"), "which colour?", mention=True)
    assert await shown(people, group) == ["Blue."]
    (call,) = await calls(model, 1)
    assert [colour_of(jpeg) for jpeg in call.pictures] == [(0, 0, 1)]
    assert "[Ann] which colour?" in call.text
    assert "glimpse_bot" not in call.text, "the mention is taken out"


@pytest.mark.usefixtures("bot_process")
async def test_a_photo_without_words_is_described(people: People, model: ModelEmulator) -> None:
    model.reply("A red picture.")
    place = people.private()
    await people.send_photo(place, picture("red"))
    assert await shown(people, place) == ["A red picture."]
    assert "describe what you see" in model.calls[0].text


@pytest.mark.usefixtures("bot_process")
async def test_replying_to_somebodys_photo_with_a_mention_shows_that_photo(
    people: People, model: ModelEmulator
) -> None:
    group = people.group()
    photo = await people.send_photo(group, picture("lime"), "look", who="Bob")
    await people.say(group, "what is this?", mention=True, reply_to=photo)
    await shown(people, group)
    (call,) = await calls(model, 1)
    assert [colour_of(jpeg) for jpeg in call.pictures] == [(0, 1, 0)]
    assert '[Ann, quoting Bob: "look"] what is this?' in call.text


@pytest.mark.usefixtures("bot_process")
@pytest.mark.parametrize(("kind", "media_type"), [("PNG", "image/png"), ("HEIF", "image/heic"), ("WEBP", "")])
async def test_a_photo_sent_as_a_file_is_seen(people: People, model: ModelEmulator, kind: str, media_type: str) -> None:
    if kind == "HEIF":
        pillow_heif.register_heif_opener()
    place = people.private()
    data = picture("blue", kind=kind)
    await people.send_file(place, data, f"IMG_1.{kind.lower()}", media_type or "application/octet-stream", "colour?")
    await shown(people, place)
    (call,) = await calls(model, 1)
    assert [colour_of(jpeg) for jpeg in call.pictures] == [(0, 0, 1)]


@pytest.mark.usefixtures("bot_process")
async def test_an_album_gets_one_answer(people: People, model: ModelEmulator) -> None:
    place = people.private()
    await people.send_album(place, [picture(colour) for colour in ("red", "lime", "blue")], "which is green?")
    await shown(people, place)
    (call,) = await calls(model, 1)
    assert [colour_of(jpeg) for jpeg in call.pictures] == [(1, 0, 0), (0, 1, 0), (0, 0, 1)]


@pytest.mark.usefixtures("bot_process")
async def test_a_photo_and_its_question_behind_it_get_one_answer(people: People, model: ModelEmulator) -> None:
    place = people.private()
    await people.send_photo(place, picture("blue"))
    await people.say(place, "which colour?")
    await shown(people, place)
    (call,) = await calls(model, 1)
    assert [colour_of(jpeg) for jpeg in call.pictures] == [(0, 0, 1)]
    assert "which colour?" in str(call.messages)
