"""What people, servers and files can do to the bot to exhaust it: it stays small, polite and able to stop."""

import asyncio
import json
from pathlib import Path
from types import SimpleNamespace

import discord
import pytest
from aiohttp import web
from telegram.error import BadRequest

from adapters.discord import errors as discord_errors
from adapters.telegram import errors as telegram_errors
from adapters.telegram.request import AiohttpRequest, Broken
from bot.answering.look import FILES_AT_ONCE
from bot.answering.reading import LONGEST_ANSWER
from bot.delivery.throttle import SHORTEST_S
from bot.errors import PlatformThrottled
from bot.events import AttachmentRef, Command, ConversationKey, MessageId
from bot.pictures.pipe import unpack_head
from bot.ports.model import TextDelta
from bot.ports.parts import Part
from tests.core import running_core
from tests.fake_chat import FakeChat
from tests.happenings import FAKE, message, photo


async def test_an_answer_that_never_ends_is_ended(tmp_path: Path) -> None:
    verses = [
        TextDelta(" ".join(str(number) for number in range(start, start + 500))) for start in range(0, 10**6, 500)
    ]
    async with running_core(tmp_path, verses, chat=FakeChat(text_length=10_000)) as core:
        await core.hear(message("sing"))
        await core.finish()
        documents = [shown.document for shown in core.chat.screen.values() if shown.document is not None]
        (whole,) = documents
        assert LONGEST_ANSWER <= len(whole.text) < LONGEST_ANSWER + 200
        assert "reached its length limit" in "".join(core.chat.texts())
        assert core.model.closed == 1, "the server is told to stop"


async def test_a_platform_that_refuses_again_and_again_without_a_wait_is_not_hammered(tmp_path: Path) -> None:
    async with running_core(tmp_path) as core:
        for _ in range(10):
            core.chat.fail("post", PlatformThrottled("too many requests", retry_after_s=0))
        await core.hear(message("hi"))
        await core.finish()
        assert core.chat.texts() == ["ok"]
        assert core.clock.elapsed_s >= 9 * SHORTEST_S


class CountingChat(FakeChat):
    """Knows how many files were fetched at the same time."""

    def __init__(self) -> None:
        super().__init__()
        self.fetching = 0
        self.most = 0

    async def fetch(self, ref: AttachmentRef, *, max_bytes: int) -> bytes:
        self.fetching += 1
        self.most = max(self.most, self.fetching)
        await asyncio.sleep(0.001)
        self.fetching -= 1
        return f"pic {ref.handle}".encode()[:max_bytes]


async def test_many_large_files_at_once_are_held_a_few_at_a_time(tmp_path: Path) -> None:
    chat = CountingChat()
    places = [ConversationKey(platform=FAKE, chat_id=str(number)) for number in range(4)]
    async with running_core(tmp_path, chat=chat) as core:
        for place in places:
            await core.hear(message("?", key=place, attachments=[photo(f"{number}") for number in range(10)]))
        await core.finish()
        assert all(chat.texts(place) for place in places)
        assert chat.most == FILES_AT_ONCE


class StuckChat(FakeChat):
    """Never takes a message."""

    async def post(self, key: ConversationKey, part: Part, *, reply_to: MessageId | None, nonce: str) -> MessageId:
        await asyncio.Event().wait()
        raise AssertionError((key, part, reply_to, nonce))


async def test_the_bot_stops_in_time_though_a_command_can_not_be_answered(tmp_path: Path) -> None:
    async with running_core(tmp_path, chat=StuckChat()) as core:
        await core.hear(message("/help", command=Command(name="help")))
        await core.settle()
        async with asyncio.timeout(20):
            await core.inbox.drain(grace_s=0.01)
        assert len(await core.unfinished()) == 1, "it is answered after the next start"


async def test_an_answer_of_telegram_without_end_is_left() -> None:
    async def flood(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b" " * (1 << 20))

    app = web.Application()
    app.router.add_post("/", flood)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    calls = AiohttpRequest(pool_size=1)
    await calls.initialize()
    try:
        with pytest.raises(Broken, match="too long"):
            await calls.do_request(f"http://127.0.0.1:{runner.addresses[0][1]}/", "POST")
    finally:
        await calls.shutdown()
        await runner.cleanup()


HEAD = {"pictures": [], "text": "", "origin": "", "left_out": "", "operator": "", "person": ""}


@pytest.mark.parametrize(
    "wrong",
    [
        [],
        5,
        {"pictures": [], "text": ""},
        {**HEAD, "origin": 5},
        {**HEAD, "pictures": [{"size": "9", "width": 1, "height": 1, "label": ""}]},
        {**HEAD, "pictures": [[]]},
    ],
)
def test_nonsense_from_a_picture_worker_is_known_as_such(wrong: object) -> None:
    with pytest.raises(ValueError, match="of a picture worker"):
        unpack_head(json.dumps(wrong).encode())


def test_a_reply_of_a_picture_worker_that_never_closes_is_nonsense() -> None:
    with pytest.raises(ValueError, match=r"not a reply|depth|nesting|Expecting"):
        unpack_head(b"[" * 100_000)


def test_a_reply_of_a_picture_worker_is_read() -> None:
    picture = {"size": 9, "width": 32, "height": 64, "label": "page 1"}
    head = unpack_head(json.dumps({**HEAD, "pictures": [picture], "origin": "PDF"}).encode())
    assert (head.origin, [shown.size for shown in head.pictures]) == ("PDF", [9])


def test_a_proxy_that_repeats_a_token_does_not_get_it_into_an_error() -> None:
    telegram_token, discord_token = "123456:" + "A" * 35, "M" * 24 + ".Gabcde." + "x" * 38
    response = SimpleNamespace(status=403, reason="Forbidden", headers={})
    refused = discord.Forbidden(response, {"message": f"no: Authorization Bot {discord_token}"})
    for error in (
        telegram_errors.mapped(BadRequest(f"no such address /bot{telegram_token}/sendMessage"), "posting"),
        discord_errors.mapped(refused, "posting"),
    ):
        assert "no" in str(error)
        assert "[secret]" in str(error)
        assert telegram_token not in str(error)
        assert discord_token not in str(error)
