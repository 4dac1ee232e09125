"""A conversation in the terminal, for tests: who types, what is accepted, what the screen shows."""

import io
import os
import pty
import select
from typing import TextIO

from adapters.console.chat import ConsoleChat
from adapters.console.convert import KEY
from bot.events import MessageId
from tests.manual_clock import ManualClock


def console(typed: TextIO, output: TextIO | None = None) -> ConsoleChat:
    return ConsoleChat(typed, output or io.StringIO(), clock=ManualClock(), person_name="Ann")


class Answer:
    """An answer that is shown as the core shows it."""

    def __init__(self, chat: ConsoleChat, nonce: str) -> None:
        self._chat = chat
        self._nonce = nonce
        self._id: MessageId | None = None

    async def show(self, markdown: str, *, final: bool = False) -> None:
        parts = self._chat.render(markdown, final=final)
        if not parts:
            return
        (part,) = parts
        if self._id is None:
            self._id = await self._chat.post(KEY, part, reply_to=None, nonce=self._nonce)
        else:
            await self._chat.edit(KEY, self._id, part)


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
