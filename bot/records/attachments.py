"""The stored pictures and files of messages, and what came of looking at them."""

import enum
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NewType

from bot.events import NOBODY, AttachmentRef, PersonId, Source
from bot.sentences import NO_SENTENCE, Sentence

AttachmentId = NewType("AttachmentId", int)

BEFORE_ALL = AttachmentId(0)
"""Smaller than the id of any attachment."""


class Place(enum.StrEnum):
    """Where an attachment stands, seen from the message that it is stored with."""

    OWN = "own"
    QUOTED = "quoted"
    """In the message replied to (or beside it in its album), or in what was forwarded."""
    BEFORE = "before"
    """In a message that was posted in the same conversation shortly before, to nobody in particular."""


class Verdict(enum.StrEnum):
    """Whether a picture can be used."""

    PENDING = "pending"
    USABLE = "usable"
    UNUSABLE = "unusable"


class Medium(enum.StrEnum):
    """What people call an attachment."""

    PICTURE = "picture"
    VIDEO = "video"
    RECORDING = "sound recording"
    FILE = "file"


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One prepared picture of an attachment."""

    sha256: str
    """Of its JPEG file, in hex."""
    width_px: int
    height_px: int
    label: str = ""
    """Which part of the attachment it shows: ``page 2``, ``at 0:03``. Empty for a still picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A stored attachment of a message, or of the message that one quotes."""

    id: AttachmentId
    """Grows within a conversation. The model calls the picture by it."""
    ref: AttachmentRef
    place: Place
    author: str = ""
    """Who posted it, for BEFORE."""
    author_id: PersonId = NOBODY
    """The same, and who posted what is QUOTED, where the platform tells."""
    verdict: Verdict
    reason: Sentence = NO_SENTENCE
    """For UNUSABLE: `AttachmentError.person`."""
    original: str | None = None
    """The content hash of the file as it came, in hex; None while it was not fetched."""
    views: tuple[View, ...] = ()
    """For USABLE: what the model is shown of it. One for a still picture, more for frames and pages."""
    text: str = ""
    """For USABLE: the words of a text file."""
    origin: str = ""
    """What arrived, in words for the prompt: e.g. ``PNG, 4032×3024``."""
    left_out: Sentence = NO_SENTENCE
    """For USABLE: what of it is not among the views, in words for the person; empty when it is shown whole."""

    @property
    def medium(self) -> Medium:
        """By what is claimed of it, so that those sent alike are counted together; FILE is true of everything."""
        if self.ref.source is not Source.FILE:
            return Medium.PICTURE
        match self.ref.media_type.partition("/")[0]:
            case "image":
                return Medium.PICTURE
            case "video":
                return Medium.VIDEO
            case "audio":
                return Medium.RECORDING
            case _:
                return Medium.FILE


def numbered(attachments: Iterable[Attachment]) -> Mapping[AttachmentId, int]:
    """Which one of its medium each is, from 1, for the model and for people: the second picture, the first video."""
    counts: Counter[Medium] = Counter()
    numbers = {}
    for attachment in attachments:
        counts[attachment.medium] += 1
        numbers[attachment.id] = counts[attachment.medium]
    return numbers
