"""Finds out from a refusal that it is about the tools, so that the question may be asked without them.

There is no standard: vLLM, Ollama, llama.cpp, OpenRouter, OpenAI, DashScope, DeepInfra, xAI, Groq, Mistral, Gemini and
servers that check a request against a schema each have words of their own, as public issue threads quote them. All of
them name the tools, and a wrong guess costs one more request: so whatever names them counts, and so does an order of
roles that only tools bring about.
"""

import re

_STATUSES = frozenset({400, 404, 405, 422, 500, 501})
_LOOK_AT = 4_000
"""Characters of the message that are looked at."""
_TOOLS = re.compile(
    r"""(?<![a-z])tool(?:s|\b|[\W_]?(?:use|choice|call)) | function[\W_]?call | support\ functions?\b
    | --jinja                                                # llama.cpp
    | thought_signature                                      # Gemini wants back what the API has no place for
    | roles?\ must\ alternate                                # templates without a place for tools
    """,
    re.IGNORECASE | re.VERBOSE,
)


def refuses_tools(status: int, message: str) -> bool:
    """Read a refusal of a request with tools."""
    return status in _STATUSES and _TOOLS.search(message[:_LOOK_AT]) is not None
