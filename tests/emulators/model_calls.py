"""What the emulated model was asked, and which answer belongs to which question."""

import io
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from PIL import Image

from tests.emulators.model_rules import picture_of
from tests.emulators.model_script import Script


@dataclass(kw_only=True)
class Call:
    """One request that was answered, or begun to be."""

    body: dict[str, Any]
    headers: Mapping[str, str]
    """Without the key."""
    client_port: int = 0
    """The same for requests over one connection."""
    received_at: float = field(default_factory=time.monotonic)
    """By `time.monotonic`, which processes of one machine share on Linux."""
    first_sent_at: float | None = None
    last_sent_at: float | None = None
    finished: bool = False
    """All of the answer was sent."""
    disconnected: bool = False
    """The client went away before that."""

    @property
    def messages(self) -> list[dict[str, Any]]:
        """As they came."""
        return list(self.body["messages"])

    @property
    def text(self) -> str:
        """All text of the last message of the user."""
        return text_of(next((m for m in reversed(self.messages) if m["role"] == "user"), {}))

    @property
    def pictures(self) -> list[bytes]:
        """The pictures of all messages, as the files that came, in order."""
        return _pictures_in(self.messages)

    @property
    def images(self) -> list[Image.Image]:
        """The same, decoded to RGB: what the model saw."""
        return [_decoded(picture) for picture in self.pictures]

    @property
    def tools(self) -> dict[str, dict[str, Any]]:
        """The tools that were offered: name to JSON schema of the arguments."""
        functions = [tool["function"] for tool in self.body.get("tools", [])]
        return {function["name"]: function["parameters"] for function in functions}

    @property
    def tool_results(self) -> dict[str, str]:
        """What the calls of the newest round gave: id to text. Empty before the first round."""
        return {message["tool_call_id"]: message["content"] for message in self._behind_the_calls(("tool",))}

    @property
    def new_images(self) -> list[Image.Image]:
        """What the user was made to show behind these results, decoded."""
        return [_decoded(picture) for picture in _pictures_in(self._behind_the_calls(("user",)))]

    @property
    def asked_before(self) -> list[tuple[str, Any]]:
        """Names and arguments of all tool calls that stand in the messages, in order."""
        calls = [call["function"] for message in self.messages for call in message.get("tool_calls", [])]
        return [(call["name"], json.loads(call["arguments"])) for call in calls]

    def _behind_the_calls(self, roles: Sequence[str]) -> list[dict[str, Any]]:
        messages = self.messages
        places = [place for place, message in enumerate(messages) if message.get("tool_calls")]
        return [message for message in messages[places[-1] + 1 :] if message["role"] in roles] if places else []


def _pictures_in(messages: Sequence[Mapping[str, Any]]) -> list[bytes]:
    contents = [message["content"] for message in messages if isinstance(message.get("content"), list)]
    urls = [part["image_url"]["url"] for content in contents for part in content if part["type"] == "image_url"]
    return [picture for url in urls if (picture := picture_of(url)) is not None]


def _decoded(picture: bytes) -> Image.Image:
    return Image.open(io.BytesIO(picture)).convert("RGB")


def text_of(message: Mapping[str, Any]) -> str:
    """The text of a message of a request, of either form; parts on lines of their own."""
    content = message.get("content", "")
    if isinstance(content, str):
        return content
    return "\n".join(part["text"] for part in content if part["type"] == "text")


Answer: TypeAlias = str | Script
Reply: TypeAlias = Answer | Callable[[Call], Answer]
When: TypeAlias = str | Callable[[Call], bool] | None
"""A piece of the last user message, or a test of the call; None matches all."""


@dataclass
class Rule:
    """When to say what."""

    reply: Reply
    when: When
    times: float

    def matches(self, call: Call) -> bool:
        """Whether it answers this call."""
        if self.times <= 0 or self.when is None:
            return self.times > 0
        return self.when in call.text if isinstance(self.when, str) else self.when(call)
