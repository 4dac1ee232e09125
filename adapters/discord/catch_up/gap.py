"""What is known of a channel in which something may have happened unseen."""

from dataclasses import dataclass

from adapters.discord.places import Channel, Place


@dataclass(slots=True, kw_only=True)
class Gap:
    """A channel in which something may have happened unseen."""

    channel: Channel
    since: int
    """The snowflake from which on; `SeenUntil` is held back at it."""
    place: Place | None
    """None until it is looked up."""
    was_tried: bool = False
    is_waited_for: bool = False
    """Something newer is to come after what is missing."""
    may_be_overtaken: bool = False
    """It was waited for long enough."""
    refused: int = 0
    """The newest message that came but was refused, for too much waited: it will not be told again."""
