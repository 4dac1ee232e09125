"""What must stand in the chat at the end of a turn."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot import texts
from bot.markup.sheets import sheets
from bot.ports.chat import Chat
from bot.ports.parts import Part, TextFile
from bot.records.turns import Buttons
from bot.sentences import Sentence

FILE_NAME = "answer.md"
TABLE_NAME = "table.csv"

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
    language: str
    """In which the bot's own sentences are said: an IETF tag, or empty."""
    files: Sequence[TextFile] = ()
    """The first one comes with the last of the text, each other one in a message of its own."""
    has_tables: bool = True
    """Its large tables may come as files."""

    def parts(self, chat: Chat, *, most: int) -> list[Part]:
        """All messages. Of a text of more than `most` the beginning, and a file with the whole of it.

        Of a shorter one its large tables come as files too, where the platform wants that.
        """
        # A text of which nothing is visible (zero-width characters, an empty code block) is no answer to a person.
        shown = [*chat.render(self.text, final=True)] or [*chat.render(self._said(texts.EMPTY_ANSWER), final=True)]
        below, others = self.files[:1], self.files[1:]
        if len(shown) > most and not below:
            shown = [*shown[: most - 1], *chat.render(self._rest, final=True)]
            below = [TextFile(text=self.text, name=FILE_NAME)]
        elif self.has_tables and chat.limits.tables_as_files:
            others = [*others, *(TextFile(text=sheet, name=TABLE_NAME) for sheet in self._sheets(chat))]
        shown[-1] = replace(shown[-1], buttons=self.buttons, document=below[0] if below else None)
        named = [replace(chat.render(file.name, final=True)[0], document=file) for file in others]
        return [*shown, *named, *self.pictures]

    def without_files(self, chat: Chat) -> list[Part]:
        """All messages where files are not allowed: the whole text however long, and why files are missing."""
        told = replace(self, text=f"{self.text}\n\n{self._said(texts.FILE_REFUSED)}", files=()) if self.files else self
        return replace(told, has_tables=False).parts(chat, most=len(self.text) + 1)

    def _sheets(self, chat: Chat) -> Sequence[str]:
        return sheets(self.text, width=chat.limits.table_width)

    @property
    def _rest(self) -> str:
        _, notes = split_notes(self.text)
        return self._said(texts.REST_IN_FILE) + (f"\n\n{notes}" if notes else "")

    def _said(self, sentence: Sentence) -> str:
        return sentence.in_language(self.language)


def split_notes(text: str) -> tuple[str, str]:
    """An answer, and the notes of the bot's own below it."""
    notes = _NOTES.search(text)
    return (text, "") if notes is None else (text[: notes.start()], notes[0].strip())
