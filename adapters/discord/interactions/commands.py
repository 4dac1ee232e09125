"""The bot's commands in Discord's own menus, and which command each use of them is."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from adapters.discord.client import Payload
from bot.commands.known import (
    ALT,
    ASK,
    COMMANDS,
    DESCRIBE,
    EVERYTHING,
    EXPORT,
    FORGET,
    HERE,
    MESSAGE,
    MODEL,
    OFF,
    ON,
    PERSONA,
    SETTINGS,
)
from bot.sentences import Sentence, sentence

OPTION_PICTURE = "picture"
"""The name of the option that holds a file."""
ASK_ABOUT = sentence("Ask about this")
"""The entry in the menu of messages that opens a form for the question."""
PRIVATE = frozenset({EXPORT})
"""Commands whose answer is for the person alone, wherever they are used."""

# Discord docs, Application Commands.
_SLASH_COMMAND, _MESSAGE_MENU = 1, 3
_TEXT, _FILE = 3, 11
_LONGEST_QUESTION = 4000
"""What people with Nitro may write in a message; the longest that Discord lets an option hold is 6000."""
_LONGEST_WORDS = 100

_LOCALES = ("de", "es-ES", "es-419", "fr", "pt-BR", "ru", "uk", "ja", "zh-CN", "zh-TW")
"""Those of Discord's (docs, Reference, Locales) whose language the bot speaks. It has no Arabic."""

_MENU: Mapping[Sentence, str] = MappingProxyType({sentence("Describe picture"): DESCRIBE, sentence("Alt text"): ALT})
"""More of the menu of every message, behind "Apps": its entries and which command each one is."""

_IN_MENU: Mapping[str, str] = MappingProxyType({str(label): name for label, name in _MENU.items()})


def _text(name: str, description: Sentence, **more: Any) -> Payload:
    return {"type": _TEXT, "name": name, "description": description, **more}


def _choices(**labels: Sentence) -> list[Payload]:
    return [{"name": label, "value": value} for value, label in labels.items()]


_PICTURE: Mapping[str, Any] = MappingProxyType(
    {
        "type": _FILE,
        "name": OPTION_PICTURE,
        "description": sentence("The picture. Without one I take the last that was posted here"),
    }
)
_OPTIONS: Mapping[str, list[Payload]] = MappingProxyType(
    {
        ASK: [
            _text("question", sentence("What you want to know"), required=True, max_length=_LONGEST_QUESTION),
            dict(_PICTURE) | {"description": sentence("A picture that the question is about")},
        ],
        DESCRIBE: [
            dict(_PICTURE),
            _text("about", sentence("What to look at most of all"), max_length=_LONGEST_QUESTION),
        ],
        ALT: [
            dict(_PICTURE),
            _text(
                "always",
                sentence("Whether I describe every picture that is posted here from now on"),
                choices=_choices(**{ON: sentence("on"), OFF: sentence("off")}),
            ),
        ],
        FORGET: [
            _text(
                "what",
                sentence("What to delete; without it I ask"),
                choices=_choices(
                    **{
                        MESSAGE: sentence("the last answer"),
                        HERE: sentence("this conversation"),
                        EVERYTHING: sentence("all that you keep of me"),
                    }
                ),
            )
        ],
        PERSONA: [
            _text("persona", sentence("One of the list, or how I should speak in your own words"), autocomplete=True)
        ],
        SETTINGS: [
            _text(
                "change",
                sentence("In words, such as: memory 20. Without them I show a menu"),
                max_length=_LONGEST_WORDS,
                autocomplete=True,
            )
        ],
        MODEL: [_text("model", sentence("One of the list"), autocomplete=True)],
    }
)


def called(data: Mapping[str, Any]) -> str | None:
    """Which of the bot's commands an application command's data means; None for any other."""
    name = str(data.get("name"))
    name = _IN_MENU.get(name, "") if data.get("type") == _MESSAGE_MENU else name
    return name if name in COMMANDS else None


def asks_about(data: Mapping[str, Any]) -> bool:
    """Whether it is the entry that opens a form."""
    return data.get("type") == _MESSAGE_MENU and data.get("name") == ASK_ABOUT


def in_menus(commands: Mapping[str, Sentence]) -> list[Payload]:
    """What Discord is to show, as it wants it to be described, in all languages that it and the bot speak.

    Args:
        commands: Name to description. Those that are about one message get an entry in the menu of messages too.
    """
    slash = [
        {"type": _SLASH_COMMAND, "name": name, "description": description, "options": _OPTIONS.get(name, [])}
        for name, description in commands.items()
    ]
    labels = [label for label, name in _MENU.items() if name in commands] + [ASK_ABOUT] * (ASK in commands)
    return [_localized(one) for one in (*slash, *({"type": _MESSAGE_MENU, "name": label} for label in labels))]


def _localized(payload: Payload) -> Payload:
    """With a ``…_localizations`` beside each sentence (Discord docs, Application Commands, Localization)."""
    localized: Payload = {}
    for name, value in payload.items():
        match value:
            case Sentence():
                localized[name] = str(value)
                localized[f"{name}_localizations"] = {locale: value.in_language(locale) for locale in _LOCALES}
            case list():
                localized[name] = [_localized(one) for one in value]
            case _:
                localized[name] = value
    return localized
