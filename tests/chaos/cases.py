"""The points at which the bot is killed: from an event that was received to an outcome that is recorded."""

import enum
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from adapters.discord.limits import LIMITS as DISCORD_LIMITS
from adapters.telegram.limits import LIMITS as TELEGRAM_LIMITS
from bot.ports.limits import Limits

_WORD_LENGTH = 9
"""Of ``q2v0-123`` and a space, in characters: at least."""


_LIMITS: Mapping[str, Limits] = MappingProxyType({"discord": DISCORD_LIMITS, "telegram": TELEGRAM_LIMITS})


class Scene(enum.StrEnum):
    """What goes on when the bot is killed."""

    AT_ONCE = "an answer that comes at once"
    GROWING = "an answer that grows"
    SPLIT = "an answer of several messages that comes at once"
    GROWING_SPLIT = "an answer of several messages that grows"
    PHOTO = "an answer about a photo"
    ALBUM = "an answer about an album"
    EDITED = "a changed question"
    DELETED = "a deleted question"

    def words(self, text_length: int) -> int:
        """Of the answer, on a platform with messages of this length."""
        return round(2.5 * text_length / _WORD_LENGTH) if self.is_long else 40

    @property
    def is_long(self) -> bool:
        """It takes several messages; and these scenes play in a thread or topic, the others in private."""
        return self in (Scene.SPLIT, Scene.GROWING_SPLIT)

    def seconds(self, platform: str) -> float:
        """How long the model writes the answer that is hit."""
        # The first of 2.5 parts then grows for 1.8 times that long: its first edit surely comes before its end.
        split = 4.5 * _LIMITS[platform].group_edit_interval_s
        return {Scene.GROWING: 2.5, Scene.GROWING_SPLIT: split, Scene.EDITED: 2.5}.get(self, 0.0)

    @property
    def is_about_an_answer(self) -> bool:
        """The question was answered before."""
        return self in (Scene.EDITED, Scene.DELETED)


class Api(enum.StrEnum):
    """A request to a platform."""

    POST = "a new message"
    EDIT = "an edit"
    DELETE = "a deletion"


PATTERNS: Mapping[str, Mapping[Api, str]] = MappingProxyType(
    {
        "discord": {
            Api.POST: "POST /channels/*/messages",
            Api.EDIT: "PATCH /channels/*/messages/*",
            Api.DELETE: "DELETE /channels/*/messages/*",
        },
        "telegram": {
            Api.POST: "POST /sendMessage",
            Api.EDIT: "POST /editMessageText",
            Api.DELETE: "POST /deleteMessage",
        },
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One kill."""

    scene: Scene
    point: str = ""
    """As `tests.chaos.points` names it. Empty: the kill comes from outside, at `request`."""
    passing: int = 1
    """At the how-manieth time."""
    request: Api | None = None
    """Killed while this request is under way: the platform has done it, and its answer is held back."""
    comes_late: bool = False
    """The platform does it only after the kill."""
    platforms: Sequence[str] = field(default=("discord", "telegram"))

    @property
    def fuse(self) -> str:
        """For `tests.chaos.process`."""
        return f"{self.passing} {self.point}" if self.point else ""

    @property
    def name(self) -> str:
        where = self.point
        if self.request is not None:
            where = f"{self.request} is {'under way' if self.comes_late else 'done and not answered'}"
        return f"{self.scene}: {where}, {self.passing}."


def _cases() -> Iterator[Case]:
    for point in (
        *_around("store.accept", "store.begin", "store.history", "store.conclude", "chat.post final", "store.close"),
        *("model is asked", "model's first words", "model has finished"),
    ):
        yield Case(scene=Scene.AT_ONCE, point=point)
    for point in _around("store.move_cursor"):
        yield Case(scene=Scene.AT_ONCE, point=point, platforms=("telegram",))
    for point in _around("store.settle", "chat.fetch"):
        yield Case(scene=Scene.PHOTO, point=point)
    for passing in (1, 2, 3):  # A message for each photo.
        for point in _around("store.accept"):
            yield Case(scene=Scene.ALBUM, point=point, passing=passing, platforms=("telegram",))
    for point in _around("store.begin", "store.settle", "store.close"):
        yield Case(scene=Scene.ALBUM, point=point)
    yield from _growing()
    yield from _split()
    for point in _around("store.edit", "store.begin", "store.conclude", "chat.edit preview", "chat.edit final"):
        yield Case(scene=Scene.EDITED, point=point)
    # Telegram tells a bot of no deletion.
    for point in _around("store.delete", "store.begin", "chat.delete", "store.remove_delivery", "store.close"):
        yield Case(scene=Scene.DELETED, point=point, platforms=("discord",))
    yield Case(scene=Scene.DELETED, request=Api.DELETE, platforms=("discord",))


def _growing() -> Iterator[Case]:
    yield Case(scene=Scene.GROWING, point="model's words", passing=20)
    for point in _around("chat.post preview", "chat.edit preview", "store.conclude", "chat.edit final", "store.close"):
        yield Case(scene=Scene.GROWING, point=point)
    for passing in (1, 2):  # The receipt says "sending", then it says "sent".
        for point in _around("store.record_deliveries"):
            yield Case(scene=Scene.GROWING, point=point, passing=passing)
    for request in (Api.POST, Api.EDIT):
        yield Case(scene=Scene.GROWING, request=request)
    yield Case(scene=Scene.GROWING, request=Api.POST, comes_late=True)


def _split() -> Iterator[Case]:
    for passing in (1, 2, 3):
        for point in _around("chat.post final"):
            yield Case(scene=Scene.SPLIT, point=point, passing=passing)
        yield Case(scene=Scene.SPLIT, request=Api.POST, passing=passing)
    for point in _around("store.record_deliveries"):
        yield Case(scene=Scene.SPLIT, point=point)
    for passing in (1, 2):
        for point in _around("chat.post preview"):
            yield Case(scene=Scene.GROWING_SPLIT, point=point, passing=passing)
    for point in ("after chat.edit preview", "after store.conclude", *_around("chat.edit final"), "after store.close"):
        yield Case(scene=Scene.GROWING_SPLIT, point=point)


def _around(*calls: str) -> Iterator[str]:
    for call in calls:
        yield f"before {call}"
        yield f"after {call}"


CASES: Sequence[Case] = tuple(_cases())
