"""Stand-ins behind the core's ports: a chat to look at, a scripted model, and time that passes when told."""

import asyncio
import hashlib
import heapq
import itertools
import math
from collections.abc import AsyncGenerator, Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from bot.commands.known import parse_command
from bot.errors import PlatformCantTell, PlatformError, PlatformRefused
from bot.events import (
    Action,
    Address,
    AttachmentRef,
    ButtonPressed,
    Command,
    ConversationKey,
    Event,
    MessageId,
    MessageReceived,
    Person,
    PersonId,
    PlatformName,
    Quoted,
    Source,
    Unreadable,
)
from bot.ports.chat import Button, Headroom, Intake, KnownPlace, Limits, Part, PictureFile, Rate, TextFile
from bot.ports.eyes import MarkedBox
from bot.ports.model import Finished, FinishReason, ModelEvent, PromptMessage, TextContent, TextDelta, Tool
from bot.records.pictures import Box, Picture, Prepared
from bot.sentences import sentence

FAKE = PlatformName("fake")
KEY = ConversationKey(platform=FAKE, chat_id="1")
STOP_ROW = ((Button(action=Action.STOP, label="Stop"),),)
START = datetime(2026, 1, 1, tzinfo=UTC)


class ManualClock:
    """Time passes only in `advance`."""

    def __init__(self, is_busy: Callable[[], bool] = lambda: False) -> None:
        """`is_busy`: something runs that time must wait for, such as a database in a thread."""
        self._is_busy = is_busy
        self.elapsed_s = 0.0
        self._order = itertools.count()
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []

    def now(self) -> datetime:
        return START + timedelta(seconds=self.elapsed_s)

    def monotonic_s(self) -> float:
        return self.elapsed_s

    async def sleep(self, seconds: float) -> None:
        woken = asyncio.get_running_loop().create_future()
        # As with a real clock some time passes, be it less than a float can add: else who waits on would wait for ever.
        until = max(self.elapsed_s + seconds, math.nextafter(self.elapsed_s, math.inf)) if seconds > 0 else self.elapsed_s
        heapq.heappush(self._sleepers, (until, next(self._order), woken))
        await woken

    async def advance(self, seconds: float) -> None:
        """Let time pass, waking sleepers at their moments, each with time to do what it does then."""
        end = self.elapsed_s + seconds
        await settle(self._is_busy)
        while self._sleepers and self._sleepers[0][0] <= end:
            self.elapsed_s, _, woken = heapq.heappop(self._sleepers)
            if not woken.done():
                woken.set_result(None)
            await settle(self._is_busy)
        self.elapsed_s = end


async def settle(is_busy: Callable[[], bool] = lambda: False) -> None:
    """Let every task run until it waits for what only the test can give; `is_busy` says what else is under way."""
    rounds_at_rest = 0
    while rounds_at_rest < 3:
        for _ in range(10):
            await asyncio.sleep(0)
        rounds_at_rest = 0 if is_busy() else rounds_at_rest + 1
        await asyncio.sleep(0.0005)


class Counted:
    """Passes every call on to an object with async methods, and counts those under way."""

    def __init__(self, target: object) -> None:
        self._target = target
        self.under_way = 0
        self.is_gone = False
        """Nothing reaches it any more, as after a crash."""

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._target, name)

        async def call(*args: object, **kwargs: object) -> object:
            if self.is_gone:
                raise asyncio.CancelledError
            self.under_way += 1
            try:
                return await method(*args, **kwargs)
            finally:
                self.under_way -= 1

        return call


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
        self.managers = {PersonId("ann")}
        """Who may change settings."""
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

    async def delete(self, key: ConversationKey, message_id: MessageId) -> None:
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
        return person in self.managers

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


Step = ModelEvent | Exception | asyncio.Event


class ScriptedModel:
    """Plays one script for each prompt; an `asyncio.Event` in it waits, an exception is raised."""

    def __init__(self, *scripts: Sequence[Step]) -> None:
        self.scripts = list(scripts)
        self.prompts: list[Sequence[PromptMessage]] = []
        self.tools: list[list[str]] = []
        self.names: list[str | None] = []
        self.closed = 0

    async def stream(
        self,
        prompt: Sequence[PromptMessage],
        *,
        request_id: str,
        tools: Sequence[Tool] = (),
        model: str | None = None,
    ) -> AsyncGenerator[ModelEvent, None]:
        assert request_id
        self.prompts.append(prompt)
        self.tools.append([tool.name for tool in tools])
        self.names.append(model)
        script = self.scripts.pop(0) if self.scripts else said("ok")
        try:
            for step in script:
                match step:
                    case asyncio.Event():
                        await step.wait()
                    case Exception():
                        raise step
                    case _:
                        yield step
        finally:
            self.closed += 1


def said(*pieces: str, reason: FinishReason = FinishReason.STOP) -> list[Step]:
    """The script of a whole answer."""
    return [*(TextDelta(piece) for piece in pieces), Finished(reason=reason, model="scripted")]


def prompt_text(prompt: Sequence[PromptMessage]) -> str:
    """The words of a prompt, one line for each piece of content, with its role before it."""
    return "\n".join(
        f"{message.role}: {content.text if isinstance(content, TextContent) else '<pixels>'}"
        for message in prompt
        for content in message.content
    )


