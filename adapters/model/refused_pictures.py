"""Finds out from a refusal that it is about the pictures, and how many of them may be tried instead.

There is no standard: these are the words of vLLM, llama.cpp, Ollama, LM Studio, OpenAI, OpenRouter, DashScope,
DeepSeek, Groq, Mistral, Gemini and Anthropic behind gateways, as public issue threads quote them.
"""

import re
from dataclasses import dataclass
from http import HTTPStatus

from adapters.model import troubles
from adapters.model.troubles import Case

_STATUSES = frozenset({400, 404, 413, 415, 422, 500, 501})
_LOOK_AT = 4_000
"""Characters of the message that are looked at."""
_PICTURE = r"(?:image|picture|vision|multi-?modal)"
_BLIND = re.compile(
    rf"""mmproj                                                # llama.cpp
    | {_PICTURE}\w*(?:\ (?:input|content|understanding)s?)?['"`]?\ (?:is|are)\ not\ (?:supported|enabled|available)
    | (?:\bnot|n['’]t|cannot|found\ that)\ support\ (?:the\ )?{_PICTURE}(?!\w*\ (?:format|type|size|detail|url))
    | image_url['"`]?\ is\ only\ supported\ by                # OpenAI
    | only\ ['"`]?text['"`]?\ content\ type                   # mlx-lm
    | (?:expected|should\ be)\ ['"`]text['"`]                 # DeepSeek, and schemas without pictures
    | not\ a\ (?:multi-?modal|vision)                         # vLLM
    | unexpected\ item\ type\ in\ content                     # gateways of DashScope's kind
    | content['"`]?.{{0,30}}\b(?:must|should)\ be\ a\ (?:valid\ )?string
    """,
    re.IGNORECASE | re.VERBOSE,
)
_MANY = re.compile(
    rf"""at\ most\ \d+\ {_PICTURE} | too\ (?:many|much)\ (?:images|pictures|media)
    | (?:number|count|amount)\ of\ (?:input\ )?(?:images|pictures) | limit.mm.per.prompt | \bimages?\ (?:count|items)
    | \b\d+\ (?:image|picture)s?\b | (?:only|more\ than)\ (?:one|a\ single)\ (?:image|picture)
    """,
    re.IGNORECASE | re.VERBOSE,
)
_MOST = re.compile(
    r"""(?:at\ most|\bmax(?:imum)?|limit|up\ to|only|more\ than|exceed\w*|allowed|image=|>)
        [^\d;,]{0,30}?\b(\d{1,4})\b""",
    re.IGNORECASE | re.VERBOSE,
)
_ONE = re.compile(r"(?:only|more than) (?:one|a single)\b", re.IGNORECASE)
_BAD = re.compile(
    r"""(?:image|picture|multi-?modal|data.?ur[il]|base64).{0,100}?
        (?:too\ (?:large|big|small|long)|exceed|larger|smaller|invalid|illegal|must\ be|corrupt|damaged
        |unsupported|unknown\ format|decode|truncated|\bnot\b|n['’]t\b|unable|fail)
    | must\ be\ a\ base64                                    # LM Studio
    | (?:invalid|unsupported|corrupt\w*|illegal|unable\ to|(?:could|can)\s?n[o'’]t|fail\w*|exceed\w*|unknown)
        .{0,60}?(?:image|picture|multi-?modal|data.?ur[il]|base64)
    """,
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
_CONTEXT = re.compile(r"context.?(?:length|window|size)|model length|max_model_len|too many tokens", re.IGNORECASE)
_BROKEN = re.compile(
    r"(?:invalid|unsupported|corrupt\w*|cannot identify|fail\w* to (?:load|decode)|illegal).{0,40}?(?:image|base64)"
    r"|image: unknown format",
    re.IGNORECASE,
)
"""What a status of 500 must say: with other words it may be a passing fault of a server that knows pictures."""


@dataclass(frozen=True, slots=True)
class PictureRefusal:
    """A refusal that is about the pictures."""

    case: Case
    limit: int
    """So many pictures may be tried instead; always fewer than were sent."""
    lasts: bool
    """It will be the same with other pictures."""


def refusal_of(status: int, message: str, *, sent: int) -> PictureRefusal | None:
    """Read a refusal of a request with `sent` pictures; None when it is not about them.

    There is one more try. So where the server gives no number it is one picture, which every server takes that takes
    any, and where a picture itself is at fault it is none: nothing tells which one it was.
    """
    return _read(status, message[:_LOOK_AT], sent) if sent and status in _STATUSES else None


def _read(status: int, message: str, sent: int) -> PictureRefusal | None:
    if _BLIND.search(message):
        return PictureRefusal(troubles.BLIND, 0, lasts=True)
    if _CONTEXT.search(message):
        # With a single picture it is the words that are too many.
        return PictureRefusal(troubles.HEAVY_PICTURES, 1, lasts=False) if sent > 1 else None
    if _MANY.search(message):
        return _too_many(message, sent)
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return PictureRefusal(troubles.HEAVY_PICTURES, min(1, sent - 1), lasts=False)
    is_bad = _BROKEN if status >= HTTPStatus.INTERNAL_SERVER_ERROR else _BAD
    if is_bad.search(message):
        return PictureRefusal(troubles.BAD_PICTURE, 0, lasts=False)
    return None


def _too_many(message: str, sent: int) -> PictureRefusal:
    numbers = [1] if _ONE.search(message) else [int(number) for number in _MOST.findall(message)]
    most = next((number for number in numbers if number < sent), None)
    if most is None:
        return PictureRefusal(troubles.TOO_MANY_PICTURES, min(1, sent - 1), lasts=sent > 1)
    return PictureRefusal(troubles.TOO_MANY_PICTURES if most else troubles.BLIND, most, lasts=True)
