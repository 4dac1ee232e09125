"""A conversation in the terminal."""

import asyncio
from collections.abc import Collection, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Self, TextIO

from adapters.console.convert import PERSON, PLATFORM, to_event
from adapters.console.limits import LIMITS
from adapters.console.lines import lines
from adapters.console.paths import find_files
from adapters.console.render import render
from adapters.console.screen import Screen
from adapters.console.typed import whole
from adapters.newest import Newest
from bot import texts
from bot.errors import AttachmentError, PlatformRefused
from bot.events import AttachmentRef, ConversationKey, MessageId, Person, PersonId, PlatformName
from bot.ports.clock import Clock
from bot.ports.intake import Intake
from bot.ports.limits import Limits
from bot.ports.parts import Part
from bot.sentences import NO_SENTENCE, Sentence, sentence

QUIT = "/quit"

REMEMBERED = 64
"""Messages whose text is kept, to be compared with their next update."""


class ConsoleChat:
    """`bot.ports.chat.Chat` on standard input and output. Every line is a private message.

    Paths of files in a line become its attachments. ``/quit`` and the end of the input end `receive`.
    """

    def __init__(self, source: TextIO, output: TextIO, *, clock: Clock, person_name: str, language: str = "") -> None:
        """`language`: an IETF tag, or empty for English."""
        self._source = source
        self._screen = Screen(output, interactive=source.isatty() and output.isatty())
        self._clock = clock
        self._person_name = person_name
        self._language = language
        self._last_id = 0
        self._shown: Newest[MessageId, str] = Newest(REMEMBERED)
        self._by_nonce: Newest[str, MessageId] = Newest(REMEMBERED)
        self._newest: MessageId | None = None

    @property
    def platform(self) -> PlatformName:
        return PLATFORM

    @property
    def limits(self) -> Limits:
        return LIMITS

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self._screen.close()

    def announce(self, sentence: Sentence) -> None:
        """Write lines of the program's own: no message of anybody."""
        self._screen.notice(sentence.in_language(self._language))

    async def receive(self, intake: Intake) -> None:
        """See `Chat.receive`. Returns at the end of the input, or at ``/quit``."""
        self._screen.prompt()
        async with aclosing(lines(self._source)) as typed:
            async for line in typed:
                self._screen.line_entered()
                if line.strip().lower() == QUIT:
                    return
                if line.strip():
                    await self._take(line, intake)
                else:
                    self._screen.prompt()

    async def _take(self, line: str, intake: Intake) -> None:
        found = await asyncio.to_thread(find_files, line)
        for path in found.missing:
            self.announce(sentence("No file at {path}", path=str(path)))
        person = Person(id=PERSON, name=self._person_name, language=self._language or None)
        await intake.accept(to_event(line, found, message_id=self._new_id(), sent_at=self._clock.now(), sender=person))

    async def ready(self) -> None:
        """See `Chat.ready`. A terminal always is."""

    async def fetch(self, ref: AttachmentRef, *, max_bytes: int) -> bytes:
        return await asyncio.to_thread(_read_file, Path(ref.handle), max_bytes)

    def render(self, markdown: str, *, final: bool) -> Sequence[Part]:
        return render(markdown, final=final)

    def shows_question(self, message_id: MessageId) -> bool:
        """Always: a command is a message here."""
        del message_id
        return True

    def link_to(self, target: MessageId, *, asked_by: MessageId) -> str:
        """Not here."""
        del target, asked_by
        return ""

    def is_guest(self, key: ConversationKey) -> bool:
        """Never: it is at home there."""
        del key
        return False

    def answers_once(self, key: ConversationKey) -> bool:
        """Never: there is always room for more."""
        del key
        return False

    async def post(self, key: ConversationKey, part: Part, *, reply_to: MessageId | None, nonce: str) -> MessageId:
        del reply_to  # It stands above.
        if nonce in self._by_nonce:
            await self.edit(key, self._by_nonce[nonce], part)
            return self._by_nonce[nonce]
        message_id = self._new_id()
        self._by_nonce[nonce] = message_id
        self._screen.fresh_line()
        text = whole(part)
        self._show(message_id, text, text)
        return message_id

    async def edit(self, key: ConversationKey, message_id: MessageId, part: Part) -> None:
        """See `Chat.edit`. Writes only what is new; a text that changed otherwise stands below, whole."""
        del key
        shown, text = self._shown.get(message_id), whole(part)
        if shown == text:
            return
        if shown is not None and message_id == self._newest and text.startswith(shown):
            self._show(message_id, text, text[len(shown) :])
        else:
            self._screen.fresh_line()
            self._show(message_id, text, text)

    async def draft(self, key: ConversationKey, draft: MessageId, part: Part) -> None:
        """Not here: an answer grows by edits."""
        del key, draft, part
        raise PlatformRefused("there are no drafts here")

    async def delete(self, key: ConversationKey, message_id: MessageId, *, instead: str) -> None:
        del key, instead
        if self._shown.pop(message_id, None) is not None:
            self.announce(sentence("(This was taken back.)"))

    def newest(self, key: ConversationKey) -> None:
        """Not needed: nothing is lost."""

    async def find(
        self, key: ConversationKey, *, after: MessageId, reply_to: MessageId | None, known: Collection[MessageId]
    ) -> MessageId | None:
        """See `Chat.find`. A new process is a new screen: nothing of an earlier one stands there."""
        del key, after, reply_to, known
        return None

    async def may_manage(self, key: ConversationKey, person: PersonId) -> bool:
        """See `Chat.may_manage`. Whoever sits there."""
        del key, person
        return True

    async def unheard(self, key: ConversationKey) -> Sentence:
        """See `Chat.unheard`. All that is typed is seen."""
        del key
        return NO_SENTENCE

    async def acknowledge(self, key: ConversationKey, message_id: MessageId) -> None:
        """See `Chat.acknowledge`. What somebody types stands there already."""

    def headroom(self, key: ConversationKey) -> None:
        """A terminal takes everything."""

    async def typing(self, key: ConversationKey, *, reply_to: MessageId) -> None:
        del key, reply_to
        self._screen.dots()

    def _show(self, message_id: MessageId, text: str, new: str) -> None:
        self._screen.say(new)
        self._newest = message_id
        self._shown[message_id] = text
        if text.endswith("\n"):  # Nothing more is coming: see `render`.
            self._screen.prompt()

    def _new_id(self) -> MessageId:
        # By the clock, because ids of earlier runs are in the database; counted on where it stands still.
        now_us = int(self._clock.now().timestamp() * 1_000_000)
        self._last_id = max(self._last_id + 1, now_us)
        return MessageId(str(self._last_id))


def _read_file(path: Path, max_bytes: int) -> bytes:
    try:
        if not path.is_file():  # A pipe would never end.
            raise AttachmentError(f"no file at {path.name!r}", person=sentence("the file is not there any more"))
        with path.open("rb") as file:
            data = file.read(max_bytes + 1)
    except PermissionError as error:
        raise AttachmentError("may not read the file", person=sentence("I am not allowed to read the file")) from error
    except OSError as error:
        raise AttachmentError(
            f"could not read the file: {error.strerror}", person=sentence("I could not read the file")
        ) from error
    if len(data) > max_bytes:
        raise AttachmentError(f"over {max_bytes} bytes", person=texts.too_large(max_bytes))
    return data
