"""A chat platform as the core sees it."""

from collections.abc import Collection, Sequence
from typing import Protocol, Self

from bot.events import AttachmentRef, ConversationKey, MessageId, PersonId, PlatformName
from bot.ports.intake import Intake
from bot.ports.limits import Headroom, Limits
from bot.ports.parts import Part
from bot.sentences import Sentence


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

    def link_to(self, target: MessageId, *, asked_by: MessageId) -> str:
        """The address of the message that such a question is about; empty where there is none (any more)."""
        ...

    def is_guest(self, key: ConversationKey) -> bool:
        """Whether the bot is not in that chat: one person asks it there, and it gets to see nothing else."""
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

    async def delete(self, key: ConversationKey, message_id: MessageId, *, instead: str) -> None:
        """Take back a message of the bot's own. One that is already gone is not an error.

        Where none can be deleted, these words stand `instead` of it.
        """
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

    async def unheard(self, key: ConversationKey) -> Sentence:
        """Why the bot does not get to see what is said there to others, and what helps; empty where it does.

        Not asked where it `is_guest`.

        Raises:
            PlatformError: it can't be found out.
        """
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
