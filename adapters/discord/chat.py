"""Discord as the core sees it."""

import asyncio
import logging
from collections.abc import Collection, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from types import MappingProxyType
from typing import Self

import aiohttp

from adapters.discord.bounds import DEFAULT, CatchUp
from adapters.discord.catch_up.history import History
from adapters.discord.client import Library, options, set_up_library
from adapters.discord.content.attachments import Links
from adapters.discord.errors import discord_request
from adapters.discord.files import Files
from adapters.discord.interactions.outliving import Outliving
from adapters.discord.interactions.sealing import Seal
from adapters.discord.interactions.suggesting import Choices
from adapters.discord.interactions.waiting import Interactions
from adapters.discord.limits import DISCORD, LIMITS
from adapters.discord.listening.assembly import cursor_of
from adapters.discord.listening.connections import listen
from adapters.discord.places import channel_of, is_interaction, owner_of
from adapters.discord.receiving.means import Means
from adapters.discord.receiving.own_threads import OwnThreads
from adapters.discord.render import render
from adapters.discord.rights import may_manage, unheard
from adapters.discord.shards import AS_RECOMMENDED, Sharding
from adapters.discord.writing.headroom import Headrooms
from adapters.discord.writing.posting import Posting
from adapters.discord.writing.unspoken import Unspoken
from adapters.waits import growing, until_reached
from bot.errors import PlatformError, PlatformRefused, PlatformUnavailable
from bot.events import AttachmentRef, ConversationKey, MessageId, PersonId, PlatformName
from bot.ports.clock import Clock
from bot.ports.intake import Intake
from bot.ports.limits import Headroom, Limits
from bot.ports.parts import Part
from bot.sentences import Sentence

_log = logging.getLogger(__name__)

