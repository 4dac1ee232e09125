"""Discord on a loopback socket: REST v10 (a subset), the gateway and the CDN, for the real discord.py.

    async with DiscordEmulator() as discord:
        ann = discord.add_person("Ann")
        channel = discord.add_channel("general")
        # Start the bot with discord.api_url, discord.gateway_url and discord.token, then:
        await discord.until_connected()
        await discord.say(channel, ann, f"{discord.bot.mention} hello", files=[File(name="a.png", data=png)])
        answers = await eventually(lambda: discord.visible(channel))
        assert answers[0].text == "Hi"
        assert discord.violations == []

What the bot did is in `requests`, `visible`, `pings`, `typing_events`, `commands` and `violations`; what goes
wrong is scripted with `fail` (REST and CDN) and with the gateway's verbs (`disconnect`, `invalidate_session`, ...).

`fail` patterns match ``METHOD /path`` below ``/api/v10``, e.g. ``POST /channels/*/messages`` or
``PATCH /channels/*/messages/*``; CDN paths are ``/attachments/...``. Interaction tokens stand as ``:token``.
A request over a rate limit gets its 429 and uses up no fault. A fault whose status is below 400 lets the request
succeed after its `delay_s`. A string as its `body` goes out as HTML, like Cloudflare's pages; a header set to an
empty string is left out (``Via``: the client then takes a 429 for a ban). ``drop=True, after_effect=True`` on a
download cuts it in the middle. In `requests`, the body of a GET is its query; that of an upload is its
``payload_json``, with the names of the files under ``files``.
"""

from types import TracebackType
from typing import Self

from tests.emulators.common import eventually
from tests.emulators.discord_gateway import Gateway
from tests.emulators.discord_kinds import ChannelKind, MessageFlag
from tests.emulators.discord_permissions import Permission
from tests.emulators.discord_scene import DiscordScene
from tests.emulators.discord_server import DiscordServer
from tests.emulators.discord_world import (
    Attachment,
    Channel,
    File,
    Guild,
    Interaction,
    Message,
    Payload,
    Person,
    Ping,
    Role,
    Typing,
)

__all__ = ["ChannelKind", "DiscordEmulator", "File", "Permission"]


_TOKEN = "MTAwMQ.emulated.bot-token"


