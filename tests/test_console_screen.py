"""What the terminal shows of answers, notices and prompts."""

import asyncio
import contextlib
import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from adapters.console.convert import KEY
from bot.errors import PlatformError
from bot.events import Action, MessageId
from bot.ports.parts import Button, Part, TextFile
from bot.sentences import sentence
from tests.emulators.common import eventually
from tests.fakes import FakeIntake
from tests.terminal import Answer, Terminal, console

ROOT = Path(__file__).parent.parent

PROGRAM = """
import asyncio, signal, sys
from adapters.console.chat import ConsoleChat
from bot.clock import SystemClock

async def main():
    # As the real program does: Python's own handler can miss a Ctrl-C that comes just before the loop sleeps.
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, asyncio.current_task().cancel)
    async with ConsoleChat(sys.stdin, sys.stdout, clock=SystemClock(), person_name="Ann") as chat:
        class Echo:
            async def accept(self, event):
                (part,) = chat.render("You said: " + event.text, final=True)
                await chat.post(event.key, part, reply_to=None, nonce=event.message_id)
        await chat.receive(Echo())

try:
    asyncio.run(main())
except asyncio.CancelledError:
    sys.exit(7)
"""


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    terminal = Terminal()
    yield terminal
    terminal.close()


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

    await chat.delete(KEY, shown, instead="")
    await chat.delete(KEY, shown, instead="")

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


async def test_a_conversation_in_a_terminal_looks_like_one(terminal: Terminal) -> None:
    inbox = FakeIntake()
    async with console(terminal.keyboard, terminal.display) as chat:
        chat.announce(sentence("Welcome.\nTwo lines."))
        receiving = asyncio.create_task(chat.receive(inbox))
        await eventually(lambda: terminal.shows("you> "))
        terminal.type("hello\n")
        await eventually(lambda: inbox.texts == ["hello"])
        await chat.typing(KEY, reply_to=MessageId("1"))
        answer = Answer(chat, "1")
        await answer.show("Hi")
        await answer.show("Hi there", final=True)
        terminal.type("\x04")
        await asyncio.wait_for(receiving, 20)

    await eventually(lambda: terminal.shows("Hi there\r\nyou> \r\n"))
    assert terminal.screen == ("Welcome.\r\nTwo lines.\r\nyou> hello\r\n...\r   \rHi there\r\nyou> \r\n")


async def test_an_answer_to_an_earlier_line_takes_the_place_of_the_prompt(terminal: Terminal) -> None:
    async with console(terminal.keyboard, terminal.display) as chat:
        receiving = asyncio.create_task(chat.receive(FakeIntake()))
        await eventually(lambda: terminal.shows("you> "))
        await Answer(chat, "1").show("Late", final=True)
        chat.announce(sentence("A word."))
        terminal.type("/quit\n")
        await asyncio.wait_for(receiving, 20)

    blank = "\r     \r"
    await eventually(lambda: terminal.shows("/quit\r\n"))
    assert terminal.screen == f"you> {blank}Late\r\nyou> {blank}A word.\r\nyou> /quit\r\n"


def program(stdin: int, output: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - only the code of these tests
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
    ended = subprocess.run(  # noqa: S603 - only the code of these tests
        [sys.executable, "-X", "dev", "-W", "error", "-c", PROGRAM],
        cwd=ROOT,
        input=b"one\ntwo\n",
        capture_output=True,
        timeout=30,
        check=True,
    )

    assert (ended.stdout, ended.stderr) == (b"You said: one\nYou said: two\n", b"")


def _wait_for(look: Callable[[], bool]) -> None:
    give_up = time.monotonic() + 20
    while not look():
        assert time.monotonic() < give_up
        time.sleep(0.01)


async def test_what_buttons_would_do_is_told_as_what_to_type_and_a_file_as_its_text() -> None:
    output = io.StringIO()
    buttons = (
        (Button(action=Action.CHOOSE, label="Memory", value="page:memory"),),
        (Button(action=Action.CHOOSE, label="✓ Up to 5", value="memory:5"),),
        (Button(action=Action.CHOOSE, label="This conversation", value="here"),),
        (Button(action=Action.RETRY, label="Try again"), Button(action=Action.STOP, label="Stop")),
    )
    part = Part("All of it:\n", buttons=buttons, document=TextFile(text="[\x1b1]\n", name="my-data.json"))
    async with console(io.StringIO(), output) as chat:
        await chat.post(KEY, part, reply_to=None, nonce="1")
    assert output.getvalue() == (
        "All of it:\n"
        "[1]\n"
        "  /settings memory  (Memory)\n"
        "  /settings memory 5  (✓ Up to 5)\n"
        "  /forget here  (This conversation)\n"
        "  /retry  (Try again)\n"
    )
