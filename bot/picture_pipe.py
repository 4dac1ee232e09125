"""What the bot and its picture workers say to each other over their pipes.

Never pickle: the worker eats untrusted bytes, and the bot must be able to read whatever comes back.
"""

import json
import struct
from dataclasses import asdict, astuple, dataclass, replace

from bot.errors import AttachmentError
from bot.records import Picture

REQUEST = struct.Struct("!QQQ")
"""Stands before the bytes of a file: their number, then `max_tokens` and `max_pixels` for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyHead:
    """The first line of a reply, as JSON. `jpeg_bytes` bytes of JPEG follow."""

    jpeg_bytes: int = 0
    width_px: int = 0
    height_px: int = 0
    sha256: str = ""
    origin: str = ""
    operator: str = ""
    person: str = ""
    """Not empty for a picture that can't be used."""


def pack(verdict: Picture | AttachmentError) -> bytes:
    """The bytes of a reply."""
    match verdict:
        case Picture():
            head = ReplyHead(
                jpeg_bytes=len(verdict.jpeg),
                width_px=verdict.width_px,
                height_px=verdict.height_px,
                sha256=verdict.sha256,
                origin=verdict.origin,
            )
            return _line(head) + verdict.jpeg
        case AttachmentError():
            return _line(ReplyHead(operator=str(verdict), person=verdict.person))


def unpack_head(line: bytes) -> ReplyHead:
    """Read the first line of a reply.

    Raises:
        ValueError: it is not one.
    """
    try:
        head = replace(ReplyHead(), **json.loads(line))
    except (TypeError, RecursionError) as error:
        raise ValueError("not a reply of a picture worker") from error
    if [*map(type, astuple(head))] != [*map(type, astuple(ReplyHead()))]:
        raise ValueError("not a reply of a picture worker")
    return head


def unpack(head: ReplyHead, jpeg: bytes) -> Picture | AttachmentError:
    """The verdict that a reply carries."""
    if head.person:
        return AttachmentError(head.operator, person=head.person)
    return Picture(jpeg=jpeg, sha256=head.sha256, width_px=head.width_px, height_px=head.height_px, origin=head.origin)


def _line(head: ReplyHead) -> bytes:
    return json.dumps(asdict(head)).encode() + b"\n"
