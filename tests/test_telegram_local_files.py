"""A Bot API server with ``--local``: files of any size, read from the disk that it shares with the bot."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from adapters.telegram.chat import TelegramChat
from adapters.telegram.limits import LIMITS
from bot.errors import AttachmentError
from bot.events import AttachmentRef
from tests.emulators.telegram import TelegramEmulator
from tests.telegram_bot import HastyClock

LARGE = b"\xff\xd8" + bytes(30 << 20)
"""More than Telegram's own servers hand out."""
UNREADABLE = "the server keeps it where I can't read it"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "telegram-bot-api"
    path.mkdir()
    return path


@asynccontextmanager
async def local(folder: Path, *, known: bool = True) -> AsyncIterator[tuple[TelegramEmulator, TelegramChat]]:
    async with (
        TelegramEmulator(local_files=folder) as telegram,
        TelegramChat(
            telegram.token, api_url=telegram.api_url, clock=HastyClock(), local_files=folder if known else None
        ) as chat,
    ):
        yield telegram, chat
        assert telegram.violations == []


def stored(telegram: TelegramEmulator, data: bytes) -> AttachmentRef:
    """A file at Telegram."""
    document: dict[str, Any] = telegram.media.document(data, "a b.jpg", "image/jpeg")["document"]
    return ref(document["file_id"], size=len(data))


def ref(file_id: str, *, size: int = 5) -> AttachmentRef:
    handle = f'{{"file_id":"{file_id}"}}'
    return AttachmentRef(handle=handle, name="a b.jpg", media_type="image/jpeg", size_bytes=size)


def says_it_is_at(telegram: TelegramEmulator, path: str) -> AttachmentRef:
    answer = {"file_id": "x", "file_unique_id": "y", "file_path": path}
    telegram.fail("POST /getFile", status=200, body={"ok": True, "result": answer})
    return ref("x")


async def test_a_file_larger_than_telegrams_own_servers_hand_out_is_read_from_the_disk(folder: Path) -> None:
    async with local(folder) as (telegram, chat):
        assert chat.limits.download_bytes > len(LARGE) > LIMITS.download_bytes
        assert await chat.fetch(stored(telegram, LARGE), max_bytes=100_000_000) == LARGE
        assert not [request for request in telegram.requests if request.path.startswith("/file/")]


async def test_no_more_is_read_than_allowed(folder: Path) -> None:
    async with local(folder) as (telegram, chat):
        file = stored(telegram, b"x" * 101)
        with pytest.raises(AttachmentError, match="larger than 100 bytes"):
            await chat.fetch(AttachmentRef(handle=file.handle, name="", media_type=""), max_bytes=100)
        assert await chat.fetch(file, max_bytes=101) == b"x" * 101


async def test_without_the_folder_the_operator_reads_which_variable_to_set(folder: Path) -> None:
    async with local(folder, known=False) as (telegram, chat):
        assert chat.limits == LIMITS
        with pytest.raises(AttachmentError, match=r"set TELEGRAM_LOCAL_FILES .* or start it without --local") as failed:
            await chat.fetch(stored(telegram, b"x"), max_bytes=100)
    assert failed.value.person == UNREADABLE


async def test_nothing_outside_of_the_folder_is_read(folder: Path) -> None:
    secret = folder.parent / "secret.txt"
    secret.write_text("hunter2")
    (folder / "link.jpg").symlink_to(secret)
    (folder / "loop.jpg").symlink_to(folder / "loop.jpg")
    os.mkfifo(folder / "pipe.jpg")
    (folder / "closed.jpg").mkdir()
    inside = [folder / name for name in ("link.jpg", "loop.jpg", "pipe.jpg", "closed.jpg", "gone.jpg")]
    async with local(folder) as (telegram, chat):
        for path in (secret, folder / ".." / "secret.txt", *inside, "/etc/passwd", f"{folder}/\0"):
            with pytest.raises(AttachmentError) as failed:
                await chat.fetch(says_it_is_at(telegram, str(path)), max_bytes=1_000_000)
            assert failed.value.person == UNREADABLE
            assert str(folder.parent) not in f"{failed.value} {failed.value.__cause__}"


async def test_a_server_without_local_mode_is_asked_for_the_file_as_before(
    telegram_emulator: TelegramEmulator, folder: Path
) -> None:
    clock = HastyClock()
    async with TelegramChat(
        telegram_emulator.token, api_url=telegram_emulator.api_url, clock=clock, local_files=folder
    ) as chat:
        assert await chat.fetch(stored(telegram_emulator, b"over HTTP"), max_bytes=100) == b"over HTTP"
