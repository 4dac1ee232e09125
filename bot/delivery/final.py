"""What must stand in the chat at the end of a turn."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot import texts
from bot.ports.chat import Chat, Part, TextFile
from bot.records import Buttons

FILE_NAME = "answer.md"

_NOTES = re.compile(r"(?:(?:\A|\n\n)\*\([^\n]{1,300}\)\*)+\s*\Z")
"""The notes of the bot's own below an answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Final:
    """A text, with what comes along."""

    text: str
    """The whole Markdown."""
    buttons: Buttons = ()
    """Under the last of the text."""
    pictures: Sequence[Part] = ()
    """Behind it, each in a message of its own."""
    files: Sequence[TextFile] = ()
    """The first one comes with the last of the text, each other one in a message of its own."""

    def parts(self, chat: Chat, *, most: int) -> list[Part]:
        """All messages. Of a text of more than `most` the beginning, and a file with the whole of it."""
        # A text of which nothing is visible (zero-width characters, an empty code block) is no answer to a person.
        shown = [*chat.render(self.text, final=True)] or [*chat.render(texts.EMPTY_ANSWER, final=True)]
        files = self.files
        if len(shown) > most and not files:
            shown = [*shown[: most - 1], *chat.render(self._rest, final=True)]
            files = [TextFile(text=self.text, name=FILE_NAME)]
        shown[-1] = replace(shown[-1], buttons=self.buttons, document=files[0] if files else None)
        named = [replace(chat.render(file.name, final=True)[0], document=file) for file in files[1:]]
        return [*shown, *named, *self.pictures]

    def without_files(self, chat: Chat) -> list[Part]:
        """All messages where files are not allowed: the whole text however long, and why files are missing."""
        told = replace(self, text=f"{self.text}\n\n{texts.FILE_REFUSED}", files=()) if self.files else self
        return told.parts(chat, most=len(self.text) + 1)

    @property
    def _rest(self) -> str:
        notes = _NOTES.search(self.text)
        return texts.REST_IN_FILE + (f"\n\n{notes[0].strip()}" if notes else "")
