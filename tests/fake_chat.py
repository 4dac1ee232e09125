"""A chat platform to look at, behind the core's port."""

import asyncio
import itertools
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Self

from bot.errors import PlatformCantTell, PlatformError, PlatformRefused
from bot.events import Action, AttachmentRef, ConversationKey, MessageId, PersonId
from bot.ports.intake import Intake
from bot.ports.limits import Headroom, Limits, Rate
from bot.ports.parts import Button, Part, PictureFile, TextFile
from bot.sentences import NO_SENTENCE, Sentence
from tests.happenings import FAKE, KEY

STOP_ROW = ((Button(action=Action.STOP, label="Stop"),),)


@dataclass
class Shown:
    """A message on the fake screen."""

    text: str
    reply_to: MessageId | None
    versions: list[str] = field(default_factory=list)
    buttons: tuple[tuple[Button, ...], ...] = ()
    picture: PictureFile | None = None
    document: TextFile | None = None

    @property
    def can_stop(self) -> bool:
        return any(button.action is Action.STOP for row in self.buttons for button in row)


class FakeChat:
    """A platform whose messages hold 40 characters, cut anywhere."""

    def __init__(
        self,
        *,
        resend_is_safe: bool = True,
        text_length: int = 40,
        threads_share_waits: bool = False,
        rates: tuple[Rate, ...] = (),
        typing_counts: bool = False,
        has_drafts: bool = False,
        tables_as_files: bool = False,
    ) -> None:
        self.platform = FAKE
        self.limits = Limits(
            text_length=text_length,
            edit_interval_s=1,
            group_edit_interval_s=3,
            private_rates=rates,
            group_rates=rates,
            bot_rate=Rate(count=1000, seconds=1),
            typing_counts=typing_counts,
            has_drafts=has_drafts,
            draft_lifetime_s=30,
            typing_lifetime_s=5,
            download_bytes=1_000_000,
            resend_is_safe=resend_is_safe,
            threads_share_waits=threads_share_waits,
            tables_as_files=tables_as_files,
        )
        self.screen: dict[MessageId, Shown] = {}
        self.typing_count = 0
        self.room: Headroom | None = None
        self.drafts: list[tuple[MessageId, str]] = []
        self.refuses_drafts = False
        self.unseen: set[MessageId] = set()
        """Of people's: nobody sees what was said."""
        self.links_messages = False
        self.managers = {PersonId("ann")}
        """Who may change settings."""
        self.asks_for_rights: asyncio.Event | None = None
        """Until then the platform does not say who may."""
        self.is_deaf_because: Sentence = NO_SENTENCE
        self.acknowledged: list[MessageId] = []
        self.can_find = True
        self.is_narrow = False
        """An answer is one message of text."""
        self.refuses_pictures: PlatformError | None = None
        self.refuses_files: PlatformError | None = None
        self.looked_after: list[MessageId] = []
        """Behind which messages `find` was to look."""
        self.files: dict[str, bytes | Exception] = {}
        self.trouble: list[tuple[str, PlatformError, bool]] = []
        self._by_nonce: dict[str, MessageId] = {}
        self._ids = itertools.count(1)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None: ...

    async def receive(self, intake: Intake) -> None: ...

    def texts(self, key: ConversationKey = KEY) -> list[str]:
        """What stands on screen, oldest first."""
        return [shown.text for message_id, shown in self.screen.items() if message_id.startswith(f"{key.chat_id}/")]

    def fail(self, verb: str, error: PlatformError, *, after_effect: bool = False) -> None:
        """Let the next `verb` (post, edit, delete) go wrong."""
        self.trouble.append((verb, error, after_effect))

    def render(self, markdown: str, *, final: bool) -> Sequence[Part]:
        text = markdown.strip() if final else markdown.lstrip()
        size = self.limits.text_length
        return [Part(text[start : start + size]) for start in range(0, len(text), size)]

    async def ready(self) -> None: ...

    async def fetch(self, ref: AttachmentRef, *, max_bytes: int) -> bytes:
        found = self.files[ref.handle]
        if isinstance(found, Exception):
            raise found
        return found[:max_bytes]

    def shows_question(self, message_id: MessageId) -> bool:
        return message_id not in self.unseen

    def link_to(self, target: MessageId, *, asked_by: MessageId) -> str:
        return f"https://fake.example/{target}" if self.links_messages else ""

    def is_guest(self, key: ConversationKey) -> bool:
        return False

    def answers_once(self, key: ConversationKey) -> bool:
        return self.is_narrow

    async def post(self, key: ConversationKey, part: Part, *, reply_to: MessageId | None, nonce: str) -> MessageId:
        after = self._meet_trouble("post")
        if part.picture is not None and self.refuses_pictures is not None:
            raise self.refuses_pictures
        if part.document is not None and self.refuses_files is not None:
            raise self.refuses_files
        if self.is_narrow and (reply_to is None or any(one.reply_to == reply_to for one in self.screen.values())):
            raise PlatformRefused("that is answered already")
        if nonce in self._by_nonce and self.limits.resend_is_safe:
            self.screen[self._by_nonce[nonce]].text = part.text
            return self._by_nonce[nonce]
        message_id = MessageId(f"{key.chat_id}/{next(self._ids)}")
        self._by_nonce[nonce] = message_id
        self.screen[message_id] = Shown(
            part.text, reply_to, [part.text], buttons=part.buttons, picture=part.picture, document=part.document
        )
        if after:
            raise after
        return message_id

    async def edit(self, key: ConversationKey, message_id: MessageId, part: Part) -> None:
        after = self._meet_trouble("edit")
        if message_id not in self.screen:
            raise PlatformRefused("message to edit not found")
        self.screen[message_id].text = part.text
        assert (self.screen[message_id].picture is None) is (part.picture is None), "a text is never made a picture"
        assert self.screen[message_id].document is part.document is None, "a file is never changed, nor made of a text"
        self.screen[message_id].picture = part.picture
        self.screen[message_id].buttons = part.buttons
        self.screen[message_id].document = part.document
        self.screen[message_id].versions.append(part.text)
        if after:
            raise after

    async def draft(self, key: ConversationKey, draft: MessageId, part: Part) -> None:
        if self.refuses_drafts:
            raise PlatformRefused("no drafts")
        self._meet_trouble("draft")
        self.drafts.append((draft, part.text))

    async def delete(self, key: ConversationKey, message_id: MessageId, *, instead: str) -> None:
        self._meet_trouble("delete")
        self.screen.pop(message_id, None)

    def newest(self, key: ConversationKey) -> MessageId | None:
        return next(reversed(self.screen), None)

    async def find(
        self, key: ConversationKey, *, after: MessageId, reply_to: MessageId | None, known: Collection[MessageId]
    ) -> MessageId | None:
        self.looked_after.append(after)
        if not self.can_find:
            raise PlatformCantTell("nobody can look here")
        later = (message_id for message_id in self.screen if message_id not in known)
        return next((found for found in later if self.screen[found].reply_to == reply_to), None)

    async def may_manage(self, key: ConversationKey, person: PersonId) -> bool:
        if self.asks_for_rights is not None:
            await self.asks_for_rights.wait()
        return person in self.managers

    async def unheard(self, key: ConversationKey) -> Sentence:
        return self.is_deaf_because

    async def acknowledge(self, key: ConversationKey, message_id: MessageId) -> None:
        self.acknowledged.append(message_id)

    def headroom(self, key: ConversationKey) -> Headroom | None:
        return self.room

    async def typing(self, key: ConversationKey, *, reply_to: MessageId) -> None:
        self.typing_count += 1

    def _meet_trouble(self, verb: str) -> PlatformError | None:
        if not self.trouble or self.trouble[0][0] != verb:
            return None
        _, error, after_effect = self.trouble.pop(0)
        if not after_effect:
            raise error
        return error
