"""REST: writing, reading, changing and deleting messages, and typing."""

import bisect
import time
from collections.abc import Mapping

from tests.emulators.discord_backend import Backend, Draft, Revision
from tests.emulators.discord_errors import (
    NO_CONTENT,
    Answer,
    ApiError,
    Call,
    clients_fault,
    invalid_form,
    missing_access,
    missing_permissions,
    unknown_channel,
    unknown_message,
)
from tests.emulators.discord_forms import allowed_in, check_form, check_not_empty, read_flags
from tests.emulators.discord_kinds import SYSTEM_MESSAGES, ChannelKind, MessageFlag, MessageKind
from tests.emulators.discord_message_payloads import message_payload
from tests.emulators.discord_permissions import Permission, permissions_in
from tests.emulators.discord_routes import Handler
from tests.emulators.discord_world import Channel, Message, Person, Typing

_NONCE_S = 300.0  # Discord docs, Create Message: "the past few minutes".
_PAGE, _MAX_PAGE = 50, 100  # Discord docs, Get Channel Messages.
_REPLIABLE = (MessageKind.DEFAULT, MessageKind.REPLY, MessageKind.CHAT_INPUT_COMMAND)


class MessageRoutes:
    """The routes below ``/channels/{id}`` that deal with messages."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._world = backend.world
        self._by_nonce: dict[tuple[int, str], Message] = {}

    def routes(self) -> Mapping[str, Handler]:
        return {
            "POST /channels/*/messages": self._create,
            "GET /channels/*/messages": self._page,
            "GET /channels/*/messages/*": self._get,
            "PATCH /channels/*/messages/*": self._edit,
            "DELETE /channels/*/messages/*": self._delete,
            "PUT /channels/*/messages/*/reactions/:word/@me": self._react,
            "POST /channels/*/typing": self._type,
        }

    def _create(self, call: Call) -> Answer:
        channel = self._writable(call.ids[0])
        check_form(call)
        earlier = self._earlier(channel, call)
        if earlier is not None:
            return self._shown(earlier)
        reply_to = self._referenced(channel, call)
        body = call.body
        draft = Draft(
            author=self._world.bot,
            text=body.get("content") or "",
            files=call.files,
            reply_to=reply_to,
            embeds=tuple(body.get("embeds") or ()),
            components=tuple(body.get("components") or ()),
            flags=read_flags(body) & (MessageFlag.SUPPRESS_EMBEDS | MessageFlag.IS_COMPONENTS_V2),
            nonce=body.get("nonce"),
            allowed=allowed_in(body),
        )
        check_not_empty(text=draft.text, has_more=bool(draft.files or draft.embeds or draft.components))
        self._check_extras(channel, embeds=bool(draft.embeds), files=bool(draft.files))
        message = self._backend.post(channel, draft)
        if draft.nonce is not None:
            self._by_nonce[channel.id, str(draft.nonce)] = message
        return self._shown(message)

    def _writable(self, channel_id: int) -> Channel:
        channel = self._seen(channel_id)
        if channel.recipient is not None and not self._may_write_to(channel.recipient):
            raise ApiError(403, 50007, "Cannot send messages to this user")
        if channel.kind is ChannelKind.FORUM:
            raise ApiError(400, 50008, "Cannot send messages in a non-text channel")
        needed = Permission.SEND_MESSAGES_IN_THREADS if channel.is_thread else Permission.SEND_MESSAGES
        may = permissions_in(channel, self._world.bot)
        if needed not in may or (channel.locked and Permission.MANAGE_THREADS not in may):
            raise missing_permissions()
        return channel

    def _may_write_to(self, person: Person) -> bool:
        return not person.is_bot and person.accepts_dms and self._world.knows(person)

    def _seen(self, channel_id: int) -> Channel:
        channel = self._world.channels.get(channel_id)
        if channel is None:
            raise unknown_channel()
        if Permission.VIEW_CHANNEL not in permissions_in(channel, self._world.bot):
            raise missing_access()
        return channel

    def _earlier(self, channel: Channel, call: Call) -> Message | None:
        """The message with the same nonce that is returned instead of writing a new one."""
        nonce = call.body.get("nonce")
        if nonce is None or not call.body.get("enforce_nonce"):
            return None
        message = self._by_nonce.get((channel.id, str(nonce)))
        if message is None or time.monotonic() - message.sent_at > _NONCE_S:
            return None
        if message.deleted:
            raise unknown_message()
        return message

    def _referenced(self, channel: Channel, call: Call) -> Message | None:
        pointer = call.body.get("message_reference")
        if not pointer:
            return None
        if Permission.READ_MESSAGE_HISTORY not in permissions_in(channel, self._world.bot):
            raise ApiError(403, 160002, "Cannot reply without permission to read message history")
        message = channel.messages.get(int(pointer["message_id"]))
        if message is None or message.deleted:
            if pointer.get("fail_if_not_exists", True):
                raise invalid_form("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message", expected=True)
            return None
        if message.kind not in _REPLIABLE:
            raise invalid_form(
                "message_reference", "REPLIES_CANNOT_REPLY_TO_SYSTEM_MESSAGE", "Cannot reply to a system message"
            )
        return message

    def _check_extras(self, channel: Channel, *, embeds: bool, files: bool) -> None:
        may = permissions_in(channel, self._world.bot)
        if (embeds and Permission.EMBED_LINKS not in may) or (files and Permission.ATTACH_FILES not in may):
            raise missing_permissions()

    def _edit(self, call: Call) -> Answer:
        message = self._message(call)
        if message.author is not self._world.bot:
            raise ApiError(403, 50005, "Cannot edit a message authored by another user")
        if message.kind in SYSTEM_MESSAGES:
            raise clients_fault(ApiError(403, 50021, "Cannot execute action on a system message"))
        if message.channel.archived:
            raise ApiError(400, 50083, "Thread is archived")
        self._check_extras(message.channel, embeds=False, files=bool(call.files))
        return self._shown(revise(self._backend, message, call))

    def _delete(self, call: Call) -> Answer:
        message = self._message(call)
        may = permissions_in(message.channel, self._world.bot)
        if message.author is not self._world.bot and Permission.MANAGE_MESSAGES not in may:
            raise missing_permissions()
        self._backend.delete(message)
        return NO_CONTENT

    def _react(self, call: Call) -> Answer:
        message = self._message(call)
        needed = Permission.ADD_REACTIONS | Permission.READ_MESSAGE_HISTORY
        if needed not in permissions_in(message.channel, self._world.bot):
            raise missing_permissions()
        if call.word not in message.reactions:
            message.reactions.append(call.word)
        return NO_CONTENT

    def _get(self, call: Call) -> Answer:
        message = self._message(call)
        if Permission.READ_MESSAGE_HISTORY not in permissions_in(message.channel, self._world.bot):
            raise missing_access()
        return self._shown(message)

    def _message(self, call: Call) -> Message:
        channel = self._seen(call.ids[0])
        message = channel.messages.get(call.ids[1])
        if message is None or message.deleted or MessageFlag.EPHEMERAL in message.flags:
            raise unknown_message()
        return message

    def _page(self, call: Call) -> Answer:
        channel = self._seen(call.ids[0])
        limit = int(call.query.get("limit", _PAGE))
        if not 1 <= limit <= _MAX_PAGE:
            raise invalid_form("limit", "NUMBER_TYPE_MAX", "int value should be between 1 and 100.")
        if Permission.READ_MESSAGE_HISTORY not in permissions_in(channel, self._world.bot):
            return Answer([])
        view = self._backend.view()
        return Answer([message_payload(message, view) for message in _page_of(channel, call.query, limit)])

    def _type(self, call: Call) -> Answer:
        channel = self._writable(call.ids[0])
        self._backend.typing_events.append(Typing(channel=channel))
        return NO_CONTENT

    def _shown(self, message: Message) -> Answer:
        return Answer(message_payload(message, self._backend.view()))


def revise(backend: Backend, message: Message, call: Call) -> Message:
    """Apply the body of a PATCH to one of the bot's messages.

    Raises:
        ApiError: the form is wrong, or nothing of the message would be left.
    """
    check_form(call)
    body = call.body
    revision = Revision(
        text=(body["content"] or "") if "content" in body else None,
        embeds=tuple(body["embeds"] or ()) if "embeds" in body else None,
        components=tuple(body["components"] or ()) if "components" in body else None,
        kept_attachments=_kept(body.get("attachments")) if "attachments" in body else None,
        new_files=call.files,
        allowed=allowed_in(body),
        flags=_new_flags(message, read_flags(body)) if "flags" in body else None,
    )
    last = message.versions[-1]
    components = last.components if revision.components is None else revision.components
    embeds = last.embeds if revision.embeds is None else revision.embeds
    kept = [one for one in last.attachments if revision.kept_attachments is None or one.id in revision.kept_attachments]
    text = last.text if revision.text is None else revision.text
    if text and MessageFlag.IS_COMPONENTS_V2 in message.flags:
        raise invalid_form(
            "content",
            "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
            "The 'content' field cannot be used when using MessageFlags.IS_COMPONENTS_V2",
        )
    check_not_empty(text=text, has_more=bool(components or embeds or kept or call.files))
    backend.edit(message, revision)
    return message


def _kept(attachments: list[dict[str, object]] | None) -> frozenset[int]:
    return frozenset(int(str(one["id"])) for one in attachments or ())


def _new_flags(message: Message, flags: MessageFlag) -> MessageFlag:
    """Only the suppression of embeds can be changed both ways; components v2 can only be switched on."""
    fixed = message.flags & ~MessageFlag.SUPPRESS_EMBEDS
    return fixed | (flags & (MessageFlag.SUPPRESS_EMBEDS | MessageFlag.IS_COMPONENTS_V2))


def _page_of(channel: Channel, query: Mapping[str, str], limit: int) -> list[Message]:
    """Newest first, whichever way was asked for. ``around`` is not offered: nothing here asks for it."""
    order = channel.order
    if "after" in query:
        start = bisect.bisect_right(order, int(query["after"]))
        numbers = iter(order[start:])
    else:
        end = bisect.bisect_left(order, int(query["before"])) if "before" in query else len(order)
        numbers = iter(reversed(order[:end]))
    page: list[Message] = []
    for number in numbers:
        message = channel.messages[number]
        if not message.deleted and MessageFlag.EPHEMERAL not in message.flags:
            page.append(message)
        if len(page) == limit:
            break
    return sorted(page, key=lambda message: message.id, reverse=True)
