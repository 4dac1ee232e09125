"""The model's text as a terminal may show it: plain, with the signs that a reader knows, and nothing that drives it."""

import re

from adapters.console.limits import LIMITS
from bot.markup.flat import Flat, Kind, Measure
from bot.markup.layout import Sheet, lay_out
from bot.markup.parse import parse
from bot.markup.split import Room, split
from bot.ports.parts import Part

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""Escape sequences begin with these: they move the cursor, retitle the window, write to the clipboard."""
_TABLE_WIDTH = 79
"""A terminal has 80 columns, and a line that fills the last one is followed by an empty line on some."""
_SIGNS = {Kind.BOLD: "**", Kind.ITALIC: "*", Kind.STRIKETHROUGH: "~~", Kind.CODE: "`"}


def harmless(text: str) -> str:
    """The text without control characters other than line ends and tabs."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _signs(kind: Kind, value: str) -> tuple[str, str]:
    match kind:
        case Kind.PRE:
            return f"```{value}\n", "\n```"
        case Kind.HEADING:
            return f"{'#' * int(value)} ", ""
        case _:
            return _SIGNS.get(kind, ""), _SIGNS.get(kind, "")


_SHEET = Sheet(
    addresses_behind_links=True, marks_quotes=False, marks_direction=False, table_width=_TABLE_WIDTH, signs=_signs
)


def render(markdown: str, *, final: bool) -> tuple[Part, ...]:
    """See `bot.ports.chat.Chat.render`. Only the last part of a final text ends with a line end.

    By that `bot`'s updates need not say that they are the last. While the text grows only what will stay is shown, so
    that every update just goes on where the one before ended.
    """
    flat = lay_out(parse(harmless(markdown), final=final), _SHEET)
    if not final:
        flat = Flat(flat.text[: flat.settled])
    shown = [
        part.text for part in split(Flat(flat.text.lstrip("\n")), Measure(()), Room(length=LIMITS.text_length - 1))
    ]
    if final and shown:
        shown[-1] += "\n"
    return tuple(map(Part, shown))
