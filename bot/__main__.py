"""The composition root: reads the settings, wires the parts together, runs them until told to stop.

What only one platform needs is imported when that platform runs: the libraries are large, and memory counts.
"""

import argparse
import asyncio
import logging
import os
import random
import secrets
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from bot import logs
from bot.background import Background
from bot.clock import SystemClock
from bot.commands.known import MODEL, PERSONA, SETTINGS
from bot.commands.menus import wishes
from bot.commands.pages import USUAL
from bot.core import Core, Parts, assemble
from bot.errors import GlimpseError, HttpUnavailable, SettingsError
from bot.languages import language_of
from bot.pictures.workshop import PictureWorkshop
from bot.ports.chat import Chat
from bot.ports.clock import Clock
from bot.ports.model import Model
from bot.ports.web import Web
from bot.readiness import Readiness
from bot.receiving import receive
from bot.rules import offers, picture_limits
from bot.sentences import sentence
from bot.settings.platforms import TelegramSettings
from bot.settings.settings import Settings, load_settings, unknown_in_environment
from bot.stopping import is_done_before, stop_on_signals

if TYPE_CHECKING:
    from adapters.http.server import Post

log = logging.getLogger("glimpse")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run Glimpse, or copy its database. Exit codes: 0 done, 1 could not start or go on, 2 wrong settings or usage."""
    parser = argparse.ArgumentParser(prog="glimpse", description="A bot for Discord and Telegram that sees pictures.")
    commands = parser.add_subparsers(dest="command", title="instead of running")
    copying = commands.add_parser("backup", help="copy the database, also while Glimpse runs")
    copying.add_argument("file", type=Path, help="a new file for the copy")
    given = parser.parse_args(arguments)
    try:
        settings = load_settings()
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    # In the terminal the log stands between what people write: only what matters.
    is_quiet = settings.in_terminal and settings.log.level == "INFO"
    logs.configure("WARNING" if is_quiet else settings.log.level, settings.secrets)
    for line in unknown_in_environment():
        log.warning("%s", line)
    try:
        if given.command == "backup":
            _back_up(settings, given.file)
        else:
            asyncio.run(run(settings, SystemClock(), _console if settings.in_terminal else _platforms))
    except GlimpseError as error:
        log.error("%s", error)
        return 1
    return 0


def _back_up(settings: Settings, target: Path) -> None:
    from storage.backup import backup

    backup(settings.database.url, target)
    sys.stdout.write(f"The database is copied to {target}.\n")


Posts: TypeAlias = dict[str, "Post"]
"""What answers a POST, by path."""
MakeChats: TypeAlias = Callable[[Settings, Clock, Posts], Sequence[Chat]]
"""Adds what its chats want to answer themselves."""
Wrap: TypeAlias = Callable[[Parts], Parts]
"""For tests that watch or disturb the parts from outside."""


async def run(settings: Settings, clock: Clock, make_chats: MakeChats, *, wrap: Wrap = lambda parts: parts) -> None:
    """Run until told to stop.

    Raises:
        GlimpseError: it can't start, or can't go on.
    """
    from storage.database import open_store

    stop = stop_on_signals()
    readiness = Readiness()
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(open_store(settings.database.url))
        eyes = await stack.enter_async_context(PictureWorkshop(picture_limits(settings)))
        web = await stack.enter_async_context(_web(settings, clock))
        model = await _model(settings, clock, stack)
        posts: Posts = {}
        parts = wrap(Parts(store=store, model=model, eyes=eyes, web=web, chats=make_chats(settings, clock, posts)))
        if not await is_done_before(stop, _connect(parts.chats, stack)):
            log.info("stopped while it was starting")
            return
        core = assemble(parts, settings, clock, readiness, owner=secrets.token_hex(8))
        await _serve_http(settings, readiness, posts, stack)
        for name, work in core.work:
            await stack.enter_async_context(Background(work(), name=name))
        resumed = await core.inbox.resume()
        log.info("ready; %s unfinished turns of an earlier run are taken up", resumed)
        cut_short = await _work(parts.chats, core, stop, grace_s=settings.turns.grace_s)
        log.info("stopped; %s conversations are continued at the next start", cut_short)


async def _work(chats: Sequence[Chat], core: Core, stop: asyncio.Event, *, grace_s: float | None) -> int:
    """Take messages in until told to stop. Returns how many conversations were cut short then."""
    try:
        await receive(chats, core.inbox, stop)
        if not stop.is_set():
            grace_s = None  # The terminal's input ended by itself: what was asked is answered.
    finally:
        log.info("stopping: no more messages are taken in")
        drained = core.lanes.drain(grace_s=grace_s), core.inbox.drain(grace_s=grace_s)
        cut_short, _ = await asyncio.gather(*drained)
    return cut_short


async def _connect(chats: Sequence[Chat], stack: AsyncExitStack) -> None:
    for chat in chats:
        await stack.enter_async_context(chat)


def _web(settings: Settings, clock: Clock) -> AbstractAsyncContextManager[Web]:
    from adapters.web.fetcher import open_web

    # Servers that the operator chose may be on this very machine.
    trusted = {settings.discord.api_url, settings.telegram.api_url}
    return open_web(clock=clock, trusted=trusted)


async def _model(settings: Settings, clock: Clock, stack: AsyncExitStack) -> Model:
    if settings.offline:
        from adapters.model.offline import OfflineModel

        return OfflineModel()
    from adapters.model.build import open_model

    return await stack.enter_async_context(open_model(settings.model, clock=clock, random=random.SystemRandom()))


def _platforms(settings: Settings, clock: Clock, posts: Posts) -> Sequence[Chat]:
    chats: list[Chat] = []
    if settings.discord.token is not None:
        chats.append(_discord(settings, settings.discord.token.get_secret_value(), clock))
    if settings.telegram.token is not None:
        chats.append(_telegram(settings.telegram, settings.telegram.token.get_secret_value(), clock, posts))
    log.info("anyone who can reach the bot can use it (ACCESS=open)")
    if settings.offline:
        log.warning(
            "no model is connected: the built-in offline model answers. Set MODEL_API_KEY for the real one, "
            "or MODEL_API_URL for a server of your own."
        )
    return chats


def _discord(settings: Settings, token: str, clock: Clock) -> Chat:
    from adapters.discord.bounds import CatchUp
    from adapters.discord.chat import DiscordChat
    from adapters.discord.shards import Sharding

    chosen, offered = settings.discord, offers(settings)
    return DiscordChat(
        token,
        api_url=chosen.api_url,
        gateway_url=chosen.gateway_url,
        clock=clock,
        catch_up=CatchUp(age_s=chosen.catch_up_s, per_conversation=chosen.catch_up_messages),
        choices={
            PERSONA: [*offered.personas, USUAL],
            MODEL: [offered.model, *offered.models],
            SETTINGS: wishes(offered),
        },
        opens_threads=chosen.threads,
        sharding=Sharding(count=chosen.shard_count, ids=chosen.shard_ids),
    )


def _telegram(settings: TelegramSettings, token: str, clock: Clock, posts: Posts) -> Chat:
    from adapters.telegram.chat import TelegramChat
    from adapters.telegram.menu import every_wording
    from adapters.telegram.receiving.webhook import Webhook

    webhook = None
    if settings.webhook_url is not None:
        webhook = Webhook(settings.webhook_url, secret=secrets.token_urlsafe(32), clock=clock)
        posts[webhook.path] = webhook.post
    local_files = None if settings.local_files is None else Path(settings.local_files)
    return TelegramChat(
        token,
        api_url=settings.api_url,
        clock=clock,
        webhook=webhook,
        local_files=local_files,
        reacts=settings.reactions,
        offers_inline=settings.inline,
        drafts=settings.drafts,
        wording=every_wording(),
    )


def _console(settings: Settings, clock: Clock, _: Posts) -> Sequence[Chat]:
    from adapters.console.chat import ConsoleChat

    chat = ConsoleChat(
        sys.stdin,
        sys.stdout,
        clock=clock,
        person_name=os.environ.get("USER") or "Guest",
        language=language_of(os.environ),
    )
    chat.announce(
        sentence(
            'Discord: create a bot (README, "Discord") and set DISCORD_TOKEN.\n'
            'Telegram: ask @BotFather for a bot (README, "Telegram") and set TELEGRAM_TOKEN.'
        )
    )
    if settings.offline:
        chat.announce(
            sentence("No model is connected yet: the built-in offline model answers. Set MODEL_API_KEY to change that.")
        )
    return [chat]


async def _serve_http(settings: Settings, readiness: Readiness, posts: Posts, stack: AsyncExitStack) -> None:
    from adapters.http.server import serve_http

    try:
        port = await stack.enter_async_context(
            serve_http(settings.http.host, settings.http.port, troubles=lambda: readiness.troubles, posts=posts)
        )
    except HttpUnavailable as error:
        # Health is for whoever runs a service: somebody trying it in a terminal should not be stopped by a busy port.
        if settings.in_terminal:
            log.warning("%s", error)
            return
        raise
    log.info("health: http://%s:%s/healthz", settings.http.host, port)


if __name__ == "__main__":
    sys.exit(main())
