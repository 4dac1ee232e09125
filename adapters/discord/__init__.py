"""Discord as a `bot.ports.chat.Chat`: `adapters.discord.chat.DiscordChat`."""
