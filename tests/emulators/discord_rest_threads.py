"""REST: threads that the bot starts or wakes."""

from collections.abc import Mapping

from tests.emulators.discord_backend import Backend
from tests.emulators.discord_errors import (
    Answer,
    ApiError,
    Call,
    invalid_form,
    missing_access,
    missing_permissions,
    unknown_channel,
    unknown_message,
)
from tests.emulators.discord_kinds import ChannelKind
from tests.emulators.discord_payloads import channel_payload
from tests.emulators.discord_permissions import Permission, permissions_in
from tests.emulators.discord_places import Places
from tests.emulators.discord_routes import Handler

_NAME_LENGTH = 100  # Discord docs, Start Thread from Message.
_ARCHIVE_AFTER_MIN = (60, 1440, 4320, 10080)


class ThreadRoutes:
    """Starting a thread from a message, and waking one."""

    def __init__(self, backend: Backend, places: Places) -> None:
        self._world = backend.world
        self._places = places

    def routes(self) -> Mapping[str, Handler]:
        return {"POST /channels/*/messages/*/threads": self._start, "PATCH /channels/*": self._change}

    def _change(self, call: Call) -> Answer:
        """Modify Thread, as far as its being archived goes: nothing else of a channel is the bot's to change."""
        thread = self._world.channels.get(call.ids[0])
        if thread is None or not thread.is_thread:
            raise unknown_channel()
        may = permissions_in(thread, self._world.bot)
        needed = Permission.MANAGE_THREADS if thread.locked else Permission.SEND_MESSAGES_IN_THREADS
        if needed not in may or set(call.body) != {"archived"}:
            raise missing_permissions()
        self._places.archive(thread, archived=bool(call.body["archived"]), locked=thread.locked)
        return Answer(channel_payload(thread))

    def _start(self, call: Call) -> Answer:
        channel = self._world.channels.get(call.ids[0])
        if channel is None:
            raise unknown_channel()
        may = permissions_in(channel, self._world.bot)
        if Permission.VIEW_CHANNEL not in may:
            raise missing_access()
        if Permission.CREATE_PUBLIC_THREADS not in may:
            raise missing_permissions()
        if channel.kind not in (ChannelKind.TEXT, ChannelKind.ANNOUNCEMENT):
            raise ApiError(400, 50024, "Cannot execute action on this channel type")
        message = channel.messages.get(call.ids[1])
        if message is None or message.deleted:
            raise unknown_message()
        if message.thread is not None:
            raise ApiError(400, 160004, "A thread has already been created for this message")
        name = call.body.get("name") or ""
        if not 1 <= len(name) <= _NAME_LENGTH:
            raise invalid_form("name", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length.")
        if call.body.get("auto_archive_duration", 1440) not in _ARCHIVE_AFTER_MIN:
            raise invalid_form("auto_archive_duration", "BASE_TYPE_CHOICES", "Value must be one of them.")
        bot = self._world.bot
        thread = self._places.add_thread(channel, name, starter=bot, message=message, private=False)
        return Answer(channel_payload(thread), 201)
