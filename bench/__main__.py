"""Glimpse beside bots written as lean as possible, on the emulated platforms: ``python -m bench``. Needs Linux.

Each bot is a process of its own; the emulators and the people who ask live in this one. Rounds alternate between
the two bots, so that what else the machine does meets both.
"""

import argparse
import asyncio
import gc
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from bench import durability, eyes, formatting, pictures, streaming
from bench.contest import Contestant
from bench.past import fill
from bench.process import BotProcess
from bench.rounds import EARLIER, FEWEST, FULL, QUICK, REALISTIC, Extent, Places, add_places, play, warm_up
from bench.stages import DiscordStage, Stage, TelegramStage
from bench.table import Results, table
from tests.emulators.model import ModelEmulator

PLATFORMS: Mapping[str, tuple[Callable[[], Stage], str]] = {
    "telegram": (TelegramStage, "bench.lean_telegram"),
    "discord": (DiscordStage, "bench.lean_discord"),
}
_GLIMPSE = "bot"
_KEY, _NAME = "bench-key", "alibaba/qwen3-vl-32b-instruct"


@asynccontextmanager
async def running(module: str, make_stage: Callable[[], Stage]) -> AsyncIterator[tuple[Contestant, Places]]:
    """One bot, connected, in a world of its own."""
    async with AsyncExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="glimpse-bench-")))
        stage = await stack.enter_async_context(make_stage())
        model = await stack.enter_async_context(ModelEmulator(key=_KEY, name=_NAME))
        places = add_places(stage.add_place)
        variables = {"MODEL_API_URL": model.url, "MODEL_API_KEY": _KEY, "MODEL_NAME": _NAME, **stage.variables}
        if module == _GLIMPSE:
            database = directory / "glimpse.db"
            await fill(database, [(FEWEST, places.busy), *places.by_earlier.items()], answer="".join(REALISTIC.pieces))
            variables |= {"DATABASE_URL": f"sqlite+aiosqlite:///{database}", "HTTP_PORT": "0"}
        process = await stack.enter_async_context(BotProcess(module, directory, variables))
        await stage.until_connected(process.check)
        yield Contestant(stage, model, process), places


async def measure(platform: str, extent: Extent) -> None:
    """Measure both bots on one platform, and print it."""
    make_stage, lean = PLATFORMS[platform]
    results = {lean: Results(), _GLIMPSE: Results()}
    async with AsyncExitStack() as stack:
        bots = {module: await stack.enter_async_context(running(module, make_stage)) for module in results}
        # The emulators hold much that stays: collecting it in mid-round would look like a slow bot.
        gc.collect()
        gc.freeze()
        for contestant, places in bots.values():
            await warm_up(contestant, places, extent)
        for _ in range(extent.rounds):
            for module, (contestant, places) in bots.items():
                # The lean bot knows no earlier messages.
                earlier = EARLIER if module == _GLIMPSE else [FEWEST]
                await play(contestant, places, extent, results[module], earlier=earlier)
    print(f"\n{platform}", table(results[lean], results[_GLIMPSE]), sep="\n", flush=True)


def main() -> None:
    """Measure what was asked for on the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--only", choices=PLATFORMS, help="one platform instead of all")
    parser.add_argument("--quick", action="store_true", help="one short round of everything")
    arguments = parser.parse_args()
    began = time.monotonic()
    for platform in [arguments.only] if arguments.only else PLATFORMS:
        asyncio.run(measure(platform, QUICK if arguments.quick else FULL))
    print("\ndurability", asyncio.run(durability.table()), sep="\n", flush=True)
    print("\nstreaming", asyncio.run(streaming.table()), sep="\n", flush=True)
    print("\nformatting", formatting.table(), sep="\n", flush=True)
    print("\npictures", asyncio.run(pictures.table()), sep="\n", flush=True)
    print("\neyes", asyncio.run(eyes.table()), sep="\n", flush=True)
    print(f"\nmeasured in {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
