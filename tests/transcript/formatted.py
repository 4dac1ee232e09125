"""Formatted text as a person sees it, whichever platform shows it: what the readers of tests give."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum, auto
from typing import TypeAlias


class Kind(StrEnum):
    """How a stretch of text looks."""

    BOLD = auto()
    ITALIC = auto()
    UNDERLINE = auto()
    STRIKETHROUGH = auto()
    SPOILER = auto()
    CODE = auto()
    PRE = auto()
    """A block of code; the value is its language."""
    QUOTE = auto()
    FOLDED_QUOTE = auto()
    """A quote that shows only its beginning until it is touched."""
    HEADING = auto()
    """The value is its level: 1, 2 or 3."""
    SUBTEXT = auto()
    LIST = auto()
    ITEM = auto()
    """The value is what stands before it: ``•`` or ``3.``."""
    LINK = auto()
    """The value is the address."""
    MENTION = auto()
    """The value is how it is written, e.g. ``<@1>``: it may notify somebody."""
    TOUCHABLE = auto()
    """What a client makes coloured and touchable by itself: a command, a hashtag, a timestamp."""
    EMOJI = auto()
    """A custom one; the text is its name."""


BLOCKS = frozenset({Kind.PRE, Kind.QUOTE, Kind.FOLDED_QUOTE, Kind.HEADING, Kind.SUBTEXT, Kind.LIST, Kind.ITEM})
"""What begins on a line of its own and ends it."""


@dataclass(frozen=True, slots=True)
class Styled:
    """A stretch that looks different."""

    kind: Kind
    nodes: "Sequence[Node]"
    value: str = ""


Node: TypeAlias = str | Styled


def visible_text(nodes: Sequence[Node]) -> str:
    """What a person reads, in order: without markup, with the bullets and numbers of lists."""
    return "".join(_pieces(nodes))


def stretches(nodes: Sequence[Node], kind: Kind) -> Iterator[Styled]:
    """Everything of one kind at any depth, in order."""
    for node in nodes:
        if isinstance(node, Styled):
            if node.kind is kind:
                yield node
            yield from stretches(node.nodes, kind)


def _pieces(nodes: Sequence[Node]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, str):
            yield node
        else:
            if node.kind is Kind.ITEM:
                yield f"{node.value} "
            yield from _pieces(node.nodes)
            if node.kind in BLOCKS - {Kind.LIST}:
                yield "\n"
