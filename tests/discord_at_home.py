"""What is seen of a bot that runs on Discord, and what its model was told."""

import io

from PIL import Image

from tests.emulators.common import eventually
from tests.emulators.discord import DiscordEmulator, File
from tests.emulators.discord_kinds import MessageFlag
from tests.emulators.discord_world import Channel, Interaction, Message
from tests.emulators.model import Call, ModelEmulator


def picture(colour: str) -> File:
    out = io.BytesIO()
    Image.new("RGB", (320, 200), colour).save(out, "PNG")
    return File(name=f"{colour}.png", data=out.getvalue())


async def shown(discord: DiscordEmulator, channel: Channel, *texts: str) -> list[Message]:
    """The bot's messages there, once they are exactly these."""
    await eventually(
        lambda: [message.text for message in discord.visible(channel)] == list(texts),
        what=f"{texts}: {[message.text for message in discord.visible(channel)]}",
    )
    return discord.visible(channel)


def told(call: Call) -> str:
    """All that the model was told."""
    return str(call.body["messages"])


async def newest_call(model: ModelEmulator, count: int) -> Call:
    await eventually(lambda: len(model.calls) >= count, what=f"{count} requests to the model")
    assert len(model.calls) == count
    return model.calls[-1]


def in_time(interactions: list[Interaction]) -> None:
    assert all(used.acknowledged_at is not None and used.acknowledged_at - used.at < 3 for used in interactions)


def answer_of(used: Interaction) -> str:
    original = used.original
    return "" if original is None or MessageFlag.LOADING in original.flags else original.text
