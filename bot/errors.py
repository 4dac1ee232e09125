"""Every failure the core knows how to handle, each with what a person and the operator should read.

GlimpseError
├── ModelError               the model gave no whole answer; `retryable` says whether asking again may help
├── AttachmentError          a picture or file can't be used; `person` says why
├── StorageError             the database can't be opened or refused its work; says what, where and the remedy
├── SettingsError            the configuration is wrong; one line per problem
├── HttpUnavailable          the address for health checks can't be listened on
└── PlatformError            a chat platform did not do what it was asked
    ├── PlatformRefused      it never will: permission, gone, invalid; `remedy` tells the operator
    ├── PlatformThrottled    it will after `retry_after_s`
    ├── PlatformUnavailable  nothing arrived there; safe to send again
    ├── PlatformUncertain    it may have arrived there; sending again may double it
    └── PlatformCantTell     it has no way to find out whether a message was sent

The text of an exception is for the operator; it never holds a token, a key or what people wrote.
`person` is one short, kind, true sentence that may be shown in the chat.
"""

import enum
from collections.abc import Sequence

from bot.sentences import Sentence


class GlimpseError(Exception):
    """The root of what adapters and storage raise on purpose."""


class ModelTrouble(enum.StrEnum):
    """What kind of failure the model had: stored with the turn, counted, and asserted in tests."""

    INVALID = "invalid"
    KEY = "key"
    CREDITS = "credits"
    NOT_FOUND = "not_found"
    BUSY = "busy"
    TOO_LARGE = "too_large"
    PICTURES = "pictures"
    BLOCKED = "blocked"
    UNAVAILABLE = "unavailable"
    TIMEOUT = "timeout"
    CUT_OFF = "cut_off"
    BAD_RESPONSE = "bad_response"
    EMPTY = "empty"
    INTERNAL = "internal"


class ModelError(GlimpseError):
    """The model gave no whole answer.

    `picture_limit` is set when the server refused the pictures: so many may be tried instead, 0 for none.
    `picture_limit_lasts` tells whether that is worth remembering: False when it is about these pictures alone
    (one of them is damaged or too large), or about a server that only stands in for another.
    `tools_refused` is set when the server refused the request for its tools: it may be sent again without.
    `too_long` is set when it refused the request as longer than the model's context: less may be sent instead.
    """

    def __init__(
        self,
        operator: str,
        *,
        trouble: ModelTrouble,
        person: Sentence,
        retryable: bool = False,
        retry_after_s: float | None = None,
        status: int | None = None,
        picture_limit: int | None = None,
        picture_limit_lasts: bool = True,
        tools_refused: bool = False,
        too_long: bool = False,
    ) -> None:
        super().__init__(operator)
        self.trouble = trouble
        self.person = person
        self.retryable = retryable
        self.retry_after_s = retry_after_s
        self.status = status
        self.picture_limit = picture_limit
        self.picture_limit_lasts = picture_limit_lasts
        self.tools_refused = tools_refused
        self.too_long = too_long


class AttachmentError(GlimpseError):
    """A picture or file can't be used. `person` completes "I could not look at picture 2: ...", without a full stop."""

    def __init__(self, operator: str, *, person: Sentence) -> None:
        super().__init__(operator)
        self.person = person


class SettingsError(GlimpseError):
    """The configuration is wrong. Its text is one line per problem, and never holds a secret."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class HttpUnavailable(GlimpseError):
    """The address for health checks can't be listened on."""


class StorageError(GlimpseError):
    """The database can't be opened, or did not do its work: what, where and what to do, in one line."""


class PlatformError(GlimpseError):
    """A chat platform did not do what it was asked."""


class PlatformRefused(PlatformError):
    """It never will: a permission is missing, the chat or message is gone, or it calls the request invalid."""

    def __init__(self, operator: str, *, remedy: str = "") -> None:
        super().__init__(f"{operator} {remedy}".rstrip())
        self.remedy = remedy


class PlatformThrottled(PlatformError):
    """It will take the request, but only after `retry_after_s` seconds."""

    def __init__(self, operator: str, *, retry_after_s: float) -> None:
        super().__init__(operator)
        self.retry_after_s = retry_after_s


class PlatformUnavailable(PlatformError):
    """It could not be reached or failed before doing anything; sending again is safe."""


class PlatformUncertain(PlatformError):
    """The connection broke after sending: it may have been done. For a new message, sending again may double it."""


class PlatformCantTell(PlatformError):
    """It has no way to find out whether a message was sent."""
