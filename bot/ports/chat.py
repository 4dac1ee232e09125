"""A chat platform as the core sees it."""

import enum
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, Self

from bot.events import (
    Action,
    AttachmentRef,
    ConversationKey,
    Event,
    MessageId,
    PersonId,
    PlatformName,
    Unreadable,
)


class MarkKind(enum.StrEnum):
    """Formatting that a platform can show by offsets instead of by markup."""

    BOLD = "bold"
    ITALIC = "italic"
    UNDERLINE = "underline"
    STRIKETHROUGH = "strikethrough"
    SPOILER = "spoiler"
    CODE = "code"
    PRE = "pre"
    QUOTE = "quote"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Mark:
    """A formatted stretch of a `Part`. Offset and length are in the platform's own unit."""

    kind: MarkKind
    offset: int
    length: int
    value: str | None = None
    """The address of a LINK, the language of a PRE."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureFile:
    """A JPEG file to show in a message of its own."""

    jpeg: bytes = field(repr=False)
    """At most 10 MB, and 10,000 pixels of width and height together (Bot API, sendPhoto)."""
    sha256: str
    """Of `jpeg`, in hex: parts are compared by it."""
    name: str
    """The file's name, where the platform shows one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextFile:
    """A text too long for messages, as a file."""

    text: str
    name: str
    """E.g. ``answer.md``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A button under a message of the bot's."""

    action: Action
    label: str
    """At most 40 characters."""
    value: str = ""
    """At most 40 of ``[a-z0-9_:.-]``; comes back with the press. Action and value are all that a platform keeps of it
    (Telegram allows 64 bytes of callback data, Discord 100 characters of custom id)."""


@dataclass(frozen=True, slots=True)
class Part:
    """One platform message's worth of an answer, ready to send. Equal parts look equal on screen."""

    text: str
    """Never longer than `Limits.text_length`. Empty only beside a picture, whose caption and alternative text it is
    (at most 1,000 characters)."""
    marks: tuple[Mark, ...] = ()
    buttons: tuple[tuple[Button, ...], ...] = ()
    """In rows. At most 5 rows of 5 (Discord docs, Action Row)."""
    picture: PictureFile | None = None
    document: TextFile | None = None
    """Shown behind the text, in the same message. Never beside a picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """At most `count` requests in any stretch of so many seconds. Or, with a burst, so many in the long run."""

    count: int
    seconds: float
    burst: int = 0
    """How many may come at once after a pause; 0: the rate holds for every stretch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Headroom:
    """What the platform itself said last of how much it takes in one chat."""

    left: int
    """Requests that it still takes before `resets_at_s`."""
    resets_at_s: float
    """By `Clock.monotonic_s`."""
    refusals: int = 0
    """How often so far it refused one that was too many, and the adapter waited by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a platform can do, as data: the core reads these instead of asking which platform it is."""

    text_length: int
    """Longest text of one message, in the platform's unit (code points on Discord, UTF-16 on Telegram)."""
    edit_interval_s: float
    """Shortest time between two updates of one growing answer."""
    group_edit_interval_s: float
    """The same in a chat with several people."""
    private_rates: tuple[Rate, ...]
    """What one private chat takes, new messages and edits together."""
    group_rates: tuple[Rate, ...]
    """The same of a chat with several people."""
    bot_rate: Rate
    """What the platform takes of the bot, over all chats."""
    typing_counts: bool
    """Whether `Chat.typing` counts as one of the requests that a chat takes."""
    typing_lifetime_s: float
    """How long one `Chat.typing` is shown."""
    download_bytes: int
    """Largest file that the platform lets the bot fetch."""
    resend_is_safe: bool
    """Whether a repeated `Chat.post` with the same nonce is recognised and not shown twice."""
    threads_share_waits: bool
    """Whether waits and rates are those of a chat with all its threads and topics, not of one of them."""
    links_commands: bool = False
    """Whether a command in plain text, such as ``/help``, is a link that gives it. In code it is not."""
    tables_as_files: bool = False
    """Whether a large table that is too wide to be shown aligned comes as a file as well."""
    has_drafts: bool = False
    """Whether an answer grows in private chats by `Chat.draft`."""
    draft_lifetime_s: float = 0.0
    """How long one `Chat.draft` is shown."""
    previews_come_within_s: float = 0.0
    """How long after a message the platform still adds the previews of its links; 0: they come with it, or never."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPlace:
    """A conversation that the bot has taken part in."""

    key: ConversationKey
    is_private: bool
    newest: MessageId
    """The newest message stored of it."""


class Intake(Protocol):
    """Where adapters bring what they receive. Every call raises `bot.errors.StorageError` when it can't be kept."""

    async def accept(self, event: Event) -> None:
        """Take an event in. Returns once it is committed: only then may the adapter acknowledge it.

        The same event again changes nothing. After a `StorageError` nothing was kept, and it must come again.
        """
        ...

    async def set_aside(self, unreadable: Unreadable) -> None:
        """Keep what could not be converted, tell the operator, and the person if somebody waits for an answer."""
        ...

    async def cursor(self, name: str) -> str | None:
        """What `move_cursor` stored under this name last: how far the adapter has read. Survives restarts."""
        ...

    async def move_cursor(self, name: str, value: str) -> None: ...

    async def places(self, platform: PlatformName) -> Sequence[KnownPlace]:
        """The conversations with something stored, the most recently used first, at most 1000."""
        ...

    async def recent(self, key: ConversationKey, *, since: datetime) -> Sequence[MessageId]:
        """The stored messages of people in this conversation that were sent at `since` or later, oldest first.

        For finding out which of them were changed or deleted meanwhile.
        """
        ...

    async def place_of(self, platform: PlatformName, message_id: MessageId) -> ConversationKey | None:
        """Where one of the bot's own messages stands, for platforms that do not say it; None if that is not known."""
        ...

    async def missed(self, place: KnownPlace, *, cursor: str) -> None:
        """More was said in this conversation while the bot was away than it can catch up with: it is told so.

        The cursor moves to `place.newest` at the same moment, so that after a crash it tells what was told.
        """
        ...


