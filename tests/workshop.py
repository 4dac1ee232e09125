"""The workshop for pictures, and what it says of a file."""

import contextlib
import os
from pathlib import Path

import pytest

from bot.errors import AttachmentError
from bot.pictures.decoding import prepare
from bot.pictures.size import PictureLimits
from bot.pictures.workshop import PictureWorkshop
from bot.records.pictures import Prepared
from tests.drawing import encoded, four_corners

SMALL = encoded(four_corners(), "PNG")


def reason(data: bytes, **limits: int) -> str:
    with pytest.raises(AttachmentError) as refusal:
        prepare(data, PictureLimits(**limits))
    sentence = refusal.value.person
    assert sentence
    assert not sentence.endswith(".")
    return sentence


async def verdict_of(workshop: PictureWorkshop, data: bytes) -> Prepared | AttachmentError:
    try:
        return await workshop.prepare(data)
    except AttachmentError as refusal:
        return refusal


def peak_bytes(workshop: PictureWorkshop) -> int:
    """Most memory that the worker at rest ever held, where the system tells."""
    (process,) = workshop._idle
    status = Path(f"/proc/{process.pid}/status")
    if not status.exists():
        return 0
    peak = next(line for line in status.read_text(encoding="utf-8").splitlines() if line.startswith("VmHWM"))
    return int(peak.split()[1]) * 1024


def is_gone(pid: int) -> bool:
    """Whether this process has ended."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    # Nobody may have taken note of its end yet.
    stat = Path(f"/proc/{pid}/stat")
    with contextlib.suppress(FileNotFoundError):
        return stat.read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "Z"
    return False
