"""What is said to a command."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from bot.ports.chat import TextFile
from bot.records import Buttons, Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A text with what comes along."""

    text: str
    buttons: Buttons = ()
    files: Sequence[TextFile] = ()


Again: TypeAlias = Callable[[Turn], None]
"""Is told which other turns are to be run because of a command."""
