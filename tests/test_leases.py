"""A turn belongs to the process that answers it, for as long as that takes and not much longer."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from bot.records.turns import Lease, TurnId
from storage.tables import turns
from storage.turns import life
from tests.emulators.common import eventually
from tests.emulators.model import ModelEmulator, Script
from tests.emulators.model_script import pieces_of
from tests.emulators.telegram import TelegramEmulator
from tests.people import TelegramPeople
from tests.process import BotProcess

LEASE_S = 2.0


class Rival:
    """Another process on the same database, which wants the turn. SQLite's lock file would keep a real one out."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def claims(self) -> bool:
        """Try to claim the only turn."""
        now = datetime.now(UTC)
        lease = Lease(owner="rival", until=now + timedelta(seconds=LEASE_S))
        with self._engine.begin() as connection:
            (turn_id,) = connection.scalars(sa.select(turns.c.id)).all()
            return life.begin(connection, TurnId(turn_id), now=now, lease=lease) is not None

    def lease(self) -> tuple[str, datetime] | None:
        """The owner of the only turn, and when the lease ends."""
        with self._engine.begin() as connection:
            row = connection.execute(sa.select(turns.c.lease_owner, turns.c.lease_until)).one()
        return None if row.lease_owner is None else (row.lease_owner, row.lease_until)


@contextmanager
def rival_in(folder: Path) -> Iterator[Rival]:
    engine = sa.create_engine(f"sqlite:///{folder / 'glimpse.db'}")
    try:
        yield Rival(engine)
    finally:
        engine.dispose()


def bot_of(people: TelegramPeople, model: ModelEmulator, folder: Path) -> BotProcess:
    return BotProcess(
        folder,
        MODEL_API_URL=model.url,
        MODEL_API_KEY="model-key",
        TURNS_LEASE_S=str(LEASE_S),
        **people.environment,
    )


async def test_a_lease_is_renewed_while_an_answer_takes_longer_than_it_and_nobody_else_gets_the_turn(
    telegram_emulator: TelegramEmulator, model_emulator: ModelEmulator, tmp_path: Path
) -> None:
    hold = asyncio.Event()
    model_emulator.reply(Script(pieces=pieces_of("A long time ago."), hold=hold, hold_after=2))
    people = TelegramPeople(telegram_emulator)
    place = people.private()
    async with bot_of(people, model_emulator, tmp_path) as bot:
        with rival_in(tmp_path) as rival:
            await people.say(place, "a story!")
            await eventually(lambda: people.shown(place))
            first = rival.lease()
            assert first is not None
            ends = {first[1]}
            until = time.monotonic() + 1.75 * LEASE_S
            while time.monotonic() < until:
                assert not rival.claims()
                lease = rival.lease()
                assert lease is not None
                assert lease[0] == first[0]
                ends.add(lease[1])
                await asyncio.sleep(0.05)
            assert max(ends) - first[1] > timedelta(seconds=LEASE_S)
            assert len(ends) >= 4, "it is renewed three times within each lease"
            hold.set()
            await eventually(lambda: people.shown(place) == ["A long time ago."])
            await eventually(lambda: rival.lease() is None, what="the lease ends with the answer")
        assert await bot.terminate() == 0
    assert len(model_emulator.calls) == 1


async def test_the_lease_of_a_process_that_was_killed_runs_out(
    telegram_emulator: TelegramEmulator, model_emulator: ModelEmulator, tmp_path: Path
) -> None:
    model_emulator.reply(Script(pieces=pieces_of("Never told."), hold=asyncio.Event(), hold_after=1))
    people = TelegramPeople(telegram_emulator)
    place = people.private()
    async with bot_of(people, model_emulator, tmp_path) as bot:
        await people.say(place, "a story!")
        await eventually(lambda: people.shown(place))
        await bot.kill()
        with rival_in(tmp_path) as rival:
            assert not rival.claims()
            await eventually(rival.claims, within_s=2 * LEASE_S)
