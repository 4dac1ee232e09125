"""What is typed into the terminal, or comes through a pipe or from a file instead."""

import asyncio
import contextlib
import io
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.console.convert import KEY
from bot.errors import AttachmentError
from bot.events import Address, AttachmentRef, Command, MessageReceived
from tests.emulators.common import eventually
from tests.fakes import FakeIntake
from tests.manual_clock import START
from tests.terminal import console


async def received(text: str) -> list[MessageReceived]:
    inbox = FakeIntake()
    await console(io.StringIO(text)).receive(inbox)
    return inbox.messages


class Pipe:
    """A pipe that stays open until it is closed."""

    def __init__(self) -> None:
        reader, self._writer = os.pipe()
        self.reader = os.fdopen(reader, encoding="utf-8")

    def type(self, data: bytes) -> None:
        os.write(self._writer, data)

    def close(self) -> None:
        os.close(self._writer)


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    pipe = Pipe()
    yield pipe
    with contextlib.suppress(OSError):
        pipe.close()
    pipe.reader.close()


async def test_each_line_is_a_private_message_and_blank_lines_are_none() -> None:
    messages = await received("hello\n\n   \r\nhow are you?\r\nwithout an end")

    assert [message.text for message in messages] == ["hello", "how are you?", "without an end"]
    first = messages[0]
    assert (first.key, first.is_private, first.address) == (KEY, True, Address.PRIVATE)
    assert (first.sender.name, first.raw_text, first.command) == ("Ann", "hello", None)
    assert first.sent_at == START


async def test_ids_differ_and_grow_even_while_the_clock_stands_still() -> None:
    ids = [int(message.message_id) for message in await received("a\nb\nc\n")]

    assert ids == sorted(set(ids))


async def test_commands_are_recognised() -> None:
    messages = await received("/reset\n/HELP me\n/unknown thing\n")

    commands = [message.command for message in messages]
    assert commands == [Command(name="reset"), Command(name="help", argument="me"), None]
    assert messages[2].text == "/unknown thing"


async def test_quit_ends_the_conversation() -> None:
    assert [message.text for message in await received("one\n /Quit \ntwo\n")] == ["one"]


async def test_a_line_that_is_only_a_path_is_a_photo_without_words(tmp_path: Path) -> None:
    photo = tmp_path / "a b.png"
    photo.write_bytes(b"png")

    (message,) = await received(f"'{photo}'\n")

    assert message.text == ""
    assert message.attachments == (AttachmentRef(handle=str(photo), name="a b.png", media_type="image/png"),)


async def test_a_picture_that_is_not_there_is_said_at_once_and_the_message_still_goes() -> None:
    output, inbox = io.StringIO(), FakeIntake()

    await console(io.StringIO("what is /nowhere/cat.png\n"), output).receive(inbox)

    assert output.getvalue() == "No file at /nowhere/cat.png\n"
    assert inbox.texts == ["what is /nowhere/cat.png"]


async def test_broken_characters_never_stop_it(pipe: Pipe) -> None:
    inbox = FakeIntake()
    pipe.type(b"caf\xe9 \xff\nna\xc3\xafve \xc3")
    pipe.close()

    await console(pipe.reader).receive(inbox)

    assert inbox.texts == ["caf\ufffd \ufffd", "naïve \ufffd"]


async def test_lines_come_as_they_are_typed_and_wait_while_one_is_being_accepted(pipe: Pipe) -> None:
    inbox = FakeIntake()
    receiving = asyncio.create_task(console(pipe.reader).receive(inbox))

    pipe.type(b"one\ntw")
    await eventually(lambda: inbox.texts == ["one"])
    pipe.type(b"o\nthree\n")
    await eventually(lambda: inbox.texts == ["one", "two", "three"])
    pipe.close()
    await asyncio.wait_for(receiving, 20)


async def test_waiting_for_input_holds_up_neither_the_loop_nor_the_end(pipe: Pipe) -> None:
    receiving = asyncio.create_task(console(pipe.reader).receive(FakeIntake()))
    for _ in range(100):
        await asyncio.sleep(0.0001)
    receiving.cancel()

    await asyncio.wait({receiving}, timeout=20)

    assert receiving.cancelled()


@pytest.mark.parametrize("content", ["", "one\ntwo", "one\ntwo\n" * 2_000])
async def test_a_file_as_input_is_read_to_its_end(content: str, tmp_path: Path) -> None:
    inbox, path = FakeIntake(), tmp_path / "questions.txt"
    path.write_text(content, encoding="utf-8")

    with path.open(encoding="utf-8") as typed:
        await console(typed).receive(inbox)

    assert inbox.texts == content.split()


async def test_no_input_at_all_ends_at_once() -> None:
    inbox = FakeIntake()
    with open(os.devnull, encoding="utf-8") as typed:  # noqa: ASYNC230, PTH123 - nothing can block here
        await console(typed).receive(inbox)

    assert inbox.messages == []


async def fetched(path: Path, max_bytes: int = 100) -> bytes | str:
    ref = AttachmentRef(handle=str(path), name=path.name, media_type="")
    try:
        return await console(io.StringIO()).fetch(ref, max_bytes=max_bytes)
    except AttachmentError as refusal:
        return refusal.person


async def test_a_file_is_read_under_the_cap(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"x" * 100)

    assert await fetched(path) == b"x" * 100
    assert await fetched(path, 99) == "it is larger than 99 bytes"


async def test_what_can_not_be_read_is_said(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")

    assert await fetched(tmp_path / "gone.png") == "the file is not there any more"
    assert await fetched(tmp_path / "pipe.png") == "the file is not there any more"
    assert await fetched(tmp_path) == "the file is not there any more"
