"""Pictures and files from Telegram: fetched under caps, explained when they can't be, and no link gets out."""

import logging

import pytest

from bot.errors import AttachmentError
from bot.events import AttachmentRef, MessageReceived
from tests.emulators.telegram import TelegramEmulator
from tests.telegram_bot import Bot, running

DATA = b"\xff\xd8 not really" * 100
LIMIT = 1_000_000


async def sent(bot: Bot, telegram: TelegramEmulator, *, claimed_size: int | None = None) -> AttachmentRef:
    ann = telegram.add_person("Ann")
    await telegram.send_document(telegram.private(ann), ann, DATA, "a b.jpg", "image/jpeg", claimed_size=claimed_size)
    event: MessageReceived = await bot.hears()
    return event.attachments[0]


async def test_a_photo_arrives_in_its_largest_size(telegram_emulator: TelegramEmulator) -> None:
    ann = telegram_emulator.add_person("Ann")
    async with running(telegram_emulator) as bot:
        await telegram_emulator.send_photo(telegram_emulator.private(ann), ann, DATA)
        ref = (await bot.hears()).attachments[0]
        assert await bot.chat.fetch(ref, max_bytes=LIMIT) == DATA

    assert telegram_emulator.token not in ref.handle


@pytest.mark.parametrize("fault", [{"status": 500}, {"drop": True}, {"status": 429, "headers": {"Retry-After": "3"}}])
@pytest.mark.parametrize("step", ["POST /getFile", "GET /file/*"])
async def test_a_failure_that_passes_is_tried_again(
    telegram_emulator: TelegramEmulator, step: str, fault: dict[str, object]
) -> None:
    async with running(telegram_emulator) as bot:
        ref = await sent(bot, telegram_emulator)
        telegram_emulator.fail(step, times=2, **fault)
        assert await bot.chat.fetch(ref, max_bytes=LIMIT) == DATA


@pytest.mark.parametrize(
    ("step", "person"),
    [("POST /getFile", "Telegram did not hand it out"), ("GET /file/*", "it could not be downloaded")],
)
async def test_a_failure_that_stays_is_said(telegram_emulator: TelegramEmulator, step: str, person: str) -> None:
    async with running(telegram_emulator) as bot:
        ref = await sent(bot, telegram_emulator)
        telegram_emulator.fail(step, times=99, status=503)
        with pytest.raises(AttachmentError) as failed:
            await bot.chat.fetch(ref, max_bytes=LIMIT)

    assert failed.value.person == person
    assert telegram_emulator.token not in f"{failed.value!r} {failed.value.__cause__!r}"


async def test_a_wait_too_long_for_a_picture_is_not_waited_for(telegram_emulator: TelegramEmulator) -> None:
    async with running(telegram_emulator) as bot:
        ref = await sent(bot, telegram_emulator)
        telegram_emulator.fail("POST /getFile", status=429, headers={"Retry-After": "900"})
        with pytest.raises(AttachmentError, match="retry after 900 s"):
            await bot.chat.fetch(ref, max_bytes=LIMIT)

    assert bot.clock.waits == []


async def test_an_expired_link_is_renewed(telegram_emulator: TelegramEmulator) -> None:
    async with running(telegram_emulator) as bot:
        ref = await sent(bot, telegram_emulator)
        telegram_emulator.fail("GET /file/*", status=404)
        assert await bot.chat.fetch(ref, max_bytes=LIMIT) == DATA


async def test_a_file_over_20_mb_is_not_even_asked_for(telegram_emulator: TelegramEmulator) -> None:
    async with running(telegram_emulator) as bot:
        ref = await sent(bot, telegram_emulator, claimed_size=30_000_000)
        with pytest.raises(AttachmentError) as failed:
            await bot.chat.fetch(ref, max_bytes=100_000_000)

    assert failed.value.person == "it is larger than 20 MB"
    assert not any(request.path == "/getFile" for request in telegram_emulator.requests)


async def test_a_file_that_telegram_finds_too_big_is_said_so(telegram_emulator: TelegramEmulator) -> None:
    async with running(telegram_emulator) as bot:
        ref = await sent(bot, telegram_emulator)
        description = "Bad Request: file is too big"
        telegram_emulator.fail(
            "POST /getFile", status=400, body={"ok": False, "error_code": 400, "description": description}
        )
        with pytest.raises(AttachmentError) as failed:
            await bot.chat.fetch(ref, max_bytes=LIMIT)

    assert failed.value.person == "it is larger than 20 MB"


async def test_no_more_is_read_than_allowed(telegram_emulator: TelegramEmulator) -> None:
    async with running(telegram_emulator) as bot:
        ref = await sent(bot, telegram_emulator, claimed_size=5)
        with pytest.raises(AttachmentError, match="larger than 100 bytes"):
            await bot.chat.fetch(ref, max_bytes=100)


async def test_a_lost_file_is_said_to_be_gone(telegram_emulator: TelegramEmulator) -> None:
    async with running(telegram_emulator) as bot:
        ref = await sent(bot, telegram_emulator)
        telegram_emulator.media.lose(next(iter(telegram_emulator.media._files)))
        with pytest.raises(AttachmentError) as failed:
            await bot.chat.fetch(ref, max_bytes=LIMIT)

    assert failed.value.person == "Telegram no longer has it"


async def test_files_that_a_local_server_keeps_on_its_disk_are_explained(telegram_emulator: TelegramEmulator) -> None:
    async with running(telegram_emulator) as bot:
        ref = await sent(bot, telegram_emulator)
        path = {"file_id": "x", "file_unique_id": "y", "file_path": "/var/lib/telegram-bot-api/a.jpg"}
        telegram_emulator.fail("POST /getFile", status=200, body={"ok": True, "result": path})
        with pytest.raises(AttachmentError, match="start it without --local"):
            await bot.chat.fetch(ref, max_bytes=LIMIT)


@pytest.mark.parametrize("handle", ["", "{}", "nonsense", "[1]", '{"file_id": 5}'])
async def test_a_handle_of_another_adapter_is_refused(telegram_emulator: TelegramEmulator, handle: str) -> None:
    ref = AttachmentRef(handle=handle, name="", media_type="")
    async with running(telegram_emulator) as bot:
        with pytest.raises(AttachmentError):
            await bot.chat.fetch(ref, max_bytes=LIMIT)


async def test_no_link_is_logged(telegram_emulator: TelegramEmulator, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with running(telegram_emulator) as bot:
        ref = await sent(bot, telegram_emulator)
        telegram_emulator.fail("GET /file/*", drop=True)
        await bot.chat.fetch(ref, max_bytes=LIMIT)

    formatted = "\n".join(logging.Formatter().format(record) for record in caplog.records)
    assert telegram_emulator.token not in formatted
