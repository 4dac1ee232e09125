"""The answers written for the tests, and how a text is read back from the screens of both platforms."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path

from adapters.discord.render import render as discord
from adapters.telegram.render import render as telegram
from bot.ports.parts import Part
from tests import discord_markdown, telegram_marks
from tests.discord_markdown import FORBIDDEN, read, text_of
from tests.telegram_marks import check_part

Render = Callable[..., Sequence[Part]]
PLATFORMS: dict[str, Render] = {"discord": discord, "telegram": telegram}

ANSWERS = {
    f"{file.stem} {number}": answer.strip("\n")
    for file in sorted((Path(__file__).parent / "data" / "answers").glob("*.md"))
    for number, answer in enumerate(re.split(r"(?m)^%%%\n", file.read_text("utf-8")), start=1)
}
KINDS = sorted({name.rpartition(" ")[0] for name in ANSWERS})
WIDE = 1_000_000
"""More than any of these texts: they come in one part."""


def answers_of(kind: str) -> list[str]:
    """Those of one file."""
    return [answer for name, answer in ANSWERS.items() if name.rpartition(" ")[0] == kind]


def shows(platform: str, parts: Sequence[Part]) -> str:
    """Letters and digits as a person reads them, with the addresses of links and the languages of code."""
    is_discord = platform == "discord"
    return letters_of(
        "".join(discord_markdown.visible(p.text) if is_discord else telegram_marks.visible(p) for p in parts)
    )


def letters_of(text: str) -> str:
    """Raised and lowered letters count as what they are."""
    return "".join(letter for letter in unicodedata.normalize("NFKD", text) if letter.isalnum())


def check(platform: str, parts: Sequence[Part], limit: int) -> None:
    """Every part is valid by itself, and shows nothing that was not meant."""
    for part in parts:
        if platform == "telegram":
            check_part(part, text_length=limit)
            continue
        assert 0 < len(part.text) <= limit
        shown = read(part.text)
        assert text_of(shown).strip()
        assert not FORBIDDEN & {style for _, styles in shown for style in styles}, part.text
