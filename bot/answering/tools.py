"""What the model may ask for while it answers: to look closer at a picture, and to point something out on one."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from bot.ports.eyes import MarkedBox
from bot.ports.model import Tool, ToolCall
from bot.records.attachments import AttachmentId
from bot.records.pictures import Box

ROUNDS = 4
"""How often the model may use tools for one answer; then it has to do with what it saw."""

PICTURES = 8
"""Closer looks for one answer. Each goes in as one more picture."""

POSTED = 4
"""Pictures posted with one answer."""

BOXES = 20
"""Regions marked on one picture."""

LABEL_LENGTH = 60

FULL = 1000
"""Coordinates go from 0 to this, as the model is trained on (Qwen3-VL README, grounding: relative, 0 to 1000)."""

_NAME = re.compile(r"p?(\d{1,18})(?:\.(\d{1,3}))?")
_BBOX = "bbox_2d"
"""What the model calls a box by itself."""

_PICTURE = {
    "type": "string",
    "description": "The picture's name as it stands in square brackets, such as p12, or p12.3 for its third part.",
}
_BOX = {
    "type": "array",
    "items": {"type": "integer", "minimum": 0, "maximum": FULL},
    "minItems": 4,
    "maxItems": 4,
    "description": f"[left, top, right, bottom], each from 0 to {FULL} of the whole picture.",
}

LOOK_CLOSER = Tool(
    name="look_closer",
    description=(
        "Shows you a region of a picture of this conversation at full resolution. Use it for small print and small "
        "things, and to see a picture again that is no longer shown."
    ),
    parameters={
        "type": "object",
        "properties": {"picture": _PICTURE, _BBOX: _BOX},
        "required": ["picture", _BBOX],
    },
)
POINT_OUT = Tool(
    name="point_out",
    description=(
        "Posts a picture of this conversation with labelled boxes drawn on it, below your answer. "
        "Use it when somebody asks where something is, or to mark things."
    ),
    parameters={
        "type": "object",
        "properties": {
            "picture": _PICTURE,
            "boxes": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {_BBOX: _BOX, "label": {"type": "string", "description": "A few words."}},
                    "required": [_BBOX, "label"],
                },
            },
        },
        "required": ["picture", "boxes"],
    },
)
TOOLS: Sequence[Tool] = (LOOK_CLOSER, POINT_OUT)


class ToolMisuse(Exception):
    """The model asked for something that can't be done; the text tells it why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """Which picture, and which of its frames or pages."""

    picture: AttachmentId
    part: int
    """Counted from 0."""

    @property
    def name(self) -> str:
        return picture_name(self.picture, self.part)


@dataclass(frozen=True, slots=True, kw_only=True)
class LookCloser(Region):
    """Show the model a region."""

    box: Box


@dataclass(frozen=True, slots=True, kw_only=True)
class PointOut(Region):
    """Post the picture with boxes."""

    boxes: tuple[MarkedBox, ...]


Request: TypeAlias = LookCloser | PointOut


def picture_name(attachment_id: AttachmentId, part: int = 0) -> str:
    """What a picture is called in the prompt. Never changes, so that the prompt's beginning stays the same."""
    return f"p{attachment_id}.{part + 1}" if part else f"p{attachment_id}"


def read_call(call: ToolCall) -> Request:
    """Read what the model asked for.

    Raises:
        ToolMisuse: no such tool, or it was called wrongly.
    """
    if call.name not in {tool.name for tool in TOOLS}:
        raise ToolMisuse(f"There is no tool {call.name[:40]!r}.")
    try:
        given = json.loads(call.arguments or "{}")
    except (json.JSONDecodeError, RecursionError):
        raise ToolMisuse("The arguments are not valid JSON.") from None
    if not isinstance(given, dict):
        raise ToolMisuse("The arguments must be a JSON object.")
    picture, part = _picture(given.get("picture"))
    if call.name == LOOK_CLOSER.name:
        return LookCloser(picture=picture, part=part, box=_box(given))
    boxes = given.get("boxes")
    if not isinstance(boxes, list) or not boxes:
        raise ToolMisuse("boxes must be a list with at least one box.")
    return PointOut(picture=picture, part=part, boxes=tuple(_marked(box) for box in boxes[:BOXES]))


def _picture(name: object) -> tuple[AttachmentId, int]:
    match = _NAME.fullmatch(str(name).strip().strip("[]").lower())
    if match is None:
        raise ToolMisuse("picture must be a name as it stands in square brackets, such as p12.")
    return AttachmentId(int(match[1])), max(1, int(match[2] or 1)) - 1


def _marked(given: object) -> MarkedBox:
    if not isinstance(given, dict):
        raise ToolMisuse(f"Each box must have {_BBOX} and label.")
    label = " ".join(str(given.get("label") or "").split())[:LABEL_LENGTH]
    return MarkedBox(box=_box(given), label=label)


def _box(given: Mapping[str, Any]) -> Box:
    try:
        left, top, right, bottom = (min(FULL, max(0, round(float(side)))) for side in given[_BBOX])
    except (KeyError, TypeError, ValueError, OverflowError):
        raise ToolMisuse(f"{_BBOX} must be four numbers from 0 to {FULL}: [left, top, right, bottom].") from None
    left, right = sorted((left, right))
    top, bottom = sorted((top, bottom))
    if left == right or top == bottom:
        raise ToolMisuse("The box is empty: right must be larger than left, and bottom larger than top.")
    return Box(left=left, top=top, right=right, bottom=bottom)
