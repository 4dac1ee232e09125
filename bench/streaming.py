"""Answers that grow at the same time: what people see of them, under the platforms' limits.

The emulators refuse what the platforms would refuse: on Telegram 1 message a second in a chat with bursts of 5, 20 a
minute in a group, 30 a second over the bot; on Discord 5 new messages and 5 edits in 5 s of a channel, 50 requests a
second over the bot. Bot and libraries are the real ones.
"""

import asyncio
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path

from bench.process import BotProcess
from bench.stages import DiscordStage, Place, Stage, TelegramStage
from bench.table import line
from tests.emulators.common import eventually
from tests.emulators.model import Call, ModelEmulator, Script

_KEY, _NAME = "bench-key", "alibaba/qwen3-vl-32b-instruct"
_TOKENS = 300
_PER_TOKEN_S = 1 / 30
"""10 s of writing: a picture described at length."""
_SCRIPT = Script(
    pieces=tuple(f" w{number}" if number else "So" for number in range(_TOKENS)),
    first_token_s=0.5,
    per_token_s=_PER_TOKEN_S,
)
_WHOLE = "".join(_SCRIPT.pieces)
_AT_ONCE = (1, 5, 20)
_ANSWERED_S = 120.0

_COMPLETE_S = 1.0
_SILENCE_S = 3.0
_AIMED_AT = 5
"""The aims are for up to so many at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What one person saw."""

    complete_s: float
    """From the last token to the whole text."""
    updates: int
    longest_s: float
    """The longest time without an update: from the first token, and between the first words and the last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Where answers grow."""

    name: str
    stage: Callable[[], Stage]
    places: Callable[[Stage, int], Sequence[Place]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What became of it."""

    seen: Sequence[Seen]
    refused: int


async def table(platforms: Mapping[str, Sequence[Scene]] | None = None) -> str:
    """Every scene, with 1, 5 and 20 answers at once: the slowest of their ends, and what the unluckiest person saw."""
    lines = [line("the worst of all answers", "whole s", "updates", "silence"), line("")]
    for platform, scenes in (platforms or SCENES).items():
        for scene in scenes:
            for count in _AT_ONCE:
                played = await play(scene, count)
                lines += _lines(f"{platform}, {scene.name}: {count} at once", played, count)
    return "\n".join(lines)


def _lines(what: str, played: Played, count: int) -> Iterator[str]:
    complete_s = max(seen.complete_s for seen in played.seen)
    silence_s = max(seen.longest_s for seen in played.seen)
    yield line(what, f"{complete_s:.2f}", str(min(seen.updates for seen in played.seen)), f"{silence_s:.2f}")
    yield f"  requests refused: {played.refused}{' (aim: 0) NOT MET' if played.refused else ''}"
    if count <= _AIMED_AT and complete_s > _COMPLETE_S:
        yield f"  complete within {_COMPLETE_S:.0f} s: NOT MET"
    if count <= _AIMED_AT and silence_s > _SILENCE_S:
        yield f"  no person without an update for longer than {_SILENCE_S:.0f} s: NOT MET"


async def play(scene: Scene, count: int) -> Played:
    """Ask so many questions at the same moment, of a bot that was asked nothing before."""
    async with AsyncExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="glimpse-bench-")))
        stage = await stack.enter_async_context(scene.stage())
        model = await stack.enter_async_context(ModelEmulator(key=_KEY, name=_NAME))
        calls: dict[int, Call] = {}
        model.reply_with(partial(_reply, calls))
        variables = {
            **stage.variables,
            "MODEL_API_URL": model.url,
            "MODEL_API_KEY": _KEY,
            "MODEL_NAME": _NAME,
            "DATABASE_URL": f"sqlite+aiosqlite:///{directory / 'glimpse.db'}",
            "HTTP_PORT": "0",
            "TURNS_RUNNING": str(max(_AT_ONCE)),
        }
        process = await stack.enter_async_context(BotProcess("bot", directory, variables))
        await stage.until_connected(process.check)
        places = scene.places(stage, count)
        for number, place in enumerate(places):
            await place.say(f"Question {number}: what do you see?")
        await eventually(lambda: all(map(_is_whole, places)), within_s=_ANSWERED_S, what="all answers")
        # What goes on behind the last words, such as a refused request, counts too.
        await asyncio.sleep(1)
        wrong = [*stage.violations, *model.violations]
        if wrong:
            raise RuntimeError(f"the bot broke a rule of the emulators: {wrong[0]}")
        return Played(seen=[_seen(place, calls[number]) for number, place in enumerate(places)], refused=stage.refused)


def _reply(calls: dict[int, Call], call: Call) -> Script:
    calls[int(call.text.rpartition("Question ")[2].partition(":")[0])] = call
    return _SCRIPT


def _is_whole(place: Place) -> bool:
    newest = place.newest()
    return newest is not None and newest.text == _WHOLE


def _seen(place: Place, call: Call) -> Seen:
    newest = place.newest()
    assert newest is not None
    assert call.first_sent_at is not None
    at_s = [version.at for version in newest.versions]
    gaps_s = [later - earlier for earlier, later in pairwise([call.first_sent_at, *at_s])]
    # The last token can be on screen before the model has said that it was the last.
    last_s = min(call.last_sent_at or at_s[-1], at_s[-1])
    return Seen(complete_s=at_s[-1] - last_s, updates=len(at_s), longest_s=max(gaps_s))


def _apart(stage: Stage, count: int) -> Sequence[Place]:
    return [stage.add_place() for _ in range(count)]


def _together(stage: Stage, count: int) -> Sequence[Place]:
    return stage.add_places_together(count)


SCENES: Mapping[str, Sequence[Scene]] = {
    "telegram": (
        Scene(name="private chats", stage=partial(TelegramStage, limited=True), places=_apart),
        Scene(name="topics of one group", stage=partial(TelegramStage, limited=True), places=_together),
    ),
    "discord": (
        Scene(name="channels", stage=partial(DiscordStage, limited=True), places=_apart),
        Scene(name="threads of one channel", stage=partial(DiscordStage, limited=True), places=_together),
    ),
}


def main() -> None:
    """``python -m bench.streaming``: this table alone."""
    began = time.monotonic()
    print(asyncio.run(table()))
    print(f"measured in {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
