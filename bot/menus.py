"""The menu of a conversation's settings: pages of choices, as text with buttons. Pure."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TypeAlias

from bot import texts
from bot.choices import PERSONA_LENGTH, WAKE_WORD_LENGTH, AnswerMode, ConversationSettings
from bot.commands import EVERYTHING, HERE, MESSAGE, MODEL, PERSONA
from bot.events import Action
from bot.ports.chat import Button
from bot.records import Buttons

PAGE = "page"
MAIN = "main"
ANSWERS, PICTURES, LISTENING, SHARING = "answers", "pictures", "listening", "sharing"
MEMORY, LANGUAGE = "memory", "language"
WAKE = "wake"
"""Not a page: ``/settings wake WORD`` chooses a wake word."""
OWN_WORDS = "own_words"
"""Neither: ``/persona WORDS`` describes one."""

ON, OFF, USUAL = "on", "off", "usual"

LANGUAGES: Mapping[str, str] = MappingProxyType(
    {
        "en": "English",
        "de": "Deutsch",
        "es": "Español",
        "fr": "Français",
        "pt": "Português",
        "ru": "Русский",
        "uk": "Українська",
        "ja": "日本語",
        "zh": "中文",
        "ar": "العربية",
    }
)
"""Tag to name, as those call it who speak it."""

_ROWS = 4
"""Of choices; one more leads back. A message has at most 5 rows of 5 buttons (Discord docs, Action Row)."""
_LABEL_LENGTH = 40
_MEMORIES = (0, 5, 20)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offers:
    """What the operator lets people choose from, and what counts where nobody chose."""

    personas: Mapping[str, str]
    """Name to what the model is told. At most 19."""
    models: Sequence[str]
    """At most 19."""
    model: str
    """The usual one."""
    exchanges: int
    defaults: ConversationSettings
    """Its `answers` and `wake_word` are set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One button of a page."""

    value: str
    label: str
    is_current: bool
    changed: ConversationSettings
    """The settings once it is chosen."""


_Choices: TypeAlias = Iterator[Choice]


class Menus:
    """What is shown, and what a press or a word means."""

    def __init__(self, offers: Offers) -> None:
        self._offers = offers
        self._choices: Mapping[str, Callable[[ConversationSettings], _Choices]] = {
            ANSWERS: self._answers,
            PICTURES: _pictures,
            LISTENING: _listening,
            SHARING: _sharing,
            MEMORY: self._memory,
            LANGUAGE: _languages,
            PERSONA: self._personas,
            MODEL: self._models,
        }

    def show(self, page: str, settings: ConversationSettings, *, is_private: bool) -> tuple[str, Buttons]:
        """The Markdown of a page, and its buttons. An unknown page is the main one."""
        names = self._names(is_private=is_private)
        if page not in names:
            sentences = "\n".join(f"- {self._sentence(name, settings)}" for name in names)
            ways = [_button(PAGE, name, texts.PAGE_LABELS[name]) for name in names]
            return f"{texts.SETTINGS}\n\n{sentences}", _in_rows(ways)
        choices = [
            _button(page, choice.value, f"✓ {choice.label}" if choice.is_current else choice.label)
            for choice in self._choices[page](settings)
        ]
        back = _button(PAGE, MAIN, texts.BACK_LABEL)
        text = f"{self._sentence(page, settings)}\n\n{texts.PAGE_HINTS[page]}"
        return text, (*_in_rows(choices), (back,))

    def choose(self, settings: ConversationSettings, value: str) -> ConversationSettings | None:
        """The settings after a choice such as ``memory:20``; None if there is no such choice."""
        page, _, chosen = value.partition(":")
        if page == OWN_WORDS:
            return replace(settings, persona=chosen[:PERSONA_LENGTH])
        if page == WAKE and chosen:
            return replace(settings, answers=AnswerMode.WAKE_WORD, wake_word=chosen[:WAKE_WORD_LENGTH])
        if page == MEMORY and chosen.isdecimal():
            return replace(settings, exchanges=min(int(chosen), self._offers.exchanges))
        choices = self._choices[page](settings) if page in self._choices else ()
        return next((choice.changed for choice in choices if choice.value == chosen), None)

    def in_words(self, command: str, argument: str) -> str:
        """What is chosen by the words behind a command: ``/settings memory 20``, ``/persona brief``. May be nothing."""
        page, _, chosen = argument.partition(" ")
        page, chosen = page.lower(), chosen.strip()
        if command in (PERSONA, MODEL):
            page, chosen = command, argument
        if page == MODEL:
            return f"{MODEL}:{self._model_value(chosen)}"
        is_own = page == PERSONA and chosen.lower() not in (*self._offers.personas, USUAL)
        return f"{OWN_WORDS}:{chosen}" if is_own else f"{page}:{chosen.lower()}"

    def _names(self, *, is_private: bool) -> Sequence[str]:
        names = [name for name in self._choices if name != MODEL or self._offers.models]
        return [name for name in names if not is_private or name not in (ANSWERS, LISTENING, SHARING)]

    def _sentence(self, page: str, settings: ConversationSettings) -> str:
        """How it is at present."""
        offers = self._offers
        match page:
            case "answers":
                wake_word = settings.wake_word or offers.defaults.wake_word
                return texts.answers_to(self._mode(settings), wake_word)
            case "pictures":
                return texts.DESCRIBES_ALL if settings.describes_pictures else texts.DESCRIBES_ASKED
            case "listening":
                return texts.LISTENS if settings.listens else texts.LISTENS_NOT
            case "sharing":
                return texts.APART if settings.is_per_person else texts.TOGETHER
            case "memory":
                return texts.remembers(offers.exchanges if settings.exchanges is None else settings.exchanges)
            case "language":
                return texts.speaks(LANGUAGES.get(settings.language, settings.language))
            case "persona":
                return texts.in_manner(settings.persona, is_named=settings.persona in offers.personas)
        return texts.answered_by(settings.model or offers.model)

    def _mode(self, settings: ConversationSettings) -> AnswerMode:
        return settings.answers or self._offers.defaults.answers or AnswerMode.MENTION

    def _answers(self, settings: ConversationSettings) -> _Choices:
        for mode in AnswerMode:
            yield Choice(
                value=mode,
                label=texts.ANSWER_LABELS[mode],
                is_current=mode is self._mode(settings),
                changed=replace(settings, answers=mode),
            )

    def _memory(self, settings: ConversationSettings) -> _Choices:
        for exchanges in (*(few for few in _MEMORIES if few < self._offers.exchanges), None):
            yield Choice(
                value=USUAL if exchanges is None else str(exchanges),
                label=texts.memory_label(self._offers.exchanges if exchanges is None else exchanges),
                is_current=settings.exchanges == exchanges,
                changed=replace(settings, exchanges=exchanges),
            )

    def _personas(self, settings: ConversationSettings) -> _Choices:
        for name in ("", *self._offers.personas):
            yield Choice(
                value=name or USUAL,
                label=name or texts.USUAL_LABEL,
                is_current=settings.persona == name,
                changed=replace(settings, persona=name),
            )

    def _models(self, settings: ConversationSettings) -> _Choices:
        for name in ("", *self._offers.models):
            yield Choice(
                value=_handle(name),
                label=name or self._offers.model,
                is_current=settings.model == name,
                changed=replace(settings, model=name),
            )

    def _model_value(self, words: str) -> str:
        named = [name for name in (self._offers.model, *self._offers.models) if words.lower() in name.lower()]
        exact = [name for name in named if name.lower() == words.lower()]
        found = exact[0] if exact else named[0] if len(named) == 1 else None
        return "" if found is None else _handle("" if found == self._offers.model else found)


def forgetting() -> Buttons:
    """What can be forgotten."""
    return tuple(
        (Button(action=Action.CHOOSE, label=texts.FORGET_LABELS[what], value=what),)
        for what in (MESSAGE, HERE, EVERYTHING)
    )


def _pictures(settings: ConversationSettings) -> _Choices:
    for is_on in (True, False):
        yield _switch(is_on, settings.describes_pictures, replace(settings, describes_pictures=is_on))


def _listening(settings: ConversationSettings) -> _Choices:
    for is_on in (True, False):
        yield _switch(is_on, settings.listens, replace(settings, listens=is_on))


def _sharing(settings: ConversationSettings) -> _Choices:
    for is_own in (False, True):
        yield Choice(
            value="own" if is_own else "shared",
            label=texts.APART_LABEL if is_own else texts.TOGETHER_LABEL,
            is_current=settings.is_per_person is is_own,
            changed=replace(settings, is_per_person=is_own),
        )


def _languages(settings: ConversationSettings) -> _Choices:
    for tag, name in {"": texts.EACH_LABEL, **LANGUAGES}.items():
        yield Choice(
            value=tag or "each",
            label=name,
            is_current=settings.language == tag,
            changed=replace(settings, language=tag),
        )


def _switch(is_on: bool, is_set: bool, changed: ConversationSettings) -> Choice:
    return Choice(
        value=ON if is_on else OFF,
        label=texts.ON_LABEL if is_on else texts.OFF_LABEL,
        is_current=is_on is is_set,
        changed=changed,
    )


def _handle(name: str) -> str:
    """Of a model, whose name has characters that a button's value can't have."""
    return hashlib.blake2s(name.encode(), digest_size=6).hexdigest() if name else USUAL


def _button(page: str, value: str, label: str) -> Button:
    shown = label if len(label) <= _LABEL_LENGTH else label[: _LABEL_LENGTH - 1] + "…"
    return Button(action=Action.CHOOSE, label=shown, value=f"{page}:{value}")


def _in_rows(buttons: Sequence[Button]) -> Buttons:
    width = max(2, -(-len(buttons) // _ROWS))
    return tuple(tuple(buttons[start : start + width]) for start in range(0, len(buttons), width))
