"""What the storage tests share: a store on a real file, whole turns in one call, and a plain look at the file."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from bot.events import ConversationKey, MessageId, MessageReceived
from bot.ports.store import Store
from bot.records.accepting import Accepted, Arrival, Joining, Refusal
from bot.records.attachments import Attachment, Place, View
from bot.records.history import Exchange
from bot.records.pictures import Picture, PostedPicture, Prepared
from bot.records.turns import Delivery, DeliveryState, FinalState, Lease, Outcome, Turn, TurnState
from bot.sentences import sentence
from storage.database import open_store
from tests.happenings import KEY, message, photo
from tests.manual_clock import START

PLENTY = 10**12
LATER = START + timedelta(minutes=5)
SENT = Delivery(part=0, state=DeliveryState.SENT, message_id=MessageId("90"), digest="d1")

LIVING = (TurnState.ACCEPTED, TurnState.ANSWERING, TurnState.DELIVERING, TurnState.ANSWERED, TurnState.FAILED)
"""The states of a turn that was neither withdrawn nor found too late."""

JOINING = Joining(cap_s=10, late_picture_s=5, before_s=60)
AT_START = Arrival(now=START, ready_at=START, joining=JOINING)


def database(folder: Path) -> Path:
    return folder / "glimpse.db"


def files_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def store_at(folder: Path, *, busy_timeout_s: float = 0.05) -> AbstractAsyncContextManager[Store]:
    return open_store(f"sqlite+aiosqlite:///{database(folder)}", busy_timeout_s=busy_timeout_s)


@contextmanager
def plain_connection(path: Path) -> Iterator[sa.Connection]:
    """SQLAlchemy on the file without any of our own set-up."""
    engine = sa.create_engine(f"sqlite:///{path}")
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


async def edit(store: Store, heard: MessageReceived, *, redo_since: datetime = START) -> Accepted | None:
    """A message reads otherwise now; answers since `redo_since` are done again, at `LATER`."""
    return await store.edit(heard, ready_at=LATER, redo_since=redo_since)


async def hear(
    store: Store,
    heard: MessageReceived,
    *,
    at: datetime = START,
    ready_after_s: float = 0,
    answer: bool = True,
    refusal: Refusal | None = None,
) -> Accepted | None:
    ready_at = at + timedelta(seconds=ready_after_s)
    arrival = Arrival(now=at, ready_at=ready_at, joining=JOINING, answer=answer, refusal=refusal)
    return await store.accept(heard, arrival)


async def accept(store: Store, heard: MessageReceived, *, at: datetime = START, ready_after_s: float = 0) -> Turn:
    accepted = await hear(store, heard, at=at, ready_after_s=ready_after_s)
    assert accepted is not None
    return accepted.turn


async def begin(store: Store, turn: Turn, *, at: datetime = START, owner: str = "us") -> Turn:
    begun = await store.begin(turn.id, now=at, lease=lease(at, owner))
    assert begun is not None
    return begun


def lease(at: datetime = START, owner: str = "us") -> Lease:
    """A claim for half a minute."""
    return Lease(owner=owner, until=at + timedelta(seconds=30))


def outcome(
    answer: str | None = "Yes.", *, state: FinalState | None = None, pictures: Sequence[PostedPicture] = ()
) -> Outcome:
    """What a turn comes to; it failed if there is no answer."""
    if state is None:
        state = TurnState.FAILED if answer is None else TurnState.ANSWERED
    text = answer or "I could not."
    return Outcome(state=state, text=text, pictures=tuple(pictures), answer=answer, started_at=START)


async def finish(
    store: Store, turn: Turn, answer: str | None = "Yes.", *, at: datetime = START, delivery: Delivery | None = None
) -> None:
    """Bring a turn that was accepted to its end."""
    await begin(store, turn)
    assert await store.conclude(turn.id, outcome(answer))
    await store.close(turn.id, now=at, deliveries=[] if delivery is None else [delivery])


async def exchange(
    store: Store, text: str, answer: str | None = "Yes.", *, key: ConversationKey = KEY, at: datetime = START
) -> Turn:
    """One turn from beginning to end."""
    turn = await accept(store, message(text, key=key))
    await finish(store, turn, answer, at=at)
    return turn


async def attachments_of(store: Store, turn: Turn) -> list[Attachment]:
    return [a for m in (await read(store, turn))[-1].messages for a in m.attachments]


async def bring_to(state: TurnState, store: Store, turn: Turn) -> None:
    """Bring a turn that was accepted to a later state."""
    if state in (TurnState.ANSWERING, TurnState.DELIVERING):
        await begin(store, turn)
    if state is TurnState.DELIVERING:
        await store.conclude(turn.id, outcome("4"))
    if state.is_final:
        await finish(store, turn, "4" if state is TurnState.ANSWERED else None)


async def read(store: Store, turn: Turn, *, limit: int = 10) -> list[Exchange]:
    return list((await store.history(turn.key, up_to=turn.id, limit=limit)).exchanges)


def said(exchanges: list[Exchange]) -> list[tuple[str, str | None]]:
    return [("|".join(m.text for m in e.messages), e.answer) for e in exchanges]


def picture(content: str, size_bytes: int = 100, *, label: str = "") -> Picture:
    jpeg = content.encode().ljust(size_bytes, b".")
    return Picture(jpeg=jpeg, sha256=hashlib.sha256(jpeg).hexdigest(), width_px=640, height_px=480, label=label)


def prepared(*pictures: Picture, text: str = "", left_out: str = "") -> Prepared:
    """What is shown of a file."""
    return Prepared(pictures=pictures, text=text, origin="PNG, 4032×3024", left_out=sentence(left_out))


def shown(*pictures: Picture) -> tuple[View, ...]:
    """How these pictures are read back."""
    return tuple(View(sha256=p.sha256, width_px=p.width_px, height_px=p.height_px, label=p.label) for p in pictures)


async def purge(
    store: Store, *, before: datetime = START, picture_bytes: int = PLENTY, original_bytes: int = PLENTY
) -> None:
    await store.purge(before=before, max_picture_bytes=picture_bytes, max_original_bytes=original_bytes)


def originals_in(folder: Path) -> set[str]:
    """The content hashes of all files as they came, as they are named on the disk."""
    return {path.name for path in (folder / "glimpse.db.originals").glob("*/*")}


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


async def post(
    store: Store,
    *handles: str,
    sender: str = "Bob",
    at_s: float = 0,
    album_id: str | None = None,
    key: ConversationKey = KEY,
    answer: bool = True,
) -> MessageReceived:
    """Somebody posts pictures to nobody."""
    posted = message(
        "Look at this!",
        key=key,
        sender=sender,
        attachments=[photo(handle) for handle in handles],
        album_id=album_id,
        address=None,
        sent_at=after(at_s),
    )
    assert await hear(store, posted, at=after(at_s), answer=answer) is None
    return posted


async def ask(store: Store, text: str = "What is that?", *, at_s: float = 10, **more: object) -> Turn:
    asked = message(text, sent_at=after(at_s), **more)  # type: ignore[arg-type]  # by name
    accepted = await hear(store, asked, at=after(at_s))
    assert accepted is not None
    return accepted.turn


async def shown_in(store: Store, turn: Turn) -> list[tuple[str, Place, str]]:
    return [(a.ref.handle, a.place, a.author) for a in await attachments_of(store, turn)]
