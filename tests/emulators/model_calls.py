"""What the emulated model was asked, and which answer belongs to which question."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

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
        """The pictures of all messages, decoded, in order."""
        parts = [
            part for message in self.messages if isinstance(message["content"], list) for part in message["content"]
        ]
        found = [picture_of(part["image_url"]["url"]) for part in parts if part["type"] == "image_url"]
        return [picture for picture in found if picture is not None]


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
