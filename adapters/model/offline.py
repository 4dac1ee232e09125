"""The built-in model for trying everything out: it understands nothing, says so, and tells what arrived.

Asked to "look closer" or "where" something is, it uses the tools that it is offered, on the middle of the picture.
"""

import asyncio
import json
import re
from collections.abc import AsyncGenerator, Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from adapters.model.colours import Look, look_at
from bot.answering.tools import LOOK_CLOSER, POINT_OUT
from bot.ports.model import (
    Finished,
    FinishReason,
    ModelEvent,
    PictureContent,
    PromptMessage,
    TextContent,
    TextDelta,
    Tool,
    ToolCallDelta,
    Usage,
)

NAME = "offline"

_QUOTE_LENGTH = 120
"""Characters of a question that are repeated."""
_EARLIER_SHOWN = 5
_LETTERS_PER_TOKEN = 4
_PIECE = re.compile(r"\S+\s*")
_SENDER = re.compile(r"\[([^\[\],]+)[^\]]*\]\s*(.*)", re.DOTALL)
_ATTACHMENT = r"(?:Picture|Video|Sound recording|File) \d+"
_LABEL = re.compile(rf"\(?({_ATTACHMENT}.*|The region .*)(?::|, which you asked for:\))")
_NOT_SAID = re.compile(r"\((?:sent|called you) (?:without words|together).*\)|\(The region .*\)")
"""What the prompt says of a message without words."""
_PICTURE_NAME = re.compile(r" ?\[(p\d+(?:\.\d+)?)\]")
_MIDDLE = [250, 250, 750, 750]
_WISHES: tuple[tuple[re.Pattern[str], str, dict[str, Any]], ...] = (
    (re.compile(r"\b(?:look closer|closer look|zoom)\b", re.IGNORECASE), LOOK_CLOSER.name, {"bbox_2d": _MIDDLE}),
    (
        re.compile(r"\bwhere(?:'s| is| are)\b", re.IGNORECASE),
        POINT_OUT.name,
        {"boxes": [{"bbox_2d": _MIDDLE, "label": "the middle"}]},
    ),
)
_UNSEEN = re.compile(rf"\(({_ATTACHMENT}.*?) could not be looked at: (.+?)\. You have not seen it\.\)", re.DOTALL)

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

    async def stream(
        self,
        prompt: Sequence[PromptMessage],
        *,
        request_id: str,
        tools: Sequence[Tool] = (),
        model: str | None = None,
    ) -> AsyncGenerator[ModelEvent, None]:
        """Tell what the newest messages of the user hold, word by word, or use a tool first."""
        del request_id, model  # Nobody else takes part whose log could name it, and there is but one.
        call = _wished_call(prompt, tools)
        if call is not None:
            yield call
            yield Finished(reason=FinishReason.TOOL_CALLS, model=NAME, usage=_usage(prompt, call.arguments))
            return
        answer = await _answer(prompt)
        for piece in _PIECE.findall(answer):
            yield TextDelta(piece)
            # As with a real model, others get their turn between two pieces.
            await asyncio.sleep(0)
        yield Finished(reason=FinishReason.STOP, model=NAME, usage=_usage(prompt, answer))


async def _answer(prompt: Sequence[PromptMessage]) -> str:
    newest, earlier = _split(prompt)
    shown = [labelled for message in newest for labelled in _pictures(message)]
    looks = [await asyncio.to_thread(_look, labelled.picture.jpeg) for labelled in shown]
    paragraphs = [
        _INTRODUCTION,
        "\n".join(
            [_described(labelled, look) for labelled, look in zip(shown, looks, strict=True)]
            + [_unseen(note) for message in newest for note in _notes(message)]
        ),
        "\n".join(
            f"I tried a tool, on the middle of the picture. It told me: {_words(one)}" for one in _results(prompt)
        ),
        _asked("You wrote", newest),
        _asked("Before that you wrote", earlier[-_EARLIER_SHOWN:], left_out=max(0, len(earlier) - _EARLIER_SHOWN)),
        _CONNECT,
    ]
    return "\n\n".join(filter(None, paragraphs))


def _wished_call(prompt: Sequence[PromptMessage], tools: Sequence[Tool]) -> ToolCallDelta | None:
    """The call of the first tool that the question asks for in so many words, unless one was used already."""
    offered = {tool.name for tool in tools}
    asked = " ".join(_quote(message, whole=True) for message in _split(prompt)[0])
    names = [name for message in prompt if message.role == "user" for name in _PICTURE_NAME.findall(_words(message))]
    if not names or _results(prompt):
        return None
    for pattern, name, arguments in _WISHES:
        if name in offered and pattern.search(asked):
            written = json.dumps({"picture": names[-1], **arguments})
            return ToolCallDelta(index=0, id="offline01", name=name, arguments=written)
    return None


def _split(prompt: Sequence[PromptMessage]) -> tuple[Sequence[PromptMessage], Sequence[PromptMessage]]:
    """The user's messages since the last answer, and those before."""
    newest = _since_the_last_answer(prompt)
    before = prompt[: len(prompt) - len(newest)]
    return [message for message in newest if message.role == "user"], [m for m in before if m.role == "user"]


def _results(prompt: Sequence[PromptMessage]) -> Sequence[PromptMessage]:
    """What tools gave since the last answer."""
    return [message for message in _since_the_last_answer(prompt) if message.role == "tool"]


def _since_the_last_answer(prompt: Sequence[PromptMessage]) -> Sequence[PromptMessage]:
    def goes_on(message: PromptMessage) -> bool:
        return message.role in ("user", "tool") or bool(message.tool_calls)

    return list(takewhile(goes_on, reversed(prompt)))[::-1]


def _words(message: PromptMessage) -> str:
    return "\n".join(part.text for part in message.content if isinstance(part, TextContent))


def _pictures(message: PromptMessage) -> Iterator[_Labelled]:
    label = ""
    for part in message.content:
        match part:
            case TextContent():
                found = _LABEL.fullmatch(part.text.strip().rpartition("\n")[2].strip())
                label = _without_name(found[1]) if found else ""
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
    return f"- {_without_name(note[1])}: I could not look at it: {note[2]}."


def _without_name(label: str) -> str:
    """The names of pictures are for tools, not for people."""
    return _PICTURE_NAME.sub("", label)


def _asked(opening: str, messages: Sequence[PromptMessage], *, left_out: int = 0) -> str:
    quotes = [quote for message in messages if (quote := _quote(message))]
    if not quotes:
        return ""
    more = f" (and {left_out} more before)" if left_out else ""
    return f"{opening}: {'; '.join(quotes)}{more}"


def _quote(message: PromptMessage, *, whole: bool = False) -> str:
    """What one message says, with its sender, on one line that is shortened unless `whole`."""
    said = next((part.text for part in message.content if isinstance(part, TextContent)), "")
    found = _SENDER.fullmatch(said.strip())
    sender, words = (found[1], found[2]) if found else ("", said)
    words = " ".join(words.split())
    if not words or _NOT_SAID.fullmatch(words):
        return ""
    if len(words) > _QUOTE_LENGTH and not whole:
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
