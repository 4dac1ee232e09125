"""What is to be done with what comes: in order per channel, and behind what was missed there."""

from functools import partial

from adapters.discord.catch_up.catching_up import CatchingUp
from adapters.discord.catch_up.seen import SeenUntil
from adapters.discord.places import Channel
from adapters.discord.receiving.lanes import Job, Lanes


class Queue:
    """The lanes of channels, and beside them some that wait for nothing."""

    def __init__(self, lanes: Lanes, catching_up: CatchingUp, seen: SeenUntil) -> None:
        self._lanes = lanes
        self._catching_up = catching_up
        self._seen = seen

    def put(self, channel: Channel, what: str, job: Job, *, number: int | None = None) -> bool:
        """Queue a job in a channel's lane; False if it was refused, and will be looked for.

        Args:
            channel: Where something came.
            what: For the log: "message 42".
            job: What to do.
            number: Of the new message that it is about.
        """
        if self._lanes.put(channel.id, what, partial(self._in_turn, channel, job, number)):
            return True
        self._catching_up.refused(channel, number)
        return False

    def put_apart(self, lane: int, what: str, job: Job) -> bool:
        """Queue a job that waits for nothing but those of the same lane; False if it was refused."""
        return self._lanes.put(lane, what, job)

    async def _in_turn(self, channel: Channel, job: Job, number: int | None) -> None:
        await self._catching_up.look_before(channel, number)
        await job()
        await self._seen.save()
