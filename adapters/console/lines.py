"""Reads lines from a terminal, a pipe or a file without holding up the event loop or the end of the program."""

import asyncio
import codecs
import io
import os
import select
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TextIO

READ_BYTES = 65_536

LONGEST_LINE = 1_000_000
"""Characters. What goes on longer is cut into lines of this length."""


async def lines(source: TextIO) -> AsyncGenerator[str, None]:
    """Yield each line without its end, until the input ends. Nothing is read ahead of what the caller takes.

    Close it (`contextlib.aclosing`) to stop reading; a line that is being typed is left to whoever reads next.
    """
    pending = ""
    async with aclosing(_texts(source)) as texts:
        async for text in texts:
            *whole, pending = (pending + text).split("\n")
            for line in whole:
                yield line.removesuffix("\r")
            while len(pending) > LONGEST_LINE:
                yield pending[:LONGEST_LINE]
                pending = pending[LONGEST_LINE:]
    if pending:
        yield pending


async def _texts(source: TextIO) -> AsyncGenerator[str, None]:
    try:
        descriptor = source.fileno()
    except io.UnsupportedOperation:  # Text in memory: there is nothing to wait for.
        while text := source.read(READ_BYTES):
            yield text
        return
    # Read below the file object: a thread that waits inside of it would hold its lock when the program ends.
    decoder = codecs.getincrementaldecoder(source.encoding or "utf-8")(errors="replace")
    async with aclosing(_chunks(descriptor)) as chunks:
        async for data in chunks:
            yield decoder.decode(data)
    yield decoder.decode(b"", final=True)


async def _chunks(descriptor: int) -> AsyncGenerator[bytes, None]:
    loop = asyncio.get_running_loop()
    woken, wake = os.pipe()
    reading: asyncio.Future[bytes] | None = None
    try:
        while True:
            reading = loop.run_in_executor(None, _read, descriptor, woken)
            data = await asyncio.shield(reading)
            if not data:
                return
            yield data
    finally:
        os.write(wake, b"\0")
        if reading is not None:
            await asyncio.wait({reading})
        os.close(woken)
        os.close(wake)


def _read(descriptor: int, woken: int) -> bytes:
    """Wait for input in a thread: the event loop itself could not wait for a regular file, nor for /dev/null.

    Returns:
        Some bytes; none at the end of the input, or when `woken` can be read.
    """
    while True:
        try:
            ready, _, _ = select.select([descriptor, woken], [], [])
            return b"" if woken in ready else os.read(descriptor, READ_BYTES)
        except BlockingIOError:
            continue  # Another process that shares the terminal was faster.
        except OSError:
            return b""  # The terminal hung up.
