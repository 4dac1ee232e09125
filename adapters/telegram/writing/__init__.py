"""What the bot writes: marked text, messages, files and buttons, and finding them again."""
