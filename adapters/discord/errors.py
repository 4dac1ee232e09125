"""From discord.py's and aiohttp's errors to ours: nothing of the libraries below gets past this."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from http import HTTPStatus
from types import MappingProxyType

import aiohttp
import discord

from adapters.discord.limits import REQUEST_TIMEOUT_S
from bot.errors import PlatformError, PlatformRefused, PlatformThrottled, PlatformUnavailable, PlatformUncertain

LOGIN_REMEDY = (
    "Copy a fresh token from the Discord Developer Portal (your application, Bot, Reset Token) into DISCORD_TOKEN."
)
CONTENT_INTENT_REMEDY = (
    "Switch on Message Content Intent in the Discord Developer Portal (your application, Bot, Privileged Gateway "
    "Intents) and restart."
)
FILE_REMEDY = "Give the bot the permission Attach Files there."
THREADS_REMEDY = "Give the bot the permissions Create Public Threads and Send Messages in Threads there."
HISTORY_REMEDY = "Give the bot the permission Read Message History there."

UNKNOWN_MESSAGE = 10008
NO_ACCESS = 50001
LOCKED = 160005
ARCHIVED = 50083
AUTOMOD = 200000
BLOCKED_LINK = 240000
NO_PERMISSION = 50013
INVALID_FORM = 50035
NO_HISTORY = 160002

_REMEDIES: Mapping[int, str] = MappingProxyType(
    {
        10003: "The channel is gone, or the bot was removed from it.",
        10004: "The server is gone, or the bot was removed from it.",
        UNKNOWN_MESSAGE: "Somebody deleted the message.",
        10062: "The interaction ran out before it was answered; the machine may be overloaded.",
        20016: "The channel is in slow mode.",
        30046: "The message is too old to be edited so often.",
        40001: LOGIN_REMEDY,
        40005: "The message is too large for Discord.",
        NO_ACCESS: "Give the bot the permission View Channel there, or let it join the private thread.",
        50005: "Only messages of the bot's own can be edited.",
        50007: "The person takes no private messages from the bot; their privacy settings decide.",
        50008: "The bot can't write into this kind of channel.",
        NO_PERMISSION: "Give the bot the permissions Send Messages and Send Messages in Threads there.",
        INVALID_FORM: "Discord finds the request invalid; please report this.",
        ARCHIVED: "The thread is archived; somebody has to open it again.",
        NO_HISTORY: HISTORY_REMEDY,
        LOCKED: "The thread is locked; a moderator has to unlock it.",
        AUTOMOD: "The server's AutoMod blocked the message; exempt the bot's role or change the rule.",
        BLOCKED_LINK: "The server's AutoMod or Discord blocked a link in the message.",
    }
)
"""By Discord's own code. Source: Discord docs, Opcodes and Status Codes, JSON Error Codes."""

_TOKEN = re.compile(r"[\w-]{18,}\.[\w-]{4,}\.[\w-]{8,}")
"""Three words with dots between them, the first one long (docs, API Reference, Authentication)."""

_DEFAULT_RETRY_AFTER_S = 10.0

_NEVER_SENT = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.InvalidURL,
    discord.GatewayNotFound,
    discord.ConnectionClosed,
)
_MAY_BE_SENT = (aiohttp.ClientError, TimeoutError, OSError, discord.InvalidData)


@contextmanager
def discord_errors(doing: str) -> Iterator[None]:
    """Re-raise what discord.py and aiohttp raise as a `PlatformError`.

    Args:
        doing: What was tried, for the operator: "posting in channel 42".
    """
    try:
        yield
    except discord.DiscordException as error:
        raise mapped(error, doing) from error
    except (aiohttp.ClientError, OSError, RuntimeError, ValueError, TypeError, KeyError) as error:
        # The last three: an answer that is no message of Discord's (a proxy's page with status 200).
        # "from None": aiohttp's texts can hold the address, and that of an interaction holds its token.
        raise mapped(error, doing) from None


@asynccontextmanager
async def discord_request(doing: str) -> AsyncIterator[None]:
    """`discord_errors` for one request, with an end: aiohttp alone would let it hang for 5 minutes."""
    with discord_errors(doing):
        async with asyncio.timeout(REQUEST_TIMEOUT_S):
            yield


def mapped(error: Exception, doing: str) -> PlatformError:
    """The `PlatformError` that says what may be done about `error`."""
    match error:
        case discord.RateLimited():
            return PlatformThrottled(f"Discord: {doing}: too many requests.", retry_after_s=error.retry_after)
        case discord.LoginFailure():
            return PlatformRefused("Discord does not accept the token.", remedy=LOGIN_REMEDY)
        case discord.PrivilegedIntentsRequired():
            return PlatformRefused("Discord does not allow an intent.", remedy=CONTENT_INTENT_REMEDY)
        case discord.HTTPException():
            return _from_status(error, doing)
        case _:
            return _from_transport(error, f"Discord: {doing}: {type(error).__name__}.")


def _from_transport(error: Exception, what: str) -> PlatformError:
    if isinstance(error, _NEVER_SENT) or _is_closed(error):
        return PlatformUnavailable(what)
    if isinstance(error, _MAY_BE_SENT) or not isinstance(error, discord.DiscordException):
        return PlatformUncertain(what)
    return PlatformRefused(f"{what} {error}")


def _is_closed(error: Exception) -> bool:
    # aiohttp raises its bare class only before anything is sent; the subclasses tell of broken connections.
    return type(error) is aiohttp.ClientConnectionError or (
        isinstance(error, RuntimeError) and "closed" in str(error).lower()
    )


def _from_status(error: discord.HTTPException, doing: str) -> PlatformError:
    what = f"Discord: {doing}: {error.status} (code {error.code})."
    if error.status == HTTPStatus.TOO_MANY_REQUESTS:
        return PlatformThrottled(what, retry_after_s=_retry_after_s(error))
    if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return PlatformUncertain(what)
    if error.status == HTTPStatus.UNAUTHORIZED:
        return PlatformRefused(what, remedy=LOGIN_REMEDY)
    # Discord's own words name the wrong field or permission, never what people wrote. A proxy may repeat the headers.
    said = _TOKEN.sub("[secret]", error.text[:300])
    return PlatformRefused(f"{what} {said}", remedy=_REMEDIES.get(error.code, ""))


def _retry_after_s(error: discord.HTTPException) -> float:
    try:
        return max(0.0, float(error.response.headers["Retry-After"]))
    except (KeyError, ValueError):
        return _DEFAULT_RETRY_AFTER_S
