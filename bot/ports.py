"""What the core needs from the outside, in its own terms. Adapters and storage implement these."""

import enum
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NewType, Protocol, TypeAlias

from bot.events import AttachmentRef, ConversationKey, Event, MessageId, MessageReceived, PlatformName

# --- time ---------------------------------------------------------------------------------------


class Clock(Protocol):
    """Time as an argument, so that every wait can be played in a test."""

    def now(self) -> datetime:
        """Aware, UTC. May jump."""
        ...

    def monotonic_s(self) -> float:
        """Seconds from some fixed point; never goes back."""
        ...

    async def sleep(self, seconds: float) -> None: ...


# --- chat platforms -----------------------------------------------------------------------------


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


@dataclass(frozen=True, slots=True)
class Part:
    """One platform message's worth of an answer, ready to send. Equal parts look equal on screen."""

    text: str
    """Never empty, and never longer than `Limits.text_length`."""
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a platform can do, as data: the core reads these instead of asking which platform it is."""

    text_length: int
    """Longest text of one message, in the platform's unit (code points on Discord, UTF-16 on Telegram)."""
    edit_interval_s: float
    """Shortest time between two updates of a growing answer in one chat."""
    group_edit_interval_s: float
    """The same in a chat with several people."""
    typing_lifetime_s: float
    """How long one `Chat.typing` is shown."""
    download_bytes: int
    """Largest file that the platform lets the bot fetch."""
    resend_is_safe: bool
    """Whether a repeated `Chat.post` with the same nonce is recognised and not shown twice."""


class Accepting(Protocol):
    """Takes an event in. Returns once it is committed: only then may the adapter acknowledge it."""

    async def __call__(self, event: Event) -> None: ...


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

    async def __aenter__(self) -> "Chat": ...

    async def __aexit__(self, *exc_info: object) -> None: ...

    async def receive(self, accept: Accepting) -> None:
        """Hand every message seen to `accept`, in order per conversation, until cancelled. Reconnects by itself.

        Returns only when the platform has nothing more to give (the terminal's end of input).
        """
        ...

    async def fetch(self, ref: AttachmentRef, *, max_bytes: int) -> bytes:
        """Download an attachment, reading at most `max_bytes` of it.

        Raises:
            AttachmentError: gone, not allowed, too large, or not to be had after retries.
        """
        ...

    def render(self, markdown: str, *, final: bool) -> Sequence[Part]:
        """Turn the model's Markdown into messages under the platform's limits. Pure; never raises; drops nothing.

        With ``final=False`` the text is still growing: half-open constructs are shown closed. Parts but the
        last do not change when text is appended. Blank text gives no parts.
        """
        ...

    async def post(self, key: ConversationKey, part: Part, *, reply_to: MessageId | None, nonce: str) -> MessageId:
        """Send one new message. `nonce` (at most 25 characters) is the same for every attempt at this part."""
        ...

    async def edit(self, key: ConversationKey, message_id: MessageId, part: Part) -> None:
        """Replace a message of the bot's own. Repeating it is harmless; an unchanged text is not an error."""
        ...

    async def delete(self, key: ConversationKey, message_id: MessageId) -> None:
        """Take back a message of the bot's own. One that is already gone is not an error."""
        ...

    async def typing(self, key: ConversationKey) -> None:
        """Show "typing" for `Limits.typing_lifetime_s`. Best effort: callers ignore `PlatformError`."""
        ...


# --- the model ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TextContent:
    """Words in a prompt."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureContent:
    """Pixels in a prompt: a JPEG file, upright, without metadata."""

    jpeg: bytes = field(repr=False)
    width_px: int
    height_px: int


Content: TypeAlias = TextContent | PictureContent


@dataclass(frozen=True, slots=True)
class PromptMessage:
    """One message of a prompt. Pictures stand only in messages of the user (the API allows them nowhere else)."""

    role: Literal["system", "user", "assistant"]
    content: tuple[Content, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What one answer took, as the server counts. None where the server does not say."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    image_tokens: int | None = None
    cached_tokens: int | None = None
    cost_usd: float | None = None


@dataclass(frozen=True, slots=True)
class TextDelta:
    """Some more of the answer. Never empty."""

    text: str


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    """Some more of what the model thinks to itself. Never shown; proof that it is alive."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCallDelta:
    """A piece of a tool call; pieces with the same `index` belong together."""

    index: int
    id: str | None = None
    name: str | None = None
    arguments: str = ""


class FinishReason(enum.StrEnum):
    """Why the model stopped."""

    STOP = "stop"
    LENGTH = "length"
    CONTENT_FILTER = "content_filter"
    TOOL_CALLS = "tool_calls"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """The last event of a whole answer."""

    reason: FinishReason
    model: str = ""
    """As the server names it."""
    usage: Usage = Usage()


ModelEvent: TypeAlias = TextDelta | ReasoningDelta | ToolCallDelta | Finished


class Model(Protocol):
    """A vision-language model behind some server."""

    def stream(self, prompt: Sequence[PromptMessage], *, request_id: str) -> AsyncGenerator[ModelEvent, None]:
        """Yield the answer as it is written, then exactly one `Finished`.

        Retries by itself before the first event only. Closing the generator early closes the connection,
        which tells the server to stop. `request_id` (at most 128 of ``[A-Za-z0-9._:-]``) goes to the
        server's log, so that an operator can find the request there.

        Raises:
            ModelError: refused, unreachable, silent, or cut off before `Finished`.
        """
        ...


# --- storage ------------------------------------------------------------------------------------

TurnId = NewType("TurnId", int)
"""Grows within a conversation: a later turn has a larger id."""

AttachmentId = NewType("AttachmentId", int)


