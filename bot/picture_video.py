"""Videos: MP4, MOV and WebM, by FFmpeg's libraries, with few of their decoders and nothing of the network."""

import io
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

import av
from av.codec.context import CodecContext
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from PIL import Image

from bot.errors import AttachmentError
from bot.picture_canvas import drawn
from bot.picture_kinds import Kind
from bot.picture_moments import SHORT_S, Moment, choose, clock, label, length, signature_fit
from bot.picture_size import Fit, PictureLimits
from bot.picture_source import WHOLE, check_pixels
from bot.records import Box

DEMUXERS = {Kind.MP4: "mov", Kind.MATROSKA: "matroska"}

DECODERS = ("h264", "hevc", "vp8", "vp9", "libvpx", "libvpx-vp9", "libdav1d", "mpeg4", "h263", "mjpeg")
"""What phones, browsers and messengers make. Others are refused before they see a byte."""

_WITH_ALPHA = {"vp8": "libvpx", "vp9": "libvpx-vp9"}
"""FFmpeg's own decoders of these two leave transparency out."""

MOST_PACKETS = 100_000
"""Pictures of a video that are looked at, compressed: an hour and a half at 20 a second."""

MOST_PIXELS = 600_000_000
"""What is decoded on the way to the sampled frames, about 3 s of work. What lies too deep is shown earlier."""

CANDIDATES = 3
"""Frames looked at for each that is shown, so that there are distinct ones."""


class Video:
    """Sampled frames."""

    def __init__(self, data: bytes, kind: Kind, limits: PictureLimits) -> None:
        self._max_pixels = limits.max_pixels
        self._container = av.open(
            io.BytesIO(data),
            format=DEMUXERS[kind],
            options={"protocol_whitelist": "none", "codec_whitelist": ",".join(DECODERS), "threads": "1"},
        )
        self._stream = _picture_stream(self._container.streams.video)
        width, height = self._stream.codec_context.width, self._stream.codec_context.height
        check_pixels(width, height, limits.max_pixels)
        self._packets, is_cut = self._read_packets()
        self._times = sorted(packet.pts for packet in self._packets if packet.pts is not None)
        self._decoder = _decoder(self._stream, limits.max_pixels)
        self._time_base = self._stream.time_base or Fraction(1, 1000)
        whole_s = self._seconds(self._times[-1]) + float((self._packets[-1].duration or 0) * self._time_base)
        self._chosen = choose(list(self._moments(CANDIDATES * limits.frames)), limits.frames)
        self.labels = [label(moment.time_s, whole_s) for moment in self._chosen]
        self.origin = f"{_name(data, kind)} video, {width}×{height}, {length(whole_s)}"
        self.left_out = self._left_out(whole_s, is_cut=is_cut)

    def close(self) -> None:
        self._container.close()

    def part_tokens(self, limits: PictureLimits) -> tuple[int, int]:
        tokens = limits.frame_tokens(len(self.labels))
        return tokens, tokens

    def draw(self, part: int, fit: Fit, region: Box = WHOLE) -> Image.Image:
        for frame in self._frames([self._chosen[part].position]):
            return drawn(self._image(frame), fit, region)
        raise ValueError("a frame that was there is gone")
