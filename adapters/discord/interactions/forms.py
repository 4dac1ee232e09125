"""The form that asks what somebody wants to know about a message."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import discord

from adapters.discord.interactions.commands import ASK_ABOUT
from adapters.newest import Newest
from bot.events import MessageId, Quoted
from bot.sentences import sentence

_TITLE = ASK_ABOUT  # At most 45 characters, as the label (Discord docs, Modals).
_LABEL = sentence("What do you want to know?")
_PREFIX = "glimpse:about:"
"""Part of forms that people may send back to a later process: never change it."""
_QUESTION = "question"
_LONGEST = 4000  # Discord docs, Text Input.
_MOST_KEPT = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form as somebody sent it."""

    channel_id: int
    message_id: int
    """What it is about."""
    question: str


def form_about(channel_id: int, message_id: int, *, language: str) -> discord.ui.Modal:
    """The form to show to somebody of this language. Needs a running event loop."""
    form = discord.ui.Modal(title=_TITLE.in_language(language), custom_id=f"{_PREFIX}{channel_id}:{message_id}")
    style = discord.TextStyle.paragraph
    form.add_item(
        discord.ui.TextInput(label=_LABEL.in_language(language), style=style, custom_id=_QUESTION, max_length=_LONGEST)
    )
    # Or discord.py would keep it, to call back what is not there.
    form.stop()
    return form


def read_form(data: Mapping[str, Any]) -> Form | None:
    """What somebody sent; None if it is no form of ours."""
    custom_id = str(data.get("custom_id"))
    channel_id, _, message_id = custom_id.removeprefix(_PREFIX).partition(":")
    if not custom_id.startswith(_PREFIX) or not channel_id.isdecimal() or not message_id.isdecimal():
        return None
    fields = {field.get("custom_id"): field.get("value") for field in _fields(data)}
    return Form(channel_id=int(channel_id), message_id=int(message_id), question=str(fields.get(_QUESTION) or ""))


def _fields(data: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for row in data.get("components", ()):
        yield from row.get("components", ())


class Targets:
    """The newest 256 messages that forms are about: Discord shows a message with its menu, but not with the form.

    Kept for the person whom Discord showed it: what a form says of itself comes from their side.
    """

    def __init__(self) -> None:
        self._quotes: Newest[tuple[int, MessageId], Quoted] = Newest(_MOST_KEPT)

    def add(self, person: int, quoted: Quoted) -> None:
        if quoted.message_id is not None:
            self._quotes[person, quoted.message_id] = quoted

    def get(self, person: int, message_id: MessageId) -> Quoted | None:
        return self._quotes.get((person, message_id))
