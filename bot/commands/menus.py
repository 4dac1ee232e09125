"""The menus: text with buttons, and what a press or a word means. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from bot.choices import (
    NOTHING_CHOSEN,
    PERSONA_LENGTH,
    WAKE_WORD_LENGTH,
    AnswerMode,
    ConversationSettings,
    is_visible,
)
from bot.commands import data_texts, settings_texts
from bot.commands.known import EVERYTHING, HERE, LANGUAGE, MEMORY, MESSAGE, MODEL, PERSONA
from bot.commands.pages import USUAL, Offers, model_value, pages
from bot.events import Action
from bot.languages import tag_called
from bot.ports.parts import Button
from bot.records.turns import Buttons
from bot.sentences import Sentence, joined, verbatim

PAGE, MAIN = "page", "main"
WAKE = "wake"
"""Not a page: ``/settings wake WORD`` chooses a wake word."""
OWN_WORDS = "own_words"
"""Neither: ``/persona WORDS`` describes one."""

_ROWS = 4
"""Of choices; one more leads back. A message has at most 5 rows of 5 buttons (Discord docs, Action Row)."""
_HALF_LINE = 16
"""Letters of a label that shares its row with another one, in a bubble of Telegram's on a screen of 390 px."""
_POINT, _TICK = verbatim("- "), verbatim("✓ ")


class Menus:
    """The menu of a conversation's settings."""

    def __init__(self, offers: Offers) -> None:
        self._offers = offers
        self._pages = pages(offers)

    def show(
        self, name: str, chosen: ConversationSettings, *, is_private: bool, is_guest: bool = False
    ) -> tuple[Sentence, Buttons]:
        """The Markdown of a page, and its buttons. An unknown page is the main one.

        Of the main one there is left out what makes no difference where one person is alone with the bot, or where the
        bot is a guest.
        """
        names = [other for other, page in self._pages.items() if page.matters(is_private=is_private, is_guest=is_guest)]
        if name not in names:
            points = (joined("", [_POINT, self._pages[other].sentence(chosen)]) for other in names)
            ways = [_button(PAGE, other, settings_texts.PAGE_LABELS[other]) for other in names]
            return joined("\n\n", [settings_texts.SETTINGS, joined("\n", points)]), _in_rows(ways)
        page = self._pages[name]
        choices = [
            _button(name, choice.value, joined("", [_TICK, choice.label]) if choice.is_current else choice.label)
            for choice in page.choices(chosen)
        ]
        text = joined("\n\n", [page.sentence(chosen), settings_texts.PAGE_HINTS[name]])
        return text, (*_in_rows(choices), (_button(PAGE, MAIN, settings_texts.BACK_LABEL),))

    def choose(self, chosen: ConversationSettings, wish: str) -> ConversationSettings | None:
        """The settings after a choice such as ``memory:20``; None if there is no such choice."""
        name, _, value = wish.partition(":")
        if name == OWN_WORDS:
            return replace(chosen, persona=value[:PERSONA_LENGTH])
        if name == WAKE and is_visible(value):
            return replace(chosen, answers=AnswerMode.WAKE_WORD, wake_word=value[:WAKE_WORD_LENGTH])
        if name == MEMORY and value.isdecimal():
            return replace(chosen, exchanges=min(int(value[:9]), self._offers.exchanges))
        page = self._pages.get(name)
        choices = page.choices(chosen) if page else ()
        return next((choice.changed for choice in choices if choice.value == value), None)

    def has(self, name: str) -> bool:
        """Whether there is such a page. Words may name one that there is not."""
        return name == MAIN or name in self._pages

    def in_words(self, command: str, argument: str, *, language: str = "") -> str:
        """The choice that words behind a command mean: ``/settings memory 20``, ``/persona brief``. It may be none.

        What can be chosen may also be called as its button is in `language` (an IETF tag, or empty) or in English.
        """
        name, _, words = argument.partition(" ")
        name, words = self._page_called(name.lower(), language), words.strip()
        if command in (PERSONA, MODEL):
            name, words = command, argument
        if not words:
            return f"{PAGE}:{name}"
        if name == MODEL:
            return f"{MODEL}:{model_value(self._offers, words)}"
        value = self._value_called(name, words.lower(), language)
        is_own = name == PERSONA and value not in (*self._offers.personas, USUAL)
        return f"{OWN_WORDS}:{words}" if is_own else f"{name}:{value}"

    def _page_called(self, words: str, language: str) -> str:
        labels = ((name, settings_texts.PAGE_LABELS[name]) for name in self._pages)
        return next((name for name, label in labels if _is_called(label, words, language)), words)

    def _value_called(self, name: str, words: str, language: str) -> str:
        page = self._pages.get(name)
        choices = page.choices(NOTHING_CHOSEN) if page else ()
        called = next((choice.value for choice in choices if _is_called(choice.label, words, language)), words)
        return tag_called(called, language) if name == LANGUAGE else called


def wishes(offers: Offers) -> Sequence[str]:
    """What can stand behind ``/settings``: the pages, then each of their choices."""
    offered = pages(offers)
    models = [f"{MODEL} {name}" for name in (offers.model, *offers.models) if MODEL in offered]
    choices = [
        f"{name} {choice.value}"
        for name, page in offered.items()
        if name != MODEL
        for choice in page.choices(NOTHING_CHOSEN)
    ]
    return [*offered, *choices, *models]


def what_to_forget(*, is_reply: bool) -> Buttons:
    """What can be forgotten, as the menu of the command, which may reply to a message."""
    one = data_texts.FORGET_THAT_LABEL if is_reply else data_texts.FORGET_LAST_LABEL
    labels = {MESSAGE: one, HERE: data_texts.FORGET_HERE_LABEL, EVERYTHING: data_texts.FORGET_EVERYTHING_LABEL}
    return tuple((Button(action=Action.CHOOSE, label=label, value=what),) for what, label in labels.items())


def _is_called(label: Sentence, words: str, language: str) -> bool:
    return words in (label.lower(), label.in_language(language).lower())


def _button(name: str, value: str, label: Sentence) -> Button:
    return Button(action=Action.CHOOSE, label=label, value=f"{name}:{value}")


def _in_rows(buttons: Sequence[Button]) -> Buttons:
    # On a phone Telegram cuts what finds no room in half a line, and of names it is the end that differs.
    has_long = any(len(button.label) > _HALF_LINE for button in buttons)
    width = 1 if has_long and len(buttons) <= _ROWS else max(2, -(-len(buttons) // _ROWS))
    return tuple(tuple(buttons[start : start + width]) for start in range(0, len(buttons), width))
