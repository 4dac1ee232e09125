"""The built-in model for trying everything out: it understands nothing, says so, and tells what arrived."""

import asyncio
import re
from collections.abc import AsyncGenerator, Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

from adapters.model.colours import Look, look_at
from bot.ports.model import (
    Finished,
    FinishReason,
    ModelEvent,
    PictureContent,
    PromptMessage,
    TextContent,
    TextDelta,
    Usage,
)

NAME = "offline"

_QUOTE_LENGTH = 120
"""Characters of a question that are repeated."""
_EARLIER_SHOWN = 5
_LETTERS_PER_TOKEN = 4
_PIECE = re.compile(r"\S+\s*")
_SENDER = re.compile(r"\[([^\[\],]+)[^\]]*\]\s*(.*)", re.DOTALL)
_LABEL = re.compile(r"(Picture \d+.*):")
_NOT_SAID = re.compile(r"\((?:sent|called you) (?:without words|together).*\)")
"""What the prompt says of a message without words."""
_UNSEEN = re.compile(r"\((Picture \d+.*?) could not be looked at: (.+?)\. You have not seen it\.\)", re.DOTALL)

_INTRODUCTION = (
    "I am the built-in offline model: no real model is connected, so I can't understand words or pictures. "
    "I can only tell you what arrived."
)
_CONNECT = (
    "To connect a real model, set `MODEL_API_KEY`, or for a local server (Ollama, vLLM, llama.cpp) `MODEL_API_URL` "
    "and `MODEL_NAME`. Then start me again."
)


@dataclass(frozen=True, slots=True)
class _Labelled:
    label: str
    picture: PictureContent


class OfflineModel:
    """`bot.ports.model.Model` without any network. The same prompt always gives the same answer."""

    async def stream(self, prompt: Sequence[PromptMessage], *, request_id: str) -> AsyncGenerator[ModelEvent, None]:
        """Tell what the newest messages of the user hold, word by word."""
        del request_id  # Nobody else takes part whose log could name it.
        newest, earlier = _split(prompt)
        shown = [labelled for message in newest for labelled in _pictures(message)]
        looks = [await asyncio.to_thread(_look, labelled.picture.jpeg) for labelled in shown]
        paragraphs = [
            _INTRODUCTION,
            "\n".join(
                [_described(labelled, look) for labelled, look in zip(shown, looks, strict=True)]
                + [_unseen(note) for message in newest for note in _notes(message)]
            ),
            _asked("You wrote", newest),
            _asked("Before that you wrote", earlier[-_EARLIER_SHOWN:], left_out=max(0, len(earlier) - _EARLIER_SHOWN)),
            _CONNECT,
        ]
        answer = "\n\n".join(filter(None, paragraphs))
        for piece in _PIECE.findall(answer):
            yield TextDelta(piece)
            # As with a real model, others get their turn between two pieces.
            await asyncio.sleep(0)
        yield Finished(reason=FinishReason.STOP, model=NAME, usage=_usage(prompt, answer))


def _split(prompt: Sequence[PromptMessage]) -> tuple[Sequence[PromptMessage], Sequence[PromptMessage]]:
    """The user's messages since the last answer, and those before."""
    newest = list(takewhile(lambda message: message.role == "user", reversed(prompt)))[::-1]
    before = prompt[: len(prompt) - len(newest)]
    return newest, [message for message in before if message.role == "user"]


def _pictures(message: PromptMessage) -> Iterator[_Labelled]:
    label = ""
    for part in message.content:
        match part:
            case TextContent():
                found = _LABEL.fullmatch(part.text.strip().rpartition("\n")[2].strip())
                label = found[1] if found else ""
            case PictureContent():
                yield _Labelled(label or "A picture", part)
                label = ""


def _notes(message: PromptMessage) -> Iterator[re.Match[str]]:
    for part in message.content[1:]:
        if isinstance(part, TextContent):
            yield from _UNSEEN.finditer(part.text)


def _look(jpeg: bytes) -> Look | None:
    try:
        return look_at(jpeg)
    except Exception:  # noqa: BLE001 - damaged files make Pillow raise many kinds; the rest of the answer still counts
        return None


def _described(labelled: _Labelled, look: Look | None) -> str:
    if look is None:
        return f"- {labelled.label}: it reached me, but I could not decode it."
    colours = ", ".join(f"{name} {share:.0%}" for name, share in look.colours) or "too many to name"
    size = f"{look.width_px}×{look.height_px} pixels"
    return f"- {labelled.label}: it reached me as a JPEG of {size}, {look.orientation}. Main colours: {colours}."


def _unseen(note: re.Match[str]) -> str:
    return f"- {note[1]}: I could not look at it: {note[2]}."


def _asked(opening: str, messages: Sequence[PromptMessage], *, left_out: int = 0) -> str:
    quotes = [quote for message in messages if (quote := _quote(message))]
    if not quotes:
        return ""
    more = f" (and {left_out} more before)" if left_out else ""
    return f"{opening}: {'; '.join(quotes)}{more}"


def _quote(message: PromptMessage) -> str:
    """What one message says, with its sender, shortened to one line."""
    said = next((part.text for part in message.content if isinstance(part, TextContent)), "")
    found = _SENDER.fullmatch(said.strip())
    sender, words = (found[1], found[2]) if found else ("", said)
    words = " ".join(words.split())
    if not words or _NOT_SAID.fullmatch(words):
        return ""
    if len(words) > _QUOTE_LENGTH:
        words = words[: _QUOTE_LENGTH - 1].rstrip() + "…"
    return f"{sender}: “{words}”" if sender else f"“{words}”"


def _usage(prompt: Sequence[PromptMessage], answer: str) -> Usage:
    parts = [part for message in prompt for part in message.content]
    letters = sum(len(part.text) for part in parts if isinstance(part, TextContent))
    # Qwen3-VL README: one token for 32×32 pixels, and two around each picture.
    image_tokens = sum(
        (part.width_px // 32) * (part.height_px // 32) + 2 for part in parts if isinstance(part, PictureContent)
    )
    return Usage(
        prompt_tokens=letters // _LETTERS_PER_TOKEN + image_tokens,
        completion_tokens=len(answer) // _LETTERS_PER_TOKEN,
        image_tokens=image_tokens,
    )
