"""What the bot writes: marked text, messages, files and buttons."""
