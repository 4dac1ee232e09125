"""Plays the scenes and writes a page for each platform: ``python -m tests.transcript [FOLDER] [--only SCENE]``.

The pages need no network and no script: open them in any browser. A single scene with one view fills its page, as on
a phone. That is how the pictures in the README are made, with Chromium, and Pillow to make them small::

    python -m tests.transcript pages --only photo
    chromium --headless --hide-scrollbars --force-device-scale-factor=2 --window-size=390,804 \
        --screenshot=discord.png pages/discord.html
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from tests.transcript.page import page
from tests.transcript.scenario import Scenario
from tests.transcript.scenes import SCENARIOS
from tests.transcript.screen import Scene
from tests.transcript.stage import stages

PLATFORMS = ("discord", "telegram")


async def play(platform: str, scenarios: Sequence[Scenario] = SCENARIOS) -> Sequence[Scene]:
    """Play on one platform what it has."""
    here = [scenario for scenario in scenarios if scenario.only_on in ("", platform)]
    scenes = []
    for variables, alike in groupby(here, lambda scenario: scenario.variables):
        async with stages(platform, **variables) as new_stage:
            for scenario in alike:
                began = time.monotonic()
                views = await scenario.play(new_stage())
                sys.stdout.write(f"{platform} {scenario.name}: {time.monotonic() - began:.1f} s\n")
                scenes.append(Scene(name=scenario.name, title=scenario.title, views=views))
    return scenes


def write(folder: Path, scenarios: Sequence[Scenario]) -> None:
    """Write ``discord.html`` and ``telegram.html``."""
    folder.mkdir(parents=True, exist_ok=True)
    for platform in PLATFORMS:
        file = folder / f"{platform}.html"
        file.write_text(page(platform, asyncio.run(play(platform, scenarios))), encoding="utf-8")
        sys.stdout.write(f"{file}\n")


def main() -> None:
    """Read the command line."""
    names = [scenario.name for scenario in SCENARIOS]
    parser = argparse.ArgumentParser(
        prog="python -m tests.transcript", description="Plays the scenes and writes a page for each platform."
    )
    parser.add_argument("folder", nargs="?", type=Path, default=Path("transcript"), help="where the pages go")
    parser.add_argument("--only", choices=names, action="append", help="one scene, or several by repeating it")
    given = parser.parse_args()
    wanted = given.only or names
    write(given.folder, [scenario for scenario in SCENARIOS if scenario.name in wanted])


if __name__ == "__main__":
    main()
