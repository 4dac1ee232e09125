"""In groups: when the bot answers, what it hears, and whose conversation it is."""

from bot.choices import ConversationSettings
from tests.core import Core
from tests.fakes import (
    FAKE,  # noqa: F401
    KEY,
    message,
    prompt_text,
)


async def choose(core: Core, **chosen: object) -> None:
    """Let these settings hold in the group."""
    await core.hear(message("hello"))
    await core.finish()
    await core.store.change_settings(KEY, ConversationSettings(**chosen), now=core.clock.now())  # type: ignore[arg-type]


def overheard(text: str, **more: object) -> object:
    return message(text, address=None, **more)  # type: ignore[arg-type]


def asked(core: Core) -> list[str]:
    """The last line of each prompt."""
    return [prompt_text(prompt).splitlines()[-1] for prompt in core.model.prompts]
