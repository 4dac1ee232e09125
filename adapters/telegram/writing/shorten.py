"""The beginning of a message that is too long for where it is to stand."""

from dataclasses import replace

from adapters.telegram.render import utf16_measure
from bot.ports.parts import Mark, Part

_MORE = "…"


def shortened(part: Part, length: int) -> Part:
    """The beginning of a part: at most `length` UTF-16 units, cut between words, with the marks that fit.

    A part that is short enough stays as it is.
    """
    if utf16_measure(part.text).up_to(len(part.text)) <= length:
        return part
    room = part.text.encode("utf-16-le")[: 2 * (length - len(_MORE))].decode("utf-16-le", errors="ignore")
    kept = (room.rpartition("\n")[0] or room.rpartition(" ")[0] or room).rstrip()
    end = len(kept.encode("utf-16-le")) // 2
    marks = tuple(_clipped(mark, end) for mark in part.marks if mark.offset < end)
    return replace(part, text=kept + _MORE, marks=marks)


def _clipped(mark: Mark, end: int) -> Mark:
    return Mark(mark.kind, mark.offset, min(mark.length, end - mark.offset), mark.value)
