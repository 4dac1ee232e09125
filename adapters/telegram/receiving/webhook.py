"""Updates that Telegram posts, in place of long polling: answered with 200 only after the commit."""

import asyncio
import hmac
import logging
from http import HTTPStatus
from urllib.parse import urlsplit

import orjson
from aiohttp import web
from telegram import Bot

from adapters.telegram.convert import ALLOWED_UPDATES
from adapters.telegram.errors import telegram_errors
from adapters.telegram.outage import Outage
from adapters.telegram.receiving.polling import RawUpdate, Take
from bot.errors import PlatformError, PlatformUnavailable, StorageError
from bot.ports.clock import Clock

log = logging.getLogger(__name__)

CONNECTIONS = 40
"""Posts that Telegram has under way at most: its own default (Bot API, setWebhook)."""
AT_ONCE = 2 * CONNECTIONS
"""Updates that are stored at the same time: those of a connection that Telegram gave up may still be at it."""
LOOK_EVERY_S = 60.0
"""How often Telegram is asked whether the webhook still leads here."""
_COME_AGAIN_S = 2
"""Without it Telegram would double its waits, up to two minutes (telegram-bot-api, WebhookActor)."""
_SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the header's name


class Webhook:
    """Takes in what Telegram posts, while `run` runs. Before and after, Telegram is told to come again.

    Telegram posts the messages and edits of one chat one after the other, those of other chats beside them
    (telegram-bot-api, WebhookActor). What it posts twice changes nothing.
    """

    def __init__(self, url: str, *, secret: str, clock: Clock) -> None:
        """Set up; nothing is said to Telegram.

        Args:
            url: The address that Telegram reaches `post` at.
            secret: 1 to 256 characters out of A-Z, a-z, 0-9, _ and -. A new one at each start makes Telegram bring at
                once what it has, instead of going on with the long waits that grew while the bot was away.
            clock: For all waits.
        """
        self._url = url
        self._secret = secret
        self._clock = clock
        self._storing = Outage("Storing what Telegram sent", clock)
        self._take: Take | None = None
        self._taking: set[asyncio.Future[None]] = set()
        self._took_at = 0.0

    @property
    def path(self) -> str:
        """Of the address: where the HTTP server has to offer `post`."""
        return urlsplit(self._url).path or "/"

    async def run(self, take: Take, bot: Bot) -> None:
        """Have Telegram post, and hand what it posts to `take`, until cancelled.

        What is being stored then is cancelled too: Telegram keeps it for the next start.
        """
        self._take = take
        try:
            await self._keep_set(bot)
        finally:
            self._take = None
            for task in self._taking:
                task.cancel()

    async def post(self, request: web.Request) -> web.Response:
        """Answer one POST: 200 when the update is stored, 503 when it can't be, 4xx when it is not Telegram's.

        Raises:
            HTTPRequestEntityTooLarge: over the server's bound.
        """
        given = request.headers.get(_SECRET_HEADER, "").encode(errors="surrogateescape")
        if not hmac.compare_digest(given, self._secret.encode()):
            return web.Response(status=HTTPStatus.FORBIDDEN)
        if request.content_type != "application/json":
            return web.Response(status=HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
        update = _parsed(await request.read())
        if update is None:
            return web.Response(status=HTTPStatus.BAD_REQUEST)
        if await self._is_taken(update):
            return web.Response(status=HTTPStatus.OK)
        return web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE, headers={"Retry-After": str(_COME_AGAIN_S)})

    async def _is_taken(self, update: RawUpdate) -> bool:
        if self._take is None or len(self._taking) >= AT_ONCE:
            return False
        task = asyncio.ensure_future(self._take(update))
        self._taking.add(task)
        task.add_done_callback(self._taking.discard)
        await asyncio.wait({task})
        if task.cancelled():
            return False
        try:
            task.result()
        except StorageError as error:
            self._storing.note(error)
            return False
        self._storing.over()
        self._took_at = self._clock.now().timestamp()
        return True

    # --- at Telegram's side ---------------------------------------------------------------------

    async def _keep_set(self, bot: Bot) -> None:
        receiving = Outage("Receiving from Telegram", self._clock)
        is_set = False
        while True:
            try:
                if not is_set:
                    await self._set(bot)
                is_set = await self._leads_here(bot)
            except PlatformError as error:
                await receiving.wait(error)
                continue
            receiving.over()
            if is_set:
                await self._clock.sleep(LOOK_EVERY_S)

    async def _set(self, bot: Bot) -> None:
        with telegram_errors("setting the webhook to TELEGRAM_WEBHOOK_URL"):
            await bot.set_webhook(
                self._url, secret_token=self._secret, max_connections=CONNECTIONS, allowed_updates=ALLOWED_UPDATES
            )
        log.info("Telegram: it posts what is new to %s from now on.", urlsplit(self._url).hostname)

    async def _leads_here(self, bot: Bot) -> bool:
        with telegram_errors("looking at the webhook"):
            info = await bot.get_webhook_info()
        if info.url != self._url:
            log.warning(
                "Telegram: another program with the same token has changed the webhook. It is set again now; stop "
                "that program, or give it a bot of its own."
            )
            return False
        failed_at = info.last_error_date
        if info.pending_update_count and failed_at is not None and failed_at.timestamp() > self._took_at:
            raise PlatformUnavailable(
                f"Telegram can't deliver to TELEGRAM_WEBHOOK_URL: {info.last_error_message}. That address must lead to "
                "the port of HTTP_PORT, with the same path"
            )
        return True


def _parsed(body: bytes) -> RawUpdate | None:
    """An update, at least by its number; whatever else it holds is for the receiver to judge."""
    try:
        update = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return update if isinstance(update, dict) and isinstance(update.get("update_id"), int) else None
