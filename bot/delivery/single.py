"""What must stand in the chat at the end of a turn where an answer is one message of text."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace

from bot import texts
from bot.delivery.final import Final, split_notes
from bot.events import Action
from bot.markup.fences import with_closed_fence
from bot.markup.graphemes import cut_before
from bot.ports.chat import Chat
from bot.ports.parts import Part
from bot.records.turns import Buttons

_ENDS = tuple(map(re.compile, (r"\n\s*\n", r"\n", r"(?<=[.!?。！？])\s*", r"\s")))
"""Of a paragraph, a line, a sentence and a word."""
_LEAST = 0.5
"""Share of a message that must be full before it ends at one of these."""
_WIDEST = 8
"""Characters of Markdown that may become one on screen: longer links are cut away together with their words."""


def single(final: Final, chat: Chat) -> list[Part]:
    """One message without a file: of a text that is too long for it the beginning, and a note that says so."""
    text, notes = split_notes(final.text)
    if final.files or final.pictures:
        notes = _one_after_the_other(notes, texts.ONLY_TEXT.in_language(final.language))
    empty = texts.EMPTY_ANSWER.in_language(final.language)
    shown = chat.render(_with_notes(text, notes), final=True) or chat.render(empty, final=True)
    if len(shown) > 1:
        notes = _one_after_the_other(texts.REST_MISSING.in_language(final.language), notes)
        shown = chat.render(_with_notes(_beginning(text, notes, chat), notes), final=True)
    return [replace(shown[0], buttons=_without_going_on(final.buttons))]


def _beginning(text: str, notes: str, chat: Chat) -> str:
    """As much of a text as fits into a message together with its notes."""
    length = chat.limits.text_length
    text = text[: _WIDEST * length]
    for end in _ENDS:
        cut = _last_that_fits(text, [found.start() for found in end.finditer(text)], notes, chat)
        if cut >= _LEAST * length:
            return text[:cut]
    return text[: cut_before(text, _last_that_fits(text, range(len(text)), notes, chat))]


def _last_that_fits(text: str, cuts: Sequence[int], notes: str, chat: Chat) -> int:
    def is_too_long(cut: int) -> bool:
        return len(chat.render(_with_notes(text[:cut], notes), final=True)) > 1

    number = bisect_left(cuts, True, key=is_too_long)
    return cuts[number - 1] if number else 0


def _with_notes(text: str, notes: str) -> str:
    return _one_after_the_other(with_closed_fence(text), notes) if notes else text


def _one_after_the_other(*texts: str) -> str:
    return "\n\n".join(filter(None, texts))


def _without_going_on(buttons: Buttons) -> Buttons:
    """What goes on would be a second message."""
    rows = (tuple(button for button in row if button.action is not Action.CONTINUE) for row in buttons)
    return tuple(filter(None, rows))
