"""The bot's own commands, the same on every platform."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from bot.events import Command, MessageReceived

ASK = "ask"
DESCRIBE = "describe"
ALT = "alt"
STOP = "stop"
RETRY = "retry"
CONTINUE = "continue"
RESET = "reset"
FORGET = "forget"
EXPORT = "export"
PERSONA = "persona"
MODEL = "model"
SETTINGS = "settings"
USAGE = "usage"
HELP = "help"

COMMANDS: Mapping[str, str] = MappingProxyType(
    {
        ASK: "Ask me something, also about a picture",
        DESCRIBE: "Describe the picture you send or reply to, or the newest one here",
        ALT: "Describe a picture for people who can't see it",
        STOP: "End the answer I am writing",
        RETRY: "Answer the last question again",
        CONTINUE: "Go on where an answer was cut off",
        RESET: "Start over: forget this conversation so far",
        FORGET: "Delete what I keep of you: one answer, this conversation, or everything",
        EXPORT: "Get all that I keep of you as a file",
        PERSONA: "Choose how I speak here",
        MODEL: "Choose the model that answers here",
        SETTINGS: "See and change how I behave here",
        USAGE: "See what was used today and this month",
        HELP: "What I can do and how to ask",
    }
)
"""Name to description, as the platforms' menus show them. A description has at most 100 characters (Discord docs,
Application Command Structure)."""

LOOKING = frozenset({ALT})
"""Commands that are about pictures."""

MENUS = frozenset({SETTINGS, PERSONA, MODEL, FORGET})
"""Commands that are answered with buttons to choose by."""

ON, OFF = "on", "off"
"""What can stand behind ALT, in place of a picture."""

MESSAGE, HERE, EVERYTHING = "message", "here", "everything"
"""What can stand behind FORGET."""

GO_ON = "Go on."
"""The words of a question that asks for more of an answer."""

_QUESTIONS = frozenset({ASK, DESCRIBE, CONTINUE})
_ALIASES: Mapping[str, str] = MappingProxyType({"start": HELP})  # Telegram sends /start when a chat is opened.


def parse_command(text: str) -> Command | None:
    """Read ``/name argument`` as one of the bot's own commands; None for anything else.

    The part of the bot's name that Telegram appends (``/help@glimpse_bot``) must be taken off before.
    """
    word, *rest = text.split(maxsplit=1) or [""]
    if not word.startswith("/"):
        return None
    name = word[1:].lower()
    name = _ALIASES.get(name, name)
    return Command(name=name, argument="".join(rest).strip()) if name in COMMANDS else None


def as_question(message: MessageReceived) -> MessageReceived:
    """A message whose command is only another way to ask, as the question that it is. Others stay as they are."""
    command = message.command
    if command is None or command.name not in _QUESTIONS:
        return message
    words = command.argument or (GO_ON if command.name == CONTINUE else "")
    return replace(message, text=words, command=None)
