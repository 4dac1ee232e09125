"""Looks at files in processes of their own, so that no file can slow, swell or kill the bot.

Measured on two cores with pictures of 50 megapixels (JPEG, PNG, AVIF, WebP): in threads of the bot itself they
held up the event loop for 0.5 s (the AVIF and WebP decoders keep the interpreter's lock) and took it from 20 to
650 MB, 910 MB at the peak. With workers the loop was held up for 5 to 10 ms, while one starts, and the bot grew by
nothing but the file. A first picture waits 0.1 s longer for its worker.
"""

import asyncio
import logging
from collections.abc import Sequence
from typing import Self

from bot.errors import AttachmentError
from bot.pictures.pipe import Request, Task
from bot.pictures.process import PictureProcess, PictureProcessLost
from bot.pictures.size import PictureLimits
from bot.ports.eyes import MarkedBox
from bot.records.pictures import Box, Picture, Prepared
from bot.sentences import sentence

_FAILED = sentence("opening it failed")

log = logging.getLogger(__name__)

DEFAULT_MEMORY_BYTES = 1_200_000_000
"""Address space of a worker. Measured: a WebP of 48 megapixels takes 0.85 GB, other pictures of that size 0.1 to 0.5,
a video at 4K 0.35 to 0.45, of which FFmpeg's libraries alone are 0.1."""

CLOSING_S = 2.0
"""How long workers get to end by themselves."""


class PictureWorkshop:
    """The `bot.ports.eyes.Eyes`: a few worker processes, started when needed, ended when idle.

    ``async with`` it around everything that calls it. A file that crashes its worker, or takes too long,
    costs one verdict; the next file gets a new worker.
    """

    def __init__(
        self,
        limits: PictureLimits | None = None,
        *,
        workers: int = 2,
        deadline_s: float = 20.0,
        idle_s: float = 60.0,
        memory_bytes: int = DEFAULT_MEMORY_BYTES,
    ) -> None:
        """Start nothing yet.

        Args:
            limits: What one file may cost.
            workers: Processes at a time; 30 MB each when idle, 80 after a large photo, 150 after a video at 4K.
                The second starts only while the first is busy.
            deadline_s: Longest time for one file, without waiting for a worker.
            idle_s: A worker without work ends after this time, and gives its memory back.
            memory_bytes: Address space of each worker, where the system can limit it (Linux).
        """
        self._limits = limits or PictureLimits()
        self._deadline_s = deadline_s
        self._idle_s = idle_s
        self._memory_bytes = memory_bytes
        self._slots = asyncio.Semaphore(workers)
        self._idle: dict[PictureProcess, asyncio.TimerHandle] = {}
        self._endings: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for process in list(self._idle):
            self._retire(process)
        if self._endings:
            await asyncio.wait(self._endings)

    async def prepare(self, data: bytes) -> Prepared:
        """What the model is shown of a file; see `bot.pictures.decoding.prepare`.

        Raises:
            AttachmentError: the file can't be used.
        """
        return await self._ask(Request(task=Task.PREPARE, limits=self._limits), data)

    async def crop(self, data: bytes, box: Box, *, part: int = 0) -> Picture:
        """A region at full resolution, or enlarged where it is tiny; raises as `prepare` does."""
        boxes = (MarkedBox(box=box, label=""),)
        return _only(await self._ask(Request(task=Task.CROP, limits=self._limits, part=part, boxes=boxes), data))

    async def mark(self, data: bytes, boxes: Sequence[MarkedBox], *, part: int = 0) -> Picture:
        """The whole picture with numbered frames and labels drawn on it; raises as `prepare` does."""
        request = Request(task=Task.MARK, limits=self._limits, part=part, boxes=tuple(boxes))
        return _only(await self._ask(request, data))

    async def _ask(self, request: Request, data: bytes) -> Prepared:
        async with self._slots:
            process = await self._take()
            verdict: Prepared | AttachmentError | None = None
            try:
                async with asyncio.timeout(self._deadline_s):
                    verdict = await process.ask(request, data)
            except TimeoutError as error:
                raise AttachmentError(
                    f"not done within {self._deadline_s:.0f} s", person=sentence("it took too long to open")
                ) from error
            except PictureProcessLost as error:
                log.warning("A file made its worker process end: %s", error)
                raise AttachmentError(f"worker lost: {error}", person=_FAILED) from error
            finally:
                if verdict is None:
                    self._end(process, patience_s=0)
                else:
                    self._rest(process)
        if isinstance(verdict, AttachmentError):
            raise verdict
        return verdict

    async def _take(self) -> PictureProcess:
        while self._idle:
            process, retirement = self._idle.popitem()
            retirement.cancel()
            if process.alive:
                return process
            self._end(process, patience_s=0)
        try:
            return await PictureProcess.start(memory_bytes=self._memory_bytes)
        except OSError as error:
            log.error("No worker process for pictures: %s", error)
            raise AttachmentError(
                f"no worker process: {error}", person=sentence("I have no room to open it now")
            ) from error

    def _rest(self, process: PictureProcess) -> None:
        loop = asyncio.get_running_loop()
        self._idle[process] = loop.call_later(self._idle_s, self._retire, process)

    def _retire(self, process: PictureProcess) -> None:
        self._idle.pop(process).cancel()
        self._end(process, patience_s=CLOSING_S)

    def _end(self, process: PictureProcess, *, patience_s: float) -> None:
        ending = asyncio.create_task(process.end(patience_s=patience_s), name="end of a picture worker")
        self._endings.add(ending)
        ending.add_done_callback(self._endings.discard)


def _only(prepared: Prepared) -> Picture:
    if not prepared.pictures:
        raise AttachmentError("a reply without a picture", person=_FAILED)
    return prepared.pictures[0]
