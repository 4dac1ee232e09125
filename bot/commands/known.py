"""The bot's own commands, the same on every platform."""

import difflib
import re
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from bot.events import Command, MessageReceived
from bot.sentences import Sentence, sentence

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

COMMANDS: Mapping[str, Sentence] = MappingProxyType(
    {
        ASK: sentence("Ask me something, also about a picture"),
        DESCRIBE: sentence("Describe the picture you send or reply to, or the newest one here"),
        ALT: sentence("Describe a picture for people who can't see it"),
        STOP: sentence("End the answer I am writing"),
        RETRY: sentence("Answer the last question again"),
        CONTINUE: sentence("Go on where an answer was cut off"),
        RESET: sentence("Start over: forget this conversation so far"),
        FORGET: sentence("Delete what I keep of you: one answer, this conversation, or everything"),
        EXPORT: sentence("Get all that I keep of you as a file"),
        PERSONA: sentence("Choose how I speak here"),
        MODEL: sentence("Choose the model that answers here"),
        SETTINGS: sentence("See and change how I behave here"),
        USAGE: sentence("See what was used today and this month"),
        HELP: sentence("What I can do and how to ask"),
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

ANSWERS, PICTURES, LISTENING, SHARING = "answers", "pictures", "listening", "sharing"
MEMORY, LANGUAGE = "memory", "language"
"""What can stand behind SETTINGS, and so can PERSONA and MODEL: the pages of its menu."""

MESSAGE, HERE, EVERYTHING = "message", "here", "everything"
"""What can stand behind FORGET."""

UNKNOWN = "unknown"
"""None of COMMANDS, but nearly: said to the bot, it is a slip of the finger. Its argument is the one that is near."""

_NEAR = 0.75
"""How alike two names are (`difflib.SequenceMatcher.ratio`) when one may be meant by the other: ``hlep`` and ``help``.
"""

GO_ON = "Go on."
"""The words of a question that asks for more of an answer."""

_IN_CODE = re.compile(r"`(/[a-z]+)`")

_QUESTIONS = frozenset({ASK, DESCRIBE, CONTINUE})
_ALIASES: Mapping[str, str] = MappingProxyType({"start": HELP})  # Telegram sends /start when a chat is opened.


def parse_command(text: str) -> Command | None:
    """Read ``/name argument`` as one of the bot's own commands, or as UNKNOWN; None for anything else.

    The part of the bot's name that Telegram appends (``/help@glimpse_bot``) must be taken off before.
    """
    word, *rest = text.split(maxsplit=1) or [""]
    if not word.startswith("/"):
        return None
    name = word[1:].lower()
    name = _ALIASES.get(name, name)
    if name in COMMANDS:
        return Command(name=name, argument="".join(rest).strip())
    near = difflib.get_close_matches(name, COMMANDS, n=1, cutoff=_NEAR) if name.isalpha() else ()
    return Command(name=UNKNOWN, argument=near[0]) if near else None


def is_question(command: str | None, argument: str) -> bool:
    """Whether the model answers it: what is no command, and what is said of a picture."""
    return command is None or (command in LOOKING and argument.strip().lower() not in (ON, OFF))


def in_words(*names: str) -> str:
    """Commands as the bot writes them in its sentences: Markdown."""
    return " ".join(f"`/{name}`" for name in names)


def with_tappable_commands(text: str) -> str:
    """A sentence of the bot's own for platforms that make a link of a command, but not of code."""
    return _IN_CODE.sub(r"\1", text)


def as_question(message: MessageReceived) -> MessageReceived:
    """A message whose command is only another way to ask, as the question that it is. Others stay as they are.

    What is nearly a command and said to nobody may be another bot's: it is none here.
    """
    command = message.command
    if command is not None and command.name == UNKNOWN and message.address is None:
        return replace(message, command=None)
    if command is None or command.name not in _QUESTIONS:
        return message
    words = command.argument or (GO_ON if command.name == CONTINUE else "")
    return replace(message, text=words, command=None)
