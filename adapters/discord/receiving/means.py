"""What all connections of the bot to Discord share."""

from dataclasses import dataclass

import discord

from adapters.discord.bounds import CatchUp
from adapters.discord.content.attachments import Links
from adapters.discord.interactions.suggesting import Choices
from adapters.discord.interactions.waiting import Interactions
from adapters.discord.receiving.own_threads import OwnThreads
from adapters.discord.writing.unspoken import Unspoken
from bot.ports.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """Made once somebody is logged in."""

    rest: discord.Client
    """Logged in, for requests."""
    clock: Clock
    bounds: CatchUp
    """Of looking back."""
    links: Links
    """Of attachments."""
    interactions: Interactions
    """Where used commands wait for their answer."""
    choices: Choices
    """What can be chosen while a command is typed."""
    unspoken: Unspoken
    """For who asks where the bot may not write."""
    threads: OwnThreads
    """Of questions."""