class DiscordEmulator(DiscordScene):
    """One emulated Discord with one application (the bot) in it."""

    def __init__(
        self,
        *,
        token: str = _TOKEN,
        bot_name: str = "Glimpse",
        content_intent: bool = True,
        rate_limits: bool = True,
        identify_limit: bool = False,
        heartbeat_interval_s: float = 41.25,
    ) -> None:
        """Make a Discord with one guild, its owner and the bot in it.

        Args:
            token: The one token it accepts.
            bot_name: The bot's name, and that of its managed role.
            content_intent: Whether the message content intent is switched on for the application.
            rate_limits: Whether requests over a limit get 429. The limits: `limit`.
            identify_limit: Whether a second IDENTIFY within 5 s is refused, as Discord does (max_concurrency 1).
            heartbeat_interval_s: What HELLO asks for.
        """
        super().__init__(bot_name=bot_name, token=token)
        self._backend.content_intent = content_intent
        self._gateway = Gateway(self._backend, heartbeat_interval_s=heartbeat_interval_s)
        self._gateway.identify_limit = identify_limit
        self._server = DiscordServer(self, self._backend, self._gateway, (self._interactions.responses, self._threads))
        self._server.limits.enabled = rate_limits

    async def __aenter__(self) -> Self:
        await self._server.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._interactions.responses.note_overdue()
        await self._server.stop()

    # Where it is and who the bot is.

    @property
    def api_url(self) -> str:
        """``http://127.0.0.1:.../api/v10``: what discord.py's `Route.BASE` should be."""
        return self._backend.base_url + "/api/v10"

    @property
    def gateway_url(self) -> str:
        """``ws://127.0.0.1:.../gateway``: what discord.py's `DiscordWebSocket.DEFAULT_GATEWAY` should be."""
        return self._backend.gateway_url

    @property
    def token(self) -> str:
        return self._backend.token

    @property
    def bot(self) -> Person:
        """The bot's own user; ``bot.mention`` in a text mentions it."""
        return self._world.bot

    @property
    def application_id(self) -> int:
        return self._world.bot.id

    @property
    def guild(self) -> Guild:
        """The first guild. Everybody added is in it."""
        return self._world.guild

    @property
    def owner(self) -> Person:
        """Owns the application and the first guild."""
        return self._world.guild.owner

    @property
    def bot_role(self) -> Role:
        """The bot's managed role in the first guild. Mentionable, so that people can take it for the bot."""
        return self._world.bot_role(self._world.guild)

    @property
    def content_intent(self) -> bool:
        """Whether the message content intent is switched on for the application."""
        return self._backend.content_intent

    @content_intent.setter
    def content_intent(self, enabled: bool) -> None:
        self._backend.content_intent = enabled

    @property
    def rate_limits(self) -> bool:
        return self._server.limits.enabled

    @rate_limits.setter
    def rate_limits(self, enabled: bool) -> None:
        self._server.limits.enabled = enabled

    @property
    def refused(self) -> int:
        """How many requests were over a limit."""
        return self._server.limits.refused

    def limit(self, route: str, requests: int, *, per_s: float) -> None:
        """Set the bucket of a route, e.g. ``limit("POST /channels/*/messages", 5, per_s=5)`` (that is the default)."""
        self._server.limits.set(route, requests, per_s)

    @property
    def installations(self) -> tuple[int, ...]:
        """Who may install the application: 0 servers, 1 people."""
        return self._backend.installations

    @installations.setter
    def installations(self, kinds: tuple[int, ...]) -> None:
        self._backend.installations = kinds

    # What the bot did.

    @property
    def pings(self) -> list[Ping]:
        """Whom messages and edits of the bot notified. Those caused by its text are violations as well."""
        return self._backend.pings

    @property
    def typing_events(self) -> list[Typing]:
        return self._backend.typing_events

    @property
    def interactions(self) -> list[Interaction]:
        return self._backend.interactions

    @property
    def commands(self) -> list[Payload]:
        """The global application commands that the bot registered, as payloads."""
        return list(self._backend.commands.values())

    @property
    def identifies(self) -> int:
        """How many sessions were begun with IDENTIFY."""
        return self._gateway.identifies

    @property
    def sessions_left(self) -> int:
        """How many more sessions may begin today. One more than that is a violation."""
        return self._gateway.sessions_left

    @sessions_left.setter
    def sessions_left(self, sessions: int) -> None:
        self._gateway.sessions_left = sessions

    @property
    def connected_shards(self) -> set[int]:
        """The numbers of the shards that have a connected session."""
        return self._gateway.connected_shards

    def recommend(self, *, shards: int, max_concurrency: int = 1, guilds_per_shard: int = 2500) -> None:
        """What GET /gateway/bot says from now on, and how many guilds one shard may have."""
        self._gateway.shards, self._gateway.max_concurrency = shards, max_concurrency
        self._gateway.guilds_per_shard = guilds_per_shard

    @property
    def resumes(self) -> int:
        """How many times a session was resumed."""
        return self._gateway.resumes

    @property
    def heartbeats(self) -> int:
        return self._gateway.heartbeats

    @property
    def connected(self) -> bool:
        """Whether the bot has a gateway session that is connected right now."""
        return self._gateway.connected

    async def until_connected(self, *, within_s: float = 20.0) -> None:
        """Wait until the bot is connected and was sent READY and its guilds.

        Raises:
            AssertionError: it was not in time.
        """
        await eventually(lambda: self.connected, within_s=within_s, what="the bot connects to Discord's gateway")

    def visible(self, channel: Channel, *, author: Person | None = None) -> list[Message]:
        """The messages of the bot (or of `author`) that people see in `channel` now, oldest first.

        Ephemeral ones are among them; a deferred response that still shows "thinking" is not.
        `Message.versions` holds every text a message ever showed, with the time.
        """
        author = author or self.bot
        return [
            message
            for message in channel.messages.values()
            if message.author is author and not message.deleted and MessageFlag.LOADING not in message.flags
        ]

    # What Discord does.

    def expire_links(self) -> None:
        """All attachment links handed out so far answer 404 from now on; payloads carry fresh ones."""
        self._backend.links.expire()

    def link(self, attachment: Attachment) -> str:
        """A fresh signed link to an attachment."""
        return self._backend.links.sign(attachment)

    async def disconnect(self, code: int = 4000) -> None:
        """Close the bot's gateway connections with this code. 1000, 1001 and some others end the session too."""
        self._gateway.close_all(code)

    def drop_connection(self) -> None:
        """Cut the bot's gateway connections without a word; the sessions stay resumable."""
        self._gateway.abort_all()

    def request_reconnect(self) -> None:
        """Send op 7."""
        self._gateway.request_reconnect()

    def invalidate_session(self, *, resumable: bool = False) -> None:
        """Send op 9; not resumable also forgets the session."""
        self._gateway.invalidate(resumable=resumable)

    def forget_sessions(self) -> None:
        """No session can be resumed any more: the next RESUME gets op 9."""
        self._gateway.forget()

    def repeat(self, message: Message) -> None:
        """Send a message's MESSAGE_CREATE once more."""
        self._backend.announce_message("MESSAGE_CREATE", message)

    @property
    def silent(self) -> bool:
        """While True the gateway sends nothing at all, acknowledgements included; it then catches up."""
        return self._gateway.silent

    @silent.setter
    def silent(self, silent: bool) -> None:
        self._gateway.silent = silent

    @property
    def refuses_gateway(self) -> bool:
        """While True nobody gets a gateway connection (503); those that are open stay."""
        return self._gateway.refuses

    @refuses_gateway.setter
    def refuses_gateway(self, refuses: bool) -> None:
        self._gateway.refuses = refuses

    @property
    def acknowledges_heartbeats(self) -> bool:
        """While False heartbeats get no answer, but events do come."""
        return self._gateway.acknowledges

    @acknowledges_heartbeats.setter
    def acknowledges_heartbeats(self, acknowledges: bool) -> None:
        self._gateway.acknowledges = acknowledges
