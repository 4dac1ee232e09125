"""The conversations that the core knows."""

from collections.abc import Sequence
from functools import partial

from adapters.discord.limits import DISCORD
from adapters.discord.places import Place
from adapters.discord.receiving.keeper import Keeper
from bot.events import ConversationKey
from bot.ports.intake import Intake, KnownPlace


class KnownPlaces:
    """Those of the last look at the store."""

    def __init__(self, intake: Intake, keeper: Keeper) -> None:
        self._intake = intake
        self._keeper = keeper
        self._keys: frozenset[ConversationKey] = frozenset()

    def __contains__(self, place: Place) -> bool:
        return place.key in self._keys

    async def load(self) -> Sequence[KnownPlace]:
        """Look, and return them, the most recently used first."""
        places = await self._keeper.keep(partial(self._intake.places, DISCORD))
        self._keys = frozenset(place.key for place in places)
        return places
