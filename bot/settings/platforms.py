"""The operator's choices for each chat platform."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, ValidationInfo, field_validator

from bot.settings.types import AbsolutePath, Count, GatewayUrl, HttpUrl, Section, TelegramToken, Token

_TELEGRAMS_OWN_API = "https://api.telegram.org"
_WEBHOOK_PORTS = (443, 80, 88, 8443)
"""Bot API, setWebhook."""


class DiscordSettings(Section):
    """How to reach Discord."""

    token: Token | None = None
    """The token of the Discord bot; Discord runs when it is set"""
    api_url: HttpUrl = "https://discord.com/api/v10"
    """Discord's REST API, for proxies and tests"""
    gateway_url: GatewayUrl = "wss://gateway.discord.gg"
    """Discord's gateway, for proxies and tests"""
    catch_up_s: Annotated[float, Field(ge=0, le=7 * 86_400)] = 86_400.0
    """How far back Glimpse looks for what was said while it was away, in seconds; `0` does not look back"""
    catch_up_messages: Count = 100
    """Messages of one channel that are looked at then"""
    threads: bool = False
    """Whether each question in a channel gets a thread, where people go on without a mention: `on` or `off`"""
    shard_count: Count | None = None
    """Connections to Discord's gateway, in all processes together; not set: as many as Discord recommends"""
    shard_ids: Annotated[tuple[Annotated[int, Field(ge=0)], ...], Field(min_length=1)] | None = None
    """Those of this process, from 0 on, e.g. `[0, 1]`; not set: all"""

    @field_validator("shard_ids")
    @classmethod
    def _of_those_that_there_are(cls, ids: tuple[int, ...] | None, known: ValidationInfo) -> tuple[int, ...] | None:
        count = known.data.get("shard_count")
        if ids is None or (count is not None and max(ids) < count and len(set(ids)) == len(ids)):
            return ids
        raise ValueError("it must be different numbers below DISCORD_SHARD_COUNT, which has to be set too")


class TelegramSettings(Section):
    """How to reach Telegram, and how it reaches the bot."""

    token: TelegramToken | None = None
    """The token of the Telegram bot; Telegram runs when it is set"""
    api_url: HttpUrl = _TELEGRAMS_OWN_API
    """Telegram's Bot API, for a local Bot API server, proxies and tests"""
    webhook_url: HttpUrl | None = None
    """An address that leads to `HTTP_PORT`: Telegram posts messages there; not set: the bot asks for them by itself"""
    local_files: AbsolutePath | None = None
    """The folder of a local Bot API server that runs with `--local`: files of any size are read from there"""
    inline: bool = False
    """Whether people may ask in any chat by typing the bot's name and a question, see "Telegram": `on` or `off`"""
    reactions: bool = False
    """Whether the bot puts 👀 under a message that has to wait for others: `on` or `off`"""

    drafts: bool = False
    """Whether answers in private chats grow as drafts, with Telegram's own Stop button: `on` or `off`"""

    @field_validator("webhook_url")
    @classmethod
    def _as_telegram_wants_it(cls, url: str | None, known: ValidationInfo) -> str | None:
        if url is None or known.data.get("api_url") != _TELEGRAMS_OWN_API:
            return url
        parts = urlsplit(url)
        if parts.scheme != "https" or (parts.port or 443) not in _WEBHOOK_PORTS:
            raise ValueError(
                "it must be an address that begins with https://, on port 443, 80, 88 or 8443: Telegram posts to no "
                "other (a local Bot API server does)"
            )
        return url
