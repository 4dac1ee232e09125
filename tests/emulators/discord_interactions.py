"""Slash commands and buttons: people use them, the bot responds in time or is told that it did not."""

import secrets
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tests.emulators.discord_backend import Backend, Draft
from tests.emulators.discord_errors import NO_CONTENT, Answer, ApiError, Call, invalid_form, unknown_message
from tests.emulators.discord_forms import allowed_in, check_form, check_not_empty, read_flags
from tests.emulators.discord_links import uploaded
from tests.emulators.discord_message_payloads import message_payload
from tests.emulators.discord_payloads import attachment_payload, channel_payload, member_payload, person_payload
from tests.emulators.discord_permissions import permissions_in
from tests.emulators.discord_rest_messages import revise
from tests.emulators.discord_routes import Handler
from tests.emulators.discord_world import (
    NO_FLAGS,
    Channel,
    File,
    Interaction,
    Message,
    MessageFlag,
    MessageKind,
    Payload,
    Person,
)

_FIRST_RESPONSE_S, _TOKEN_S = 3.0, 15 * 60.0  # Discord docs, Receiving and Responding.
_SLASH, _MENU = 1, 3  # Discord docs, Application Command Types.
_COMMAND, _COMPONENT = 2, 3  # Discord docs, Interaction Type.
_BUTTON = 2  # Discord docs, Component Types.
_MESSAGE, _DEFERRED_MESSAGE, _DEFERRED_UPDATE = 4, 5, 6  # Discord docs, Interaction Callback Type.
_OPTION_TYPES = {bool: 5, str: 3, int: 4, float: 10, File: 11}


