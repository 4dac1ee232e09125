"""Listening on all the connections that this process keeps."""

import asyncio
import logging
from collections.abc import Sequence
from functools import partial

from adapters.discord.gateway.allowance import Allowance
from adapters.discord.gateway.connection import Gateway, log_missing_content_intent
from adapters.discord.gateway.listener import Listener
from adapters.discord.interactions.registering import register
from adapters.discord.listening.assembly import cursor_of, receiving
from adapters.discord.receiving.keeper import Keeper
from adapters.discord.receiving.means import Means
from adapters.discord.rights import content_intent_is_on
from adapters.discord.shards import Shard, Sharding, shards_of, take_over
from adapters.waits import growing, until_reached
from bot.commands.known import COMMANDS
from bot.errors import PlatformError
from bot.ports.intake import Intake

_log = logging.getLogger(__name__)

_FIRST_WAIT_S = 1.0
_LONGEST_WAIT_S = 60.0
"""Between two attempts to learn how many connections are wanted."""


async def listen(token: str, means: Means, intake: Intake, sharding: Sharding) -> None:
    """Bring what comes to the core, until cancelled.

    Raises:
        PlatformRefused: listening can't work.
    """
    content = content_intent_is_on(means.rest)
    if not content:
        log_missing_content_intent()
    try:
        await register(means.rest, COMMANDS)
    except PlatformError as error:
        _log.warning("%s The commands may be missing in Discord's menu; written ones work.", error)
    shards = await _shards(means, sharding)
    if shards[0].count > 1:
        _log.info("Discord: I keep %d of %d connections.", len(shards), shards[0].count)
    await Keeper(means.clock).keep(partial(take_over, intake, cursor_of(means.rest), shards))
    allowance = Allowance(means.rest, means.clock, shards)
    try:
        async with asyncio.TaskGroup() as group:
            for shard in shards:
                listening = _listen(token, means, intake, shard, allowance, content=content)
                group.create_task(listening, name=f"discord shard {shard.id}")
    except ExceptionGroup as failed:
        # What ends one connection for good ends all of them.
        raise failed.exceptions[0] from failed.exceptions[0].__cause__


async def _listen(
    token: str, means: Means, intake: Intake, shard: Shard, allowance: Allowance, *, content: bool
) -> None:
    async with receiving(means, intake, shard) as receiver:
        listener = partial(
            Listener,
            receiver,
            allowance,
            clock=means.clock,
            servers_quiet_s=means.bounds.servers_quiet_s,
            shard=shard,
        )
        gateway = Gateway(token, listener, allowance, shard, content=content, clock=means.clock)
        await gateway.listen()


async def _shards(means: Means, sharding: Sharding) -> Sequence[Shard]:
    waits = growing(_FIRST_WAIT_S, _LONGEST_WAIT_S)
    return await until_reached(partial(shards_of, means.rest, sharding), means.clock, waits)
