"""A conversation in the terminal, over real pipes, files and terminals."""

import asyncio
import contextlib
import io
import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

import pytest

from adapters.console.chat import ConsoleChat
from adapters.console.convert import KEY
from bot.errors import AttachmentError, PlatformError
from bot.events import Address, AttachmentRef, Command, Event, MessageId, MessageReceived
from bot.ports.chat import Part
from tests.emulators.common import eventually

ROOT = Path(__file__).parent.parent


class StoppedClock:
    """It is always the same moment."""

    def now(self) -> datetime:
        return datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

    def monotonic_s(self) -> float:
        return 0.0

    async def sleep(self, seconds: float) -> None:
        del seconds


class Inbox:
    """Keeps what was accepted."""

    def __init__(self) -> None:
        self.messages: list[MessageReceived] = []

    async def __call__(self, event: Event) -> None:
        self.messages.append(event)

    @property
    def texts(self) -> list[str]:
        return [message.text for message in self.messages]


def console(typed: TextIO, output: TextIO | None = None) -> ConsoleChat:
    return ConsoleChat(typed, output or io.StringIO(), clock=StoppedClock(), person_name="Ann")


async def received(text: str) -> list[MessageReceived]:
    inbox = Inbox()
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


class Terminal:
    """A real (pseudo) terminal: `keyboard` and `display` are the program's end of it."""

    def __init__(self) -> None:
        self._master, slave = pty.openpty()
        self.keyboard = os.fdopen(slave, encoding="utf-8")
        self.display = os.fdopen(os.dup(slave), "w", encoding="utf-8")
        self.screen = ""

    def type(self, text: str) -> None:
        os.write(self._master, text.encode())

    def shows(self, text: str) -> bool:
        while select.select([self._master], [], [], 0)[0]:
            try:
                self.screen += os.read(self._master, 65_536).decode()
            except OSError:  # Linux's way to say that the program left.
                break
        return text in self.screen

    def close(self) -> None:
        self.keyboard.close()
        self.display.close()
        os.close(self._master)


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    terminal = Terminal()
    yield terminal
    terminal.close()


# --- what is typed ------------------------------------------------------------------------------


async def test_each_line_is_a_private_message_and_blank_lines_are_none() -> None:
    messages = await received("hello\n\n   \r\nhow are you?\r\nwithout an end")

    assert [message.text for message in messages] == ["hello", "how are you?", "without an end"]
    first = messages[0]
    assert (first.key, first.is_private, first.address) == (KEY, True, Address.PRIVATE)
    assert (first.sender.name, first.raw_text, first.command) == ("Ann", "hello", None)
    assert first.sent_at == StoppedClock().now()


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
    output, inbox = io.StringIO(), Inbox()

    await console(io.StringIO("what is /nowhere/cat.png\n"), output).receive(inbox)

    assert output.getvalue() == "No file at /nowhere/cat.png\n"
    assert inbox.texts == ["what is /nowhere/cat.png"]


async def test_broken_characters_never_stop_it(pipe: Pipe) -> None:
    inbox = Inbox()
    pipe.type(b"caf\xe9 \xff\nna\xc3\xafve \xc3")
    pipe.close()

    await console(pipe.reader).receive(inbox)

    assert inbox.texts == ["caf\ufffd \ufffd", "naïve \ufffd"]


async def test_lines_come_as_they_are_typed_and_wait_while_one_is_being_accepted(pipe: Pipe) -> None:
    inbox = Inbox()
    receiving = asyncio.create_task(console(pipe.reader).receive(inbox))

    pipe.type(b"one\ntw")
    await eventually(lambda: inbox.texts == ["one"])
    pipe.type(b"o\nthree\n")
    await eventually(lambda: inbox.texts == ["one", "two", "three"])
    pipe.close()
    await asyncio.wait_for(receiving, 5)


async def test_waiting_for_input_holds_up_neither_the_loop_nor_the_end(pipe: Pipe) -> None:
    receiving = asyncio.create_task(console(pipe.reader).receive(Inbox()))
    began = time.monotonic()
    for _ in range(100):
        await asyncio.sleep(0.0001)
    receiving.cancel()

    await asyncio.wait({receiving}, timeout=5)

    assert receiving.cancelled()
    assert time.monotonic() - began < 1


