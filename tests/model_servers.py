"""Three model servers on real sockets, and one model made of them as the settings say."""

import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from adapters.model.build import open_model
from adapters.model.failover import Failover
from bot.settings.model import ModelSettings
from tests.emulators.model import ModelEmulator, Script
from tests.model_world import PatientClock

DOWN = Script(status=503, message="down for now")


@dataclass
class Servers:
    """Three servers with a model and a key each, and the clock of who asks them."""

    first: ModelEmulator
    second: ModelEmulator
    third: ModelEmulator
    clock: PatientClock = field(default_factory=PatientClock)

    def settings(self, count: int = 3, **wanted: Any) -> ModelSettings:
        others = [
            {"name": name, "api_url": server.url, "api_key": f"{name}-key"}
            for name, server in (("two", self.second), ("three", self.third))
        ]
        values = {"name": "one", "api_url": self.first.url, "api_key": "one-key", "fallbacks": others[: count - 1]}
        return ModelSettings.model_validate(values | wanted)

    @asynccontextmanager
    async def model(self, count: int = 3, **wanted: Any) -> AsyncIterator[Failover]:
        chance = random.Random(1)
        async with open_model(self.settings(count, **wanted), clock=self.clock, random=chance) as model:
            yield model

    @property
    def asked(self) -> list[int]:
        """How many requests each of them got."""
        return [len(server.requests) for server in (self.first, self.second, self.third)]


@asynccontextmanager
async def three_servers() -> AsyncIterator[Servers]:
    """Servers that say which one they are."""
    async with AsyncExitStack() as stack:
        one, two, three = [
            await stack.enter_async_context(ModelEmulator(key=f"{name}-key", name=name))
            for name in ("one", "two", "three")
        ]
        one.reply_with("I am the first.")
        two.reply_with("I am the second.")
        three.reply_with("I am the third.")
        yield Servers(one, two, three)
