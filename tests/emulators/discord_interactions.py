"""Slash commands, menus of messages, forms and buttons: people use them."""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tests.emulators.common import eventually
from tests.emulators.discord_backend import Backend
from tests.emulators.discord_interaction_responses import Responses
from tests.emulators.discord_interaction_rules import (
    AUTOCOMPLETE,
    BUTTON,
    COMMAND,
    COMPONENT,
    FORM,
    MENU,
    OPTION_TYPES,
    SLASH,
    SLASH_CONTEXTS,
)
from tests.emulators.discord_kinds import MessageFlag
from tests.emulators.discord_links import uploaded
from tests.emulators.discord_message_payloads import message_payload
from tests.emulators.discord_payloads import (
    attachment_payload,
    channel_payload,
    integration_owners,
    member_payload,
    person_payload,
)
from tests.emulators.discord_permissions import permissions_in
from tests.emulators.discord_world import Channel, File, Interaction, Message, Payload, Person


class Interactions:
    """The people's side."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._world = backend.world
        self.responses = Responses(backend)

    def use(self, channel: Channel, person: Person, name: str, options: Mapping[str, Any]) -> Interaction:
        """A person uses a command.

        Raises:
            AssertionError: the bot registered no command of that name, not for this place, or other options.
        """
        command = self._registered(channel, person, name, SLASH)
        offered = {option["name"]: option for option in command["options"]}
        for option, value in options.items():
            assert offered[option]["type"] == OPTION_TYPES[type(value)], f"{option!r} is of another type"
            choices = [choice["value"] for choice in offered[option].get("choices", ())]
            assert not choices or value in choices, f"{option!r} can be one of {choices}"
            longest = offered[option].get("max_length", 6000)
            assert not isinstance(value, str) or len(value) <= longest, f"{option!r} is too long"
        missing = [option for option, one in offered.items() if one.get("required") and option not in options]
        assert not missing, f"{missing} are required"
        interaction = self._interaction(channel, person, name)
        data: Payload = {"id": command["id"], "name": name, "type": SLASH}
        self._announce(interaction, self._with_options(channel, data, options), kind=COMMAND)
        return interaction

    async def suggestions(self, channel: Channel, person: Person, name: str, option: str, typed: str) -> list[Payload]:
        """What the bot offers while a person types an option."""
        command = self._registered(channel, person, name, SLASH)
        [offered] = [one for one in command["options"] if one["name"] == option]
        assert offered.get("autocomplete"), f"{option!r} suggests nothing"
        interaction = self._interaction(channel, person, name)
        focused = {"name": option, "type": offered["type"], "value": typed, "focused": True}
        data: Payload = {"id": command["id"], "name": name, "type": SLASH, "options": [focused]}
        self._announce(interaction, data, kind=AUTOCOMPLETE)
        await eventually(lambda: interaction.acknowledged_at, what="suggestions")
        return interaction.suggestions

    def use_menu(self, message: Message, person: Person, name: str) -> Interaction:
        """A person chooses an entry in the menu of a message.

        Raises:
            AssertionError: the bot registered none of that name for this place, or nobody sees the message.
        """
        assert not message.deleted, "the message is gone"
        command = self._registered(message.channel, person, name, MENU)
        interaction = self._interaction(message.channel, person, name)
        # Discord docs, Message Content Intent: the target is shown whole.
        shown = message_payload(message, replace(self._backend.view(), sees_content=True))
        target = str(message.id)
        data: Payload = {"id": command["id"], "name": name, "type": MENU, "target_id": target}
        data["resolved"] = {"messages": {target: shown}}
        self._announce(interaction, data, kind=COMMAND)
        return interaction

    def press(self, message: Message, person: Person, label: str) -> Interaction:
        """A person presses a button of a message; without a label the only one.

        Raises:
            AssertionError: they see none there.
        """
        shown = [] if message.deleted else message.versions[-1].components
        buttons = [one for row in shown for one in row["components"] if one["type"] == BUTTON]
        buttons = [one for one in buttons if one["label"] == label or not label]
        assert len(buttons) == 1, f"there is not one button {label} to press but {len(buttons)}"
        if MessageFlag.EPHEMERAL in message.flags:
            assert message.interaction is not None
            assert message.interaction.person is person, "somebody else's private answer"
        custom_id = buttons[0]["custom_id"]
        interaction = self._interaction(message.channel, person, custom_id, pressed_on=message)
        if message.interaction is not None:
            interaction.by_person = message.interaction.by_person
        self._announce(interaction, {"custom_id": custom_id, "component_type": BUTTON}, kind=COMPONENT)
        return interaction

    def submit(self, opened_by: Interaction, values: Mapping[str, str]) -> Interaction:
        """A person fills the form in that the bot showed, and sends it.

        Raises:
            AssertionError: it showed none, or what is filled in does not fit.
        """
        form = opened_by.form
        assert form is not None, "there is no form"
        fields = [field for row in form["components"] for field in row["components"]]
        for field in fields:
            value = values.get(field["label"], "")
            assert value or not field.get("required", True), f"{field['label']!r} is required"
            assert len(value) <= field.get("max_length", 4000), f"{field['label']!r} is too long"
        interaction = self._interaction(opened_by.channel, opened_by.person, form["custom_id"])
        interaction.by_person = opened_by.by_person
        filled = [
            {"type": 4, "custom_id": field["custom_id"], "value": values.get(field["label"], "")} for field in fields
        ]
        rows = [{"type": 1, "components": [field]} for field in filled]
        self._announce(interaction, {"custom_id": form["custom_id"], "components": rows}, kind=FORM)
        return interaction

    def _registered(self, channel: Channel, person: Person, name: str, kind: int) -> Payload:
        commands = self._backend.commands.values()
        command = next((one for one in commands if (one["name"], one["type"]) == (name, kind)), None)
        assert command is not None, f"the bot registered no command {name!r}"
        context = _context(channel, self._world.bot)
        assert context in command.get("contexts", (0, 1, 2)), f"{name!r} is not offered in this kind of place"
        kinds = command.get("integration_types", (0,))
        by_person = person.id in self._world.installed_by and 1 in kinds
        by_guild = self._world.is_in(channel.guild) and 0 in kinds
        assert by_person or by_guild or context == SLASH_CONTEXTS.bot_dm, f"{name!r} is installed by nobody here"
        return command

    def _interaction(
        self, channel: Channel, person: Person, name: str, *, pressed_on: Message | None = None
    ) -> Interaction:
        return Interaction(
            id=self._world.new_id(),
            token=secrets.token_urlsafe(48),
            command=name,
            channel=channel,
            person=person,
            pressed_on=pressed_on,
            by_person=person.id in self._world.installed_by,
        )

    def _announce(self, interaction: Interaction, data: Payload, *, kind: int) -> None:
        interaction.kind = kind
        self.responses.expect(interaction)
        self._backend.interactions.append(interaction)
        payload = self._payload(interaction, data)
        if interaction.pressed_on is not None:
            payload["message"] = self.responses.shown(interaction.pressed_on)
        self._backend.publish("INTERACTION_CREATE", None, lambda _: payload)

    def _with_options(self, channel: Channel, data: Payload, options: Mapping[str, Any]) -> Payload:
        resolved: Payload = {}
        data["options"] = [self._option(channel, name, value, resolved) for name, value in options.items()]
        return data | {"resolved": {"attachments": resolved}} if resolved else data

    def _payload(self, interaction: Interaction, data: Payload) -> Payload:
        channel, person, guild = interaction.channel, interaction.person, interaction.channel.guild
        payload: Payload = {
            "id": str(interaction.id),
            "application_id": str(self._world.bot.id),
            "type": interaction.kind,
            "token": interaction.token,
            "version": 1,
            "data": data,
            "channel_id": str(channel.id),
            "channel": channel_payload(channel),
            "locale": person.locale,
            "attachment_size_limit": 10 * 1024 * 1024,
            "entitlements": [],
            "app_permissions": str(int(permissions_in(channel, self._world.bot))),
            "authorizing_integration_owners": integration_owners(interaction, is_there=self._world.is_in(guild)),
            "context": _context(channel, self._world.bot),
        }
        if guild is None:
            return payload | {"user": person_payload(person)}
        member = member_payload(guild.members[person.id]) | {"permissions": str(int(permissions_in(channel, person)))}
        short_guild = {"id": str(guild.id), "features": [], "locale": guild.locale}
        of_guild = {"guild_id": str(guild.id), "guild": short_guild, "guild_locale": guild.locale}
        return payload | of_guild | {"member": member}

    def _option(self, channel: Channel, name: str, value: Any, resolved: Payload) -> Payload:
        kind = OPTION_TYPES[type(value)]
        if isinstance(value, File):
            attachment = uploaded(value, attachment_id=self._world.new_id(), channel_id=channel.id, ephemeral=True)
            self._world.attachments[attachment.id] = attachment
            value = str(attachment.id)
            resolved[value] = attachment_payload(attachment, self._backend.links) | {"ephemeral": True}
        return {"name": name, "type": kind, "value": value}


def _context(channel: Channel, bot: Person) -> int:
    if channel.guild is not None:
        return SLASH_CONTEXTS.guild
    return SLASH_CONTEXTS.among_others if channel.others else SLASH_CONTEXTS.bot_dm
