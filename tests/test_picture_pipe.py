"""What goes over the pipes between the bot and its picture workers: read back as it was, or not believed."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import AttachmentError
from bot.pictures.pipe import (
    MAX_HEAD_BYTES,
    REPLY,
    REQUEST,
    ReplyHead,
    Request,
    Task,
    pack_reply,
    pack_request,
    unpack_head,
    unpack_reply,
    unpack_request,
)
from bot.pictures.size import PictureLimits
from bot.ports.eyes import MarkedBox
from bot.records.pictures import Box, Picture, Prepared
from bot.sentences import sentence

PICTURE = Picture(
    jpeg=b"\xff\xd8 a picture",
    sha256="8d8a5a5b6c5a2c2a6b2d2a93e9f2b0a4c7b7c4b0f8f0f0b5f5b7d6a0f0d0c0b0",
    width_px=32,
    height_px=64,
    label="at 0:03",
)


def through(verdict: Prepared | AttachmentError) -> Prepared | AttachmentError:
    """Packed and unpacked."""
    packed = pack_reply(verdict)
    (size,) = REPLY.unpack_from(packed)
    start = REPLY.size + size
    head = unpack_head(packed[REPLY.size : start])
    jpegs = []
    for picture in head.pictures:
        jpegs.append(packed[start : start + picture.size])
        start += picture.size
    assert start == len(packed)
    return unpack_reply(head, jpegs)


def test_a_request_arrives_as_it_was() -> None:
    request = Request(
        task=Task.MARK,
        limits=PictureLimits(frames=3),
        part=7,
        boxes=(MarkedBox(box=Box(left=-1, top=2, right=3, bottom=4), label="дверь"),),
    )

    packed = pack_request(request, 12)

    head_size, size = REQUEST.unpack_from(packed)
    assert size == 12
    assert unpack_request(packed[REQUEST.size :]) == request
    assert head_size == len(packed) - REQUEST.size


def test_pictures_arrive_as_they_were_but_for_a_hash_that_is_not_believed() -> None:
    sent = Prepared(
        pictures=(PICTURE, replace(PICTURE, jpeg=b"\xff\xd8 another")), origin="GIF", left_out=sentence("the rest")
    )

    arrived = through(sent)

    assert isinstance(arrived, Prepared)
    assert [replace(one, sha256="") for one in arrived.pictures] == [replace(one, sha256="") for one in sent.pictures]
    assert (arrived.origin, arrived.left_out) == ("GIF", "the rest")
    assert len({PICTURE.sha256, *(one.sha256 for one in arrived.pictures)}) == 3


@given(text=st.text(min_size=1))
def test_any_text_arrives_as_it_was(text: str) -> None:
    assert through(Prepared(text=text, origin="text file")) == Prepared(text=text, origin="text file")


def test_the_longest_text_fits() -> None:
    packed = pack_reply(Prepared(text="\U0001f642" * 20_000, origin="text file"))

    assert len(packed) < MAX_HEAD_BYTES


def test_a_refusal_arrives_with_both_its_words() -> None:
    arrived = through(AttachmentError("for the operator", person=sentence("for the person")))

    assert isinstance(arrived, AttachmentError)
    assert (str(arrived), arrived.person) == ("for the operator", "for the person")


HEAD = {"pictures": [], "text": "", "origin": "", "left_out": "", "operator": "", "person": ""}


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"\xff\xfe",
        b"{",
        b"[" * 100_000,
        b"null",
        b"{}",
        json.dumps({**HEAD, "text": 3}).encode(),
        json.dumps({**HEAD, "person": None}).encode(),
        json.dumps({**HEAD, "pictures": {}}).encode(),
        json.dumps({**HEAD, "pictures": [1]}).encode(),
        json.dumps({**HEAD, "pictures": [{"size": -1, "width": 1, "height": 1, "label": ""}]}).encode(),
        json.dumps({**HEAD, "pictures": [{"size": 10**12, "width": 1, "height": 1, "label": ""}]}).encode(),
        json.dumps({**HEAD, "pictures": [{"size": 1, "width": 0, "height": 1, "label": ""}]}).encode(),
        json.dumps({**HEAD, "pictures": [{"size": 1, "width": 1, "height": 1}]}).encode(),
    ],
)
def test_nonsense_of_a_worker_is_not_believed(head: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        unpack_head(head)


def test_a_reply_with_nothing_in_it_is_no_verdict() -> None:
    with pytest.raises(ValueError, match="without a verdict"):
        unpack_reply(ReplyHead(origin="PNG"), [])
