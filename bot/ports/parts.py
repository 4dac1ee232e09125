"""What an answer is made of on a platform: messages with their formatting, files and buttons."""

import enum
from dataclasses import dataclass, field

from bot.events import Action


class MarkKind(enum.StrEnum):
    """Formatting that a platform can show by offsets instead of by markup."""

    BOLD = "bold"
    ITALIC = "italic"
    UNDERLINE = "underline"
    STRIKETHROUGH = "strikethrough"
    SPOILER = "spoiler"
    CODE = "code"
    PRE = "pre"
    QUOTE = "quote"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Mark:
    """A formatted stretch of a `Part`. Offset and length are in the platform's own unit."""

    kind: MarkKind
    offset: int
    length: int
    value: str | None = None
    """The address of a LINK, the language of a PRE."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureFile:
    """A JPEG file to show in a message of its own."""

    jpeg: bytes = field(repr=False)
    """At most 10 MB, and 10,000 pixels of width and height together (Bot API, sendPhoto)."""
    sha256: str
    """Of `jpeg`, in hex: parts are compared by it."""
    name: str
    """The file's name, where the platform shows one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextFile:
    """A text too long for messages, as a file."""

    text: str
    name: str
    """E.g. ``answer.md``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A button under a message of the bot's."""

    action: Action
    label: str
    """At most 40 characters."""
    value: str = ""
    """At most 40 of ``[a-z0-9_:.-]``; comes back with the press."""
    turn: int | None = None
    """The turn whose answer it stands under, once it is sent. Platforms keep it with action and value, all in one word
    (`bot.ports.tokens`: Telegram allows 64 bytes of callback data, Discord 100 characters of custom id)."""


@dataclass(frozen=True, slots=True)
class Part:
    """One platform message's worth of an answer, ready to send. Equal parts look equal on screen."""

    text: str
    """Never longer than `Limits.text_length`. Empty only beside a picture, whose caption and alternative text it is
    (at most 1,000 characters)."""
    marks: tuple[Mark, ...] = ()
    buttons: tuple[tuple[Button, ...], ...] = ()
    """In rows. At most 5 rows of 5 (Discord docs, Action Row)."""
    picture: PictureFile | None = None
    document: TextFile | None = None
    """Shown behind the text, in the same message. Never beside a picture."""
