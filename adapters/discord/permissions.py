"""What the bot may do in a channel, by what Discord told of roles and channels: no request."""

import discord

from adapters.discord.places import Channel


def own_permissions(channel: Channel) -> discord.Permissions | None:
    """None where they are not known, or everything is allowed."""
    if not isinstance(channel, discord.abc.GuildChannel | discord.Thread) or channel.guild.me is None:
        return None
    try:
        return channel.permissions_for(channel.guild.me)
    except discord.ClientException:
        # A thread whose channel is unknown.
        return None
