"""A whole process with a workshop: how large it is, and that its workers end with it."""

import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.drawing import encoded, four_corners, photo, png_claiming
from tests.workshop import SMALL, is_gone

ROOT = Path(__file__).parent.parent


ALONE = """
import asyncio, os, resource, signal, sys
from bot.pictures.workshop import PictureWorkshop
from bot.errors import AttachmentError

def peak_mb():
    if sys.platform != "linux":
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024**2
    with open("/proc/self/status") as status:  # getrusage would count the parent's memory from before the exec.
        return next(int(line.split()[1]) // 1024 for line in status if line.startswith("VmHWM"))

async def main() -> None:
    async with PictureWorkshop() as workshop:
        for path in sys.argv[2:]:
            with open(path, "rb") as file:
                data = file.read()
            try:
                print((await workshop.prepare(data)).origin, flush=True)
            except AttachmentError as refusal:
                print(refusal.person, flush=True)
        if sys.argv[1] == "kill":
            print(*(process.pid for process in workshop._idle), flush=True)
            os.kill(os.getpid(), signal.SIGKILL)
    assert not {"PIL", "av", "pypdfium2"} & sys.modules.keys()
    print(peak_mb(), flush=True)

asyncio.run(main())
"""
"""A process with nothing but a workshop. Prints an origin or a reason for each file, then its peak memory in MB."""


def run_alone(end: str, *files: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - only the code of these tests
        [sys.executable, "-X", "dev", "-W", "error", "-c", ALONE, end, *map(str, files)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_process_with_a_workshop_stays_small_and_ends_without_a_word(tmp_path: Path) -> None:
    files = {
        "photo.jpg": photo(4032, 3024),
        "screenshot.png": photo(3840, 2160, "PNG", compress_level=1),
        "40 megapixels of nothing.png": encoded(four_corners(8_000, 5_000), "PNG", compress_level=1),
        "bomb.png": png_claiming(60_000, 60_000),
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)

    ended = run_alone("exit", *(tmp_path / name for name in files))

    *lines, peak_mb = ended.stdout.splitlines()
    assert (ended.returncode, ended.stderr) == (0, "")
    assert lines[:3] == ["JPEG, 4032×3024", "PNG, 3840×2160", "PNG, 8000×5000"]
    assert "million" in lines[3]
    assert int(peak_mb) < 80


def test_workers_end_when_the_bot_is_killed(tmp_path: Path) -> None:
    (tmp_path / "small.png").write_bytes(SMALL)

    ended = run_alone("kill", tmp_path / "small.png")

    assert ended.returncode == -signal.SIGKILL
    worker = int(ended.stdout.splitlines()[-1])
    give_up = time.monotonic() + 20
    while not is_gone(worker):
        assert time.monotonic() < give_up, "the worker outlived the bot"
        time.sleep(0.01)
