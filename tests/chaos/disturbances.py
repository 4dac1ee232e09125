"""What goes wrong between the bot and the platforms in a soak, drawn from its seed."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from tests.chaos.waiting import is_set_within
from tests.emulators.common import Fault
from tests.emulators.discord import DiscordEmulator
from tests.emulators.discord_backend import Publish
from tests.emulators.discord_world import Channel, Payload
from tests.emulators.telegram import TelegramEmulator

_DISCORD_CALLS = (
    "POST /channels/*/messages",
    "PATCH /channels/*/messages/*",
    "DELETE /channels/*/messages/*",
    "GET /channels/*/messages*",
)
_TELEGRAM_CALLS = (
    "POST /sendMessage",
    "POST /sendMessage",
    "POST /editMessageText",
    "POST /editMessageReplyMarkup",
    "POST /getUpdates",
)
_WAIT = 429
_FAULTS: Mapping[str, Mapping[str, Any]] = {
    "429 with a wait": {"status": _WAIT},
    "500": {"status": 500},
    "502": {"status": 502},
    "503": {"status": 503},
    "cut before the effect": {"drop": True},
    "cut after the effect": {"drop": True, "after_effect": True},
    "502 after the effect": {"status": 502, "after_effect": True},
    "slow before the effect": {"status": 200, "delay_s": 0.3},
    "slow after the effect": {"status": 200, "delay_s": 2.0, "after_effect": True},
}


class Disturbances:
    """Plays one thing after the other; `counts` tells how often each hit."""

    def __init__(self, dice: random.Random, discord: DiscordEmulator, telegram: TelegramEmulator) -> None:
        self._dice = dice
        self._discord = discord
        self._telegram = telegram
        self._scripted: list[tuple[str, Fault]] = []
        self._others: Counter[str] = Counter()

    @property
    def counts(self) -> Mapping[str, int]:
        return self._others + Counter(name for name, fault in self._scripted if fault.times == 0)

    async def play(self, *, pause_s: float, until: asyncio.Event) -> None:
        """One thing every `pause_s` on average."""
        while not await is_set_within(self._dice.expovariate(1 / pause_s), until):
            if self._dice.random() < 0.8:
                self._spoil_a_request()
            else:
                await self._cut_a_connection()

    def end(self) -> None:
        """From now on everything works."""
        self._scripted = [(name, fault) for name, fault in self._scripted if fault.times == 0]
        self._discord.faults.clear()
        self._telegram.faults.clear()

    def note(self, what: str) -> None:
        """Count something that somebody else did."""
        self._others[what] += 1

    def _spoil_a_request(self) -> None:
        name = self._dice.choice(list(_FAULTS))
        fault = dict(_FAULTS[name])
        wait_s = self._dice.choice((1, 1, 2, 6))
        if self._dice.random() < 0.5:
            if fault["status" if "status" in fault else "drop"] == _WAIT:
                fault["body"] = {"message": "You are being rate limited.", "retry_after": wait_s, "global": False}
            self._script(name, self._discord.fail(self._dice.choice(_DISCORD_CALLS), **fault))
        else:
            fault["headers"] = {"Retry-After": str(wait_s)}
            self._script(name, self._telegram.fail(self._dice.choice(_TELEGRAM_CALLS), **fault))

    def _script(self, name: str, fault: Fault) -> None:
        self._scripted.append((name, fault))

    async def _cut_a_connection(self) -> None:
        discord = self._discord
        cuts: Mapping[str, Callable[[], Any]] = {
            "gateway closed": lambda: discord.disconnect(4000),
            "gateway cut": discord.drop_connection,
            "gateway wants a reconnect": discord.request_reconnect,
            "resume refused": self._refuse_a_resume,
            "Telegram's connections cut": self._cut_telegram,
        }
        name = self._dice.choice(list(cuts))
        self.note(name)
        done = cuts[name]()
        if asyncio.iscoroutine(done):
            await done

    def _cut_telegram(self) -> None:
        self._telegram.drop()
        self._telegram.bot_forgot()  # Of what was on its way.

    def _refuse_a_resume(self) -> None:
        self._discord.forget_sessions()
        self._discord.drop_connection()


class Reordered:
    """Lets Discord's events overtake those of other channels; within a channel they keep their order."""

    def __init__(self, dice: random.Random, publish: Publish) -> None:
        self._dice = dice
        self._publish = publish
        self._next_at: dict[int, float] = {}

    def __call__(self, name: str, channel: Channel | None, payload: Callable[[bool], Payload]) -> None:
        if channel is None:
            self._publish(name, channel, payload)
            return
        loop = asyncio.get_running_loop()
        at = max(
            loop.time() + self._dice.choice((0.0, 0.0, 0.3)) * self._dice.random(), self._next_at.get(channel.id, 0.0)
        )
        self._next_at[channel.id] = at + 0.001
        as_it_was = {sees_content: payload(sees_content) for sees_content in (False, True)}
        loop.call_at(at, self._publish, name, channel, as_it_was.__getitem__)
