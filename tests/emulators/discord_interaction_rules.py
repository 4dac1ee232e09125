"""What Discord checks in registered commands, forms and suggestions."""

import re
from collections.abc import Collection
from typing import Any, NamedTuple

from tests.emulators.discord_errors import invalid_form
from tests.emulators.discord_world import File, Payload

SLASH, USER_MENU, MENU = 1, 2, 3  # Discord docs, Application Command Types.
COMMAND, COMPONENT, AUTOCOMPLETE, FORM = 2, 3, 4, 5  # Discord docs, Interaction Type.
BUTTON, TEXT_INPUT = 2, 4  # Discord docs, Component Types.
OPTION_TYPES = {bool: 5, str: 3, int: 4, float: 10, File: 11}


class Contexts(NamedTuple):
    """Discord docs, Interaction Context Types."""

    guild: int = 0
    bot_dm: int = 1
    among_others: int = 2


SLASH_CONTEXTS = Contexts()

_MOST = {SLASH: 100, USER_MENU: 15, MENU: 15}  # Discord docs, Application Commands: per scope.
_KINDS, _CHOICES, _OPTIONS = range(3, 12), 25, 25  # Discord docs, Application Command Option; without subcommands.
_TEXT = 3
_NAME = re.compile(r"[-_'\w]{1,32}")
_MENU_NAME_LENGTH = 32
_DESCRIPTION_LENGTH = 100
_CHOICE_LENGTH = 100
_LOCALES = frozenset(
    [
        "id",
        "da",
        "de",
        "en-GB",
        "en-US",
        "es-ES",
        "es-419",
        "fr",
        "hr",
        "it",
        "lt",
        "hu",
        "nl",
        "no",
        "pl",
        "pt-BR",
        "ro",
        "fi",
        "sv-SE",
        "vi",
        "tr",
        "cs",
        "el",
        "bg",
        "ru",
        "uk",
        "hi",
        "th",
        "zh-CN",
        "ja",
        "zh-TW",
        "ko",
    ]
)
"""Discord docs, Reference, Locales."""
_TITLE_LENGTH, _LABEL_LENGTH, _CUSTOM_ID_LENGTH, _ROWS = 45, 45, 100, 5  # Discord docs, Modals and Text Input.
_TEXT_LENGTH = 4000


def check_commands(commands: list[Payload], installations: Collection[int]) -> None:
    """Check all commands of an application.

    Args:
        commands: As they are to be registered.
        installations: Who may install the application: 0 servers, 1 people.

    Raises:
        ApiError: 50035 with the tree of errors.
    """
    for index, command in enumerate(commands):
        check_command(command, installations, f"{index}.")
    for kind, most in _MOST.items():
        names = [command["name"] for command in commands if command.get("type", SLASH) == kind]
        if len(names) > most:
            raise invalid_form("commands", "APPLICATION_COMMANDS_TOO_MANY", f"There are more than {most}.")
        if len(set(names)) < len(names):
            raise invalid_form("commands", "APPLICATION_COMMANDS_DUPLICATE_NAME", "A name is there twice.")


