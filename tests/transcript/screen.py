"""A chat as it stands on somebody's screen, whichever platform shows it."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from PIL import Image

from tests.transcript.formatted import Node

VIEWER = "Ann"
"""Whose screen it is."""

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
    buttons: Sequence[str] = ()
    is_bot: bool = False
    is_edited: bool = False
    is_deleted: bool = False
    """It is gone from the screen; shown struck out."""
    is_private: bool = False
    """Only the viewer sees it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """A chat at one moment."""

    title: str
    subtitle: str
    messages: Sequence[Shown]
    is_private: bool = False
    """Between the viewer and the bot alone."""
    typing: str | None = None
    """Who is typing."""


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
