"""Every error of discord.py and aiohttp has its counterpart in the core's terms."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import aiohttp
import discord
import pytest

from adapters.discord.errors import discord_errors, discord_request, mapped
from bot.errors import PlatformError, PlatformRefused, PlatformThrottled, PlatformUnavailable, PlatformUncertain


def answered(status: int, code: int = 0, text: str = "", headers: dict[str, str] | None = None) -> Any:
    """The response and body that discord.py's errors are built from."""
    return SimpleNamespace(status=status, reason="Reason", headers=headers or {}), {"code": code, "message": text}


def errors_of_the_library(root: type[BaseException]) -> list[type[BaseException]]:
    """All kinds of `root` that its own package defines."""
    package = root.__module__.partition(".")[0]
    kinds = {kind for kind in _kinds(root) if kind.__module__.partition(".")[0] == package}
    return sorted(kinds, key=repr)


def _kinds(root: type[BaseException]) -> Iterator[type[BaseException]]:
    yield root
    for kind in root.__subclasses__():
        yield from _kinds(kind)


def blank(kind: type[BaseException]) -> Exception:
    """An error of this kind; how each is built does not matter, only that it is one."""
    error = kind.__new__(kind)
    assert isinstance(error, Exception)
    if isinstance(error, discord.HTTPException):
        response, _ = answered(400)
        error.status, error.code, error.text, error.response = 400, 0, "", response
    if isinstance(error, discord.RateLimited):
        error.retry_after = 40.0
    return error


@pytest.mark.parametrize("kind", errors_of_the_library(discord.DiscordException))
def test_every_error_of_the_library_becomes_a_platform_error(kind: type[BaseException]) -> None:
    assert type(mapped(blank(kind), "testing")) in PlatformError.__subclasses__()


@pytest.mark.parametrize("kind", errors_of_the_library(aiohttp.ClientError))
def test_every_error_of_the_connection_says_whether_sending_again_is_safe(kind: type[BaseException]) -> None:
    assert type(mapped(blank(kind), "testing")) in (PlatformUnavailable, PlatformUncertain)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (discord.Forbidden(*answered(403, 50013)), PlatformRefused),
        (discord.NotFound(*answered(404, 10003)), PlatformRefused),
        (discord.HTTPException(*answered(400, 50035)), PlatformRefused),
        (discord.HTTPException(*answered(401)), PlatformRefused),
        (discord.HTTPException(*answered(429)), PlatformThrottled),
        (discord.RateLimited(40.0), PlatformThrottled),
        (discord.DiscordServerError(*answered(503)), PlatformUncertain),
        (aiohttp.ServerDisconnectedError(), PlatformUncertain),
        (aiohttp.ClientOSError(104, "Connection reset by peer"), PlatformUncertain),
        (ConnectionResetError(), PlatformUncertain),
        (TimeoutError(), PlatformUncertain),
        (aiohttp.ConnectionTimeoutError(), PlatformUnavailable),
        (aiohttp.ClientConnectionError("Connector is closed."), PlatformUnavailable),
        (RuntimeError("Session is closed"), PlatformUnavailable),
        (discord.LoginFailure("Improper token has been passed."), PlatformRefused),
    ],
)
def test_what_may_be_done_is_told_apart(error: Exception, expected: type[PlatformError]) -> None:
    with pytest.raises(expected):  # noqa: SIM117 - the context manager is what is tested
        with discord_errors("testing"):
            raise error


@pytest.mark.parametrize(
    ("code", "remedy"),
    [
        (10003, "gone"),
        (10008, "deleted"),
        (30046, "old"),
        (50001, "View Channel"),
        (50007, "private messages"),
        (50013, "Send Messages"),
        (160002, "Read Message History"),
        (200000, "AutoMod"),
    ],
)
def test_known_codes_have_a_remedy(code: int, remedy: str) -> None:
    error = mapped(discord.HTTPException(*answered(403, code)), "testing")

    assert isinstance(error, PlatformRefused)
    assert remedy in error.remedy


def test_the_wait_of_a_ban_is_read_from_its_header() -> None:
    told = mapped(discord.HTTPException(*answered(429, headers={"Retry-After": "31.5"})), "testing")
    untold = mapped(discord.HTTPException(*answered(429, headers={"Retry-After": "Tuesday"})), "testing")

    assert isinstance(told, PlatformThrottled)
    assert isinstance(untold, PlatformThrottled)
    assert told.retry_after_s == 31.5
    assert untold.retry_after_s > 0


async def test_a_token_in_an_address_does_not_show() -> None:
    with pytest.raises(PlatformUncertain) as uncertain:
        async with discord_request("answering a command"):
            raise aiohttp.ClientOSError(None, "Can not write request body for https://discord.com/webhooks/1/secret")

    assert "secret" not in str(uncertain.value)
    assert uncertain.value.__suppress_context__
