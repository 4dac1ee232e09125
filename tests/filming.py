"""Makes the videos that tests send: small, recognisable, in the formats of phones, browsers and messengers."""

import io
from collections.abc import Sequence
from fractions import Fraction

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from PIL import Image

CODECS = {
    "mp4": ("libx264", "yuv420p"),
    "mov": ("libx264", "yuv420p"),
    "webm": ("libvpx-vp9", "yuv420p"),
    "matroska": ("libvpx", "yuv420p"),
}

_OPTIONS = {
    "libx264": {"bf": "0", "preset": "ultrafast"},
    "libx265": {"preset": "ultrafast"},
    "libsvtav1": {"preset": "12"},
    "libvpx": {"auto-alt-ref": "0"},
    "libvpx-vp9": {"deadline": "realtime"},
}


def film(
    kind: str,
    frames: Sequence[Image.Image],
    *,
    rate: int = 10,
    gop: int = 5,
    transparent: bool = False,
    sound: bool = False,
    turned: int = 0,
    codec: str = "",
) -> bytes:
    """A video file.

    Args:
        kind: A key of `CODECS`: FFmpeg's name of the format.
        frames: RGB, or RGBA where `transparent`.
        rate: Frames in a second.
        gop: Distance between key frames.
        transparent: For webm.
        sound: With a second of silence.
        turned: Degrees counterclockwise that a player must turn it, as phones write it.
        codec: FFmpeg's name of an encoder, instead of the usual one.
    """
    name, pixels = CODECS[kind]
    buffer = io.BytesIO()
    with av.open(buffer, "w", format=kind) as container:
        stream = container.add_stream(codec or name, rate=rate)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height = frames[0].size
        stream.pix_fmt = "yuva420p" if transparent else pixels
        stream.gop_size = gop
        stream.options = {**_OPTIONS.get(codec or name, {})}
        if turned:
            stream.set_display_rotation(turned)
        silent = _add_sound(container) if sound else None
        for number, image in enumerate(frames):
            frame = _frame(image).reformat(format=stream.pix_fmt)
            frame.pts, frame.time_base = number, Fraction(1, rate)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        if silent:
            _write_silence(container, silent)
    return buffer.getvalue()


def recording(kind: str = "mp4") -> bytes:
    """A file with sound only."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format=kind) as container:
        _write_silence(container, _add_sound(container))
    return buffer.getvalue()


def _frame(image: Image.Image) -> VideoFrame:
    mode = "RGBA" if image.mode == "RGBA" else "RGB"
    frame = VideoFrame(image.width, image.height, "rgba" if mode == "RGBA" else "rgb24")
    plane = frame.planes[0]
    row = image.width * len(mode)
    pixels = image.convert(mode).tobytes()
    rows = (pixels[start : start + row].ljust(plane.line_size, b"\0") for start in range(0, len(pixels), row))
    plane.update(b"".join(rows))
    return frame


def _add_sound(container: OutputContainer) -> AudioStream:
    stream = container.add_stream("libopus" if container.format.name != "mp4" else "aac", rate=48_000)
    assert isinstance(stream, AudioStream)
    return stream


def _write_silence(container: OutputContainer, stream: AudioStream) -> None:
    for number in range(48):
        frame = AudioFrame(format="fltp", layout="stereo", samples=960)
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        frame.sample_rate, frame.pts, frame.time_base = 48_000, number * 960, Fraction(1, 48_000)
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))
