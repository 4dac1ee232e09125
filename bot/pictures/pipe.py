"""What the bot and its picture workers say to each other over their pipes.

Never pickle: the worker eats untrusted bytes, and the bot must be able to read whatever comes back.
"""

import enum
import hashlib
import json
import struct
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

from bot.errors import AttachmentError
from bot.pictures.size import PictureLimits
from bot.ports.eyes import MarkedBox
from bot.records.pictures import Box, Picture, Prepared
from bot.sentences import Sentence

REQUEST = struct.Struct("!IQ")
"""Stands before a request: the length of its JSON head, and of the file behind that."""

REPLY = struct.Struct("!I")
"""Stands before a reply: the length of its JSON head. The JPEG files follow that, in order."""

MAX_HEAD_BYTES = 1_000_000
"""No head comes near, with all the words of a text: what claims to be larger is a worker gone wrong."""

MAX_JPEG_BYTES = 64_000_000
"""The same for all pictures of one reply."""


class Task(enum.StrEnum):
    """What is to be done with a file."""

    PREPARE = "prepare"
    CROP = "crop"
    MARK = "mark"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """The head of a request; see `bot.ports.eyes.Eyes`."""

    task: Task
    limits: PictureLimits
    part: int = 0
    boxes: tuple[MarkedBox, ...] = ()
    """One without a label for CROP."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureHead:
    """One of the JPEG files behind a reply's head."""

    size: int
    width: int
    height: int
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyHead:
    """The head of a reply."""

    pictures: tuple[PictureHead, ...] = field(default=())
    text: str = ""
    origin: str = ""
    left_out: str = ""
    """As `Sentence.for_storage`; so is `person`."""
    operator: str = ""
    person: str = ""
    """Not empty for a file that can't be used."""


def pack_request(request: Request, size: int) -> bytes:
    """What goes before a file of this size."""
    head = json.dumps(asdict(request)).encode()
    return REQUEST.pack(len(head), size) + head


def unpack_request(head: bytes) -> Request:
    """Read what the bot wrote: trusted."""
    fields = json.loads(head)
    boxes = (MarkedBox(box=Box(**marked["box"]), label=marked["label"]) for marked in fields["boxes"])
    return Request(
        task=Task(fields["task"]),
        limits=PictureLimits(**fields["limits"]),
        part=fields["part"],
        boxes=tuple(boxes),
    )


def pack_reply(verdict: Prepared | AttachmentError) -> bytes:
    """The bytes of a reply."""
    if isinstance(verdict, AttachmentError):
        return _framed(ReplyHead(operator=str(verdict), person=verdict.person.for_storage()))
    pictures = tuple(
        PictureHead(size=len(picture.jpeg), width=picture.width_px, height=picture.height_px, label=picture.label)
        for picture in verdict.pictures
    )
    head = ReplyHead(
        pictures=pictures, text=verdict.text, origin=verdict.origin, left_out=verdict.left_out.for_storage()
    )
    return b"".join([_framed(head), *(picture.jpeg for picture in verdict.pictures)])


def unpack_head(head: bytes) -> ReplyHead:
    """Read the head of a reply: untrusted.

    Raises:
        ValueError: it is not one.
    """
    try:
        fields = json.loads(head)
    except RecursionError as error:
        raise ValueError("not a reply of a picture worker") from error
    match fields:
        case {
            "pictures": [*pictures],
            "text": str(text),
            "origin": str(origin),
            "left_out": str(left_out),
            "operator": str(operator),
            "person": str(person),
        }:
            return ReplyHead(
                pictures=tuple(map(_picture_head, pictures)),
                text=text,
                origin=origin,
                left_out=left_out,
                operator=operator,
                person=person,
            )
    raise ValueError("not a reply of a picture worker")


def unpack_reply(head: ReplyHead, jpegs: Sequence[bytes]) -> Prepared | AttachmentError:
    """The verdict that a reply carries."""
    if head.person:
        return AttachmentError(head.operator, person=Sentence.from_storage(head.person))
    if not (jpegs or head.text):
        raise ValueError("a reply of a picture worker without a verdict")
    pictures = [
        Picture(
            jpeg=jpeg,
            # Calculated here: what a worker claims could name another picture.
            sha256=hashlib.sha256(jpeg).hexdigest(),
            width_px=picture.width,
            height_px=picture.height,
            label=picture.label,
        )
        for picture, jpeg in zip(head.pictures, jpegs, strict=True)
    ]
    left_out = Sentence.from_storage(head.left_out)
    return Prepared(pictures=tuple(pictures), text=head.text, origin=head.origin, left_out=left_out)


def _picture_head(fields: Mapping[str, object]) -> PictureHead:
    match fields:
        case {"size": int(size), "width": int(width), "height": int(height), "label": str(label)} if (
            0 < size <= MAX_JPEG_BYTES and width > 0 and height > 0
        ):
            return PictureHead(size=size, width=width, height=height, label=label)
    raise ValueError("not a picture of a picture worker")


def _framed(head: ReplyHead) -> bytes:
    line = json.dumps(asdict(head)).encode()
    return REPLY.pack(len(line)) + line
