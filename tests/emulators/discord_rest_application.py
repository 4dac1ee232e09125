"""REST: the bot's user, its application and commands, and the places it is in."""

from collections.abc import Mapping

from tests.emulators.discord_backend import Backend
from tests.emulators.discord_errors import Answer, ApiError, Call, missing_access, unknown_channel
from tests.emulators.discord_gateway import Gateway, application_flags
from tests.emulators.discord_interaction_rules import SLASH, check_command, check_commands, without_localizations
from tests.emulators.discord_payloads import channel_payload, guild_payload, member_payload, person_payload
from tests.emulators.discord_permissions import Permission, permissions_in
from tests.emulators.discord_routes import Handler
from tests.emulators.discord_world import Guild, Payload


class ApplicationRoutes:
    """Everything that is neither a message nor an interaction."""

    def __init__(self, backend: Backend, gateway: Gateway) -> None:
        self._backend = backend
        self._gateway = gateway
        self._world = backend.world

    def routes(self) -> Mapping[str, Handler]:
        return {
            "GET /gateway": lambda _: Answer({"url": self._backend.gateway_url}),
            "GET /gateway/bot": self._gateway_bot,
            "GET /users/@me": self._me,
            "GET /users/*": self._user,
            "POST /users/@me/channels": self._open_dm,
            "GET /users/@me/guilds": self._guilds,
            "GET /applications/@me": self._application,
            "GET /oauth2/applications/@me": self._application,
            "GET /applications/*/commands": self._commands,
            "PUT /applications/*/commands": self._overwrite_commands,
            "POST /applications/*/commands": self._add_command,
            "GET /channels/*": self._channel,
            "GET /guilds/*": self._guild,
            "GET /guilds/*/channels": self._guild_channels,
            "GET /guilds/*/threads/active": self._active_threads,
            "GET /guilds/*/members/*": self._member,
        }

    def _gateway_bot(self, _: Call) -> Answer:
        url, limits = self._backend.gateway_url, self._gateway.limits()
        return Answer({"url": url, "shards": self._gateway.shards, "session_start_limit": limits})

    def _me(self, _: Call) -> Answer:
        return Answer(person_payload(self._world.bot) | {"verified": True, "mfa_enabled": False, "flags": 0})

    def _user(self, call: Call) -> Answer:
        person = self._world.people.get(call.ids[0])
        if person is None:
            raise ApiError(404, 10013, "Unknown User")
        return Answer(person_payload(person))

    def _open_dm(self, call: Call) -> Answer:
        person = self._world.people.get(int(call.body.get("recipient_id") or 0))
        if person is None:
            raise ApiError(404, 10013, "Unknown User")
        if person.is_bot:
            raise ApiError(403, 50007, "Cannot send messages to this user")
        return Answer(channel_payload(self._world.dm(person)))

    def _guilds(self, _: Call) -> Answer:
        return Answer(
            [
                guild_payload(guild) | {"permissions": "0"}
                for guild in self._world.guilds.values()
                if self._world.is_in(guild)
            ]
        )

    def _application(self, _: Call) -> Answer:
        bot, owner = self._world.bot, self._world.guild.owner
        return Answer(
            {
                "id": str(bot.id),
                "name": bot.name,
                "icon": None,
                "description": "",
                "bot_public": True,
                "bot_require_code_grant": False,
                "summary": "",
                "verify_key": "0" * 64,
                "flags": application_flags(self._backend),
                "owner": person_payload(owner),
                "bot": person_payload(bot),
                "team": None,
                "install_params": None,
                "rpc_origins": [],
                "integration_types_config": {str(kind): {} for kind in self._backend.installations},
            }
        )

    def _commands(self, call: Call) -> Answer:
        commands: list[Payload] = list(self._backend.commands.values())
        # Discord docs, Get Global Application Commands.
        return Answer(commands if call.query.get("with_localizations") == "true" else without_localizations(commands))

    def _overwrite_commands(self, call: Call) -> Answer:
        check_commands(call.commands, self._backend.installations)
        self._backend.commands.clear()
        for command in call.commands:
            self._store(command)
        return Answer(list(self._backend.commands.values()))

    def _add_command(self, call: Call) -> Answer:
        check_command(call.body, self._backend.installations)
        known = [number for number, one in self._backend.commands.items() if one["name"] == call.body["name"]]
        for number in known:
            del self._backend.commands[number]
        return Answer(self._store(call.body), 200 if known else 201)

    def _store(self, command: Payload) -> Payload:
        number = self._world.new_id()
        stored: Payload = {"type": SLASH, "description": "", "options": [], "default_member_permissions": None}
        stored |= command | {"id": str(number), "application_id": str(self._world.bot.id), "version": str(number)}
        self._backend.commands[number] = stored
        return stored

    def _channel(self, call: Call) -> Answer:
        channel = self._world.channels.get(call.ids[0])
        if channel is None:
            raise unknown_channel()
        if Permission.VIEW_CHANNEL not in permissions_in(channel, self._world.bot):
            raise missing_access()
        return Answer(channel_payload(channel))

    def _guild(self, call: Call) -> Answer:
        return Answer(guild_payload(self._known_guild(call)))

    def _guild_channels(self, call: Call) -> Answer:
        channels = self._known_guild(call).channels.values()
        return Answer([channel_payload(channel) for channel in channels if not channel.is_thread])

    def _active_threads(self, call: Call) -> Answer:
        bot = self._world.bot
        threads = [
            channel_payload(channel)
            for channel in self._known_guild(call).channels.values()
            if channel.is_thread and not channel.archived and Permission.VIEW_CHANNEL in permissions_in(channel, bot)
        ]
        return Answer({"threads": threads, "members": []})

    def _member(self, call: Call) -> Answer:
        member = self._known_guild(call).members.get(call.ids[1])
        if member is None:
            raise ApiError(404, 10007, "Unknown Member")
        return Answer(member_payload(member))

    def _known_guild(self, call: Call) -> Guild:
        guild = self._world.guilds.get(call.ids[0])
        if guild is None:
            raise ApiError(404, 10004, "Unknown Guild")
        return guild
