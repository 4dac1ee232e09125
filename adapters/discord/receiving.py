"""Puts together what listening needs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import discord

from adapters.discord.attachments import Links
from adapters.discord.catch_up import CatchUp
from adapters.discord.catching_up import CatchingUp
from adapters.discord.history import History
from adapters.discord.interactions import Interactions
from adapters.discord.keeper import Keeper
from adapters.discord.lanes import Lanes
from adapters.discord.limits import DISCORD
from adapters.discord.look_back import LookBack
from adapters.discord.own_threads import OwnThreads
from adapters.discord.reading import Reading
from adapters.discord.receiver import Receiver
from adapters.discord.seen import SeenUntil
from adapters.discord.suggesting import Choices
from adapters.discord.unspoken import Unspoken
from bot.ports.chat import Intake
from bot.ports.clock import Clock


@asynccontextmanager
async def receiving(
    rest: discord.Client,
    intake: Intake,
    *,
    links: Links,
    interactions: Interactions,
    clock: Clock,
    bounds: CatchUp,
    choices: Choices,
    unspoken: Unspoken,
    threads: OwnThreads | None,
) -> AsyncIterator[Receiver]:
    """What takes events in. At the end what came before is stored, and how far that was.

    Args:
        rest: Logged in.
        intake: The core.
        links: Of attachments.
        interactions: Where used commands wait for their answer.
        clock: For waits.
        bounds: Of looking back.
        choices: What can be chosen while a command is typed.
        unspoken: For who asks where the bot may not write.
        threads: Opens one for each question; None: answers stand where the questions do.
    """
    # By application: another bot's token in the settings must not inherit what this one has seen.
    cursor = f"{DISCORD}:{rest.application_id}"
    keeper = Keeper(clock)
    seen = SeenUntil(intake, cursor, clock)
    history = History(rest)
    reading = Reading(rest, links, intake, keeper=keeper, clock=clock, unspoken=unspoken, threads=threads)
    look_back = LookBack(
        reading=reading, history=history, intake=intake, keeper=keeper, cursor=cursor, clock=clock, bounds=bounds
    )
    await keeper.keep(partial(seen.load, overlap_s=bounds.overlap_s))
    try:
        async with Lanes() as lanes:
            catching_up = CatchingUp(
                look_back=look_back,
                reading=reading,
                keeper=keeper,
                intake=intake,
                lanes=lanes,
                seen=seen,
                clock=clock,
                bounds=bounds,
            )
            await catching_up.load()
            try:
                yield Receiver(
                    reading=reading,
                    lanes=lanes,
                    seen=seen,
                    catching_up=catching_up,
                    interactions=interactions,
                    history=history,
                    choices=choices,
                )
            finally:
                catching_up.stop()
    finally:
        await seen.save(now=True)
