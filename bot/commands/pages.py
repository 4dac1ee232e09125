"""What can be chosen for a conversation: a page for each thing."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from bot.choices import AnswerMode, ConversationSettings
from bot.commands import settings_texts
from bot.commands.known import ANSWERS, LANGUAGE, LISTENING, MEMORY, MODEL, OFF, ON, PERSONA, PICTURES, SHARING
from bot.languages import LANGUAGES
from bot.sentences import Sentence, verbatim

USUAL = "usual"
"""As the operator set it."""

_MEMORIES = (0, 5, 20)

_LABEL_LENGTH = 38
"""Of a model's name; the tick of the chosen one comes before it. See `bot.ports.parts.Button.label`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offers:
    """What the operator lets people choose from, and what counts where nobody chose."""

    personas: Mapping[str, str]
    """Name to what the model is told. At most 19."""
    models: Sequence[str]
    """Beside the usual one. At most 19."""
    model: str
    """The usual one."""
    exchanges: int
    """The longest memory, and the usual one."""
    defaults: ConversationSettings
    """Its `answers` and `wake_word` are set."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One button of a page."""

    value: str
    label: Sentence
    is_current: bool
    changed: ConversationSettings
    """The settings once it is chosen."""


_Choices: TypeAlias = Callable[[ConversationSettings], Iterator[Choice]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One thing that can be chosen."""

    sentence: Callable[[ConversationSettings], Sentence]
    """How it is at present."""
    choices: _Choices
    is_for_groups: bool = False
    """It makes no difference where one person is alone with the bot."""
    is_for_members: bool = False
    """It makes no difference where the bot is a guest: see `bot.ports.chat.Chat.is_guest`."""

    def matters(self, *, is_private: bool, is_guest: bool) -> bool:
        """Whether it makes a difference in a conversation."""
        return not (self.is_for_groups and (is_private or is_guest)) and not (self.is_for_members and is_guest)


def pages(offers: Offers) -> Mapping[str, Page]:
    """All pages by name, in the order of the menu."""
    exchanges, usual = offers.exchanges, offers.defaults
    every = {
        ANSWERS: Page(
            sentence=lambda chosen: settings_texts.answers_to(
                _mode(chosen, usual), chosen.wake_word or usual.wake_word
            ),
            choices=lambda chosen: _answers(chosen, _mode(chosen, usual)),
            is_for_groups=True,
        ),
        PICTURES: Page(
            sentence=lambda chosen: (
                settings_texts.DESCRIBES_ALL if chosen.describes_pictures else settings_texts.DESCRIBES_ASKED
            ),
            choices=_pictures,
            is_for_members=True,
        ),
        LISTENING: Page(
            sentence=lambda chosen: settings_texts.LISTENS if chosen.listens else settings_texts.LISTENS_NOT,
            choices=_listening,
            is_for_groups=True,
        ),
        SHARING: Page(
            sentence=lambda chosen: settings_texts.APART if chosen.is_per_person else settings_texts.TOGETHER,
            choices=_sharing,
            is_for_groups=True,
        ),
        MEMORY: Page(
            sentence=lambda chosen: settings_texts.remembers(
                exchanges if chosen.exchanges is None else chosen.exchanges
            ),
            choices=lambda chosen: _memory(chosen, exchanges),
        ),
        LANGUAGE: Page(
            sentence=lambda chosen: settings_texts.speaks(LANGUAGES.get(chosen.language, chosen.language)),
            choices=_languages,
        ),
        PERSONA: Page(
            sentence=lambda chosen: settings_texts.in_manner(
                chosen.persona, is_named=chosen.persona in offers.personas
            ),
            choices=lambda chosen: _personas(chosen, offers.personas),
        ),
        MODEL: Page(
            sentence=lambda chosen: settings_texts.answered_by(chosen.model or offers.model),
            choices=lambda chosen: _models(chosen, offers),
        ),
    }
    return {name: page for name, page in every.items() if name != MODEL or offers.models}


def model_value(offers: Offers, words: str) -> str:
    """The value of the choice of a model that is called so, wholly or in part; nothing if that is not one."""
    if words in {_handle(name) for name in ("", *offers.models)}:
        return words
    named = [name for name in (offers.model, *offers.models) if words.lower() in name.lower()]
    exact = [name for name in named if name.lower() == words.lower()]
    found = exact or named
    if len(found) != 1:
        return ""
    return _handle("" if found[0] == offers.model else found[0])


def _mode(chosen: ConversationSettings, usual: ConversationSettings) -> AnswerMode:
    return chosen.answers or usual.answers or AnswerMode.MENTION


def _answers(chosen: ConversationSettings, current: AnswerMode) -> Iterator[Choice]:
    for mode in AnswerMode:
        yield Choice(mode, settings_texts.ANSWER_LABELS[mode], mode is current, replace(chosen, answers=mode))


def _pictures(chosen: ConversationSettings) -> Iterator[Choice]:
    return _yes_or_no(chosen.describes_pictures, lambda is_on: replace(chosen, describes_pictures=is_on))


def _listening(chosen: ConversationSettings) -> Iterator[Choice]:
    return _yes_or_no(chosen.listens, lambda is_on: replace(chosen, listens=is_on))


def _yes_or_no(is_on: bool, changed: Callable[[bool], ConversationSettings]) -> Iterator[Choice]:
    yield Choice(ON, settings_texts.ON_LABEL, is_on, changed(True))
    yield Choice(OFF, settings_texts.OFF_LABEL, not is_on, changed(False))


def _sharing(chosen: ConversationSettings) -> Iterator[Choice]:
    yield Choice(
        "shared", settings_texts.TOGETHER_LABEL, not chosen.is_per_person, replace(chosen, is_per_person=False)
    )
    yield Choice("own", settings_texts.APART_LABEL, chosen.is_per_person, replace(chosen, is_per_person=True))


def _memory(chosen: ConversationSettings, usual: int) -> Iterator[Choice]:
    for exchanges in _MEMORIES:
        if exchanges < usual:
            is_current = chosen.exchanges == exchanges
            changed = replace(chosen, exchanges=exchanges)
            yield Choice(str(exchanges), settings_texts.memory_label(exchanges), is_current, changed)
    is_usual = chosen.exchanges in (None, usual)
    yield Choice(USUAL, settings_texts.memory_label(usual), is_usual, replace(chosen, exchanges=None))


def _languages(chosen: ConversationSettings) -> Iterator[Choice]:
    yield Choice("each", settings_texts.EACH_LABEL, not chosen.language, replace(chosen, language=""))
    for tag, name in LANGUAGES.items():
        yield Choice(tag, verbatim(name), chosen.language == tag, replace(chosen, language=tag))


def _personas(chosen: ConversationSettings, personas: Mapping[str, str]) -> Iterator[Choice]:
    yield Choice(USUAL, settings_texts.USUAL_LABEL, not chosen.persona, replace(chosen, persona=""))
    for name in personas:
        yield Choice(name, settings_texts.manner_label(name), chosen.persona == name, replace(chosen, persona=name))


def _models(chosen: ConversationSettings, offers: Offers) -> Iterator[Choice]:
    yield Choice(_handle(""), _model_label(offers.model), not chosen.model, replace(chosen, model=""))
    for name in offers.models:
        yield Choice(_handle(name), _model_label(name), chosen.model == name, replace(chosen, model=name))


def _model_label(name: str) -> Sentence:
    return verbatim(name if len(name) <= _LABEL_LENGTH else name[: _LABEL_LENGTH - 1] + "…")


def _handle(name: str) -> str:
    """Of a model, whose name has characters that a button's value can't have."""
    return hashlib.blake2s(name.encode(), digest_size=6).hexdigest() if name else USUAL
