"""Animations and videos: sampled frames with their times, distinct ones, spread over the whole."""

import pytest
from PIL import Image, ImageDraw

from bot.errors import AttachmentError
from bot.pictures.decoding import prepare
from bot.pictures.footage import Footage
from bot.pictures.size import PictureLimits, picture_tokens
from bot.records.pictures import Picture
from tests.drawing import BLUE, RED, WHITE, alike, animation, colour_at, corners, encoded, four_corners, hues, opened
from tests.filming import film, recording

LIMITS = PictureLimits()
NAMES = {"GIF": "GIF", "PNG": "PNG", "WEBP": "WebP", "AVIF": "AVIF"}


def redness(picture: Picture) -> int:
    seen = opened(picture.jpeg)
    red, _, blue = colour_at(seen, (seen.width // 2, seen.height // 2))
    assert abs(red + blue - 255) < 30
    return red


def labels(pictures: tuple[Picture, ...]) -> list[str]:
    return [picture.label for picture in pictures]


@pytest.mark.parametrize("kind", NAMES)
def test_an_animation_is_seen_as_frames_spread_over_its_time(kind: str) -> None:
    prepared = prepare(animation(kind, hues(21), frame_ms=200), LIMITS)

    assert prepared.origin == f"{NAMES[kind]} animation, 96×64, 4.2 s, 21 frames"
    assert prepared.left_out == ""
    assert labels(prepared.pictures) == [f"at {tenths / 10} s" for tenths in (0, 8, 16, 24, 32, 40)]
    for number, picture in enumerate(prepared.pictures):
        assert abs(redness(picture) - 51 * number) < 20


@pytest.mark.parametrize(("kind", "name"), [("mp4", "MP4"), ("mov", "MOV"), ("webm", "WebM"), ("matroska", "MKV")])
@pytest.mark.parametrize("gop", [1, 5, 100])
def test_a_video_is_seen_as_frames_spread_over_its_time(kind: str, name: str, gop: int) -> None:
    prepared = prepare(film(kind, hues(30), gop=gop), LIMITS)

    assert prepared.origin == f"{name} video, 96×64, 3.0 s"
    assert prepared.left_out == ""
    assert len(prepared.pictures) == 6
    for picture in prepared.pictures:
        shown_at = float(picture.label.removeprefix("at ").removesuffix(" s"))
        assert abs(redness(picture) - 255 * shown_at / 2.9) < 25
    assert redness(prepared.pictures[0]) < 40
    assert redness(prepared.pictures[-1]) > 210


def test_a_longer_video_is_told_in_minutes_with_what_is_not_seen_of_it() -> None:
    prepared = prepare(film("mp4", hues(90), rate=1, sound=True), LIMITS)

    assert prepared.origin == "MP4 video, 96×64, 1:30"
    assert prepared.left_out == "what happens between 6 moments of it, and its sound"
    assert prepared.pictures[0].label.startswith("at 0:")
    assert prepared.pictures[-1].label.startswith("at 1:")


@pytest.mark.parametrize(("gop", "reached"), [(1000, range(10, 30)), (50, range(51, 80)), (1, range(99, 100))])
def test_what_lies_too_deep_in_a_long_video_is_replaced_by_what_comes_before(gop: int, reached: range) -> None:
    footage = Footage(film("mp4", hues(100), gop=gop), "mov", 1_000_000)
    wanted = footage.times[9::10]

    found = [time for time, _ in footage.frames(wanted, most_pixels=20 * 96 * 64)]

    assert len(found) == len(wanted)
    assert all(time <= least for time, least in zip(found, wanted, strict=True))
    assert footage.times.index(max(found)) in reached


def test_a_silent_sticker_is_whole() -> None:
    assert prepare(film("webm", hues(30)), LIMITS).left_out == ""


@pytest.mark.parametrize("codec", ["libx265", "libsvtav1", "mpeg4"])
def test_other_codecs_of_phones_and_browsers_are_read(codec: str) -> None:
    prepared = prepare(film("mp4", hues(10), codec=codec), LIMITS)

    assert len(prepared.pictures) == 6


@pytest.mark.parametrize(
    "data",
    [film("matroska", hues(3), codec="ffv1"), film("mp4", hues(3)).replace(b"avc1", b"xyz1")],
    ids=["known to FFmpeg", "known to nobody"],
)
def test_a_codec_that_nobody_needs_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(AttachmentError) as refusal:
        prepare(data, LIMITS)

    assert refusal.value.person == "it is a video in a format I can't read: please send it as MP4 or WebM"


@pytest.mark.parametrize("turned", [0, 90, 180, -90])
def test_a_video_held_upright_is_seen_upright(turned: int) -> None:
    turn = {90: Image.Transpose.ROTATE_270, 180: Image.Transpose.ROTATE_180, -90: Image.Transpose.ROTATE_90}.get(turned)
    stored = four_corners() if turn is None else four_corners().transpose(turn)

    prepared = prepare(film("mp4", [stored] * 4, turned=turned), LIMITS)

    (picture,) = prepared.pictures
    assert prepared.origin == "MP4 video, 96×64, 0.4 s"
    assert (picture.width_px, picture.height_px) == (96, 64)
    wanted = corners(four_corners())
    assert all(alike(got, right, 60) for got, right in zip(corners(opened(picture.jpeg)), wanted, strict=True))


@pytest.mark.parametrize("kind", ["webm", "matroska", "WEBP", "PNG", "GIF"])
def test_a_transparent_animated_sticker_stands_on_white(kind: str) -> None:
    frames = []
    for number in range(6):
        frame = Image.new("RGBA", (96, 64), (0, 0, 0, 0))
        frame.paste((255, 0, 0, 255), (8 * number, 16, 8 * number + 32, 48))
        frames.append(frame)
    options = {"disposal": 2} if kind == "GIF" else {}

    prepared = prepare(
        film(kind, frames, transparent=True) if kind in ("webm", "matroska") else animation(kind, frames, **options),
        LIMITS,
    )

    assert len(prepared.pictures) > 1
    for picture in prepared.pictures:
        seen = opened(picture.jpeg)
        assert alike(colour_at(seen, (90, 60)), WHITE, 25)
        assert alike(colour_at(seen, (90, 4)), WHITE, 25)
    assert alike(colour_at(opened(prepared.pictures[0].jpeg), (16, 32)), RED, 40)


def test_frames_that_look_the_same_are_shown_once() -> None:
    frames = [hues(2)[0]] * 30 + [hues(2)[1]] * 2

    still_and_sudden = prepare(animation("PNG", frames, frame_ms=100), LIMITS)

    assert [redness(picture) > 128 for picture in still_and_sudden.pictures] == [False, True]


def test_a_small_change_is_a_change() -> None:
    frames = hues(1, 480, 320) * 3
    changed = frames[0].copy()
    ImageDraw.Draw(changed).rectangle((200, 150, 240, 180), fill="white")

    assert len(prepare(animation("WEBP", [*frames, changed], lossless=True), LIMITS).pictures) == 2


def test_an_animation_that_never_moves_is_one_picture() -> None:
    assert labels(prepare(film("mp4", hues(1) * 20), LIMITS).pictures) == ["at 0.0 s"]


@pytest.mark.parametrize("frames", [1, 2, 6, 20])
def test_all_frames_together_take_about_two_photos(frames: int) -> None:
    big = hues(20, 1120, 840)

    pictures = prepare(animation("WEBP", big), PictureLimits(frames=frames)).pictures

    costs = [picture_tokens(picture.width_px, picture.height_px) for picture in pictures]
    assert len(costs) == frames
    assert max(costs) <= LIMITS.tokens
    assert sum(costs) <= 2 * LIMITS.tokens


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "AVIF"])
def test_the_same_file_has_the_same_frames_every_time(kind: str) -> None:
    data = animation(kind, hues(50))

    assert prepare(data, LIMITS) == prepare(data, LIMITS)


@pytest.mark.parametrize("gop", [1, 12, 100])
def test_the_same_video_has_the_same_frames_every_time(gop: int) -> None:
    data = film("mp4", hues(50), gop=gop)

    assert prepare(data, LIMITS) == prepare(data, LIMITS)


def test_the_stand_in_of_an_animated_png_is_not_shown() -> None:
    stand_in = Image.new("RGB", (96, 64), WHITE)
    frames = [Image.new("RGB", (96, 64), colour) for colour in (RED, BLUE)]
    data = encoded(stand_in, "PNG", save_all=True, append_images=frames, default_image=True, duration=500)

    prepared = prepare(data, LIMITS)

    assert prepared.origin == "PNG animation, 96×64, 1.0 s, 2 frames"
    assert labels(prepared.pictures) == ["at 0.0 s", "at 0.5 s"]
    assert alike(colour_at(opened(prepared.pictures[0].jpeg), (48, 32)), RED)


@pytest.mark.parametrize("kind", ["mp4", "webm"])
def test_a_video_file_with_sound_only_is_said_to_be_one(kind: str) -> None:
    with pytest.raises(AttachmentError) as refusal:
        prepare(recording(kind), LIMITS)

    assert refusal.value.person == "it is a sound recording, and I can't listen"
