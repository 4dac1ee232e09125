"""Every error of the library on Telegram has its counterpart here."""

import pytest
from telegram import error as library

from adapters.telegram.errors import mapped
from bot.errors import PlatformError, PlatformRefused, PlatformUncertain

LIBRARY_ERRORS: list[tuple[Exception, type[PlatformError]]] = [
    (library.BadRequest("x"), PlatformRefused),
    (library.ChatMigrated(-100), PlatformRefused),
    (library.Conflict("x"), PlatformRefused),
    (library.EndPointNotFound("x"), PlatformRefused),
    (library.Forbidden("x"), PlatformRefused),
    (library.InvalidToken("x"), PlatformRefused),
    (library.NetworkError("x"), PlatformUncertain),
    (library.PassportDecryptionError("x"), PlatformRefused),
    (library.TelegramError("x"), PlatformRefused),
    (library.TimedOut("x"), PlatformUncertain),
    (KeyError("what Ann wrote"), PlatformUncertain),
]


@pytest.mark.parametrize(
    ("raised", "expected"), LIBRARY_ERRORS, ids=lambda value: getattr(value, "__name__", repr(value))
)
def test_every_error_of_the_library_has_its_counterpart(raised: Exception, expected: type[PlatformError]) -> None:
    error = mapped(raised, "posting")

    assert type(error) is expected
    assert "Ann" not in str(error)


def test_no_error_of_the_library_is_forgotten() -> None:
    # RetryAfter can't arise: `adapters.telegram.request` raises its own error for each 429 and retry_after.
    assert {type(error).__name__ for error, _ in LIBRARY_ERRORS} - {"KeyError"} == set(library.__all__) - {"RetryAfter"}
