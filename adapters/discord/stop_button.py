"""The Stop button of a growing answer. It needs no memory: whose press it is tells the message it stands on."""

import discord

_CUSTOM_ID = "glimpse:stop"
"""Part of messages that outlive this process: never change it."""


def stop_button() -> discord.ui.View:
    """What shows it. One is enough for all messages. Needs a running event loop."""
    view = discord.ui.View(timeout=None)
    view.add_item(discord.ui.Button(label="Stop", style=discord.ButtonStyle.secondary, custom_id=_CUSTOM_ID))
    # Or discord.py would keep every message that ever carried it, to call back what is not there.
    view.stop()
    return view


def is_stop(interaction: discord.Interaction) -> bool:
    """Whether somebody pressed it."""
    data = dict(interaction.data or {})
    return interaction.type is discord.InteractionType.component and data.get("custom_id") == _CUSTOM_ID
