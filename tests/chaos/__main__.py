"""``make chaos``: every kill point, then the full soak. ``python -m tests.chaos --help`` tells what else."""

import argparse
import asyncio
import secrets
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tests.chaos.cases import CASES, Case
from tests.chaos.kill_points import play
from tests.chaos.plan import FULL, SHORT, Extent
from tests.chaos.soak import soak

_AT_ONCE = 4
"""Kill points played side by side: most of their time is waiting."""
_LOG = Path("chaos.log")
"""What the bot wrote, when a promise was broken."""


def main() -> int:
    """Play what the command line says. Returns the exit code: 0 when every promise was kept."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=None, help="of the soak; another one each time by default")
    parser.add_argument("--short", action="store_true", help="a soak of a minute instead of the full one")
    parser.add_argument("--only", choices=("points", "soak"), help="leave the other one out")
    parser.add_argument("--case", default="", help="only the kill points whose names contain this")
    chosen = parser.parse_args()
    kept = True
    if chosen.only != "soak":
        kept &= asyncio.run(_points([case for case in CASES if chosen.case in case.name]))
    if chosen.only != "points" and not chosen.case:
        seed = secrets.randbelow(1_000_000) if chosen.seed is None else chosen.seed
        kept &= asyncio.run(_soak(seed, SHORT if chosen.short else FULL))
    return 0 if kept else 1


async def _points(cases: Sequence[Case]) -> bool:
    began, free = time.monotonic(), asyncio.Semaphore(_AT_ONCE)

    async def one(case: Case, platform: str) -> bool:
        name = f"{platform}: {case.name}"
        async with free:
            try:
                await play(case, platform)
            except (AssertionError, TimeoutError) as error:
                print(f"FAILED {name}", error, *getattr(error, "__notes__", ()), sep="\n", flush=True)
                return False
        print(f"kept   {name}", flush=True)
        return True

    kept = await asyncio.gather(*(one(case, platform) for case in cases for platform in case.platforms))
    print(f"kill points: {len(kept)}, promises broken at {kept.count(False)}, {time.monotonic() - began:.0f} s\n")
    return all(kept)


async def _soak(seed: int, extent: Extent) -> bool:
    print(f"soak with seed {seed}: {extent.messages} messages in {extent.conversations} conversations", flush=True)
    result = await soak(seed, extent)
    print(result.table())
    if not result.is_kept:
        _LOG.write_text("\n".join(result.log), encoding="utf-8")
        print(f"A promise was broken. `make chaos SEED={seed}` replays it; what the bot wrote is in {_LOG}.")
    return result.is_kept


if __name__ == "__main__":
    sys.exit(main())
