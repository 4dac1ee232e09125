"""A chat as it stands on somebody's screen, whichever platform shows it."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from PIL import Image

from tests.transcript.formatted import Node

VIEWER = "Ann"
"""Whose screen it is, where several people are."""

_SHOWN = ("JPEG", "PNG", "GIF", "WEBP")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """A picture or file of a message."""

    name: str
    data: bytes
    media_type: str
    alt: str = ""

    @property
    def is_picture(self) -> bool:
        """Whether a client shows it, and not only its name."""
        if not self.media_type.startswith("image/"):
            return False
        try:
            Image.open(io.BytesIO(self.data), formats=_SHOWN).load()
        except OSError:
            return False
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoted:
    """What stands above a message: the one it replies to, or the command it responds to."""

    who: str
    text: str
    """Its beginning, without formatting."""
    picture: Attached | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One message."""

    who: str
    at: datetime
    """With a timezone."""
    text: Sequence[Node] = ()
    attached: Sequence[Attached] = ()
    """Pictures of one message: an album stands together."""
    quoted: Quoted | None = None
    origin: str | None = None
    """What stands above it where it is not the sender's own: that it was forwarded, or by which bot it came."""
    buttons: Sequence[Sequence[str]] = ()
    """Row by row."""
    reactions: Sequence[str] = ()
    thread: str | None = None
    """What the thread is called that was started from it."""
    is_bot: bool = False
    is_draft: bool = False
    """It is being written, and no message yet."""
    is_service: bool = False
    """The platform says it, not somebody: shown in the middle."""
    is_edited: bool = False
    is_deleted: bool = False
    """It is gone from the screen; shown struck out."""
    is_private: bool = False
    """Only the viewer sees it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Something to choose while one types, or a field to fill in."""

    name: str
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Composer:
    """What the viewer is writing, and what is offered meanwhile."""

    typed: str
    offers: Sequence[Offer] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A window with fields, in front of the chat."""

    title: str
    fields: Sequence[Offer]
    """The name above each field, and what is written in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """A chat at one moment."""

    title: str
    subtitle: str
    messages: Sequence[Shown]
    viewer: str = VIEWER
    is_private: bool = False
    """Between the viewer and the bot alone."""
    is_thread: bool = False
    """A part of a larger place, which is the subtitle."""
    typing: str | None = None
    """Who is typing."""
    composer: Composer | None = None
    form: Form | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A screen with what to look at."""

    caption: str
    screen: Screen


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One scenario, moment by moment."""

    name: str
    """For its address on the page."""
    title: str
    views: Sequence[View]