class FakePictures:
    """`bot.ports.eyes.Eyes`: every file is a picture of 64 × 32 pixels, made of its own bytes."""

    def __init__(self, refuse: Callable[[bytes], Exception | None] = lambda _: None) -> None:
        self.prepared: list[bytes] = []
        self._refuse = refuse

    async def prepare(self, data: bytes) -> Prepared:
        error = self._refuse(data)
        if error is not None:
            raise error
        self.prepared.append(data)
        if data.startswith(b"pages"):
            pictures = tuple(self._picture(data + b"%d" % page, f"page {page}") for page in range(1, 4))
            return Prepared(pictures=pictures, origin="PDF, 5 pages", left_out=sentence("pages 4 to 5"))
        if data.startswith(b"words"):
            return Prepared(text=data.decode(), origin="text")
        return Prepared(pictures=(self._picture(data),), origin="PNG, 64×32")

    async def crop(self, data: bytes, box: Box, *, part: int = 0) -> Picture:
        return self._picture(b"crop of %s %d %d %d %d %d" % (data, part, box.left, box.top, box.right, box.bottom))

    async def mark(self, data: bytes, boxes: Sequence[MarkedBox], *, part: int = 0) -> Picture:
        labels = ",".join(marked.label for marked in boxes)
        return self._picture(b"marked %s %d %s" % (data, part, labels.encode()))

    @staticmethod
    def _picture(data: bytes, label: str = "") -> Picture:
        digest = hashlib.sha256(data).hexdigest()
        return Picture(jpeg=data, sha256=digest, width_px=64, height_px=32, label=label)


class FakeWeb:
    """`bot.ports.web.Web` with a few addresses."""

    def __init__(self) -> None:
        self.files: dict[str, bytes | Exception] = {}

    async def fetch(self, url: str, *, max_bytes: int) -> bytes:
        found = self.files[url]
        if isinstance(found, Exception):
            raise found
        return found[:max_bytes]


_message_numbers = itertools.count(1)


def message(
    text: str = "",
    *,
    key: ConversationKey = KEY,
    sender: str = "Ann",
    sender_id: str | None = None,
    message_id: str | None = None,
    attachments: Sequence[AttachmentRef] = (),
    quoted: Sequence[Quoted] = (),
    album_id: str | None = None,
    address: Address | None = Address.MENTION,
    command: Command | None = None,
    is_private: bool = False,
    is_catch_up: bool = False,
    sent_at: datetime = START,
) -> MessageReceived:
    """Something that somebody said."""
    return MessageReceived(
        key=key,
        message_id=MessageId(message_id or f"m{next(_message_numbers)}"),
        sender=Person(id=PersonId(sender_id or sender.lower()), name=sender),
        sent_at=sent_at,
        is_private=is_private,
        text=text,
        raw_text=text,
        attachments=tuple(attachments),
        quoted=tuple(quoted),
        album_id=album_id,
        address=address,
        command=command,
        is_catch_up=is_catch_up,
    )


def quote(
    message_id: str,
    text: str = "",
    *,
    author: str = "Ann",
    is_own: bool = False,
    attachments: Sequence[AttachmentRef] = (),
) -> Quoted:
    """A message that another one replies to."""
    return Quoted(
        message_id=MessageId(message_id),
        author=author,
        author_id=PersonId(author.lower()),
        is_own=is_own,
        text=text,
        attachments=tuple(attachments),
    )


def command(text: str, **more: Any) -> MessageReceived:
    """Somebody's command, such as ``/forget here``. `more`: as for `message`."""
    return message(text, command=parse_command(text), **more)


_press_numbers = itertools.count(1)


def pressed(
    action: Action,
    message_id: MessageId,
    *,
    value: str = "",
    key: ConversationKey = KEY,
    sender: str = "Ann",
    press_id: str | None = None,
    is_private: bool = False,
) -> ButtonPressed:
    """A button that somebody pressed."""
    return ButtonPressed(
        key=key,
        message_id=message_id,
        action=action,
        value=value,
        press_id=press_id or f"press {next(_press_numbers)}",
        sender=Person(id=PersonId(sender.lower()), name=sender),
        is_private=is_private,
    )


def photo(
    handle: str,
    *,
    media_type: str = "image/jpeg",
    size_bytes: int | None = None,
    source: Source = Source.FILE,
    about: str = "",
    still: str = "",
) -> AttachmentRef:
    """A picture that somebody sent."""
    return AttachmentRef(
        handle=handle,
        name=f"{handle}.jpg",
        media_type=media_type,
        size_bytes=size_bytes,
        source=source,
        about=about,
        still=still,
    )


class FakeIntake:
    """Keeps what adapters bring (`bot.ports.chat.Intake`)."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.aside: list[Unreadable] = []
        self.cursors: dict[str, str] = {}
        self.known_places: list[KnownPlace] = []
        self.told_missed: list[ConversationKey] = []

    async def accept(self, event: Event) -> None:
        self.events.append(event)

    async def set_aside(self, unreadable: Unreadable) -> None:
        self.aside.append(unreadable)

    async def cursor(self, name: str) -> str | None:
        return self.cursors.get(name)

    async def move_cursor(self, name: str, value: str) -> None:
        self.cursors[name] = value

    async def places(self, platform: PlatformName) -> Sequence[KnownPlace]:
        return [place for place in self.known_places if place.key.platform == platform]

    async def recent(self, key: ConversationKey, *, since: datetime) -> Sequence[MessageId]:
        return [heard.message_id for heard in self.messages if heard.key == key and heard.sent_at >= since]

    async def place_of(self, platform: PlatformName, message_id: MessageId) -> ConversationKey | None:
        raise NotImplementedError(platform, message_id)

    async def missed(self, place: KnownPlace, *, cursor: str) -> None:
        self.told_missed.append(place.key)
        self.cursors[cursor] = place.newest

    @property
    def messages(self) -> list[MessageReceived]:
        """Of the events, those that are new messages."""
        return [event for event in self.events if isinstance(event, MessageReceived)]

    @property
    def texts(self) -> list[str]:
        return [message.text for message in self.messages]
