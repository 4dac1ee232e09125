"""The workshop: pictures are prepared beside the bot, and whatever happens there costs one verdict."""

import asyncio
import hashlib
import os
import signal
import sys
from pathlib import Path

import pytest

from bot.errors import AttachmentError
from bot.pictures.pipe import Request, Task
from bot.pictures.process import PictureProcess
from bot.pictures.size import PictureLimits
from bot.pictures.workshop import DEFAULT_MEMORY_BYTES, PictureWorkshop
from bot.ports.eyes import MarkedBox
from bot.records.pictures import Box
from tests.drawing import animation, encoded, four_corners, hues, pdf, photo, png_claiming
from tests.emulators.common import eventually
from tests.filming import film
from tests.workshop import SMALL, is_gone


def worker_of(workshop: PictureWorkshop) -> int:
    """The process id of the worker that rests."""
    (process,) = workshop._idle
    return process.pid


async def stopped_worker_of(workshop: PictureWorkshop) -> int:
    """The process id of the worker that gets the next file, and stands still."""
    await workshop.prepare(SMALL)
    worker = worker_of(workshop)
    os.kill(worker, signal.SIGSTOP)
    return worker


def libraries_of(pid: int) -> set[str]:
    """Which of the large ones a process has loaded, where the system tells."""
    listed = Path(f"/proc/{pid}/maps")
    loaded = listed.read_text(encoding="utf-8") if listed.exists() else ""
    return {name for name in ("avcodec", "pdfium", "_imaging") if name in loaded}


def environment_of(pid: int) -> bytes:
    """As Linux lists it; elsewhere no process may look."""
    listed = Path(f"/proc/{pid}/environ")
    return listed.read_bytes() if listed.exists() else b"PYTHONPATH"


async def person_reads(workshop: PictureWorkshop, data: bytes) -> str:
    with pytest.raises(AttachmentError) as refusal:
        await workshop.prepare(data)
    return refusal.value.person


async def test_a_picture_comes_back_prepared() -> None:
    async with PictureWorkshop(PictureLimits(tokens=300)) as workshop:
        prepared = await workshop.prepare(photo(4032, 3024))

    (picture,) = prepared.pictures
    assert prepared.origin == "JPEG, 4032×3024"
    assert picture.width_px < 700
    assert picture.jpeg.startswith(b"\xff\xd8")
    assert picture.sha256 == hashlib.sha256(picture.jpeg).hexdigest()


async def test_a_region_and_marks_come_back() -> None:
    data = animation("GIF", hues(21))
    whole = Box(left=0, top=0, right=1000, bottom=1000)
    async with PictureWorkshop() as workshop:
        prepared = await workshop.prepare(data)
        region = await workshop.crop(data, Box(left=0, top=0, right=500, bottom=500), part=5)
        marked = await workshop.mark(data, [MarkedBox(box=whole, label="all of it")], part=5)

    assert region.label == marked.label == prepared.pictures[5].label == "at 2.0 s"
    assert region.width_px > 300
    assert (marked.width_px, marked.height_px) == (800, 533)


async def test_the_longest_text_comes_back_whole() -> None:
    async with PictureWorkshop() as workshop:
        prepared = await workshop.prepare(("\U0001f642" * 30_000).encode())

    assert prepared.text == "\U0001f642" * 20_000


async def test_what_is_rare_is_loaded_only_when_it_is_needed() -> None:
    async with PictureWorkshop() as workshop:
        await workshop.prepare(SMALL)
        before = libraries_of(worker_of(workshop))
        await workshop.prepare(pdf())
        await workshop.prepare(film("mp4", hues(3)))
        after = libraries_of(worker_of(workshop))

    assert not {"avcodec", "pdfium"} & before
    assert {"avcodec", "pdfium"} <= after or not after


async def test_a_refusal_comes_back_in_the_decoders_words_and_the_worker_goes_on() -> None:
    async with PictureWorkshop(PictureLimits(max_pixels=1_000_000)) as workshop:
        assert "SVG" in await person_reads(workshop, b"<svg/>")
        worker = worker_of(workshop)
        assert "at most 1 million" in await person_reads(workshop, png_claiming(2000, 1000))
        assert (await workshop.prepare(SMALL)).origin == "PNG, 96×64"
        assert worker_of(workshop) == worker


