"""What is said to a command."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from bot.choices import ConversationSettings
from bot.ports.parts import TextFile
from bot.records.turns import Buttons, Turn
from bot.sentences import Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A text with what comes along."""

    text: Sentence
    buttons: Buttons = ()
    files: Sequence[TextFile] = ()
    settings: ConversationSettings | None = None
    """Those of the conversation, where the command has just changed them."""


Again: TypeAlias = Callable[[Turn], None]
"""Is told which other turns are to be run because of a command."""
