"""What was asked, above its answer, where the chat shows only that a command was used."""

from bot.commands.known import GO_ON
from bot.markup.graphemes import cut_before
from bot.markup.literal import literal
from bot.ports.chat import Chat
from bot.records.history import Exchange

_LONGEST = 200
"""Code points of a question that are shown: it is there to be recognised."""


def quote_of(question: Exchange, chat: Chat) -> str:
    """Markdown that goes above the answer to a question; empty where people see the question in the chat, or no words.

    "Go on" is not repeated: the command says so itself.
    """
    unseen = [message.text for message in question.messages if not chat.shows_question(message.message_id)]
    words = " ".join(" ".join(unseen).split())
    if not words or words == GO_ON:
        return ""
    shown = words if len(words) <= _LONGEST else f"{words[: cut_before(words, _LONGEST - 1)].rstrip()}…"
    return f"> {literal(shown)}\n\n"
