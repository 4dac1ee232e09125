"""Takes out of a server's words what must not reach a log: keys, pictures, and what people wrote."""

import re
from collections.abc import Sequence

from bot.ports.model import PromptMessage, TextContent

MAX_QUOTE_LENGTH = 300
"""In characters: enough for the reason, too little for an echoed request."""

_LOOK_AT = 2_000
"""Characters of the server's text that are looked at, in all."""
_ECHO_LENGTH = 16
"""That many characters in a row that also stand in the prompt are an echo of it."""
_HIDDEN = "…"

_SECRETS = re.compile(
    r"""data:[^\s"'<>]+                               # pictures
    | [Bb]earer\s+[^\s"']+
    | \b(?:sk|pk|rk|key)-[A-Za-z0-9*_-]{8,}          # the usual forms of API keys, also half masked
    | (?<=://)[^/\s"'@]+@                              # user and password in an address
    | (?<=[?&])(?:key|token|api_key|access_token|sig(?:nature)?)=[^&\s"']+
    | [A-Za-z0-9+/_=-]{80,}                            # base64
    """,
    re.VERBOSE,
)


def quote(text: str, *, key: str | None, prompt: Sequence[PromptMessage]) -> str:
    """Return at most `MAX_QUOTE_LENGTH` characters of `text` on one line, safe to log.

    Costs up to some milliseconds with a long prompt: only for errors.
    """
    text = " ".join(text[:_LOOK_AT].split())
    if key:
        text = text.replace(key, _HIDDEN)
    text = _SECRETS.sub(_HIDDEN, text)
    # A bit more than is shown, so that an echo across the cut is still recognised as one.
    text = _without_echoes(text[: MAX_QUOTE_LENGTH + _ECHO_LENGTH], prompt)
    return text if len(text) <= MAX_QUOTE_LENGTH else text[: MAX_QUOTE_LENGTH - 1].rstrip() + "…"


def _without_echoes(text: str, prompt: Sequence[PromptMessage]) -> str:
    said = " ".join(
        " ".join(part.text.split()) for message in prompt for part in message.content if isinstance(part, TextContent)
    )
    echoed = bytearray(len(text))
    for start in range(len(text) - _ECHO_LENGTH + 1):
        if text[start : start + _ECHO_LENGTH] in said:
            echoed[start : start + _ECHO_LENGTH] = b"\x01" * _ECHO_LENGTH
    shown = "".join("\0" if hidden else character for character, hidden in zip(text, echoed, strict=True))
    return re.sub("\0+", _HIDDEN, shown)
