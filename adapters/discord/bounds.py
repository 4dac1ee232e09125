"""How far to look back after the bot was away, as data."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CatchUp:
    """The bounds of looking back."""

    age_s: float = 24 * 3600.0
    """No further back than this. Deleted and changed messages are looked for as far as this, too."""
    per_conversation: int = 100
    """Messages of one channel. One request each 100."""
    conversations: int = 200
    """Channels after one connection, at a request or two each, one after the other."""
    overlap_s: float = 10.0
    """So far before the last thing seen: events of different channels don't arrive strictly in order."""
    servers_quiet_s: float = 1.0
    """Looking back begins when no further server came for so long. Those that come later are looked at then."""


DEFAULT = CatchUp()
