"""Finds out whether the model can see, by showing it what nobody could guess. Its name is never the judge."""

import logging
import random
import re
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from types import MappingProxyType

from bot.errors import ModelError, ModelTrouble
from bot.ports.model import Content, Model, PictureContent, PromptMessage, ReasoningDelta, TextContent, TextDelta
from bot.sight.stripes import Colour, stripes_jpeg

_COLOURS: Mapping[str, Colour] = MappingProxyType(
    {
        "red": (255, 0, 0),
        "green": (0, 160, 0),
        "blue": (0, 0, 255),
        "yellow": (255, 255, 0),
        "black": (0, 0, 0),
        "white": (255, 255, 255),
    }
)
_STRIPES = 4
_STRIPE_PX = 64
_SIDE_PX = _STRIPES * _STRIPE_PX
"""The smallest square that Qwen3-VL's processor does not enlarge: 64 tokens and two around them."""
_TRIES = 2
_LONGEST_ANSWER = 20_000
"""Characters, thoughts included, after which the rest is not waited for."""
_QUESTION = (
    f"The picture shows {_STRIPES} vertical stripes, each in one of these colours: {', '.join(sorted(_COLOURS))}. "
    f"Name the colours of the {_STRIPES} stripes from left to right. Answer with these {_STRIPES} words only."
)
_NAMES = re.compile(rf"\b(?:{'|'.join(_COLOURS)})\b", re.IGNORECASE)

_log = logging.getLogger(__name__)


async def can_see(model: Model, *, chance: random.Random | None = None) -> bool | None:
    """Ask the model about a small picture of four stripes, twice if the first answer is wrong.

    A blind model that guesses well passes once in 180 times. Costs about 160 tokens for each try. `chance` chooses
    the colours; None for chance itself.

    Returns:
        Whether it named the colours in their order. False also when the server refuses pictures; None when it could
        not be asked.
    """
    chance = chance or random.SystemRandom()
    for number in range(_TRIES):
        wanted = chance.sample(sorted(_COLOURS), _STRIPES)
        picture = PictureContent(jpeg=_draw(wanted), width_px=_SIDE_PX, height_px=_SIDE_PX)
        try:
            said = await _ask(model, (TextContent(_QUESTION), picture), request_id=f"self-test-{number}")
        except ModelError as error:
            return await _judge(error, model)
        if _NAMES.findall(said.lower())[-_STRIPES:] == wanted:
            return True
    return False


def _draw(colours: Sequence[str]) -> bytes:
    return stripes_jpeg([_COLOURS[name] for name in colours], stripe_px=_STRIPE_PX, height_px=_SIDE_PX)


async def _judge(error: ModelError, model: Model) -> bool | None:
    """What a failure says about the model's eyes."""
    if error.picture_limit == 0:
        return False
    if error.trouble is ModelTrouble.INVALID:
        # Refused in words that are not known: if it takes the question without the picture, that was the picture.
        try:
            await _ask(model, (TextContent(_QUESTION),), request_id="self-test-words")
        except ModelError:
            pass
        else:
            return False
    _log.warning("the self-test could not ask the model whether it can see: %s", error)
    return None


async def _ask(model: Model, content: tuple[Content, ...], *, request_id: str) -> str:
    said, length = [], 0
    async with aclosing(model.stream([PromptMessage("user", content)], request_id=request_id)) as events:
        async for event in events:
            if isinstance(event, TextDelta | ReasoningDelta):
                length += len(event.text)
            if isinstance(event, TextDelta):
                said.append(event.text)
            if length > _LONGEST_ANSWER:
                break
    return "".join(said)
