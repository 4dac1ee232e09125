"""Buttons under the bot's messages. They need no memory: what one does stands in it, and its message in the press."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import discord

from bot.ports.parts import Button
from bot.ports.tokens import Meaning, read_token, token_of

_PREFIX = "glimpse"
"""Part of messages that outlive this process: never change it."""


def view_of(rows: Sequence[Sequence[Button]]) -> discord.ui.View | None:
    """What shows buttons; None for none. Needs a running event loop."""
    if not rows:
        return None
    view = discord.ui.View(timeout=None)
    for row, buttons in enumerate(rows):
        for button in buttons:
            style = discord.ButtonStyle.secondary
            view.add_item(discord.ui.Button(label=button.label, style=style, custom_id=_custom_id(button), row=row))
    # Or discord.py would keep every message that ever carried it, to call back what is not there.
    view.stop()
    return view


def pressed(interaction: discord.Interaction) -> Meaning | None:
    """What somebody pressed; None if it is no button of ours."""
    data: Mapping[str, Any] = dict(interaction.data or {})
    if interaction.type is not discord.InteractionType.component:
        return None
    prefix, _, token = str(data.get("custom_id")).partition(":")
    return read_token(token) if prefix == _PREFIX else None


def show_buttons(components: Iterable[Mapping[str, Any]], rows: Sequence[Sequence[Button]]) -> bool:
    """Whether a message's components, as Discord gives them, are these buttons."""
    shown = [[(one.get("custom_id"), one.get("label")) for one in row.get("components", ())] for row in components]
    return shown == [[(_custom_id(button), button.label) for button in row] for row in rows]


def _custom_id(button: Button) -> str:
    return f"{_PREFIX}:{token_of(button)}"
