"""What the bot may do in a channel: checked before anybody is answered, and told to the operator."""

import logging
from collections.abc import Mapping
from types import MappingProxyType

import discord

from adapters.discord.permissions import own_permissions
from adapters.discord.places import Channel
from adapters.newest import Newest

_log = logging.getLogger(__name__)

_MOST_TOLD = 1024

_LOSSES: Mapping[str, str] = MappingProxyType(
    {
        "read_message_history": "answers are no replies, and I can't catch up",
        "attach_files": "pictures and files come as words",
    }
)
"""By discord.py's names of the permissions: what it is like without them."""
_SPEAKING = ("send_messages", "send_messages_in_threads")


class SelfCheck:
    """Looks at what Discord told of roles and channels, without a request."""

    def __init__(self) -> None:
        self._told: Newest[int, frozenset[str]] = Newest(_MOST_TOLD)

    def may_speak(self, channel: Channel, *, tells: bool) -> bool:
        """Whether the bot can write there, as far as is known.

        Args:
            channel: Where.
            tells: Tell the operator once what is missing, and again when that changes.
        """
        may = own_permissions(channel)
        if may is None:
            return True
        granted = {name for name, is_granted in may if is_granted}
        speaking = _SPEAKING[isinstance(channel, discord.Thread)]
        lacking = frozenset({speaking, *_LOSSES} - granted)
        if tells and lacking != self._told.get(channel.id, frozenset()):
            self._tell(channel, lacking, speaking)
        return speaking in granted

    def _tell(self, channel: Channel, lacking: frozenset[str], speaking: str) -> None:
        self._told.pop(channel.id, None)
        self._told[channel.id] = lacking
        if lacking:
            _log.warning(
                "Discord: in channel %s I lack %s: %s. Give the bot these permissions there.",
                channel.id,
                ", ".join(_titled(name) for name in sorted(lacking)),
                _consequence(lacking, speaking),
            )


def _consequence(lacking: frozenset[str], speaking: str) -> str:
    if speaking in lacking:
        return "I can't answer anybody"
    return "; ".join(_LOSSES[name] for name in sorted(lacking))


def _titled(name: str) -> str:
    """As Discord's settings name a permission."""
    return name.replace("_", " ").title().replace(" In ", " in ")
