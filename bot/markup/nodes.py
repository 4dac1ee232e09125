"""The tree of what the model wrote: blocks, and in them stretches of text."""

import enum
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias


class Style(enum.StrEnum):
    """How a stretch of text is set."""

    BOLD = "bold"
    ITALIC = "italic"
    STRIKETHROUGH = "strikethrough"


@dataclass(frozen=True, slots=True)
class Text:
    """Words as they are; also lines, for a text that is shown as written."""

    text: str


@dataclass(frozen=True, slots=True)
class Code:
    """Code within a line."""

    text: str


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula made readable."""

    text: str


@dataclass(frozen=True, slots=True)
class Address:
    """A bare web address."""

    url: str


@dataclass(frozen=True, slots=True)
class LineBreak:
    """The end of a line within a paragraph."""


@dataclass(frozen=True, slots=True)
class Styled:
    """A stretch with one style. None of its own style is inside of it."""

    style: Style
    inside: tuple["Inline", ...]


@dataclass(frozen=True, slots=True)
class Link:
    """Text that leads to an address. No link is inside of it."""

    url: str
    inside: tuple["Inline", ...]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Image:
    """A picture elsewhere, and the words for it."""

    url: str
    words: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Unsettled:
    """From here on text that is appended may change what is shown."""


Inline: TypeAlias = Text | Code | Formula | Address | LineBreak | Styled | Link | Image | Unsettled
Inlines: TypeAlias = tuple[Inline, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Placed:
    line: int
    """Where it begins in the Markdown, counted from 0."""
    is_apart: bool
    """A blank line stands before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph(_Placed):
    """Lines of text."""

    inside: Inlines


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading(_Placed):
    """A heading of level 1 to 6."""

    level: int
    inside: Inlines


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote(_Placed):
    """Quoted blocks."""

    blocks: tuple["Block", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item(_Placed):
    """One entry of a list."""

    number: str = ""
    """As written, with its dot or bracket; empty in a list without numbers."""
    is_done: bool | None = None
    """Of a task; None for what is none."""
    blocks: tuple["Block", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class List(_Placed):
    """A list."""

    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeBlock(_Placed):
    """Lines of code."""

    language: str
    """Empty if none is named."""
    info: str
    """What else stood beside the language."""
    code: str
    """Without a line end at its end."""
    is_growing: bool
    """More lines may follow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table(_Placed):
    """A table. Rows hold the cells that were written, few or many."""

    rows: tuple[tuple[Inlines, ...], ...]
    """The first is the header."""
    aligns: tuple[str, ...]
    """``right`` or anything else (left), one for each column of the header."""
    is_growing: bool
    """More rows may follow, or more of the last one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(_Placed):
    """A line across."""


Block: TypeAlias = Paragraph | Heading | Quote | List | CodeBlock | Table | Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A whole answer, or as much as there is of it."""

    settled: tuple[Block, ...]
    """These stay whatever is appended."""
    growing: tuple[Block, ...] = ()
    """What follows them in an unfinished answer."""
    unsettled_line: int | None = None
    """What begins in this line of `growing` or below may still become something else; None: nothing is appended."""


def plain(inlines: Iterable[Inline]) -> Iterator[str]:
    """What is left of a stretch of text without marks; the addresses of links stand behind them."""
    for inline in inlines:
        match inline:
            case Text(text) | Code(text) | Formula(text) | Address(text):
                yield text
            case LineBreak():
                yield " "
            case Styled(inside=inside):
                yield from plain(inside)
            case Link(url, inside, title):
                words = "".join(plain(inside))
                yield words if words == url else f"{words} ({url}){titled(title)}".lstrip()
            case Image(url, words, title):
                yield f"{words} ({url}){titled(title)}".lstrip()
            case Unsettled():
                pass


def titled(title: str) -> str:
    """What stands behind a link that has a title."""
    return f" ({title})" if title else ""