class TurnState(enum.StrEnum):
    """The life of a turn: accepted → answering → one of the others, which are final."""

    ACCEPTED = "accepted"
    ANSWERING = "answering"
    ANSWERED = "answered"
    FAILED = "failed"


class DeliveryState(enum.StrEnum):
    """The receipt of one part of an answer."""

    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"
    """It may stand in the chat; nothing can tell."""


class Verdict(enum.StrEnum):
    """Whether a picture can be used."""

    PENDING = "pending"
    USABLE = "usable"
    UNUSABLE = "unusable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One part of an answer on the platform."""

    part: int
    """Counted from 0."""
    state: DeliveryState
    message_id: MessageId | None = None
    """None while it is being sent for the first time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A stored attachment of a message, or of the message that one quotes."""

    id: AttachmentId
    ref: AttachmentRef
    quoted: bool
    """It belongs to the message replied to or forwarded, not to the message itself."""
    verdict: Verdict
    reason: str = ""
    """For UNUSABLE: `AttachmentError.person`."""
    sha256: str | None = None
    """For USABLE: the prepared picture's content hash, in hex."""
    width_px: int = 0
    """Of the prepared picture."""
    height_px: int = 0
    origin: str = ""
    """What arrived, in words for the prompt: e.g. ``PNG, 4032×3024``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredQuote:
    """What a message quoted, as history needs it."""

    author: str | None
    is_own: bool
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMessage:
    """A message as history needs it."""

    message_id: MessageId
    sender: str
    """The name at the time."""
    text: str
    quoted: tuple[StoredQuote, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    """In the order of the message; those of what it quotes come first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A turn to be answered."""

    id: TurnId
    key: ConversationKey
    state: TurnState
    attempts: int
    """How often an answer was begun before."""
    is_private: bool
    """One person alone with the bot."""
    command: str | None
    """The name of the bot's own command; None when the model is asked."""
    reply_to: MessageId
    """The message to answer: the first of the turn."""
    accepted_at: datetime
    ready_at: datetime
    """Not to be started earlier: more that belongs to it may come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One turn as history: what was said to the bot, and what it answered."""

    turn_id: TurnId
    messages: tuple[StoredMessage, ...]
    """Oldest first; at least one."""
    answer: str | None
    """None when there was none (it failed, or is being written)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a turn ended: the source of history, budgets and metrics."""

    state: Literal[TurnState.ANSWERED, TurnState.FAILED]
    answer: str | None
    """What the model said (also in part); None when it said nothing. Notes for the person are not in it."""
    trouble: str = ""
    """A short code when something went wrong: a `ModelTrouble`, or the core's own."""
    detail: str = ""
    """For the operator: the error's text."""
    finish_reason: str = ""
    model: str = ""
    usage: Usage = Usage()
    started_at: datetime
    first_text_at: datetime | None = None
    finished_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A prepared picture: what `bot.pictures.prepare` makes of any file."""

    jpeg: bytes = field(repr=False)
    sha256: str
    """Of `jpeg`, in hex."""
    width_px: int
    height_px: int
    origin: str
    """What arrived, in words: e.g. ``PNG, 4032×3024``."""


class Store(Protocol):
    """The truth: conversations, messages, turns, receipts. Every call is one transaction, committed on return."""

    async def accept(self, message: MessageReceived, *, now: datetime, ready_at: datetime) -> Turn | None:
        """Store an addressed message and its turn.

        A message that shares its `album_id` with a turn of the same conversation and sender joins that turn if
        it is still ACCEPTED (its `ready_at` moves to the given one), and also if it is not addressed itself.
        The same message again changes nothing. A message that is neither addressed nor joins a turn is not stored.

        Returns:
            The turn, new or joined; None when nothing changed.
        """
        ...

    async def unfinished(self) -> Sequence[Turn]:
        """All turns without an outcome, in the order they were accepted."""
        ...

    async def begin(self, turn_id: TurnId) -> Turn | None:
        """Mark a turn as ANSWERING and count the attempt. None if it already has its outcome.

        From here on nothing can join it.
        """
        ...

    async def exchanges(self, key: ConversationKey, *, up_to: TurnId, limit: int) -> Sequence[Exchange]:
        """The newest `limit` exchanges of a conversation up to and with `up_to`, oldest first, none from before a reset.

        Read by index: the cost does not grow with the length of the history.
        """
        ...

    async def settle(self, attachment_id: AttachmentId, verdict: Picture | str) -> None:
        """Record what became of an attachment: the prepared picture, or the reason why there is none."""
        ...

    async def jpeg(self, sha256: str) -> bytes | None:
        """The bytes of a prepared picture; None if retention removed them."""
        ...

    async def deliveries(self, turn_id: TurnId) -> Sequence[Delivery]:
        """The receipts of a turn, by part."""
        ...

    async def record_delivery(self, turn_id: TurnId, delivery: Delivery) -> None:
        """Insert or replace the receipt of one part."""
        ...

    async def remove_delivery(self, turn_id: TurnId, part: int) -> None:
        """Forget a receipt whose message was taken back."""
        ...

    async def finish(self, turn_id: TurnId, outcome: Outcome, *, delivery: Delivery | None = None) -> None:
        """Store the outcome of a turn, with the receipt of its last part if that is new. Final: a second call changes nothing."""
        ...

    async def reset(self, key: ConversationKey, *, up_to: TurnId) -> None:
        """Start over: exchanges up to `up_to` are no longer part of the history."""
        ...

    async def purge(self, *, before: datetime, max_picture_bytes: int) -> None:
        """Delete what is older than `before`, and the oldest pictures over `max_picture_bytes` in all.

        Unfinished turns are kept. Works in short transactions, so that nobody waits for it.
        """
        ...

