"""Which language people have Discord in: it says so with what they use or press, and not with what they write."""

import discord

from adapters.newest import Newest
from bot.events import Person, PersonId

_MOST_KEPT = 4096


class Tongues:
    """Those of the newest 4096 people who used or pressed something. Gone after a restart."""

    def __init__(self) -> None:
        self._known: Newest[PersonId, str] = Newest(_MOST_KEPT)

    def note(self, person: Person) -> None:
        """Remember what Discord says of somebody, if it says anything."""
        if person.language is None:
            return
        self._known.pop(person.id, None)
        self._known[person.id] = person.language

    def of_author(self, message: discord.Message, person: PersonId) -> str | None:
        """An IETF tag: what is known of them, else that of the server; None in private with somebody unknown."""
        guild = message.guild
        return self._known.get(person) or (guild.preferred_locale.value if guild is not None else None)