@pytest.mark.parametrize("content", ["", "one\ntwo", "one\ntwo\n" * 2_000])
async def test_a_file_as_input_is_read_to_its_end(content: str, tmp_path: Path) -> None:
    inbox, path = Inbox(), tmp_path / "questions.txt"
    path.write_text(content, encoding="utf-8")

    with path.open(encoding="utf-8") as typed:
        await console(typed).receive(inbox)

    assert inbox.texts == content.split()


async def test_no_input_at_all_ends_at_once() -> None:
    inbox = Inbox()
    with open(os.devnull, encoding="utf-8") as typed:  # noqa: ASYNC230, PTH123  # Nothing can block here.
        await console(typed).receive(inbox)

    assert inbox.messages == []


# --- files --------------------------------------------------------------------------------------


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
    assert await fetched(path, 99) == "it is larger than 0 MB"


async def test_what_can_not_be_read_is_said(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")

    assert await fetched(tmp_path / "gone.png") == "the file is not there any more"
    assert await fetched(tmp_path / "pipe.png") == "the file is not there any more"
    assert await fetched(tmp_path) == "the file is not there any more"


# --- what is shown ------------------------------------------------------------------------------


class Answer:
    """An answer that is shown as the core shows it."""

    def __init__(self, chat: ConsoleChat, nonce: str) -> None:
        self._chat = chat
        self._nonce = nonce
        self._id: MessageId | None = None

    async def show(self, markdown: str, *, final: bool = False) -> None:
        (part,) = self._chat.render(markdown, final=final)
        if self._id is None:
            self._id = await self._chat.post(KEY, part, reply_to=None, nonce=self._nonce)
        else:
            await self._chat.edit(KEY, self._id, part)


async def test_a_growing_answer_is_written_on_and_ends_its_line() -> None:
    output = io.StringIO()
    async with console(io.StringIO(), output) as chat:
        answer = Answer(chat, "1")
        for text in ("He", "Hello ", "Hello world", "Hello world"):
            await answer.show(text)
        await answer.show("Hello world.", final=True)
        await Answer(chat, "2").show("Next", final=True)

    assert output.getvalue() == "Hello world.\nNext\n"


async def test_an_answer_that_changed_stands_below_as_a_whole() -> None:
    output = io.StringIO()
    async with console(io.StringIO(), output) as chat:
        answer = Answer(chat, "1")
        await answer.show("I thik")
        await answer.show("I think", final=True)

    assert output.getvalue() == "I thik\nI think\n"


async def test_an_answer_of_an_earlier_run_stands_below_as_a_whole() -> None:
    output = io.StringIO()
    async with console(io.StringIO(), output) as chat:
        await chat.edit(KEY, MessageId("1"), Part("Back again\n"))

    assert output.getvalue() == "Back again\n"


async def test_sending_again_shows_nothing_twice() -> None:
    output = io.StringIO()
    chat = console(io.StringIO(), output)

    first = await chat.post(KEY, Part("Hello\n"), reply_to=None, nonce="n")
    again = await chat.post(KEY, Part("Hello\n"), reply_to=None, nonce="n")

    assert first == again
    assert output.getvalue() == "Hello\n"


async def test_a_half_answer_leaves_the_cursor_on_a_fresh_line() -> None:
    output = io.StringIO()
    async with console(io.StringIO(), output) as chat:
        await Answer(chat, "1").show("Half an ans")
        await Answer(chat, "2").show("Sorry.", final=True)
        await Answer(chat, "3").show("Half")

    assert output.getvalue() == "Half an ans\nSorry.\nHalf\n"


async def test_what_was_taken_back_is_said() -> None:
    output = io.StringIO()
    chat = console(io.StringIO(), output)
    shown = await chat.post(KEY, Part("Wrong"), reply_to=None, nonce="n")

    await chat.delete(KEY, shown)
    await chat.delete(KEY, shown)

    assert output.getvalue() == "Wrong\n(This was taken back.)\n"


async def test_many_messages_are_not_kept_for_ever() -> None:
    chat = console(io.StringIO())

    for number in range(1000):
        await chat.post(KEY, Part("x\n"), reply_to=None, nonce=str(number))

    assert max(len(chat._shown), len(chat._by_nonce)) <= 64


async def test_characters_that_the_output_lacks_show_as_question_marks(tmp_path: Path) -> None:
    with (tmp_path / "out").open("w", encoding="ascii") as output:
        await Answer(console(io.StringIO(), output), "1").show("naïve 🐈", final=True)

    assert (tmp_path / "out").read_text(encoding="ascii") == "na?ve ?\n"


async def test_a_closed_output_is_a_platform_error() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    output = os.fdopen(writer, "w", encoding="utf-8")

    with pytest.raises(PlatformError):
        await console(io.StringIO(), output).post(KEY, Part("x\n"), reply_to=None, nonce="n")
    with contextlib.suppress(BrokenPipeError):
        output.close()


# --- in a real terminal -------------------------------------------------------------------------


async def test_a_conversation_in_a_terminal_looks_like_one(terminal: Terminal) -> None:
    inbox = Inbox()
    async with console(terminal.keyboard, terminal.display) as chat:
        chat.announce("Welcome.\nTwo lines.")
        receiving = asyncio.create_task(chat.receive(inbox))
        await eventually(lambda: terminal.shows("you> "))
        terminal.type("hello\n")
        await eventually(lambda: inbox.texts == ["hello"])
        await chat.typing(KEY)
        answer = Answer(chat, "1")
        await answer.show("Hi")
        await answer.show("Hi there", final=True)
        terminal.type("\x04")
        await asyncio.wait_for(receiving, 5)

    await eventually(lambda: terminal.shows("Hi there\r\nyou> \r\n"))
    assert terminal.screen == ("Welcome.\r\nTwo lines.\r\nyou> hello\r\n...\r   \rHi there\r\nyou> \r\n")


async def test_an_answer_to_an_earlier_line_takes_the_place_of_the_prompt(terminal: Terminal) -> None:
    async with console(terminal.keyboard, terminal.display) as chat:
        receiving = asyncio.create_task(chat.receive(Inbox()))
        await eventually(lambda: terminal.shows("you> "))
        await Answer(chat, "1").show("Late", final=True)
        chat.announce("A word.")
        terminal.type("/quit\n")
        await asyncio.wait_for(receiving, 5)

    blank = "\r     \r"
    await eventually(lambda: terminal.shows("/quit\r\n"))
    assert terminal.screen == f"you> {blank}Late\r\nyou> {blank}A word.\r\nyou> /quit\r\n"


PROGRAM = """
import asyncio, sys
from adapters.console.chat import ConsoleChat
from bot.clock import SystemClock

async def main():
    async with ConsoleChat(sys.stdin, sys.stdout, clock=SystemClock(), person_name="Ann") as chat:
        async def accept(event):
            (part,) = chat.render("You said: " + event.text, final=True)
            await chat.post(event.key, part, reply_to=None, nonce=event.message_id)
        await chat.receive(accept)

try:
    asyncio.run(main())
except KeyboardInterrupt:
    sys.exit(7)
"""


def program(stdin: int, output: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-X", "dev", "-W", "error", "-c", PROGRAM],
        cwd=ROOT,
        stdin=stdin,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


@pytest.mark.parametrize(("leave", "code"), [("\x04", 0), ("/quit\n", 0), (None, 7)], ids=["Ctrl-D", "quit", "Ctrl-C"])
def test_leaving_the_terminal_is_quick_and_quiet(leave: str | None, code: int, terminal: Terminal) -> None:
    process = program(terminal.keyboard.fileno(), terminal.display.fileno())
    _wait_for(lambda: terminal.shows("you> "))
    terminal.type("hi\n")
    _wait_for(lambda: terminal.shows("You said: hi\r\nyou> "))

    if leave is None:
        process.send_signal(signal.SIGINT)  # What the terminal makes of Ctrl-C.
    else:
        terminal.type(leave)

    assert process.wait(10) == code
    terminal.shows("")
    echo = "/quit" if leave == "/quit\n" else ""
    assert terminal.screen == f"you> hi\r\nYou said: hi\r\nyou> {echo}\r\n"


def test_questions_by_pipe_are_answered_without_prompts() -> None:
    ended = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-c", PROGRAM],
        cwd=ROOT,
        input=b"one\ntwo\n",
        capture_output=True,
        timeout=30,
        check=True,
    )

    assert (ended.stdout, ended.stderr) == (b"You said: one\nYou said: two\n", b"")


def _wait_for(look: Callable[[], bool]) -> None:
    give_up = time.monotonic() + 10
    while not look():
        assert time.monotonic() < give_up
        time.sleep(0.01)
