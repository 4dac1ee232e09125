"""Puts together what listening needs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import discord

from adapters.discord.catch_up.catching_up import CatchingUp
from adapters.discord.catch_up.filling import Filling
from adapters.discord.catch_up.gaps import Gaps
from adapters.discord.catch_up.history import History
from adapters.discord.catch_up.known import KnownPlaces
from adapters.discord.catch_up.look_back import LookBack
from adapters.discord.catch_up.seen import SeenUntil
from adapters.discord.limits import DISCORD
from adapters.discord.listening.interacting import Interacting
from adapters.discord.listening.queue import Queue
from adapters.discord.listening.receiver import Receiver
from adapters.discord.receiving.keeper import Keeper
from adapters.discord.receiving.lanes import Lanes
from adapters.discord.receiving.means import Means
from adapters.discord.receiving.reading import Reading
from adapters.discord.receiving.tongues import Tongues
from adapters.discord.receiving.using import Using
from adapters.discord.shards import Shard
from bot.ports.intake import Intake


def cursor_of(rest: discord.Client) -> str:
    """How the names of all cursors begin.

    By application: another bot's token in the settings must not inherit what this one has seen.
    """
    return f"{DISCORD}:{rest.application_id}"


@asynccontextmanager
async def receiving(means: Means, intake: Intake, shard: Shard) -> AsyncIterator[Receiver]:
    """What takes events in. At the end what came before is stored, and how far that was.

    Args:
        means: What it needs.
        intake: The core.
        shard: Whose events.
    """
    rest, clock, bounds = means.rest, means.clock, means.bounds
    cursor = shard.cursor(cursor_of(rest))
    keeper = Keeper(clock)
    seen = SeenUntil(intake, cursor, clock)
    history = History(rest)
    tongues = Tongues()
    reading = Reading(means, intake, keeper, tongues)
    gaps, known = Gaps(seen), KnownPlaces(intake, keeper)
    look_back = LookBack(
        reading=reading, history=history, intake=intake, keeper=keeper, cursor=cursor, clock=clock, bounds=bounds
    )
    await keeper.keep(partial(seen.load, overlap_s=bounds.overlap_s))
    try:
        async with Lanes() as lanes:
            filling = Filling(gaps, look_back=look_back, reading=reading, known=known, bounds=bounds)
            catching_up = CatchingUp(
                gaps=gaps, filling=filling, known=known, lanes=lanes, seen=seen, clock=clock, bounds=bounds
            )
            await known.load()
            queue = Queue(lanes, catching_up, seen)
            interacting = Interacting(
                queue,
                reading=reading,
                using=Using(means, tongues),
                interactions=means.interactions,
                choices=means.choices,
            )
            try:
                yield Receiver(
                    queue,
                    reading=reading,
                    seen=seen,
                    catching_up=catching_up,
                    history=history,
                    interacting=interacting,
                )
            finally:
                catching_up.stop()
    finally:
        await seen.save(now=True)
