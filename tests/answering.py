"""Turns for lanes to run, and an answering that ends when the test says so."""

import asyncio
from datetime import timedelta
from functools import partial

import pytest

from bot.choices import ConversationSettings
from bot.errors import StorageError
from bot.events import ConversationKey, MessageId, PersonId
from bot.records.turns import Turn, TurnId, TurnState
from tests.happenings import FAKE
from tests.manual_clock import START, ManualClock


def turn(
    number: int, *, chat: str = "1", ready_after_s: float = 0, sender: str = "Ann", is_per_person: bool = False
) -> Turn:
    return Turn(
        id=TurnId(number),
        key=ConversationKey(platform=FAKE, chat_id=chat),
        state=TurnState.ACCEPTED,
        attempts=0,
        is_private=False,
        command=None,
        reply_to=MessageId(f"m{number}"),
        accepted_at=START,
        ready_at=START + timedelta(seconds=ready_after_s),
        sender=PersonId(sender),
        settings=ConversationSettings(is_per_person=is_per_person),
    )


own = partial(turn, is_per_person=True)
"""A turn where each person has a conversation of their own."""


class Answering:
    """Records which turns began, and holds each until it is let go."""

    def __init__(self) -> None:
        self.begun: list[int] = []
        self.storage_troubles = 0
        self.gates: dict[int, asyncio.Event] = {}

    async def __call__(self, given: Turn) -> None:
        self.begun.append(given.id)
        if self.storage_troubles:
            self.storage_troubles -= 1
            raise StorageError("the disk is full.")
        await self.gates.setdefault(given.id, asyncio.Event()).wait()

    def let_go(self, *numbers: int) -> None:
        for number in numbers:
            self.gates.setdefault(number, asyncio.Event()).set()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def answering() -> Answering:
    return Answering()