async def test_a_worker_killed_at_its_work_costs_one_verdict() -> None:
    async with PictureWorkshop() as workshop:
        worker = await stopped_worker_of(workshop)
        verdict = asyncio.create_task(workshop.prepare(SMALL))
        await asyncio.sleep(0.01)
        os.kill(worker, signal.SIGKILL)

        with pytest.raises(AttachmentError) as refusal:
            await verdict
        assert refusal.value.person == "opening it failed"
        assert (await workshop.prepare(SMALL)).origin == "PNG, 96×64"


async def test_a_worker_killed_at_rest_costs_nothing() -> None:
    async with PictureWorkshop() as workshop:
        await workshop.prepare(SMALL)
        worker = worker_of(workshop)
        (process,) = workshop._idle
        os.kill(worker, signal.SIGKILL)
        await eventually(lambda: not process.alive)

        assert (await workshop.prepare(SMALL)).origin == "PNG, 96×64"
        assert worker_of(workshop) != worker


async def test_a_picture_that_takes_too_long_is_given_up_and_its_worker_killed() -> None:
    async with PictureWorkshop(deadline_s=2.0) as workshop:
        worker = await stopped_worker_of(workshop)

        assert await person_reads(workshop, SMALL) == "it took too long to open"
        await eventually(lambda: is_gone(worker))
        assert (await workshop.prepare(SMALL)).origin == "PNG, 96×64"


async def test_a_picture_nobody_waits_for_any_more_frees_its_place() -> None:
    async with PictureWorkshop(workers=1) as workshop:
        worker = await stopped_worker_of(workshop)
        given_up = asyncio.create_task(workshop.prepare(SMALL))
        await asyncio.sleep(0.01)
        given_up.cancel()

        assert (await workshop.prepare(SMALL)).origin == "PNG, 96×64"
        assert given_up.cancelled()
        await eventually(lambda: is_gone(worker))


async def test_a_picture_that_needs_too_much_memory_is_refused_and_the_worker_goes_on() -> None:
    large = encoded(four_corners(6000, 6000), "PNG", compress_level=1)
    async with PictureWorkshop(memory_bytes=160_000_000) as workshop:
        if sys.platform == "linux":
            assert "memory" in await person_reads(workshop, large)
        else:  # Other systems can't limit it.
            await workshop.prepare(large)
        worker = worker_of(workshop)
        assert (await workshop.prepare(SMALL)).origin == "PNG, 96×64"
        assert worker_of(workshop) == worker


async def test_a_worker_whose_reply_nobody_reads_any_more_ends_all_the_same() -> None:
    process = await PictureProcess.start(memory_bytes=DEFAULT_MEMORY_BYTES)
    await process._send(Request(task=Task.PREPARE, limits=PictureLimits()), photo(2400, 1800))
    await eventually(lambda: len(process._stdout._buffer) > 2 * 65_536)  # type: ignore[attr-defined]  # asyncio's own

    async with asyncio.timeout(20):
        await process.end(patience_s=0)

    assert is_gone(process.pid)


async def test_a_worker_without_work_ends_by_itself() -> None:
    async with PictureWorkshop(idle_s=0.05) as workshop:
        await workshop.prepare(SMALL)
        worker = worker_of(workshop)

        await eventually(lambda: is_gone(worker))
        assert (await workshop.prepare(SMALL)).origin == "PNG, 96×64"


async def test_no_worker_outlives_the_workshop() -> None:
    async with PictureWorkshop() as workshop:
        await asyncio.gather(*(workshop.prepare(SMALL) for _ in range(6)))
        pids = [process.pid for process in workshop._idle]

    assert len(pids) == 2
    assert all(is_gone(pid) for pid in pids)


async def test_a_worker_gets_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEGRAM_TOKEN", "123:secret")

    async with PictureWorkshop() as workshop:
        await workshop.prepare(SMALL)
        environment = environment_of(worker_of(workshop))

    assert b"PYTHONPATH" in environment
    assert b"TELEGRAM_TOKEN" not in environment


async def test_the_bot_goes_on_while_a_picture_takes_as_long_as_it_likes() -> None:
    larger_than_a_pipe = photo(3840, 2160, "PNG", compress_level=0)
    async with PictureWorkshop(workers=2) as workshop:
        worker = await stopped_worker_of(workshop)
        slow = asyncio.create_task(workshop.prepare(larger_than_a_pipe))
        await asyncio.sleep(0.01)

        assert (await workshop.prepare(SMALL)).origin == "PNG, 96×64"
        assert not slow.done()
        os.kill(worker, signal.SIGCONT)
        assert (await slow).origin == "PNG, 3840×2160"
