"""Gets the pictures of a question ready: fetched, made safe and small, or refused with a reason. Once each."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial

from bot import texts
from bot.answering.window import PromptBudget, attachments_of, fitting_views
from bot.delivery.insistence import RETRY_WAITS_S
from bot.errors import AttachmentError, PlatformError, PlatformUnavailable, StorageError
from bot.events import AttachmentRef, Source
from bot.ports.chat import Chat
from bot.ports.clock import Clock
from bot.ports.eyes import Eyes
from bot.ports.store import Store
from bot.ports.web import Web
from bot.records.attachments import Attachment, Verdict
from bot.records.history import Exchange
from bot.records.pictures import Picture, Prepared
from bot.sentences import NO_SENTENCE, Sentence, sentence

log = logging.getLogger(__name__)

FILES_AT_ONCE = 3
"""Files in memory at the same time, over all conversations: two being decoded, and the next. Forty files of 13 MB,
in four messages sent at once, took the bot from 90 to 890 MB without this (measured)."""

FILES_OF_ONE_QUESTION = 2
"""Of them, so that an album leaves room for a picture of another conversation: one is decoded, the next is fetched."""

_NEVER_PICTURES = ("audio/", "font/")


class Looking:
    """Fetches attachments and has them opened."""

    def __init__(self, store: Store, eyes: Eyes, web: Web, clock: Clock, *, max_bytes: int, made_for: str) -> None:
        """`max_bytes`: the largest file fetched. `made_for`: as in `Prepared`, what `eyes` work by."""
        self._store = store
        self._eyes = eyes
        self._web = web
        self._clock = clock
        self._max_bytes = max_bytes
        self._made_for = made_for
        self._room = asyncio.Semaphore(FILES_AT_ONCE)

    async def settle(self, question: Exchange, chat: Chat) -> bool:
        """Bring every attachment of a question from PENDING to its verdict, side by side as far as there is room.

        A platform that can't be reached is waited for: that is no verdict. The caller sees to it that this has an end.

        Returns:
            Whether there was any.

        Raises:
            StorageError: a verdict can't be stored.
        """
        pending = [one for one in attachments_of([question]) if one.verdict is Verdict.PENDING]
        share = _Share(self._room)
        try:
            async with asyncio.TaskGroup() as group:
                for attachment in pending:
                    group.create_task(self._settle(attachment, chat, share), name=f"attachment {attachment.id}")
        except ExceptionGroup as errors:
            storage = errors.subgroup(StorageError)
            raise (storage or errors).exceptions[0] from None
        return bool(pending)

    async def leave_out(self, question: Exchange, budget: PromptBudget) -> bool:
        """Refuse the pictures of a question that do not fit into one request. Returns whether there are any.

        Silently left out, they would count as seen: by the person now, and by the model in later turns.
        """
        fitting = fitting_views(question, budget)
        late = [one for one in attachments_of([question]) if fitting[one.id] < len(one.views)]
        for attachment in late:
            await self._shorten(attachment, fitting[attachment.id], budget)
        return bool(late)

    async def original(self, attachment: Attachment, chat: Chat) -> bytes:
        """The file of an attachment as it came, fetched anew if it is no longer kept.

        Raises:
            AttachmentError: it is not to be had any more.
        """
        if attachment.original is None:
            raise AttachmentError("never fetched", person=sentence("it was never opened"))
        data = await self._store.original(attachment.original)
        if data is not None:
            return data
        refs = [attachment.ref, _still(attachment.ref)] if attachment.ref.still else [attachment.ref]
        failure = AttachmentError("other bytes than before", person=sentence("it has changed since"))
        for ref in refs:
            try:
                async with self._room:
                    data = await self._fetch(ref, chat)
                    if await self._store.keep_original(data) == attachment.original:
                        return data
            except AttachmentError as error:
                failure = error
            except PlatformError as error:
                failure = AttachmentError(str(error), person=sentence("it could not be fetched again"))
        raise failure

    async def _settle(self, attachment: Attachment, chat: Chat, share: "_Share") -> None:
        opening = partial(self._open, attachment, chat=chat, share=share)
        try:
            await self._when_reached(partial(opening, attachment.ref))
        except AttachmentError as error:
            if not attachment.ref.still:
                return await self._refuse(attachment, error)
            log.info("attachment %s: its still picture is used: %s", attachment.id, error)
            try:
                left_out = texts.only_still(error.person)
                await self._when_reached(partial(opening, _still(attachment.ref), left_out=left_out))
            except AttachmentError:
                await self._refuse(attachment, error)

    async def _refuse(self, attachment: Attachment, error: AttachmentError) -> None:
        log.info("attachment %s: not usable: %s", attachment.id, error)
        await self._store.settle(attachment.id, error.person)

    async def _when_reached(self, work: Callable[[], Awaitable[None]]) -> None:
        waits = iter(RETRY_WAITS_S)
        while True:
            try:
                return await work()
            except PlatformUnavailable as error:
                wait_s = next(waits, RETRY_WAITS_S[-1])
                log.info("a picture is fetched again in %.1f s: %s", wait_s, error)
            await self._clock.sleep(wait_s)

    async def _open(
        self,
        attachment: Attachment,
        ref: AttachmentRef,
        *,
        chat: Chat,
        share: "_Share",
        left_out: Sentence = NO_SENTENCE,
    ) -> None:
        async with share.files, share.room:
            data = await self._fetch(ref, chat)
            original = await self._store.keep_original(data)
            if not left_out and await self._store.settle_as_known(attachment.id, original, made_for=self._made_for):
                return
            async with share.decoder:
                prepared = replace(await self._eyes.prepare(data), made_for=self._made_for)
        if left_out:
            prepared = replace(prepared, left_out=left_out)
        await self._store.settle(attachment.id, prepared, original=original)

    async def _fetch(self, ref: AttachmentRef, chat: Chat) -> bytes:
        limit = min(self._max_bytes, chat.limits.download_bytes)
        # Spares a download that can't end well. What remains is judged by its content, never by its name.
        if ref.size_bytes is not None and ref.size_bytes > limit:
            raise AttachmentError(f"{ref.size_bytes} bytes, over the cap of {limit}", person=texts.too_large(limit))
        if ref.media_type.startswith(_NEVER_PICTURES):
            raise AttachmentError(f"claimed to be {ref.media_type}", person=texts.not_a_picture(ref.media_type))
        if ref.source is Source.LINK:
            return await self._web.fetch(ref.handle, max_bytes=self._max_bytes)
        return await chat.fetch(ref, max_bytes=limit)

    async def _shorten(self, attachment: Attachment, count: int, budget: PromptBudget) -> None:
        kept: Sequence[Picture | None] = [await self._picture(attachment, part) for part in range(count)]
        pictures = tuple(picture for picture in kept if picture is not None)
        if not pictures:
            await self._store.settle(attachment.id, texts.not_shown(budget.pictures))
            return
        prepared = Prepared(
            pictures=pictures, origin=attachment.origin, left_out=texts.only_first(count, len(attachment.views))
        )
        await self._store.settle(attachment.id, prepared, original=attachment.original)

    async def _picture(self, attachment: Attachment, part: int) -> Picture | None:
        view = attachment.views[part]
        jpeg = await self._store.jpeg(view.sha256)
        if jpeg is None:
            return None
        return Picture(
            jpeg=jpeg, sha256=view.sha256, width_px=view.width_px, height_px=view.height_px, label=view.label
        )


class _Share:
    """What one question may take of the room for all."""

    def __init__(self, room: asyncio.Semaphore) -> None:
        self.room = room
        self.files = asyncio.Semaphore(FILES_OF_ONE_QUESTION)
        self.decoder = asyncio.Lock()


def _still(ref: AttachmentRef) -> AttachmentRef:
    return replace(ref, handle=ref.still, still="", media_type="", size_bytes=None)
