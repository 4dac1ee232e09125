"""Reads single frames out of MP4, MOV and WebM by FFmpeg's libraries: few of its decoders, nothing of the network."""

import contextlib
import io
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from fractions import Fraction

import av
from av.codec.context import CodecContext
from av.container import InputContainer
from av.packet import Packet
from av.stream import Disposition
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from PIL import Image

from bot.errors import AttachmentError
from bot.pictures.kinds import SOUND, UNREADABLE_VIDEO
from bot.pictures.source import DAMAGED, check_pixels
from bot.sentences import sentence

DECODERS = ("h264", "hevc", "vp8", "vp9", "libvpx", "libvpx-vp9", "libdav1d", "av1", "mpeg4", "h263", "mjpeg")
"""What phones, browsers and messengers make. FFmpeg knows 300 more; they never see a byte."""

MOST_PACKETS = 100_000
"""Frames of a video that are considered: an hour at 30 a second."""

MOST_PIXELS = 1_000_000_000
"""What is decoded on the way to the wanted frames, about 3 s of work. What lies too deep is replaced by something
before it: with a key frame every 8 seconds, half of what is wanted of a long video at 1080p."""

_WITH_ALPHA = {"vp8": "libvpx", "vp9": "libvpx-vp9"}
"""FFmpeg's own decoders of these two leave transparency out."""

_TURNS = {
    90: Image.Transpose.ROTATE_90,
    -90: Image.Transpose.ROTATE_270,
    180: Image.Transpose.ROTATE_180,
    -180: Image.Transpose.ROTATE_180,
}
"""Degrees counterclockwise that a phone asks players for."""

_MOST_ASPECT = 4
"""Pixels that claim to be wider or narrower than so many times their height lie."""


class Footage:
    """The compressed frames of one video in memory, and a decoder for them."""

    def __init__(self, data: bytes, demuxer: str, max_pixels: int) -> None:
        """Find the stream of pictures, and read it.

        Args:
            data: The file.
            demuxer: FFmpeg's name for its format; no other is tried.
            max_pixels: Largest frame.

        Raises:
            AttachmentError: no pictures in it, or too large ones.
        """
        self._max_pixels = max_pixels
        options = {"protocol_whitelist": "none", "codec_whitelist": ",".join(DECODERS), "threads": "1"}
        with av.open(io.BytesIO(data), "r", format=demuxer, options=options, metadata_errors="ignore") as container:
            stream = _picture_stream(container)
            self.has_sound = bool(container.streams.audio)
            self.time_base = stream.time_base or Fraction(1, 1000)
            self._aspect = _aspect(stream)
            self._decoder = _decoder(stream, max_pixels)
            self.width, self.height = stream.codec_context.width, stream.codec_context.height
            check_pixels(self.width, self.height, max_pixels)
            self._packets, self.is_cut = _read(container, stream)
        self.times = sorted({packet.pts for packet in self._packets if packet.pts is not None})
        if not self.times:
            raise AttachmentError("a video without frames", person=DAMAGED)
        self._keys = [place for place, packet in enumerate(self._packets) if packet.is_keyframe] or [0]
        self.key_times = [self._packets[place].pts or 0 for place in self._keys]
        self.end = self.times[-1] + (self._packets[-1].duration or 0)
        self._run: Iterator[VideoFrame] = iter(())
        self._fed = self._reached = -1

    def close(self) -> None:
        """Let go of the frames. They would stay for long: what runs the decoder and this refer to each other."""
        self._run = iter(())
        self._packets.clear()

    def seconds(self, time: int) -> float:
        """From the beginning of the video."""
        return float((time - self.times[0]) * self.time_base)

    def frames(self, wanted: Sequence[int], *, most_pixels: int = MOST_PIXELS) -> Iterator[tuple[int, Image.Image]]:
        """The frames at these times, in order.

        Args:
            wanted: Some of `times`, ascending.
            most_pixels: What may be decoded. Where that is not enough, earlier frames come instead.

        Yields:
            The time that finds the frame again, and the frame: upright, RGB or RGBA.
        """
        budget = most_pixels // max(1, self.width * self.height)
        for left, time in zip(range(len(wanted), 0, -1), wanted, strict=True):
            self._seek(time)
            share = max(1, budget // left)
            for number, frame in enumerate(self._run, start=1):
                self._reached = frame.pts or 0
                if self._reached >= time or number == share:
                    budget -= number
                    yield self._reached, self._image(frame)
                    break

    def _seek(self, time: int) -> None:
        """Go back or forward to the key frame before, unless going on from here is as near."""
        key = self._keys[max(0, bisect_right(self.key_times, time) - 1)]
        if key > self._fed or time <= self._reached:
            self._run = self._decoded_from(key)

    def _decoded_from(self, key: int) -> Iterator[VideoFrame]:
        if self._decoder.is_open:
            self._decoder.flush_buffers()
        for place, packet in enumerate([*self._packets[key:], None], start=key):
            self._fed = place
            # Damage in the middle costs these frames and not the others.
            with contextlib.suppress(av.FFmpegError):
                yield from self._decoder.decode(packet)

    def _image(self, frame: VideoFrame) -> Image.Image:
        check_pixels(frame.width, frame.height, self._max_pixels)
        mode = "RGBA" if any(component.is_alpha for component in frame.format.components) else "RGB"
        plane = frame.reformat(format="rgba" if mode == "RGBA" else "rgb24").planes[0]
        image = Image.frombytes(mode, (frame.width, frame.height), bytes(plane), "raw", mode, plane.line_size, 1)
        if self._aspect != 1:
            image = image.resize((max(1, round(image.width * self._aspect)), image.height))
        return image.transpose(_TURNS[frame.rotation]) if frame.rotation in _TURNS else image


def _picture_stream(container: InputContainer) -> VideoStream:
    streams = [stream for stream in container.streams.video if not stream.disposition & Disposition.attached_pic]
    if streams:
        return streams[0]
    if container.streams.audio:
        raise AttachmentError("a video file with sound only", person=SOUND)
    raise AttachmentError("a video file without pictures", person=sentence("there are no pictures in the video"))


def _aspect(stream: VideoStream) -> Fraction:
    """Width of a pixel to its height."""
    claimed = stream.sample_aspect_ratio
    return claimed if claimed and Fraction(1, _MOST_ASPECT) <= claimed <= _MOST_ASPECT else Fraction(1)


def _decoder(stream: VideoStream, max_pixels: int) -> VideoCodecContext:
    decoder = stream.codec_context
    # PyAV has nothing there, against its own word, for a codec that FFmpeg does not know.
    if getattr(decoder, "name", None) not in DECODERS:
        raise AttachmentError("a video codec that is not used", person=UNREADABLE_VIDEO)
    if stream.metadata.get("alpha_mode") == "1" and decoder.name in _WITH_ALPHA:
        created = CodecContext.create(_WITH_ALPHA[decoder.name], "r")
        assert isinstance(created, VideoCodecContext)  # noqa: S101 - for the type checker: the codec is one for video
        decoder = created
    decoder.options = {**decoder.options, "max_pixels": str(max_pixels)}
    decoder.thread_count = 1
    return decoder


def _read(container: InputContainer, stream: VideoStream) -> "tuple[list[Packet[VideoStream]], bool]":
    """All compressed frames, in the order of decoding, and whether there are more than can be read."""
    packets: list[Packet[VideoStream]] = []
    try:
        for packet in container.demux(stream):
            if len(packets) == MOST_PACKETS:
                return packets, True
            if packet.size:
                packets.append(packet)
    except av.FFmpegError:
        return packets, True
    return packets, False
