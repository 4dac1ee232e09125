"""Gets the pictures of a question ready: fetched, made safe and small, or refused with a reason. Once each."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Protocol

from bot import texts
from bot.errors import AttachmentError, PlatformUnavailable, StorageError
from bot.events import AttachmentRef
from bot.insistence import RETRY_WAITS_S
from bot.ports.chat import Chat
from bot.ports.clock import Clock
from bot.ports.store import Store
from bot.prompt import PromptBudget, pictures_to_show
from bot.records import Attachment, Exchange, Picture, Verdict

log = logging.getLogger(__name__)

FILES_AT_ONCE = 3
"""Files in memory at the same time, over all conversations: two being decoded, and the next. Forty files of 13 MB,
in four messages sent at once, took the bot from 90 to 890 MB without this (measured)."""

FILES_OF_ONE_QUESTION = 2
"""Of them, so that an album leaves room for a picture of another conversation: one is decoded, the next is fetched."""

_NEVER_PICTURES = ("video/", "audio/", "text/", "font/")


class Pictures(Protocol):
    """Makes a safe, small JPEG of whatever arrived, off the event loop."""

    async def prepare(self, data: bytes) -> Picture:
        """Raises `AttachmentError` when it can't."""
        ...


async def look(
    question: Exchange,
    chat: Chat,
    store: Store,
    pictures: Pictures,
    clock: Clock,
    *,
    max_bytes: int,
    room: asyncio.Semaphore,
) -> None:
    """Bring every attachment of the question from PENDING to its verdict, side by side as far as there is `room`.

    A platform that can't be reached is waited for: that is no verdict. Raises `StorageError` when one can't be stored.

    Args:
        question: Whose attachments.
        chat: Where they are fetched.
        store: Keeps the verdicts.
        pictures: Makes them safe.
        clock: For waits.
        max_bytes: Largest file fetched.
        room: For `FILES_AT_ONCE` files, shared by all questions.
    """
    pending = _pending(question)
    if not pending:
        return
    limit = min(max_bytes, chat.limits.download_bytes)
    share = _Share(room)
    try:
        async with asyncio.TaskGroup() as group:
            for attachment in pending:
                prepare = partial(share.prepared, attachment.ref, chat, pictures, limit)
                work = _settle(attachment, store, partial(_when_reached, prepare, clock), limit)
                group.create_task(work, name=f"attachment {attachment.id}")
    except ExceptionGroup as errors:
        storage = errors.subgroup(StorageError)
        raise (storage or errors).exceptions[0] from None


async def leave_out(question: Exchange, store: Store, budget: PromptBudget, *, reason: str) -> bool:
    """Refuse the pictures of a question that do not fit into one request. Returns whether there are any.

    Silently left out, they would count as seen: by the person now, and by the model in later turns.
    """
    shown = set(pictures_to_show([question], budget))
    every = (attachment for message in question.messages for attachment in message.attachments)
    late = [one for one in every if one.sha256 is not None and one.sha256 not in shown]
    for attachment in late:
        await store.settle(attachment.id, reason)
    return bool(late)


def _pending(question: Exchange) -> Sequence[Attachment]:
    every = (attachment for message in question.messages for attachment in message.attachments)
    return [attachment for attachment in every if attachment.verdict is Verdict.PENDING]


class _Share:
    """What one question may take of the room for all."""

    def __init__(self, room: asyncio.Semaphore) -> None:
        self._room = room
        self._files = asyncio.Semaphore(FILES_OF_ONE_QUESTION)
        self._decoder = asyncio.Lock()

    async def prepared(self, ref: AttachmentRef, chat: Chat, pictures: Pictures, limit: int) -> Picture:
        async with self._files, self._room:
            data = await chat.fetch(ref, max_bytes=limit)
            async with self._decoder:
                return await pictures.prepare(data)


async def _settle(attachment: Attachment, store: Store, prepare: Callable[[], Awaitable[Picture]], limit: int) -> None:
    verdict: Picture | str
    try:
        _refuse_early(attachment.ref, limit)
        verdict = await prepare()
    except AttachmentError as error:
        log.info("attachment %s: not usable: %s", attachment.id, error)
        verdict = error.person
    await store.settle(attachment.id, verdict)


async def _when_reached(prepare: Callable[[], Awaitable[Picture]], clock: Clock) -> Picture:
    """Fetch and prepare as soon as the platform can be reached. The caller sees to it that this has an end."""
    waits = iter(RETRY_WAITS_S)
    while True:
        try:
            return await prepare()
        except PlatformUnavailable as error:
            wait_s = next(waits, RETRY_WAITS_S[-1])
            log.info("a picture is fetched again in %.1f s: %s", wait_s, error)
        await clock.sleep(wait_s)


def _refuse_early(ref: AttachmentRef, limit: int) -> None:
    """Spare a download that can't end well. What remains is judged by its content, never by its name."""
    if ref.size_bytes is not None and ref.size_bytes > limit:
        raise AttachmentError(f"{ref.size_bytes} bytes, over the cap of {limit}", person=texts.too_large(limit))
    if ref.media_type.startswith(_NEVER_PICTURES):
        raise AttachmentError(f"claimed to be {ref.media_type}", person=texts.not_a_picture(ref.media_type))
