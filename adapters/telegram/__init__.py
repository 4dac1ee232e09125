"""Telegram as a `bot.ports.chat.Chat`: `adapters.telegram.chat.TelegramChat`."""
