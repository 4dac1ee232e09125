"""The manners of speaking that people can choose from."""

from collections.abc import Mapping
from types import MappingProxyType

from bot.choices import ConversationSettings

PERSONAS: Mapping[str, str] = MappingProxyType(
    {
        "brief": "Answer in one or two sentences, without lists, unless somebody asks for more.",
        "thorough": "Answer thoroughly: explain how you come to your answer, and name what is doubtful.",
        "simple": "Answer in short sentences and easy words, so that a child of ten years understands everything.",
        "formal": "Speak formally and matter-of-factly, without emoji.",
    }
)
"""Those that come with Glimpse: name to what the model is told."""


def system_prompt(base: str, chosen: ConversationSettings, personas: Mapping[str, str]) -> str:
    """What the model is told about itself in one conversation. Equal choices give equal words.

    Args:
        base: The operator's words, which stay the beginning.
        chosen: What people chose there.
        personas: Name to what the model is told.
    """
    manner = personas.get(chosen.persona, chosen.persona)
    words = [base]
    if manner:
        words.append(f"The people of this chat chose how you speak here: {manner}")
    if chosen.language:
        words.append(f"Here, answer in the language with the IETF tag {chosen.language}, whatever the question is in.")
    if chosen.listens:
        words.append("You also see messages that were meant for others. Answer only the last one.")
    return "\n\n".join(words)
