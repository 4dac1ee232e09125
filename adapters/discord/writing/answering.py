"""Answers through the tokens of interactions: also where the bot may not write, or nobody else is to see them."""

import logging

import discord

from adapters.discord.errors import discord_request
from adapters.discord.interactions.opened import Opened
from adapters.discord.interactions.waiting import Interactions
from adapters.discord.places import of_message
from adapters.discord.writing.sending import changed
from bot.errors import PlatformError, PlatformRefused, PlatformUnavailable
from bot.events import Action, ConversationKey, MessageId
from bot.ports.parts import Part
from bot.sentences import sentence

GOES_ON_PRIVATELY = sentence(
    "This takes longer than Discord lets me answer here. My answer comes in our private chat. If it does not, please "
    "ask me again."
)

_log = logging.getLogger(__name__)


class Answering:
    """The first message of an answer, and at most 5 that follow it, within 15 minutes."""

    def __init__(self, interactions: Interactions) -> None:
        self._interactions = interactions

    async def post(self, key: ConversationKey, part: Part, *, asked: MessageId | None, nonce: str) -> MessageId | None:
        """Send one message; None if there is no way.

        Args:
            key: Where.
            part: What.
            asked: The interaction that it answers; None: it follows what another one was answered there.
            nonce: The same for every attempt.

        Raises:
            PlatformUncertain: it may stand there. To try again is harmless, but for messages that follow: Discord
                knows no nonce here, so they come a second time rather than not at all.
        """
        if asked is not None:
            opened = await self._interactions.take(asked, nonce=nonce)
        else:
            opened = await self._interactions.take_further(key, nonce=nonce)
        if opened is None:
            return None
        try:
            return await self._through(opened, part, nonce)
        except (PlatformRefused, PlatformUnavailable) as error:
            _log.warning("%s The answer takes another way.", error)
            return None

    async def edit(self, message_id: MessageId, part: Part) -> bool:
        """Replace a message; False if it has to be tried in another way."""
        opened = await self._interactions.holder(message_id)
        if opened is None:
            return False
        try:
            await _show(opened, message_id, part)
            self._note_growth(opened, message_id, part)
        except (PlatformRefused, PlatformUnavailable) as error:
            # The token goes through the connection that the interaction came from, which may be gone.
            _log.debug("%s", error)
            return False
        return True

    async def delete(self, message_id: MessageId) -> bool:
        """Take a message back; False if it has to be tried in another way."""
        opened = await self._interactions.holder(message_id)
        if opened is None:
            return False
        try:
            await _delete(opened, message_id)
        except (PlatformRefused, PlatformUnavailable) as error:
            _log.debug("%s", error)
            return False
        return True

    async def say_where(self, key: ConversationKey) -> None:
        """Say where the answers come that take longer than Discord lets one person alone be answered. Never raises.

        What was shown of them would look unfinished for ever.
        """
        for opened in self._interactions.running_out(key):
            message_id, opened.growing = opened.growing, None
            told = GOES_ON_PRIVATELY.in_language(opened.interaction.locale.value)
            try:
                sent = await _show(opened, message_id, Part(told))
            except PlatformError as error:
                _log.debug("%s", error)
            else:
                opened.original = opened.original or sent

    async def _through(self, opened: Opened, part: Part, nonce: str) -> MessageId:
        if opened.original is None or opened.nonce == nonce:
            opened.nonce = nonce
            message_id = opened.original = await _show(opened, None, part)
        elif known := opened.followups.get(nonce):
            await _show(opened, known, part)
            return known
        else:
            message_id = opened.followups[nonce] = await _follow_up(opened, part)
        self._interactions.note(message_id, opened)
        self._note_growth(opened, message_id, part)
        return message_id

    def _note_growth(self, opened: Opened, message_id: MessageId, part: Part) -> None:
        if any(button.action is Action.STOP for row in part.buttons for button in row):
            self._interactions.note_growing(opened, message_id)
        elif opened.growing == message_id:
            self._interactions.note_growing(opened, None)


async def _show(opened: Opened, message_id: MessageId | None, part: Part) -> MessageId:
    """Let a message show a part; None: the first answer."""
    interaction = opened.interaction
    async with discord_request("answering a command"):
        if message_id in (None, opened.original):
            return of_message((await interaction.edit_original_response(**changed(part))).id)
        return of_message((await interaction.followup.edit_message(int(message_id), **changed(part))).id)


async def _delete(opened: Opened, message_id: MessageId) -> None:
    async with discord_request("taking an answer to a command back"):
        try:
            if message_id == opened.original:
                await opened.interaction.delete_original_response()
            else:
                await opened.interaction.followup.delete_message(int(message_id))
        except discord.NotFound:
            return


async def _follow_up(opened: Opened, part: Part) -> MessageId:
    fields = changed(part)
    files, view = fields.pop("attachments"), fields.pop("view")
    options = {"view": view} if view else {}
    async with discord_request("answering a command"):
        message = await opened.interaction.followup.send(
            **fields, files=files, ephemeral=opened.is_private, wait=True, **options
        )
    return of_message(message.id)