class Chat(Protocol):
    """One chat platform.

    ``async with chat`` makes sending possible; `receive` adds listening. They are apart so that on
    shutdown listening stops first and answers in hand can finish. Every method but `render` raises
    `bot.errors.PlatformError` (a subclass that says what may be done), and nothing of the library below.
    """

    @property
    def platform(self) -> PlatformName: ...

    @property
    def limits(self) -> Limits: ...

    async def __aenter__(self) -> Self: ...

    async def __aexit__(self, *exc_info: object) -> None: ...

    async def receive(self, intake: Intake) -> None:
        """Bring everything seen to `intake`, in order per conversation, until cancelled. Reconnects by itself.

        Returns only when the platform has nothing more to give (the terminal's end of input).
        """
        ...

    async def ready(self) -> None:
        """Return once the platform has been reached: before, nothing can be sent or fetched."""
        ...

    async def fetch(self, ref: AttachmentRef, *, max_bytes: int) -> bytes:
        """Download an attachment (not one of `Source.LINK`), reading at most `max_bytes` of it.

        Raises:
            AttachmentError: gone, not allowed, too large, or not to be had after retries.
            PlatformUnavailable: the platform can't be reached at all, which says nothing about the attachment.
        """
        ...

    def render(self, markdown: str, *, final: bool) -> Sequence[Part]:
        """Turn the model's Markdown into messages under the platform's limits. Pure; never raises; drops nothing.

        With ``final=False`` the text is still growing: half-open constructs are shown closed. Parts but the
        last do not change when text is appended. Blank text gives no parts.
        """
        ...

    def shows_question(self, message_id: MessageId) -> bool:
        """Whether people see this message in the chat as it was written, and not only that a command was used.

        If not, its answer says what was asked.
        """
        ...

    def answers_once(self, key: ConversationKey) -> bool:
        """Whether an answer there is one message of text, and nothing can be sent beside it, before or after it.

        What is sent there first takes the place of "typing"; sending it again never shows it twice.
        """
        ...

    async def post(self, key: ConversationKey, part: Part, *, reply_to: MessageId | None, nonce: str) -> MessageId:
        """Send one new message.

        `nonce` (at most 25 characters) is the same for every attempt at this part. Where the platform recognises
        it (`Limits.resend_is_safe`), the message of the earlier attempt is shown with the text of this one.
        """
        ...

    async def edit(self, key: ConversationKey, message_id: MessageId, part: Part) -> None:
        """Replace a message of the bot's own. Repeating it is harmless; an unchanged text is not an error.

        A text is never edited into a picture, nor the other way round: the core deletes the one and sends the other.
        """
        ...

    async def draft(self, key: ConversationKey, draft: MessageId, part: Part) -> None:
        """Show a growing text that is no message yet, in a private chat, for `Limits.draft_lifetime_s`.

        `draft` is the decimal form of a number from 1 to 2^63 - 1. The same one again takes the place of the one
        before, and a message that of any. Who stops it presses the Stop button of the message `draft`.
        Only called where the limits have drafts.
        """
        ...

    async def delete(self, key: ConversationKey, message_id: MessageId) -> None:
        """Take back a message of the bot's own. One that is already gone is not an error."""
        ...

    def newest(self, key: ConversationKey) -> MessageId | None:
        """What is sent there from now on is newer than this message. A hint for `find`; None where none is needed."""
        ...

    async def find(
        self, key: ConversationKey, *, after: MessageId, reply_to: MessageId | None, known: Collection[MessageId]
    ) -> MessageId | None:
        """Look for a message of the bot's own whose id was never learned: its send was cut off by a crash or a fault.

        Args:
            key: Where it was sent.
            after: It is newer than this message: one of this chat, or one that `newest` gave.
            reply_to: What it replies to; None: to nothing.
            known: Messages of the bot's own that it can't be.

        Returns:
            None when there is none.

        Raises:
            PlatformCantTell: there may be one.
        """
        ...

    async def may_manage(self, key: ConversationKey, person: PersonId) -> bool:
        """Whether somebody may change a conversation's settings: they may manage the chat, or it is theirs alone."""
        ...

    async def acknowledge(self, key: ConversationKey, message_id: MessageId) -> None:
        """Show quietly that a message was seen, e.g. by a reaction. Best effort: callers ignore `PlatformError`."""
        ...

    def headroom(self, key: ConversationKey) -> Headroom | None:
        """What the platform said last of this chat's limits; None where it says nothing, or not yet."""
        ...

    async def typing(self, key: ConversationKey, *, reply_to: MessageId) -> None:
        """Show "typing" for `Limits.typing_lifetime_s`, while `reply_to` waits for its answer.

        Nothing is done where the platform shows by itself that an answer comes. Best effort: callers ignore
        `PlatformError`.
        """
        ...
