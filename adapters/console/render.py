"""The model's text as a terminal may show it: as it is, without what could drive the terminal."""

import re
from collections.abc import Sequence

from adapters.console.limits import LIMITS
from bot.ports.chat import Part

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""Escape sequences begin with these: they move the cursor, retitle the window, write to the clipboard."""


def harmless(text: str) -> str:
    """The text without control characters other than line ends and tabs."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def render(markdown: str, *, final: bool) -> Sequence[Part]:
    """See `bot.ports.chat.Chat.render`. Only the last part of a final text ends with a line end.

    By that `bot`'s updates need not say that they are the last, and every update but a correction just goes on
    where the one before ended.
    """
    text = harmless(markdown).lstrip("\n").rstrip()
    if not text.strip():
        return ()
    parts = list(_split(text, LIMITS.text_length - 1))
    if final:
        parts[-1] += "\n"
    return [Part(part) for part in parts]


def _split(text: str, length: int) -> Sequence[str]:
    """Cut behind the last line end that fits, or else at `length`. Where it cuts depends on nothing that follows."""
    parts = []
    while len(text) > length:
        cut = text.rfind("\n", 0, length) + 1 or length
        parts.append(text[:cut])
        text = text[cut:]
    return [*parts, text]
