"""What the menu of settings says."""

from collections.abc import Mapping
from types import MappingProxyType

from bot.choices import AnswerMode
from bot.commands import known
from bot.markup.literal import literal
from bot.sentences import Sentence, counted, sentence, verbatim

SETTINGS = sentence("This is how I behave here. Choose what you want to change.")

BACK_LABEL = sentence("‹ Back")

ON_LABEL = sentence("Yes")

OFF_LABEL = sentence("No")

USUAL_LABEL = sentence("As usual")

EACH_LABEL = sentence("Automatic")

APART_LABEL = sentence("One for each person")

TOGETHER_LABEL = sentence("One for all")

PAGE_LABELS: Mapping[str, Sentence] = MappingProxyType(
    {
        known.ANSWERS: sentence("When I answer"),
        known.PICTURES: sentence("Pictures"),
        known.LISTENING: sentence("Listening"),
        known.SHARING: sentence("Sharing"),
        known.MEMORY: sentence("Memory"),
        known.LANGUAGE: sentence("Language"),
        known.PERSONA: sentence("Manner"),
        known.MODEL: sentence("Model"),
    }
)

PAGE_HINTS: Mapping[str, Sentence] = MappingProxyType(
    {
        known.ANSWERS: sentence(
            "When shall I answer? For a wake word of your own, write `/settings wake` and the word."
        ),
        known.PICTURES: sentence("Shall I describe every picture that is posted here, for people who can't see it?"),
        known.LISTENING: sentence("Shall I also remember what is said here to others, to know what you talk about?"),
        known.SHARING: sentence("Shall all people here share one conversation with me, or have one each?"),
        known.MEMORY: sentence("How many earlier questions and answers shall I look back at?"),
        known.LANGUAGE: sentence("Which language shall I speak here?"),
        known.PERSONA: sentence(
            "In which manner shall I speak here? For one of your own, write `/persona` and describe it."
        ),
        known.MODEL: sentence("Which model shall answer here?"),
    }
)

ANSWER_LABELS: Mapping[AnswerMode, Sentence] = MappingProxyType(
    {
        AnswerMode.MENTION: sentence("When mentioned"),
        AnswerMode.WAKE_WORD: sentence("At a wake word"),
        AnswerMode.EVERY: sentence("Every message"),
    }
)

DESCRIBES_ALL = sentence("I describe every picture that is posted here.")

DESCRIBES_ASKED = sentence("I describe pictures when somebody asks me.")

LISTENS = sentence("I remember what is said here to others, too.")

LISTENS_NOT = sentence("I remember only what is said to me.")

APART = sentence("Each person has a conversation of their own with me.")

TOGETHER = sentence("All people here share one conversation with me.")

HEARS_EVERYTHING = sentence(
    "From now on I remember everything that is written here, also what is not meant for me, to know what you talk "
    "about. It is kept for a limited time, and goes to the model together with your questions. `/settings` ends that, "
    "and then I forget it."
)

FORGOT_OVERHEARD = sentence("I have forgotten what was said here to others.")

ANSWERS_EVERYTHING = sentence(
    "From now on I read and answer every message that is written here. It goes to the model and is kept for a limited "
    "time. `/settings` ends that."
)

_MANNERS: Mapping[str, Sentence] = MappingProxyType(
    {
        "brief": sentence("brief"),
        "thorough": sentence("thorough"),
        "simple": sentence("simple"),
        "formal": sentence("formal"),
    }
)


def answers_to(mode: AnswerMode, wake_word: str) -> Sentence:
    """When the bot answers in a group."""
    match mode:
        case AnswerMode.MENTION:
            return sentence("I answer when somebody mentions me or replies to me.")
        case AnswerMode.WAKE_WORD:
            said = literal(wake_word)
            return sentence('I answer when somebody mentions me, replies to me or says "{word}".', word=said)
        case AnswerMode.EVERY:
            return sentence("I answer every message.")


def remembers(exchanges: int) -> Sentence:
    """How far the bot looks back."""
    if exchanges == 0:
        return sentence("I answer each question for itself, without looking back.")
    return counted(
        "I look back at up to {count} earlier question and its answer.",
        "I look back at up to {count} earlier questions and answers.",
        count=exchanges,
    )


def memory_label(exchanges: int) -> Sentence:
    """The button of a length of memory."""
    return sentence("Nothing") if exchanges == 0 else sentence("Up to {number}", number=exchanges)


def speaks(language: str) -> Sentence:
    """Which language the bot speaks; empty: each person's own."""
    if not language:
        return sentence("I speak the language of whoever asks me.")
    return sentence("I speak this language here: {language}.", language=language)


_PERSONA_SHOWN = 300
"""Characters of a manner in people's own words that a menu shows: it is to fit on a screen."""


def in_manner(persona: str, *, is_named: bool) -> Sentence:
    """In which manner the bot speaks."""
    if not persona:
        return sentence("I speak in my usual manner.")
    if is_named:
        return sentence('I speak in the manner "{manner}".', manner=manner_label(persona))
    words = " ".join(persona.split())
    shown = words if len(words) <= _PERSONA_SHOWN else words[: _PERSONA_SHOWN - 1].rstrip() + "…"
    return sentence("I speak as somebody here described it: {words}", words=literal(shown))


def manner_label(name: str) -> Sentence:
    """The button of a manner: those that come with Glimpse are translated."""
    return _MANNERS.get(name, verbatim(name))


def answered_by(model: str) -> Sentence:
    """Which model answers."""
    return sentence("The model `{model}` answers.", model=model)
