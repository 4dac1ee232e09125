"""Writing to Discord's channels."""

from dataclasses import replace

import discord
from discord.http import handle_message_parameters

from adapters.discord.errors import (
    ARCHIVED,
    AUTOMOD,
    BLOCKED_LINK,
    FILE_REMEDY,
    LOCKED,
    NO_ACCESS,
    NO_PERMISSION,
    discord_request,
)
from adapters.discord.interactions.waiting import Interactions
from adapters.discord.places import (
    channel_of,
    is_interaction,
    of_message,
    of_message_elsewhere,
    owner_of,
    whereabouts_of,
)
from adapters.discord.writing.answering import Answering
from adapters.discord.writing.sending import Sending, blaming_the_file, changed
from adapters.discord.writing.unspoken import Unspoken
from adapters.discord.writing.uploads import shows
from bot.errors import PlatformRefused
from bot.events import ConversationKey, MessageId
from bot.ports.clock import Clock
from bot.ports.parts import Part

_UNHEARD = frozenset({NO_ACCESS, NO_PERMISSION, LOCKED, ARCHIVED, AUTOMOD, BLOCKED_LINK})
"""What keeps an answer out of its channel, so that it has to be told in another way."""
_SEEN = "\N{EYES}"


class Posting:
    """Sends, edits and takes back messages. Raises `PlatformError` only."""

    def __init__(self, rest: discord.Client, interactions: Interactions, unspoken: Unspoken, clock: Clock) -> None:
        self._rest = rest
        self._sending = Sending(rest, clock)
        self._unspoken = unspoken
        self._answering = Answering(interactions)

    async def post(self, key: ConversationKey, part: Part, *, reply_to: MessageId | None, nonce: str) -> MessageId:
        """Send one message: through the interaction if `reply_to` is one that lives, else as a reply, else plain.

        For one person alone it is an ephemeral message, or else goes to the private chat with them: also what does not
        fit any more, or comes too late.
        """
        asked = reply_to if reply_to is not None and is_interaction(reply_to) else None
        if asked is not None and (sent := await self._answering.post(key, part, asked=asked, nonce=nonce)):
            return sent
        if owner := owner_of(key):
            sent = await self._answering.post(key, part, asked=None, nonce=nonce)
            return sent or await self._post_privately(owner, part, nonce=nonce)
        channel_id = channel_of(key)
        replied_to = reply_to if asked is None else None
        try:
            return of_message(await self._post(channel_id, part, reply_to=replied_to, nonce=nonce))
        except PlatformRefused as refused:
            if _is_muted(refused):
                if sent := await self._answering.post(key, part, asked=None, nonce=nonce):
                    return sent
                if reply_to is not None:
                    await self._unspoken.tell(channel_id, reply_to)
            raise

    async def edit(self, key: ConversationKey, message_id: MessageId, part: Part) -> None:
        """Replace a message of the bot's own, its buttons and its file included."""
        if owner_of(key):
            await self._answering.say_where(key)
        if not await self._answering.edit(message_id, part):
            await self._edit(*whereabouts_of(key, message_id), part)

    async def delete(self, key: ConversationKey, message_id: MessageId) -> None:
        """Take a message back; one that is gone already is fine."""
        if await self._answering.delete(message_id):
            return
        channel_id, number = whereabouts_of(key, message_id)
        async with discord_request(f"deleting in channel {channel_id}"):
            try:
                await self._rest.http.delete_message(channel_id, number)
            except discord.NotFound:
                return

    async def acknowledge(self, key: ConversationKey, message_id: MessageId) -> None:
        """Put a pair of eyes under a message. A used command shows by itself that it was seen."""
        if is_interaction(message_id):
            return
        channel = self._rest.get_partial_messageable(channel_of(key))
        async with discord_request(f"reacting in channel {channel.id}"):
            await channel.get_partial_message(int(message_id)).add_reaction(_SEEN)

    async def typing(self, key: ConversationKey, *, reply_to: MessageId) -> None:
        """Show "typing" for 10 s. To a used command Discord shows by itself, for 15 minutes, that the bot is thinking.

        There "typing" would also outlive the answer: only a new message ends it, and no edit.
        """
        if owner_of(key):
            await self._answering.say_where(key)
            return
        if is_interaction(reply_to):
            return
        # By its id alone: private chats and old threads are in no cache after a restart.
        channel = self._rest.get_partial_messageable(channel_of(key))
        async with discord_request(f"typing in channel {channel.id}"):
            await channel.typing()

    async def _post_privately(self, person: int, part: Part, *, nonce: str) -> MessageId:
        async with discord_request(f"opening the private chat with {person}"):
            channel = await self._rest.http.start_private_message(person)
        channel_id = int(channel["id"])
        # The conversation of that chat is another one: buttons would find nothing there.
        number = await self._post(channel_id, replace(part, buttons=()), reply_to=None, nonce=nonce)
        return of_message_elsewhere(channel_id, number)

    async def _post(self, channel_id: int, part: Part, *, reply_to: MessageId | None, nonce: str) -> int:
        async with discord_request(f"posting in channel {channel_id}"):
            with blaming_the_file(part):
                sent = await self._sending.send(channel_id, part, reply_to=reply_to, nonce=nonce)
            number, is_shown = int(sent["id"]), shows(sent, part)
        if not is_shown:
            # Discord knew the nonce and gave back the message of an earlier attempt, as it was then.
            await self._edit(channel_id, number, part)
        return number

    async def _edit(self, channel_id: int, number: int, part: Part) -> None:
        try:
            await self._edit_once(channel_id, number, part)
        except PlatformRefused as refused:
            if _code_of(refused) != ARCHIVED:
                raise
            # Somebody closed the thread while the answer grew. A new message would leave half of it behind.
            async with discord_request(f"opening thread {channel_id} again"):
                await self._rest.http.edit_channel(channel_id, archived=False)
            await self._edit_once(channel_id, number, part)

    async def _edit_once(self, channel_id: int, number: int, part: Part) -> None:
        async with discord_request(f"editing in channel {channel_id}"):
            with blaming_the_file(part), handle_message_parameters(**changed(part)) as params:
                await self._rest.http.edit_message(channel_id, number, params=params)


def _is_muted(refused: PlatformRefused) -> bool:
    # Where only files are refused, texts may get through.
    return refused.remedy != FILE_REMEDY and _code_of(refused) in _UNHEARD


def _code_of(refused: PlatformRefused) -> int:
    """Discord's own; 0 if it was not Discord that refused."""
    cause = refused.__cause__
    return cause.code if isinstance(cause, discord.HTTPException) else 0
