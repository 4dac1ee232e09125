"""What happened while the bot was not connected: Discord does not tell it again."""
