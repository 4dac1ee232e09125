import httpx
import pytest
import telegram
from telegram.error import NetworkError, RetryAfter, TimedOut

from tests.emulators.telegram import TelegramEmulator
from tests.telegram_client import refused


@pytest.mark.parametrize("status", [500, 502, 401, 403, 400])
async def test_a_scripted_status_hits_as_often_as_told(world: TelegramEmulator, bot: telegram.Bot, status: int) -> None:
    chat = world.private(world.add_person("Ann"))
    fault = world.fail("POST /sendMessage", status=status, skip=1)

    await bot.send_message(chat.id, "one")
    with pytest.raises(telegram.error.TelegramError):
        await bot.send_message(chat.id, "two")
    await bot.send_message(chat.id, "three")

    assert [message.text for message in world.visible(chat)] == ["one", "three"]
    assert [request.status for request in world.requests if request.path == "/sendMessage"] == [200, status, 200]
    assert fault.times == 0


async def test_a_scripted_flood_limit_says_how_long(world: TelegramEmulator, bot: telegram.Bot) -> None:
    chat = world.private(world.add_person("Ann"))
    world.fail("* /sendMessage", status=429, headers={"Retry-After": "7"})

    with pytest.raises(RetryAfter, match="0:00:07"):
        await bot.send_message(chat.id, "hi")


async def test_a_proxys_page_instead_of_json(world: TelegramEmulator, bot: telegram.Bot) -> None:
    world.fail("POST /getMe", status=502, body=b"<html>Bad Gateway</html>")

    with pytest.raises(NetworkError):
        await bot.get_me()


async def test_a_slow_answer_and_one_that_comes_too_late(world: TelegramEmulator, bot: telegram.Bot) -> None:
    chat = world.private(world.add_person("Ann"))
    world.fail("POST /sendMessage", status=200, delay_s=0.01)
    await bot.send_message(chat.id, "slow")
    world.fail("POST /sendMessage", status=200, delay_s=0.1, after_effect=True)

    with pytest.raises(TimedOut):
        await bot.send_message(chat.id, "late", read_timeout=0.02)

    assert [message.text for message in world.visible(chat)] == ["slow", "late"]


async def test_after_a_lost_answer_the_same_edit_again_is_no_violation(
    world: TelegramEmulator, bot: telegram.Bot
) -> None:
    chat = world.private(world.add_person("Ann"))
    sent = await bot.send_message(chat.id, "one")
    world.fail("POST /editMessageText", drop=True, after_effect=True)
    with pytest.raises(NetworkError):
        await bot.edit_message_text("two", chat.id, sent.message_id)

    async with refused(world, "Message is not modified"):
        await bot.edit_message_text("two", chat.id, sent.message_id)

    assert world.visible(chat)[0].text == "two"


async def test_an_update_whose_answer_was_lost_comes_again(world: TelegramEmulator, bot: telegram.Bot) -> None:
    ann = world.add_person("Ann")
    await world.say(world.private(ann), ann, "hi")
    world.fail("POST /getUpdates", drop=True, after_effect=True)
    with pytest.raises(NetworkError):
        await bot.get_updates(timeout=0)

    assert len(await bot.get_updates(timeout=0)) == 1


async def test_files_are_downloaded_by_links_that_can_end(world: TelegramEmulator, bot: telegram.Bot) -> None:
    ann = world.add_person("Ann")
    message = await world.send_document(world.private(ann), ann, b"x" * 100_000, "a.bin", "application/x-thing")
    file_id = message.content["document"]["file_id"]

    file = await bot.get_file(file_id)

    assert await file.download_as_bytearray() == b"x" * 100_000
    world.expire_links()
    with pytest.raises(telegram.error.InvalidToken, match="Not Found"):
        await file.download_as_bytearray()
    assert await (await bot.get_file(file_id)).download_as_bytearray() == b"x" * 100_000
    world.media.lose(file_id)
    async with refused(world, "Wrong file_id"):
        await bot.get_file(file_id)


async def test_files_over_20_mib_are_not_given_out(world: TelegramEmulator, bot: telegram.Bot) -> None:
    ann = world.add_person("Ann")
    chat = world.private(ann)
    fits = await world.send_document(chat, ann, b"x", "a.bin", "", claimed_size=20 << 20)
    too_big = await world.send_document(chat, ann, b"x", "a.bin", "", claimed_size=(20 << 20) + 1)

    assert (await bot.get_file(fits.content["document"]["file_id"])).file_size == 20 << 20
    async with refused(world, "File is too big"):
        await bot.get_file(too_big.content["document"]["file_id"])


async def test_downloads_can_fail_and_need_the_token(world: TelegramEmulator, bot: telegram.Bot) -> None:
    ann = world.add_person("Ann")
    message = await world.send_document(world.private(ann), ann, b"data", "a.bin", "")
    file = await bot.get_file(message.content["document"]["file_id"])
    world.fail("GET /file/documents/*", drop=True)
    with pytest.raises(NetworkError):
        await file.download_as_bytearray()
    world.fail("GET /file/*", status=503)
    with pytest.raises(NetworkError, match="Service Unavailable"):
        await file.download_as_bytearray()

    assert file.file_path is not None
    async with httpx.AsyncClient() as http:
        stranger = await http.get(file.file_path.replace(world.token, "1:" + "x" * 35))

    assert stranger.status_code == 401
    assert ["wrong token" in violation for violation in world.violations] == [True]
    world.violations.clear()


async def test_forms_and_json_say_the_same(world: TelegramEmulator) -> None:
    chat = world.private(world.add_person("Ann"))
    url = f"{world.api_url}/bot{world.token}/SENDmessage"
    entities = [{"type": "bold", "offset": 0, "length": 2}]
    async with httpx.AsyncClient() as http:
        answers = [
            await http.post(url, json={"chat_id": chat.id, "text": "hi", "entities": entities}),
            await http.post(
                url, data={"chat_id": str(chat.id), "text": "hi", "entities": '[{"type":"bold","offset":0,"length":2}]'}
            ),
            await http.get(url, params={"chat_id": chat.id, "text": "hi"}),
        ]

    assert [answer.json()["ok"] for answer in answers] == [True, True, True]
    assert [message.entities for message in world.visible(chat)] == [entities, entities, []]
    assert {request.path for request in world.requests} == {"/sendMessage"}


async def test_malformed_entities_are_refused(world: TelegramEmulator) -> None:
    chat = world.private(world.add_person("Ann"))
    url = f"{world.api_url}/bot{world.token}/sendMessage"
    async with httpx.AsyncClient() as http:
        answer = await http.post(url, data={"chat_id": str(chat.id), "text": "hi", "entities": "[{"})

    assert (answer.status_code, answer.json()["error_code"]) == (400, 400)
    assert len(world.violations) == 1
    world.violations.clear()