def check_command(command: Payload, installations: Collection[int], where: str = "") -> None:
    """Check one command. Raises as `check_commands` does."""
    name, description = command.get("name"), command.get("description") or ""
    is_slash = command.get("type", SLASH) == SLASH
    if not is_slash and (description or command.get("options")):
        raise invalid_form(f"{where}description", "BASE_TYPE_MAX_LENGTH", "Must be 0 or fewer in length.")
    is_fine = isinstance(name, str) and (
        _NAME.fullmatch(name) and name == name.lower() if is_slash else 1 <= len(name) <= _MENU_NAME_LENGTH
    )
    if not is_fine:
        raise invalid_form(f"{where}name", "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
    _check_localizations(command, where, longest_name=_MENU_NAME_LENGTH)
    _check_options(command.get("options") or [], where)
    if is_slash and not 1 <= len(description) <= _DESCRIPTION_LENGTH:
        raise invalid_form(f"{where}description", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length.")
    _check_places(command, installations, where)


def _check_places(command: Payload, installations: Collection[int], where: str) -> None:
    kinds, contexts = command.get("integration_types"), command.get("contexts")
    if kinds is not None and not set(kinds) <= set(installations):
        raise invalid_form(f"{where}integration_types", "BASE_TYPE_CHOICES", "The application has no such installation")
    if contexts is not None and not set(contexts) <= set(SLASH_CONTEXTS):
        raise invalid_form(f"{where}contexts", "BASE_TYPE_CHOICES", "Value must be one of {0, 1, 2}.")
    if kinds is not None and contexts is not None and SLASH_CONTEXTS.among_others in contexts and 1 not in kinds:
        raise invalid_form(f"{where}contexts", "BASE_TYPE_CHOICES", "Only people's own commands go there")


def _check_localizations(described: Payload, where: str, *, longest_name: int) -> None:
    """Names and descriptions in other languages (Discord docs, Application Commands, Localization)."""
    for field, longest in (("name_localizations", longest_name), ("description_localizations", _DESCRIPTION_LENGTH)):
        for locale, text in (described.get(field) or {}).items():
            if locale not in _LOCALES:
                raise invalid_form(f"{where}{field}", "DICT_TYPE_KEYS_INVALID", f"{locale} is no locale")
            if not 1 <= len(text) <= longest:
                raise invalid_form(f"{where}{field}.{locale}", "BASE_TYPE_BAD_LENGTH", f"Must be 1 to {longest} long.")


def without_localizations(value: Any) -> Any:
    """What Discord answers where nobody asks for them."""
    match value:
        case dict():
            kept = {name: one for name, one in value.items() if not name.endswith("_localizations")}
            return {name: without_localizations(one) for name, one in kept.items()}
        case list():
            return [without_localizations(one) for one in value]
        case _:
            return value


def _check_options(options: list[Payload], where: str) -> None:
    if len(options) > _OPTIONS:
        raise invalid_form(f"{where}options", "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
    required = [bool(option.get("required")) for option in options]
    if required != sorted(required, reverse=True):
        raise invalid_form(f"{where}options", "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", "Required ones go first")
    for index, option in enumerate(options):
        _check_option(option, f"{where}options.{index}.")


def _check_option(option: Payload, where: str) -> None:
    if not _NAME.fullmatch(str(option.get("name"))) or option.get("type") not in _KINDS:
        raise invalid_form(f"{where}name", "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
    if not 1 <= len(option.get("description") or "") <= _DESCRIPTION_LENGTH:
        raise invalid_form(f"{where}description", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length.")
    choices = option.get("choices") or ()
    check_choices(choices, where)
    _check_localizations(option, where, longest_name=_MENU_NAME_LENGTH)
    for choice in choices:
        _check_localizations(choice, f"{where}choices.", longest_name=_CHOICE_LENGTH)
    if option.get("autocomplete") and (choices or option["type"] != _TEXT):
        raise invalid_form(f"{where}autocomplete", "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "No choices with it")


def check_choices(choices: Collection[Payload], where: str = "") -> None:
    """Check what can be chosen. Raises as `check_commands` does."""
    if len(choices) > _CHOICES:
        raise invalid_form(f"{where}choices", "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
    for choice in choices:
        if not (1 <= len(choice["name"]) <= _CHOICE_LENGTH and 1 <= len(str(choice["value"])) <= _CHOICE_LENGTH):
            raise invalid_form(f"{where}choices", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length.")


def check_modal(form: Payload) -> None:
    """Check a form that is shown to a person. Raises as `check_commands` does."""
    _check_length(form.get("title"), _TITLE_LENGTH, "title")
    _check_length(form.get("custom_id"), _CUSTOM_ID_LENGTH, "custom_id")
    rows = form.get("components") or []
    if not 1 <= len(rows) <= _ROWS:
        raise invalid_form("components", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")
    for row in rows:
        [field] = row["components"]
        if field["type"] != TEXT_INPUT:
            raise invalid_form("components", "BASE_TYPE_CHOICES", "Value must be one of {4}.")
        _check_length(field.get("label"), _LABEL_LENGTH, "label")
        _check_length(field.get("custom_id"), _CUSTOM_ID_LENGTH, "custom_id")
        if field.get("max_length", 1) > _TEXT_LENGTH:
            raise invalid_form("max_length", "NUMBER_TYPE_MAX", "int value should be at most 4000.")


def _check_length(text: str | None, longest: int, where: str) -> None:
    if not 1 <= len(text or "") <= longest:
        raise invalid_form(where, "BASE_TYPE_BAD_LENGTH", f"Must be between 1 and {longest} in length.")
