"""What a platform can do, and how much it takes, as data."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """At most `count` requests in any stretch of so many seconds. Or, with a burst, so many in the long run."""

    count: int
    seconds: float
    burst: int = 0
    """How many may come at once after a pause; 0: the rate holds for every stretch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Headroom:
    """What the platform itself said last of how much it takes in one chat."""

    left: int
    """Requests that it still takes before `resets_at_s`."""
    resets_at_s: float
    """By `Clock.monotonic_s`."""
    refusals: int = 0
    """How often so far it refused one that was too many, and the adapter waited by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a platform can do, as data: the core reads these instead of asking which platform it is."""

    text_length: int
    """Longest text of one message, in the platform's unit (code points on Discord, UTF-16 on Telegram)."""
    edit_interval_s: float
    """Shortest time between two updates of one growing answer."""
    group_edit_interval_s: float
    """The same in a chat with several people."""
    private_rates: tuple[Rate, ...]
    """What one private chat takes, new messages and edits together."""
    group_rates: tuple[Rate, ...]
    """The same of a chat with several people."""
    bot_rate: Rate
    """What the platform takes of the bot, over all chats."""
    typing_counts: bool
    """Whether `Chat.typing` counts as one of the requests that a chat takes."""
    typing_lifetime_s: float
    """How long one `Chat.typing` is shown."""
    download_bytes: int
    """Largest file that the platform lets the bot fetch."""
    resend_is_safe: bool
    """Whether a repeated `Chat.post` with the same nonce is recognised and not shown twice."""
    threads_share_waits: bool
    """Whether waits and rates are those of a chat with all its threads and topics, not of one of them."""
    links_commands: bool = False
    """Whether a command in plain text, such as ``/help``, is a link that gives it. In code it is not."""
    table_width: int = 35
    """In letters of a fixed-width font: wider tables are told in words, since their lines would be wrapped."""
    tables_as_files: bool = False
    """Whether a large table that is too wide to be shown aligned comes as a file as well."""
    has_drafts: bool = False
    """Whether an answer grows in private chats by `Chat.draft`."""
    draft_lifetime_s: float = 0.0
    """How long one `Chat.draft` is shown."""
    previews_come_within_s: float = 0.0
    """How long after a message the platform still adds the previews of its links; 0: they come with it, or never."""