class Interactions:
    """The people's side and the bot's side of slash commands."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._world = backend.world
        self._by_token: dict[str, Interaction] = {}

    def routes(self) -> Mapping[str, Handler]:
        routes: dict[str, Handler] = {
            "POST /interactions/*/:token/callback": self._respond,
            "POST /webhooks/*/:token": self._follow_up,
        }
        for name in ("@original", "*"):
            path = f"/webhooks/*/:token/messages/{name}"
            routes |= {f"GET {path}": self._get, f"PATCH {path}": self._edit, f"DELETE {path}": self._delete}
        return routes

    def use(self, channel: Channel, person: Person, name: str, options: Mapping[str, Any]) -> Interaction:
        """A person uses a command.

        Raises:
            AssertionError: the bot registered no command of that name.
        """
        command = self._registered(name, _SLASH)
        offered = {option["name"]: option for option in command["options"]}
        for option, value in options.items():
            assert offered[option]["type"] == _OPTION_TYPES[type(value)], f"{option!r} is of another type"
            choices = [choice["value"] for choice in offered[option].get("choices", ())]
            assert not choices or value in choices, f"{option!r} can be one of {choices}"
        interaction = Interaction(
            id=self._world.new_id(), token=secrets.token_urlsafe(48), command=name, channel=channel, person=person
        )
        data: Payload = {"id": command["id"], "name": name, "type": _SLASH}
        self._announce(interaction, self._with_options(channel, data, options), kind=_COMMAND)
        return interaction

    def use_menu(self, message: Message, person: Person, name: str) -> Interaction:
        """A person chooses an entry in the menu of a message.

        Raises:
            AssertionError: the bot registered none of that name, or nobody sees the message.
        """
        assert not message.deleted, "the message is gone"
        command = self._registered(name, _MENU)
        interaction = Interaction(
            id=self._world.new_id(),
            token=secrets.token_urlsafe(48),
            command=name,
            channel=message.channel,
            person=person,
        )
        # Discord docs, Message Content Intent: the target is shown whole.
        shown = message_payload(message, replace(self._backend.view(), sees_content=True))
        target = str(message.id)
        data: Payload = {"id": command["id"], "name": name, "type": _MENU, "target_id": target}
        data["resolved"] = {"messages": {target: shown}}
        self._announce(interaction, data, kind=_COMMAND)
        return interaction

    def _registered(self, name: str, kind: int) -> Payload:
        commands = self._backend.commands.values()
        command = next((one for one in commands if (one["name"], one["type"]) == (name, kind)), None)
        assert command is not None, f"the bot registered no command {name!r}"
        return command

    def press(self, message: Message, person: Person, label: str) -> Interaction:
        """A person presses a button of a message; without a label the only one.

        Raises:
            AssertionError: nobody sees it there.
        """
        shown = [] if message.deleted else message.versions[-1].components
        buttons = [one for row in shown for one in row["components"] if one["type"] == _BUTTON]
        buttons = [one for one in buttons if one["label"] == label or not label]
        assert len(buttons) == 1, f"there is not one button {label} to press but {len(buttons)}"
        custom_id = buttons[0]["custom_id"]
        interaction = Interaction(
            id=self._world.new_id(),
            token=secrets.token_urlsafe(48),
            command=custom_id,
            channel=message.channel,
            person=person,
            pressed_on=message,
        )
        self._announce(interaction, {"custom_id": custom_id, "component_type": _BUTTON}, kind=_COMPONENT)
        return interaction

    def _announce(self, interaction: Interaction, data: Payload, *, kind: int) -> None:
        self._by_token[interaction.token] = interaction
        self._backend.interactions.append(interaction)
        payload = self._payload(interaction, data, kind=kind)
        if interaction.pressed_on is not None:
            payload["message"] = self._shown(interaction.pressed_on)
        self._backend.publish("INTERACTION_CREATE", None, lambda _: payload)

    def _with_options(self, channel: Channel, data: Payload, options: Mapping[str, Any]) -> Payload:
        resolved: Payload = {}
        data["options"] = [self._option(channel, name, value, resolved) for name, value in options.items()]
        return data | {"resolved": {"attachments": resolved}} if resolved else data

    def _payload(self, interaction: Interaction, data: Payload, *, kind: int) -> Payload:
        channel, person, guild = interaction.channel, interaction.person, interaction.channel.guild
        payload: Payload = {
            "id": str(interaction.id),
            "application_id": str(self._world.bot.id),
            "type": kind,
            "token": interaction.token,
            "version": 1,
            "data": data,
            "channel_id": str(channel.id),
            "channel": channel_payload(channel),
            "locale": person.locale,
            "attachment_size_limit": 10 * 1024 * 1024,
            "entitlements": [],
            "app_permissions": str(int(permissions_in(channel, self._world.bot))),
            "authorizing_integration_owners": {"0": str(guild.id) if guild else "0"},
            "context": 0 if guild else 1,
        }
        if guild is None:
            return payload | {"user": person_payload(person)}
        member = member_payload(guild.members[person.id]) | {"permissions": str(int(permissions_in(channel, person)))}
        short_guild = {"id": str(guild.id), "features": [], "locale": "en-US"}
        return payload | {"guild_id": str(guild.id), "guild": short_guild, "guild_locale": "en-US", "member": member}

    def _option(self, channel: Channel, name: str, value: Any, resolved: Payload) -> Payload:
        kind = _OPTION_TYPES[type(value)]
        if isinstance(value, File):
            attachment = uploaded(value, attachment_id=self._world.new_id(), channel_id=channel.id, ephemeral=True)
            self._world.attachments[attachment.id] = attachment
            value = str(attachment.id)
            resolved[value] = attachment_payload(attachment, self._backend.links) | {"ephemeral": True}
        return {"name": name, "type": kind, "value": value}

    def _respond(self, call: Call) -> Answer:
        interaction = self._by_token.get(call.token)
        if interaction is None or interaction.id != call.ids[0]:
            raise ApiError(404, 10062, "Unknown interaction")
        if interaction.acknowledged_at is not None:
            raise ApiError(400, 40060, "Interaction has already been acknowledged.")
        if time.monotonic() - interaction.at > _FIRST_RESPONSE_S:
            raise ApiError(404, 10062, "Unknown interaction")
        kind, data = call.body.get("type"), call.body.get("data") or {}
        if interaction.pressed_on is not None:
            return _noticed(interaction, kind)
        if kind not in (_MESSAGE, _DEFERRED_MESSAGE):
            raise invalid_form("type", "BASE_TYPE_CHOICES", "Only 4 and 5 answer a command here.")
        loading = kind == _DEFERRED_MESSAGE
        message = self._post(interaction, data, call.files, loading=loading)
        interaction.acknowledged_at = time.monotonic()
        interaction.original = message
        if call.query.get("with_response") not in ("1", "true"):
            return NO_CONTENT
        about = {
            "id": str(interaction.id),
            "type": _COMMAND,
            "response_message_id": str(message.id),
            "response_message_loading": loading,
            "response_message_ephemeral": MessageFlag.EPHEMERAL in message.flags,
        }
        return Answer({"interaction": about, "resource": {"type": kind, "message": self._shown(message)}})

    def _post(
        self, interaction: Interaction, data: Payload, files: tuple[File, ...], *, loading: bool = False
    ) -> Message:
        check_form(Call(method="POST", path="", body=data, files=files))
        draft = Draft(
            author=self._world.bot,
            text=data.get("content") or "",
            files=files,
            embeds=tuple(data.get("embeds") or ()),
            components=tuple(data.get("components") or ()),
            flags=read_flags(data) | (MessageFlag.LOADING if loading else NO_FLAGS),
            kind=MessageKind.CHAT_INPUT_COMMAND,
            allowed=allowed_in(data),
            interaction=interaction,
        )
        check_not_empty(text=draft.text, has_more=loading or bool(files or draft.embeds or draft.components))
        return self._backend.post(interaction.channel, draft)

    def _follow_up(self, call: Call) -> Answer:
        interaction = self._live(call)
        original = interaction.original
        if original is not None and MessageFlag.LOADING in original.flags:
            # The first follow-up after a deferral takes the place of "thinking".
            return Answer(self._shown(self._revise(original, call)))
        message = self._post(interaction, call.body, call.files)
        interaction.followups.append(message)
        return Answer(self._shown(message))

    def _live(self, call: Call) -> Interaction:
        interaction = self._by_token.get(call.token)
        if interaction is None or call.ids[0] != self._world.bot.id or interaction.acknowledged_at is None:
            raise ApiError(404, 10015, "Unknown Webhook")
        if time.monotonic() - interaction.at > _TOKEN_S:
            raise ApiError(401, 50027, "Invalid Webhook Token")
        return interaction

    def _message(self, call: Call) -> Message:
        interaction = self._live(call)
        of_followups = {message.id: message for message in interaction.followups}
        by_id = len(call.ids) > 1
        message = of_followups.get(call.ids[1]) if by_id else interaction.original
        if by_id and interaction.original is not None and interaction.original.id == call.ids[1]:
            message = interaction.original
        if message is None or message.deleted:
            raise unknown_message()
        return message

    def _get(self, call: Call) -> Answer:
        return Answer(self._shown(self._message(call)))

    def _edit(self, call: Call) -> Answer:
        return Answer(self._shown(self._revise(self._message(call), call)))

    def _revise(self, message: Message, call: Call) -> Message:
        was = message.flags
        message.flags &= ~MessageFlag.LOADING
        try:
            return revise(self._backend, message, call)
        except ApiError:
            message.flags = was
            raise

    def _delete(self, call: Call) -> Answer:
        self._backend.delete(self._message(call))
        return NO_CONTENT

    def _shown(self, message: Message) -> Payload:
        return message_payload(message, self._backend.view())


def _noticed(interaction: Interaction, kind: Any) -> Answer:
    if kind != _DEFERRED_UPDATE:
        raise invalid_form("type", "BASE_TYPE_CHOICES", "Only 6 answers a button here.")
    interaction.acknowledged_at = time.monotonic()
    about = {"id": str(interaction.id), "type": _COMPONENT}
    return Answer({"interaction": about, "resource": {"type": kind}})
