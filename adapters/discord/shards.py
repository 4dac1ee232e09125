"""Several connections to the gateway, each for its share of the servers (Discord docs, Sharding)."""

from collections.abc import Sequence
from dataclasses import dataclass

import discord

from adapters.discord.errors import discord_request
from bot.ports.intake import Intake


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharding:
    """The operator's choice."""

    count: int | None = None
    """In all processes together; None: as many as Discord recommends, which is one below about 1000 servers."""
    ids: tuple[int, ...] | None = None
    """Those of this process, counted from 0; None: all."""


AS_RECOMMENDED = Sharding()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shard:
    """One connection."""

    id: int = 0
    count: int = 1

    def cursor(self, application: str) -> str:
        """The name of the cursor that tells how far it has read."""
        return application if self.count == 1 else f"{application}:{self.id}/{self.count}"


async def shards_of(rest: discord.Client, wanted: Sharding) -> Sequence[Shard]:
    """Those that this process is to keep.

    Raises:
        PlatformError: Discord did not say how many it recommends.
    """
    count = wanted.count
    if count is None:
        async with discord_request("asking how many connections are wanted"):
            count, _, _ = await rest.http.get_bot_gateway()
    return [Shard(id=number, count=count) for number in wanted.ids or range(count)]


async def take_over(intake: Intake, application: str, shards: Sequence[Shard]) -> None:
    """Let shards that are new begin where those ended that had the servers before: their number can change.

    Args:
        intake: Has the cursors.
        application: Begins their names.
        shards: Of this process.
    """
    name = f"{application}:shards"
    count = str(shards[0].count)
    before = await intake.cursor(name) or "1"
    if before == count:
        return
    old = [Shard(id=number, count=int(before)).cursor(application) for number in range(int(before))]
    for suffix in ("", ":began"):
        read = [cursor for one in old if (cursor := await intake.cursor(one + suffix))]
        for shard in shards if read else ():
            await intake.move_cursor(shard.cursor(application) + suffix, min(read, key=int))
    await intake.move_cursor(name, count)
