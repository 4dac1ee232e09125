"""From Telegram's updates to the core: stored before the next ones are asked for, nothing strange in the way."""
