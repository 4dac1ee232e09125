"""One worker process for pictures, as the bot holds it."""

import asyncio
import contextlib
import os
import sys
from asyncio.subprocess import PIPE, Process
from typing import Self

from bot.errors import AttachmentError
from bot.pictures.pipe import (
    MAX_HEAD_BYTES,
    MAX_JPEG_BYTES,
    REPLY,
    Request,
    pack_request,
    unpack_head,
    unpack_reply,
)
from bot.records.pictures import Prepared

INHERITED = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "PYTHONHOME", "PYTHONDONTWRITEBYTECODE")
"""Variables that a worker needs to find its libraries. It gets no others: the bot's tokens stand among them."""

CHUNK_BYTES = 1 << 20
"""What is handed to the pipe at a time, so that a large file is not copied whole into its buffer."""


class PictureProcessLost(Exception):
    """The worker ended, or talks nonsense, before its verdict."""


class PictureProcess:
    """A running ``python -m bot.pictures.worker``. Takes one file at a time."""

    def __init__(self, process: Process) -> None:
        if process.stdin is None or process.stdout is None:
            raise ValueError("a worker process needs both its pipes")
        self._process = process
        self._stdin = process.stdin
        self._stdout = process.stdout

    @classmethod
    async def start(cls, *, memory_bytes: int) -> Self:
        """Start one: 2 ms of the loop's time, and 0.2 s until it is ready (measured).

        Raises:
            OSError: the system gives no more processes.
        """
        environment = {name: os.environ[name] for name in INHERITED if name in os.environ}
        # The same code and libraries as here, however they were found. Few malloc arenas: one thread decodes.
        environment |= {"PYTHONPATH": os.pathsep.join(sys.path), "MALLOC_ARENA_MAX": "2"}
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "bot.pictures.worker", str(memory_bytes)),
            stdin=PIPE,
            stdout=PIPE,
            env=environment,
            start_new_session=True,  # Ctrl-C in a terminal goes to the whole group; the bot decides what ends.
        )
        return cls(process)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.returncode is None

    async def ask(self, request: Request, data: bytes) -> Prepared | AttachmentError:
        """Have one thing done with one file. Unless this returns, the worker is of no more use: `end` it.

        Raises:
            PictureProcessLost: it gave no verdict.
        """
        try:
            await self._send(request, data)
            return await self._receive()
        except (OSError, EOFError, ValueError) as error:
            raise PictureProcessLost(f"{type(error).__name__}, exit code {self._process.returncode}") from error

    async def _send(self, request: Request, data: bytes) -> None:
        self._stdin.write(pack_request(request, len(data)))
        view = memoryview(data)
        for start in range(0, len(view), CHUNK_BYTES):
            self._stdin.write(view[start : start + CHUNK_BYTES])
            await self._stdin.drain()

    async def _receive(self) -> Prepared | AttachmentError:
        (size,) = REPLY.unpack(await self._stdout.readexactly(REPLY.size))
        if size > MAX_HEAD_BYTES:
            raise ValueError("a reply of impossible size")
        head = unpack_head(await self._stdout.readexactly(size))
        if sum(picture.size for picture in head.pictures) > MAX_JPEG_BYTES:
            raise ValueError("a reply of impossible size")
        return unpack_reply(head, [await self._stdout.readexactly(picture.size) for picture in head.pictures])

    async def end(self, *, patience_s: float) -> None:
        """Let it end by itself, or kill it after `patience_s`. Returns when it is gone."""
        self._stdin.close()
        try:
            async with asyncio.timeout(patience_s):
                await self._process.wait()
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            # Half a reply that nobody wanted any more would keep the pipe open, and asyncio waits for that, too.
            while await self._stdout.read(CHUNK_BYTES):
                pass
            await self._process.wait()
