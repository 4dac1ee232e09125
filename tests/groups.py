"""A conversation of several people with settings that somebody chose."""

from typing import Any

from bot.choices import NOTHING_CHOSEN, ConversationSettings
from bot.events import MessageReceived
from tests.core import Core
from tests.happenings import KEY, command, message
from tests.scripted_model import prompt_text


async def choose(core: Core, **chosen: Any) -> None:
    """Let these settings hold in the group, in which nothing was said yet that matters."""
    await core.hear(command("/help"))
    await core.finish()
    core.chat.screen.clear()
    await core.store.change_settings(KEY, ConversationSettings(**chosen), before=NOTHING_CHOSEN, now=core.clock.now())


def to_nobody(text: str, **more: Any) -> MessageReceived:
    return message(text, address=None, **more)


def lines(core: Core, prompt: int = -1) -> list[str]:
    """What a prompt holds behind the system's words."""
    return prompt_text(core.model.prompts[prompt]).splitlines()[1:]