_FIRST_WAIT_S = 1.0
_LONGEST_WAIT_S = 60.0
"""Between two attempts to log in while Discord can't be reached."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Connected:
    """What there is once the bot is logged in."""

    rest: Library
    posting: Posting
    unspoken: Unspoken
    history: History
    files: Files


class DiscordChat:
    """`bot.ports.chat.Chat` on Discord.

    Sending and listening use two clients of discord.py, so that a gateway that dies never takes the answers in
    hand with it. The second one costs two requests at start and about 1 MB.

    Args:
        token: The bot's token. Never logged, never in an error.
        api_url: Another server instead of ``https://discord.com/api/v10``. It is trusted with files too.
        gateway_url: Another gateway instead of ``wss://gateway.discord.gg``.
        clock: For waits and expiries.
        catch_up: How far to look back after the bot was away.
        choices: What people are offered while they type a command, by its name.
        opens_threads: Each question in a channel gets a thread of its own.
        sharding: Which connections to the gateway this process keeps.
    """

    def __init__(
        self,
        token: str,
        *,
        api_url: str | None,
        gateway_url: str | None,
        clock: Clock,
        catch_up: CatchUp = DEFAULT,
        choices: Choices = MappingProxyType({}),
        opens_threads: bool = False,
        sharding: Sharding = AS_RECOMMENDED,
    ) -> None:
        self._token = token
        self._api_url = api_url
        self._gateway_url = gateway_url
        self._clock = clock
        self._catch_up = catch_up
        self._choices = choices
        self._opens_threads = opens_threads
        self._sharding = sharding
        self._links = Links()
        self._headrooms = Headrooms(clock)
        self._interactions = Interactions(clock)
        self._connections = AsyncExitStack()
        self._connected: _Connected | None = None
        self._ready = asyncio.Event()

    @property
    def platform(self) -> PlatformName:
        return DISCORD

    @property
    def limits(self) -> Limits:
        return LIMITS

    async def __aenter__(self) -> Self:
        """Log in.

        When Discord can't be reached, `receive` tries again until it works: one platform's outage must not keep the
        others from starting.

        Raises:
            PlatformRefused: Discord does not accept the token.
        """
        set_up_library(api_url=self._api_url, gateway_url=self._gateway_url)
        try:
            await self._log_in()
        except PlatformRefused:
            raise
        except PlatformError as error:
            _log.warning("%s I will try again.", error)
        return self

    async def _log_in(self) -> _Connected:
        async with AsyncExitStack() as connections:
            session = await connections.enter_async_context(aiohttp.ClientSession())
            watched = {"http_trace": self._headrooms.trace(), **options(content=True)}
            rest = await connections.enter_async_context(Library(**watched))
            async with discord_request("logging in"):
                await rest.login(self._token)
            self._connections = connections.pop_all()
        unspoken = Unspoken(rest, self._clock)
        self._connected = _Connected(
            rest=rest,
            posting=Posting(rest, self._interactions, unspoken, self._clock),
            unspoken=unspoken,
            history=History(rest),
            files=Files(session, rest, self._links, api_url=self._api_url, clock=self._clock),
        )
        return self._connected

    async def _logged_in(self) -> _Connected:
        waits = growing(_FIRST_WAIT_S, _LONGEST_WAIT_S)
        await self._clock.sleep(next(waits))
        return await until_reached(self._log_in, self._clock, waits)

    async def __aexit__(self, *exc_info: object) -> None:
        self._connected = None
        await self._interactions.close()
        await self._connections.aclose()

    async def receive(self, intake: Intake) -> None:
        """See `bot.ports.chat.Chat.receive`.

        Raises:
            PlatformRefused: listening can't work, e.g. because the token was revoked.
        """
        connected = self._connected or await self._logged_in()
        rest = connected.rest
        means = Means(
            rest=rest,
            clock=self._clock,
            bounds=self._catch_up,
            links=self._links,
            interactions=self._interactions,
            choices=self._choices,
            unspoken=connected.unspoken,
            threads=OwnThreads(rest, opens=self._opens_threads),
        )
        kept = f"{cursor_of(rest)}:interactions"
        await self._interactions.outlive(Outliving(intake, kept, Seal(self._token), rest, self._clock))
        self._ready.set()
        await listen(self._token, means, intake, self._sharding)

    async def ready(self) -> None:
        """See `bot.ports.chat.Chat.ready`: the bot is logged in, and knows which commands wait for their answer."""
        await self._ready.wait()

    async def fetch(self, ref: AttachmentRef, *, max_bytes: int) -> bytes:
        return await self._required.files.fetch(ref, max_bytes=max_bytes)

    def render(self, markdown: str, *, final: bool) -> Sequence[Part]:
        return render(markdown, final=final)

    def shows_question(self, message_id: MessageId) -> bool:
        """Of a command Discord shows its name and who used it, of a form nothing."""
        return not is_interaction(message_id)

    def link_to(self, target: MessageId, *, asked_by: MessageId) -> str:
        """Of whose menu it was asked, or which the form was about."""
        return self._interactions.link_to(target, asked_by=asked_by)

    def is_guest(self, key: ConversationKey) -> bool:
        """Where somebody brought it along for themselves alone."""
        return owner_of(key) is not None

    def answers_once(self, key: ConversationKey) -> bool:
        """Never: there is always room for more."""
        del key
        return False

    async def post(self, key: ConversationKey, part: Part, *, reply_to: MessageId | None, nonce: str) -> MessageId:
        return await self._required.posting.post(key, part, reply_to=reply_to, nonce=nonce)

    async def edit(self, key: ConversationKey, message_id: MessageId, part: Part) -> None:
        await self._required.posting.edit(key, message_id, part)

    async def draft(self, key: ConversationKey, draft: MessageId, part: Part) -> None:
        """Not here: an answer grows by edits."""
        del key, draft, part
        raise PlatformRefused("there are no drafts here")

    async def delete(self, key: ConversationKey, message_id: MessageId, *, instead: str) -> None:
        del instead
        await self._required.posting.delete(key, message_id)

    def newest(self, key: ConversationKey) -> None:
        """Not needed: the messages after the question can be read."""

    async def find(
        self, key: ConversationKey, *, after: MessageId, reply_to: MessageId | None, known: Collection[MessageId]
    ) -> MessageId | None:
        return await self._required.history.find(key, after=after, reply_to=reply_to, known=known)

    async def may_manage(self, key: ConversationKey, person: PersonId) -> bool:
        return await may_manage(self._required.rest, key, person)

    async def unheard(self, key: ConversationKey) -> Sentence:
        return await unheard(self._required.rest, key)

    async def acknowledge(self, key: ConversationKey, message_id: MessageId) -> None:
        await self._required.posting.acknowledge(key, message_id)

    def headroom(self, key: ConversationKey) -> Headroom | None:
        """As the headers say. Answers to one person alone take another way, through the tokens of interactions."""
        return None if owner_of(key) else self._headrooms.of(channel_of(key))

    async def typing(self, key: ConversationKey, *, reply_to: MessageId) -> None:
        await self._required.posting.typing(key, reply_to=reply_to)

    @property
    def _required(self) -> _Connected:
        if self._connected is None:
            raise PlatformUnavailable("Discord is not connected.")
        return self._connected
