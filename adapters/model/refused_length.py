"""Finds out from a refusal that the request is longer than the model's context.

There is no standard: these are the words of OpenAI, vLLM, SGLang, llama.cpp, Ollama, LM Studio, TGI, DashScope,
Mistral, Groq, xAI, Gemini and Anthropic behind gateways, as public issue threads quote them.
"""

import re

_STATUSES = frozenset({400, 413, 422, 500})
_LOOK_AT = 4_000
"""Characters of the message that are looked at."""
_TOO_LONG = re.compile(
    r"""context.?(?:length|window|size|limit|exceeded) | exceeds\ (?:the\ )?context | context\ overflow
    | maximum\ (?:model|prompt|sequence)\ length | model['’]s\ max(?:imum)?\ (?:context|length) | max_model_len
    | prompt\ (?:is\ )?too\ long | input\ is\ too\ long | too\ many\ (?:input\ )?tokens
    | range\ of\ input\ length                               # DashScope
    | (?:input|prompt)\ token\ count.{0,40}exceed            # Gemini
    | tokens?\W{1,3}\+\ .?max_new_tokens                     # TGI
    | reduce\ the\ length\ of\ the\ (?:messages|prompt|input)
    """,
    re.IGNORECASE | re.VERBOSE,
)


def is_too_long(status: int, message: str) -> bool:
    """Whether a refusal says that less would be taken."""
    return status in _STATUSES and _TOO_LONG.search(message[:_LOOK_AT]) is not None
