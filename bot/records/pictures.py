"""Pictures that were prepared for the model, and those that go with answers."""

from dataclasses import dataclass, field

from bot.sentences import NO_SENTENCE, Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A small JPEG file made by one of the picture workers: upright, 8-bit sRGB, without metadata."""

    jpeg: bytes = field(repr=False)
    sha256: str
    """Of `jpeg`, in hex."""
    width_px: int
    height_px: int
    label: str = ""
    """As in `View`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """What the model is shown of one file: pictures, or text, never nothing."""

    pictures: tuple[Picture, ...] = ()
    text: str = ""
    """The words of a text file."""
    origin: str
    """What arrived, in words: e.g. ``PNG, 4032×3024``, ``PDF, 120 pages``."""
    left_out: Sentence = NO_SENTENCE
    """What of it is not shown, in words that can follow "I looked only at a part of it; left out:". Empty: nothing."""
    made_for: str = ""
    """The bounds it was made by, to compare: with others the same file gives other pictures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A region of a picture, relative to its upright width and height: 0 to 1000, as the model counts."""

    left: int
    top: int
    right: int
    bottom: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedPicture:
    """A picture of an answer."""

    sha256: str
    """Of its JPEG file, in hex."""
    caption: str
    """Plain text, at most 1,000 characters: what is to be seen, shown with it and told to those who can't see it."""
