"""Glimpse beside bots written as lean as possible, on the emulated platforms: ``python -m bench``. Needs Linux.

Each bot is a process of its own; the emulators and the people who ask live in this one. Rounds alternate between
the two bots, so that what else the machine does meets both.
"""

import argparse
import asyncio
import gc
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import table
from bench.contest import Contestant
from bench.past import fill
from bench.process import BotProcess
from bench.stages import DiscordStage, Place, Stage, TelegramStage
from tests.emulators.model import ModelEmulator, Script

_KEY, _NAME = "bench-key", "alibaba/qwen3-vl-32b-instruct"
_WORDS = "the cat sits on a red chair by the window and looks out at the rain that falls on a small garden "
_LONG = tuple((_WORDS * 10).split(" ")[:200])

INSTANT = Script(pieces=("A", " cat", " on", " a", " red", " chair", "."))
REALISTIC = Script(pieces=(_LONG[0], *(f" {word}" for word in _LONG[1:])), first_token_s=0.3, per_token_s=1 / 80)
BRISK = Script(pieces=REALISTIC.pieces[:20], first_token_s=0.02, per_token_s=0.01)
"""For the effect of the history: streamed, but soon over."""

FEW, MANY = 10, 50_000
_BUSY_PLACES, _SHALLOW_PLACES, _DEEP_PLACES = 256, 64, 4
_INSTANT_AT_ONCE, _REALISTIC_AT_ONCE, _BRISK_AT_ONCE = 64, 16, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """How much is measured. Seconds are those of one round."""

    rounds: int
    warm_up_s: float
    instant_s: float
    realistic_s: float
    brisk_s: float


FULL = Extent(rounds=3, warm_up_s=1.0, instant_s=2.0, realistic_s=5.0, brisk_s=3.0)
QUICK = Extent(rounds=1, warm_up_s=0.5, instant_s=1.5, realistic_s=1.0, brisk_s=1.5)

PLATFORMS: Mapping[str, tuple[Callable[[], Stage], str]] = {
    "telegram": (TelegramStage, "bench.lean_telegram"),
    "discord": (DiscordStage, "bench.lean_discord"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where a contestant is asked."""

    busy: Sequence[Place]
    """Many, with few earlier messages."""
    shallow: Sequence[Place]
    """With few earlier messages, and asked so seldom that they stay few."""
    deep: Sequence[Place]
    """With many earlier messages."""


@asynccontextmanager
async def running(module: str, make_stage: Callable[[], Stage]) -> AsyncIterator[tuple[Contestant, Places]]:
    """One bot, connected, in a world of its own."""
    async with AsyncExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="glimpse-bench-")))
        stage = await stack.enter_async_context(make_stage())
        model = await stack.enter_async_context(ModelEmulator(key=_KEY, name=_NAME))
        places = Places(
            busy=[stage.add_place() for _ in range(_BUSY_PLACES)],
            shallow=[stage.add_place() for _ in range(_SHALLOW_PLACES)],
            deep=[stage.add_place() for _ in range(_DEEP_PLACES)],
        )
        variables = {"MODEL_API_URL": model.url, "MODEL_API_KEY": _KEY, "MODEL_NAME": _NAME, **stage.variables}
        if module == "bot":
            database = directory / "glimpse.db"
            await fill(
                database, {FEW: [*places.busy, *places.shallow], MANY: places.deep}, answer="".join(REALISTIC.pieces)
            )
            variables |= {"DATABASE_URL": f"sqlite+aiosqlite:///{database}", "HTTP_PORT": "0"}
        process = await stack.enter_async_context(BotProcess(module, directory, variables))
        await stage.until_connected(process.check)
        yield Contestant(stage, model, process), places


async def play(contestant: Contestant, places: Places, extent: Extent, results: table.Results) -> None:
    """One round of everything."""
    results.instant.append(
        await contestant.play(INSTANT, places.busy, seconds=extent.instant_s, at_once=_INSTANT_AT_ONCE)
    )
    results.realistic.append(
        await contestant.play(
            REALISTIC, places.busy, seconds=extent.realistic_s, at_once=_REALISTIC_AT_ONCE, stagger_s=0.1
        )
    )
    for where, rounds in ((places.shallow, results.shallow), (places.deep, results.deep)):
        rounds.append(
            await contestant.play(BRISK, where, seconds=extent.brisk_s, at_once=_BRISK_AT_ONCE, stagger_s=0.05)
        )


async def measure(platform: str, extent: Extent) -> None:
    """Measure both bots on one platform, and print it."""
    make_stage, lean_module = PLATFORMS[platform]
    results = {module: table.Results() for module in (lean_module, "bot")}
    async with AsyncExitStack() as stack:
        contestants = {module: await stack.enter_async_context(running(module, make_stage)) for module in results}
        # The emulators hold much that stays: a full collection in mid-round would look like a slow bot.
        gc.collect()
        gc.freeze()
        for contestant, places in contestants.values():
            await contestant.play(INSTANT, places.busy, seconds=extent.warm_up_s, at_once=_INSTANT_AT_ONCE)
        for _ in range(extent.rounds):
            for module, (contestant, places) in contestants.items():
                await play(contestant, places, extent, results[module])
        for module, (contestant, _) in contestants.items():
            results[module].peak_mb = contestant.process.peak_mb()
            results[module].resident_mb = contestant.process.resident_mb()
    show(platform, results[lean_module], results["bot"])


def show(platform: str, lean: table.Results, glimpse: table.Results) -> None:
    """Print the table of one platform."""
    print(f"\n== {platform} ==", table.heading(), *table.rows(lean, glimpse, depths=(FEW, MANY)), sep="\n")
    print("aims", *table.aims(lean, glimpse), sep="\n", flush=True)


def main() -> None:
    """Measure what was asked for on the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("platforms", nargs="*", default=list(PLATFORMS), help=" or ".join(PLATFORMS))
    parser.add_argument("--quick", action="store_true", help="one short round of everything")
    arguments = parser.parse_args()
    began = time.monotonic()
    for platform in arguments.platforms:
        asyncio.run(measure(platform, QUICK if arguments.quick else FULL))
    print(f"\nmeasured in {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
