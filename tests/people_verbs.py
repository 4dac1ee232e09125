"""What people do and see on a platform, in the words that end-to-end scenarios are written in."""

from dataclasses import dataclass
from typing import Any, Protocol

from tests.emulators.common import Emulated


@dataclass(frozen=True)
class Place:
    """Where people talk: a private chat, a group, a thread or topic."""

    chat: Any
    topic: Any = None


class People(Protocol):
    """The people of one platform, and what they see."""

    text_length: int
    """Most characters of one message, in the platform's unit."""

    @property
    def emulated(self) -> Emulated: ...

    @property
    def environment(self) -> dict[str, str]:
        """What the bot's process needs to reach this platform."""
        ...

    def length(self, text: str) -> int:
        """In the platform's unit."""
        ...

    def introduce(self, who: str, language: str) -> None:
        """Somebody comes whose program is in this language: an IETF tag. Everybody else's is English."""
        ...

    def private(self, who: str = "Ann") -> Place: ...

    def group(self, *, open_to_the_bot: bool = False) -> Place:
        """A group; the bot hears all that is said there where `open_to_the_bot`, and on Discord always."""
        ...

    def side_room(self, group: Place) -> Place:
        """A thread or topic of a group."""
        ...

    async def ready(self) -> None:
        """Wait until the bot listens."""
        ...

    async def say(
        self, place: Place, text: str = "", *, who: str = "Ann", mention: bool = False, reply_to: Any = None
    ) -> Any: ...

    async def send_photo(
        self, place: Place, jpeg: bytes, text: str = "", *, who: str = "Ann", mention: bool = False
    ) -> Any: ...

    async def send_file(self, place: Place, data: bytes, name: str, media_type: str, text: str = "") -> Any:
        """Send a picture as a file, in private."""
        ...

    async def send_album(
        self, place: Place, jpegs: list[bytes], text: str, *, who: str = "Ann", mention: bool = False
    ) -> Any:
        """Send several photos together. Returns the first message of it."""
        ...

    async def command(self, place: Place, name: str, words: str = "", *, who: str = "Ann", reply_to: Any = None) -> Any:
        """Use one of the bot's commands, named without a slash, as people there do: from the menu where one can."""
        ...

    def question_above(self, words: str) -> str:
        """What stands above the answer to such a command: where people only see that it was used, its words."""
        ...

    async def delete(self, message: Any) -> None:
        """Somebody takes a message back. On Telegram no bot is told."""
        ...

    def make_manager(self, place: Place, who: str) -> None:
        """Somebody may change the settings of a group from now on."""
        ...

    def files(self, place: Place) -> dict[str, bytes]:
        """The files of the newest message of the bot there: name to content."""
        ...

    def shown(self, place: Place) -> list[str]:
        """The texts of the bot's messages, as they stand there now."""
        ...

    def answers(self, place: Place) -> list[Any]:
        """The bot's messages, as they stand there now."""
        ...

    def deliver_again(self, message: Any) -> None:
        """Let the platform hand the bot a message of somebody's once more."""
        ...

    async def edit(self, message: Any, text: str, *, mention: bool = False) -> None:
        """Somebody changes a message of theirs."""
        ...

    async def press_stop(self, place: Place) -> None:
        """Ann presses the only button of the newest answer there."""
        ...

    async def press(self, place: Place, label: str, *, who: str = "Ann", on: Any = None) -> None:
        """Somebody presses the button that is labelled so, of the newest answer there or of the message `on`."""
        ...

    def buttons(self, place: Place) -> list[str]:
        """The labels of the buttons of the newest answer there."""
        ...

    def has_stop_button(self, place: Place) -> bool:
        """Whether the newest answer there has one."""
        ...

    def replied_to(self, place: Place) -> list[Any]:
        """For each of the bot's messages there: the id of what it replies to, or None."""
        ...

    def growth(self, place: Place) -> list[str]:
        """Every text that the newest message of the bot has shown, in order."""
        ...

    def is_typing(self, place: Place) -> bool: ...

    def id_of(self, message: Any) -> Any: ...

    def fail_sending(self, **fault: Any) -> None:
        """Let the next new message of the bot go wrong (see `tests.emulators.common.Fault`)."""
        ...
