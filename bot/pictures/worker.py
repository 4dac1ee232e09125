"""The process in which untrusted picture files are decoded: ``python -m bot.pictures.worker MEMORY_BYTES``.

Reads requests from its standard input and answers on its standard output until the input ends; so it also
ends when the bot is killed.
"""

import contextlib
import os
import resource
import signal
import sys
from pathlib import Path
from typing import BinaryIO

from bot.errors import AttachmentError
from bot.pictures.decoding import crop, mark, prepare
from bot.pictures.pipe import REQUEST, Request, Task, pack_reply, unpack_request
from bot.records.pictures import Picture, Prepared

NICENESS = 5
"""Pictures give way to the bot itself when both want the processor."""


def main(memory_bytes: int) -> None:
    """Serve requests until the input ends."""
    replies = _reserve_output()
    _confine(memory_bytes)
    while len(header := sys.stdin.buffer.read(REQUEST.size)) == REQUEST.size:
        head_size, size = REQUEST.unpack(header)
        head = sys.stdin.buffer.read(head_size)
        data = sys.stdin.buffer.read(size)
        if len(data) < size:
            return
        try:
            reply = pack_reply(_done(unpack_request(head), data))
        except AttachmentError as refusal:
            reply = pack_reply(refusal)
        replies.write(reply)
        replies.flush()


def _done(request: Request, data: bytes) -> Prepared:
    match request.task:
        case Task.PREPARE:
            return prepare(data, request.limits)
        case Task.CROP:
            return _alone(crop(data, request.boxes[0].box, request.part, request.limits))
        case Task.MARK:
            return _alone(mark(data, request.boxes, request.part, request.limits))


def _alone(picture: Picture) -> Prepared:
    return Prepared(pictures=(picture,), origin="")


def _reserve_output() -> BinaryIO:
    """Keep the standard output for replies; what C libraries print on either output goes nowhere."""
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.dup2(nowhere, sys.stderr.fileno())
    return replies


def _confine(memory_bytes: int) -> None:
    # Whoever stops the bot often signals the whole group. The bot decides when this process ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(ValueError, OSError):  # macOS has the limit and refuses to set it.
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    os.nice(NICENESS)
    # When a container runs out of memory all the same, Linux shall end this process and not the bot.
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")


if __name__ == "__main__":
    main(int(sys.argv[1]))
