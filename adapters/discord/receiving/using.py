"""From used commands, pressed buttons and sent forms to events."""

import logging

import discord

from adapters.discord.client import Library, message_by_id, own_id
from adapters.discord.convert import quoted
from adapters.discord.interactions.forms import Form, Targets
from adapters.discord.interactions.used import button_pressed, command_received, question_received, target_of
from adapters.discord.places import Channel, Place, of_message
from adapters.discord.receiving.means import Means
from adapters.discord.receiving.tongues import Tongues
from bot.errors import PlatformError
from bot.events import ButtonPressed, MessageId, MessageReceived, Quoted
from bot.ports.tokens import Meaning

_log = logging.getLogger(__name__)

_UNSEEN = Quoted(message_id=None, author=None, is_own=False, text="", is_hidden=True)


class Using:
    """Reads what people do with the bot's commands, buttons and forms.

    Args:
        means: What it needs.
        tongues: Are told which language people have: Discord says so with what they use or press.
    """

    def __init__(self, means: Means, tongues: Tongues) -> None:
        self._rest = means.rest
        self._links = means.links
        self._unspoken = means.unspoken
        self._tongues = tongues
        self._targets = Targets()

    async def read_command(
        self, interaction: discord.Interaction[Library], channel: Channel, place: Place
    ) -> MessageReceived:
        """Convert the use of a command, with the files and the message that it is about."""
        bot_id = own_id(self._rest)
        return self._noted(
            command_received(interaction, channel=channel, place=place, links=self._links, bot_id=bot_id)
        )

    async def read_press(
        self, interaction: discord.Interaction[Library], press: Meaning, place: Place
    ) -> ButtonPressed:
        """Convert the press of a button."""
        event = button_pressed(interaction, press, place)
        self._tongues.note(event.sender)
        return event

    def note_target(self, interaction: discord.Interaction[Library], channel: Channel) -> MessageId | None:
        """Remember the message whose menu was used until a question about it comes. None if there is none."""
        target = target_of(interaction, channel=channel, links=self._links, bot_id=own_id(self._rest))
        if target is None:
            return None
        self._targets.add(interaction.user.id, target)
        return target.message_id

    async def read_form(self, interaction: discord.Interaction[Library], form: Form, place: Place) -> MessageReceived:
        """Convert a question about a message, which may have been asked for before a restart."""
        target = self._targets.get(interaction.user.id, of_message(form.message_id))
        if target is None and form.channel_id == interaction.channel_id:
            target = await self._target(form, sees_content=interaction.client.intents.message_content)
        # Of another channel nobody knows whether they may see it.
        target = target or _UNSEEN
        return self._noted(question_received(interaction, form.question, target, place=place))

    def _noted(self, event: MessageReceived) -> MessageReceived:
        self._unspoken.note(event.message_id, event.sender)
        self._tongues.note(event.sender)
        return event

    async def _target(self, form: Form, *, sees_content: bool) -> Quoted:
        try:
            message = await message_by_id(self._rest, form.channel_id, form.message_id)
        except PlatformError as error:
            _log.warning("%s The question about it comes without it.", error)
            return _UNSEEN
        self._links.note(message)
        return quoted(message, is_addressed=True, bot_id=own_id(self._rest), sees_content=sees_content)
