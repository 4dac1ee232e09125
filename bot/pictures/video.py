"""Videos, as sampled frames."""

from bisect import bisect_left
from collections.abc import Iterator

from PIL import Image

from bot.pictures.canvas import drawn
from bot.pictures.footage import Footage
from bot.pictures.kinds import Kind
from bot.pictures.moments import SHORT_S, Moment, choose, clock, label, length, signature_fit
from bot.pictures.size import Fit, PictureLimits
from bot.pictures.source import WHOLE
from bot.records.pictures import Box
from bot.sentences import NO_SENTENCE, Sentence, counted, sentence

CANDIDATES = 3
"""Frames looked at for each that is shown, so that there are distinct ones."""

MOST_OF_IT = 0.8
"""Share of the whole time that must be reached. The last candidate lies beyond, if it can be decoded."""


class Video:
    """Sampled frames, and no sound."""

    def __init__(self, data: bytes, kind: Kind, limits: PictureLimits) -> None:
        self._footage = Footage(data, "mov" if kind is Kind.MP4 else "matroska", limits.max_pixels)
        self._size = ""
        moments = list(self._moments(_candidates(self._footage, CANDIDATES * limits.frames)))
        if not moments:
            raise ValueError("no frame can be decoded")
        self._chosen = choose(moments, limits.frames)
        whole_s = self._footage.seconds(self._footage.end)
        self.labels = [label(moment.time_s, whole_s) for moment in self._chosen]
        self.origin = f"{_name(data, kind)} video, {self._size}, {length(whole_s)}"
        self.left_out = self._left_out(moments[-1].time_s, whole_s)

    def close(self) -> None:
        self._footage.close()

    def part_tokens(self, limits: PictureLimits) -> tuple[int, int]:
        tokens = limits.frame_tokens(len(self.labels))
        return tokens, tokens

    def draw(self, part: int, fit: Fit, region: Box = WHOLE) -> Image.Image:
        for _, image in self._footage.frames([self._chosen[part].position]):
            return drawn(image, fit, region)
        raise ValueError("a frame that was there is gone")

    def _moments(self, wanted: list[int]) -> Iterator[Moment]:
        for time, image in self._footage.frames(wanted):
            self._size = f"{image.width}×{image.height}"
            yield Moment(position=time, time_s=self._footage.seconds(time), signature=drawn(image, signature_fit))

    def _left_out(self, reached_s: float, whole_s: float) -> Sentence:
        parts = []
        if whole_s >= SHORT_S:
            between = counted(
                "all but one moment of it", "what happens between {count} moments of it", count=len(self._chosen)
            )
            parts.append(between)
        if self._footage.has_sound:
            parts.append(sentence("its sound"))
        # A frame stands for the time until the next: the last one is as far as there is anything to reach.
        last_s = self._footage.seconds(self._footage.times[-1])
        if self._footage.is_cut or reached_s < MOST_OF_IT * last_s:
            parts.append(sentence("everything after {time}", time=clock(reached_s)))
        left_out = parts[0] if parts else NO_SENTENCE
        for part in parts[1:]:
            left_out = sentence("{before}, and {last}", before=left_out, last=part)
        return left_out


def _candidates(footage: Footage, count: int) -> list[int]:
    """Times spread over the whole video; key frames where they are near enough, for they cost the least."""
    first, last = footage.times[0], footage.times[-1]
    step = max(1, (last - first) // count)
    chosen = set()
    for number in range(count):
        time = first + (last - first) * (2 * number + 1) // (2 * count)
        key = _nearest(footage.key_times, time)
        chosen.add(key if abs(key - time) <= step // 2 else _nearest(footage.times, time))
    return sorted(chosen)


def _nearest(times: list[int], time: int) -> int:
    place = bisect_left(times, time)
    return min(times[max(0, place - 1) : place + 1], key=lambda found: abs(found - time))


def _name(data: bytes, kind: Kind) -> str:
    if kind is Kind.MATROSKA:
        return "WebM" if b"webm" in data[:64] else "MKV"
    return "MOV" if data[4:8] != b"ftyp" or data[8:12] == b"qt  " else "MP4"
