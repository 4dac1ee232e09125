"""Puts the model together from the settings: a client and a breaker for each server, in order."""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import aiohttp
from pydantic import SecretStr

from adapters.model.breaker import Breaker
from adapters.model.client import ModelClient
from adapters.model.failover import Failover, Server
from adapters.model.timeouts import ModelTimeouts
from bot.ports.clock import Clock
from bot.settings.model import ModelSettings

HURRY_S = 3.0
"""How long a server that is not the last one is asked again after it failed: a hiccup passes, and nobody waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Target:
    name: str
    url: str
    key: SecretStr | None = field(repr=False)


@asynccontextmanager
async def open_model(settings: ModelSettings, *, clock: Clock, random: random.Random) -> AsyncIterator[Failover]:
    """The model of the settings, with connections of its own."""
    # Without a limit of its own: `turns.running` is the limit, and waiting here would look like a slow server.
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        yield build_model(settings, session, clock=clock, random=random)


def build_model(
    settings: ModelSettings, session: aiohttp.ClientSession, *, clock: Clock, random: random.Random
) -> Failover:
    """The model of the settings; `session` must not limit connections.

    All but the last server share the times until the first word among them, and are asked again for `HURRY_S` only:
    however many there are, a person waits for less than twice as long as for a single one.
    """
    targets = _targets(settings)
    servers = []
    for number, target in enumerate(targets, start=1):
        label = f"{target.name} at {urlsplit(target.url).netloc.rpartition('@')[2]}"
        others = 0 if number == len(targets) else len(targets) - 1
        client = _client(settings, target, session, clock, random, others=others)
        breaker = Breaker(label, clock=clock, random=random, failures=settings.pause_after, pause_s=settings.pause_s)
        servers.append(Server(label, client, breaker))
    return Failover(servers, clock=clock)


def _client(
    settings: ModelSettings,
    target: _Target,
    session: aiohttp.ClientSession,
    clock: Clock,
    random: random.Random,
    *,
    others: int,
) -> ModelClient:
    """`others` is how many share the time with it; 0 for the one that is asked last."""
    return ModelClient(
        session,
        url=target.url,
        key=target.key.get_secret_value() if target.key else None,
        parameters=settings.parameters.model_copy(update={"name": target.name}),
        timeouts=ModelTimeouts(
            connect_s=settings.connect_s,
            first_byte_s=settings.first_byte_s / (1 + others),
            silence_s=settings.silence_s,
            idle_s=settings.idle_s / (1 + others),
        ),
        clock=clock,
        random=random,
        attempts=settings.attempts,
        retry_for_s=HURRY_S if others else None,
    )


def _targets(settings: ModelSettings) -> list[_Target]:
    targets = [_Target(name=settings.name, url=settings.api_url, key=settings.api_key)]
    for fallback in settings.fallbacks:
        url = fallback.api_url or settings.api_url
        # A key goes to its own server and to no other.
        key = fallback.api_key or (settings.api_key if url == settings.api_url else None)
        targets.append(_Target(name=fallback.name, url=url, key=key))
    return targets
