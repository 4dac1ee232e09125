"""How much work something is, told the same on every machine: by calls of functions instead of by a clock.

What one call does inside of C is not seen, such as a regular expression that tries again and again: `make bench` shows
the time of all of it.
"""

import sys
from collections.abc import Callable
from types import FrameType

GROWS_AS_ITS_TEXT = 2.5
"""Times the calls for twice the text; work that grows with the square of it makes 4 times as many."""


def calls_made(run: Callable[[], object]) -> int:
    """Functions called while this runs, those written in C among them."""
    made = 0

    def look(_frame: FrameType, event: str, _called: object) -> None:
        nonlocal made
        made += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(look)
    try:
        run()
    finally:
        sys.setprofile(before)
    return made


def growth(run: Callable[[str], object], text_of: Callable[[int], str], size: int) -> float:
    """Times the calls that this makes for the text of twice the size.

    Paragraphs are remembered once they are parsed: no text may hold one of another's.
    """
    small, large = text_of(size), text_of(2 * size)
    run(text_of(1))  # What is prepared at the first use only is no growth.
    return calls_made(lambda: run(large)) / calls_made(lambda: run(small))
