"""Kills and disturbs Glimpse until something breaks: ``python -m tests.chaos [--seed N] [--only kills|soak]``."""

import argparse
import asyncio
import random
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.chaos.cases import CASES, Case
from tests.chaos.kill_points import play
from tests.chaos.plan import FULL, SHORT
from tests.chaos.soak import soak

AT_ONCE = 3
"""Kill points that are played side by side: they wait more than they work."""


async def play_all(cases: Sequence[tuple[Case, str]]) -> Sequence[str]:
    """Play kill points. Returns a line for each broken promise."""
    room = asyncio.Semaphore(AT_ONCE)

    async def play_one(case: Case, platform: str) -> str | None:
        async with room:
            try:
                await play(case, platform)
            except AssertionError as error:
                return f"{platform}, {case.name}: {error} {' '.join(getattr(error, '__notes__', ()))}"
            return None

    results = await asyncio.gather(*(play_one(case, platform) for case, platform in cases))
    return [line for line in results if line is not None]


def every_case() -> Sequence[tuple[Case, str]]:
    """Each kill point on each platform that has it."""
    return [(case, platform) for case in CASES for platform in case.platforms]


def main() -> int:
    """Run it. Exit code 1: a promise was broken."""
    parser = argparse.ArgumentParser(prog="make chaos")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6), help="of the soak")
    parser.add_argument("--only", choices=("kills", "soak"))
    parser.add_argument("--short", action="store_true", help="a short soak")
    given = parser.parse_args()
    is_broken = False
    if given.only != "soak":
        broken = asyncio.run(play_all(every_case()))
        sys.stdout.write("\n".join([*broken, f"kill points: {len(every_case())}, broken: {len(broken)}\n"]))
        is_broken = bool(broken)
    if given.only != "kills":
        short = "python -m tests.chaos --only soak --short --seed "
        again = f"{short}{given.seed}" if given.short else f"make chaos SEED={given.seed}"
        sys.stdout.write(f"soak with seed {given.seed}; again: {again}\n")
        result = asyncio.run(soak(given.seed, SHORT if given.short else FULL))
        sys.stdout.write(result.table() + "\n")
        if not result.is_kept:
            is_broken = True
            log = Path(tempfile.gettempdir(), f"glimpse-chaos-{given.seed}.log")
            log.write_text("\n".join(result.log))
            sys.stdout.write(f"what the bot wrote: {log}\n")
    return int(is_broken)


if __name__ == "__main__":
    sys.exit(main())
