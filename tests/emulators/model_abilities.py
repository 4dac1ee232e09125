"""What the emulated model can do: beyond it, requests are refused in the words of real servers."""

from dataclasses import dataclass
from typing import Any

from tests.emulators.model_calls import Call


@dataclass
class Abilities:
    """All of it by default. A test may take some away, also while the server runs."""

    tools: bool = True
    pictures: int | None = None
    """So many in one request at most; 0 for a model without eyes."""
    characters: int | None = None
    """So many in the text of all messages at most, in place of tokens."""

    def refusal(self, call: Call) -> tuple[int, str] | None:
        """Status and message against a request; None when it can be answered."""
        body = call.body
        if not self.tools and (body.get("tools") or any(m["role"] == "tool" for m in call.messages)):
            return 400, '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'
        if self.pictures == 0 and call.pictures:
            return 400, f"{body['model']} is not a multimodal model"
        if self.pictures is not None and len(call.pictures) > self.pictures:
            return 400, f"At most {self.pictures} image(s) may be provided in one prompt."
        length = sum(len(_words(message.get("content", ""))) for message in call.messages)
        if self.characters is not None and length > self.characters:
            return 400, (
                f"This model's maximum context length is {self.characters} tokens. However, you requested {length} "
                "tokens in the messages. Please reduce the length of the messages."
            )
        return None


def _words(content: Any) -> str:
    if isinstance(content, str):
        return content
    return "".join(part.get("text", "") for part in content)
