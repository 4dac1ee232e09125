"""Who may change the settings of a conversation, and what the bot gets to see there."""

import discord

from adapters.discord.errors import discord_request
from adapters.discord.places import owner_of
from bot.events import ConversationKey, PersonId
from bot.sentences import NO_SENTENCE, Sentence, sentence

CONTENT_INTENT = sentence(
    "I can't do that yet: here Discord shows me only what is said to me. Whoever runs me can switch on the Message "
    "Content Intent."
)


async def may_manage(rest: discord.Client, key: ConversationKey, person: PersonId) -> bool:
    """Whether somebody may manage the channel (of a thread: its parent) or the whole server, or is alone with the bot.

    A `personal_place` is its person's. Elsewhere it costs three requests: nobody's rights are kept, so that what an
    administrator takes away is gone at once.
    """
    owner = owner_of(key)
    if owner is not None:
        return PersonId(str(owner)) == person
    async with discord_request(f"asking for somebody's rights in channel {key.chat_id}"):
        channel = await rest.fetch_channel(int(key.chat_id))
        if not isinstance(channel, discord.abc.GuildChannel):
            return isinstance(channel, discord.DMChannel)
        # What the channel came with is a server of which nothing but the id is known.
        channel.guild = await rest.fetch_guild(channel.guild.id, with_counts=False)
        try:
            may = channel.permissions_for(await channel.guild.fetch_member(int(person)))
        except discord.NotFound:
            # They left the server.
            return False
    return may.manage_channels or may.manage_guild


async def unheard(rest: discord.Client, key: ConversationKey) -> Sentence:
    """See `Chat.unheard`. Without the message content intent that is all but private chats (Discord docs, Gateway)."""
    if content_intent_is_on(rest):
        return NO_SENTENCE
    async with discord_request(f"asking for channel {key.chat_id}"):
        channel = await rest.fetch_channel(int(key.chat_id))
    return NO_SENTENCE if isinstance(channel, discord.DMChannel) else CONTENT_INTENT


def content_intent_is_on(rest: discord.Client) -> bool:
    """Whether the application may have the message content intent, as of the login."""
    application = rest.application
    if application is None:
        return True
    flags = application.flags
    # "Limited" is what applications have that Discord has not reviewed, which is most.
    return flags.gateway_message_content or flags.gateway_message_content_limited
