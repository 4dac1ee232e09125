"""Hostile links and files through the real process: one line each, the answer still given, the process alive."""

import asyncio
import os
import re
import signal
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.drawing import encoded, pdf, png_claiming
from tests.emulators.common import eventually
from tests.emulators.discord import File
from tests.gallery import UPRIGHT
from tests.picture_people import PLATFORMS, trusting
from tests.seeing import Scene, answer, assert_same_picture, not_seen, picture_server, prompt_of, seeing
from tests.web_sites import PRIVATE

JPEG = encoded(UPRIGHT, "JPEG")
ANSWER = "I have seen it."
LINKS_OF_A_MESSAGE = 4

SLOW = pdf(1, content=b"0 0 500 800 re f " * 20_000)
"""Takes some 15 seconds to draw."""

MOST_MB = 250
"""Of the bot itself, while four conversations send it files of 15 MB at once."""


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_links_to_private_addresses_are_not_followed_however_they_are_written(
    platform: str, tmp_path: Path
) -> None:
    async with picture_server() as trusted, picture_server() as victim:
        victim.files = dict.fromkeys(("/secret.png", "/"), JPEG)
        trusted.files["/good.jpg"] = JPEG
        trusted.redirects = {
            f"/{number}.png": f"http://{host}:{victim.port}/secret.png" for number, host in enumerate(PRIVATE)
        }
        by_redirect = [f"{trusted.url}{path}" for path in trusted.redirects]
        itself = [f"http://{host}:{victim.port}/secret.png" for host in PRIVATE if host.isascii()]
        itself += [f"http://{host}/secret.png" for host in ("127.0.0.1", "[::1]", "169.254.169.254", "localhost")]
        itself += [f"http://example.com@127.0.0.1:{victim.port}/secret.png", f"http://localhost:{victim.port}/x.png"]
        async with seeing(platform, tmp_path, **trusting(platform, trusted.url)) as scene:
            scene.model.reply_with(ANSWER)
            links = [*by_redirect, *itself]
            groups = [links[start : start + LINKS_OF_A_MESSAGE - 1] for start in range(0, len(links), 3)]
            await asyncio.gather(
                *(_follow(scene, number, [*group, f"{trusted.url}/good.jpg"]) for number, group in enumerate(groups))
            )
        assert victim.asked == []
        assert len(trusted.asked) >= len(by_redirect)


async def _follow(scene: Scene, number: int, links: Sequence[str]) -> None:
    """Only the last one leads to a picture."""
    place, words = scene.people.private(f"Eve{number}"), f"what is behind {number}?"
    await scene.people.say_links(place, words, links, who=f"Eve{number}")
    await eventually(lambda: scene.people.words(place))
    (said,) = scene.people.words(place)
    call = scene.call_about(words)
    (seen,) = call.images
    assert_same_picture(seen, UPRIGHT)
    reasons = re.findall(r"\(I could not look at picture (\d): (.+?)\.\)", said)
    assert [int(number) for number, _ in reasons] == list(range(1, len(links))), (links, said)
    assert {reason for _, reason in reasons} <= {"it is kept where I may not fetch it", "its link is broken"}, links
    assert prompt_of(call).count("You have not seen it.)") == len(links) - 1


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_a_bomb_and_a_file_that_crashes_its_decoder_cost_a_line_each_and_hold_nobody_up(
    platform: str, tmp_path: Path
) -> None:
    async with seeing(platform, tmp_path) as scene:
        scene.model.reply_with(ANSWER)
        place, other = scene.people.private("Eve"), scene.people.private("Ann")
        bomb = png_claiming(60_000, 60_000)
        await scene.people.share_several(place, [JPEG, bomb, SLOW], "what are these?", who="Eve")
        (worker,) = await eventually(lambda: _busy_workers(scene), what="a decoder at work")
        await scene.people.share(other, File(name="a.jpg", data=JPEG), "and mine?")
        await scene.reads(other, ANSWER)
        assert scene.people.words(place) == [], "the slow one is still at work"
        os.kill(worker, signal.SIGKILL)
        bomb_note = not_seen("it has far too many pixels, and I can open at most 50 million", 2)
        await scene.reads(place, answer(ANSWER, bomb_note, not_seen("opening it failed", 3)))
        (seen,) = scene.call_about("what are these?").images
        assert_same_picture(seen, UPRIGHT)
        await scene.people.share(other, File(name="b.jpg", data=JPEG), "and now?")
        await scene.reads(other, ANSWER, ANSWER)
        assert await scene.bot.health() == 200


async def test_large_files_from_everywhere_do_not_swell_the_process(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    async with seeing("discord", tmp_path) as scene:
        scene.model.reply_with(ANSWER)
        # Each with something of its own, so that none is known from another.
        padded = [JPEG + bytes([number]) * 15_000_000 for number in range(8)]
        people = [f"Eve{number}" for number in range(4)]
        await asyncio.gather(
            *(
                scene.people.share_several(scene.people.private(who), padded[2 * number :][:2], "what?", who=who)
                for number, who in enumerate(people)
            )
        )
        await asyncio.gather(*(scene.reads(scene.people.private(who), ANSWER) for who in people))
        peak = _resident_mb(scene.bot.pid, "VmHWM")
        record_property("the bot at its peak, in MB", round(peak))
        assert peak < MOST_MB
        assert len(_workers(scene.bot.pid)) <= 2


def _busy_workers(scene: Scene) -> list[int]:
    """The decoders that have worked for a second."""
    return [worker for worker in _workers(scene.bot.pid) if _cpu_s(worker) > 1]


def _cpu_s(pid: int) -> float:
    """Proc(5): after the name, utime and stime are the 12th and 13th field, in ticks."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")


def _workers(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _resident_mb(pid: int, field: str) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith(field)) * 1024 / 1e6
