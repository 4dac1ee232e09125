"""What people do and see, the same words for both platforms: end-to-end scenarios are written once."""

from tests.people_on_discord import DiscordPeople
from tests.people_on_telegram import TelegramPeople
from tests.people_verbs import People, Place

__all__ = ["DiscordPeople", "People", "Place", "TelegramPeople"]
