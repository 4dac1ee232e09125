"""Knows whether the model's server can see: by asking it, never by the model's name."""

import logging

from bot.ports.clock import Clock
from bot.ports.model import Model
from bot.sight.self_test import can_see

log = logging.getLogger(__name__)

AGAIN_S = 60.0
"""After a server that could not be asked; twice as long each time, up to `LONGEST_S`."""
LONGEST_S = 3600.0


class Sight:
    """What the self-test found."""

    def __init__(self) -> None:
        self.can_see: bool | None = None
        """None while nobody knows: then the server is trusted."""

    @property
    def is_blind(self) -> bool:
        return self.can_see is False

    async def test(self, model: Model, clock: Clock) -> None:
        """Ask until the server says something that tells."""
        wait_s = AGAIN_S
        while self.can_see is None:
            self.can_see = await can_see(model)
            if self.can_see is None:
                await clock.sleep(wait_s)
                wait_s = min(2 * wait_s, LONGEST_S)
        if self.can_see:
            log.info("the model sees: it read a small test picture")
        else:
            log.error(
                "the model behind MODEL_API_URL can't see: it could not read a small test picture. It is shown no "
                "pictures, and people are told so. Choose a vision model (MODEL_NAME), or MODEL_SELF_TEST=off"
            )
