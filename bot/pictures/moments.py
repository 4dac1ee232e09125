"""Chooses which moments of an animation or a video are shown."""

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageChops

from bot.pictures.size import Layout

SIGNATURE_PX = 16
"""Side of the tiny picture by which frames are compared."""

ALIKE = 10
"""Frames whose signatures differ by at most so much of 255, everywhere, show the same."""

SHORT_S = 10.0
"""Under this, times are told in tenths of a second, and what is not sampled is no loss worth a word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One frame that could be shown."""

    position: int
    """Where its source finds it again."""
    time_s: float
    signature: Image.Image


def signature_fit(_width: int, _height: int) -> Layout:
    """A `Fit` for signatures."""
    return Layout(canvas=(SIGNATURE_PX, SIGNATURE_PX), content=(SIGNATURE_PX, SIGNATURE_PX))


def choose(moments: Sequence[Moment], count: int) -> list[Moment]:
    """At most `count` that differ from each other, spread over the whole time. At least one."""
    distinct: list[Moment] = []
    known: set[bytes] = set()
    for moment in moments:
        exact = moment.signature.tobytes()
        if exact not in known and not (distinct and _alike(distinct[-1], moment)):
            known.add(exact)
            distinct.append(moment)
    return distinct if len(distinct) <= count else _spread(distinct, count)


def label(time_s: float, whole_s: float) -> str:
    """The time of a frame for the prompt: ``at 0:03``, or ``at 0.4 s`` of something short."""
    return f"at {time_s:.1f} s" if whole_s < SHORT_S else f"at {clock(time_s)}"


def length(whole_s: float) -> str:
    """How long something takes, in the same form."""
    return f"{whole_s:.1f} s" if whole_s < SHORT_S else clock(whole_s)


def clock(time_s: float) -> str:
    """A time as players show it: ``0:03``, ``1:02:03``."""
    minutes, seconds = divmod(int(time_s), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def _alike(one: Moment, other: Moment) -> bool:
    extrema = ImageChops.difference(one.signature, other.signature).getextrema()
    return all(isinstance(band, tuple) and band[1] <= ALIKE for band in extrema)


def _spread(moments: Sequence[Moment], count: int) -> list[Moment]:
    first, last = moments[0].time_s, moments[-1].time_s
    chosen: list[Moment] = []
    start = 0
    for number in range(count):
        wanted = first + (last - first) * number / max(1, count - 1)
        stop = len(moments) - (count - number - 1)
        index = min(range(start, stop), key=lambda place: abs(moments[place].time_s - wanted))
        chosen.append(moments[index])
        start = index + 1
    return chosen
