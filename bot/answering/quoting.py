"""What was asked, above its answer, where the chat shows only that a command was used."""

from bot.commands.known import GO_ON
from bot.markup.graphemes import cut_before
from bot.markup.literal import literal
from bot.ports.chat import Chat
from bot.records.history import Exchange

_LONGEST = 200
"""Code points of a question that are shown: it is there to be recognised."""


def quote_of(question: Exchange, chat: Chat) -> str:
    """Markdown that goes above the answer to a question: its words, and the address of the message that it is about.

    Empty where people see the question in the chat. "Go on" is not repeated: the command says so itself.
    """
    unseen = [message for message in question.messages if not chat.shows_question(message.message_id)]
    words = " ".join(" ".join(message.text for message in unseen).split())
    shown = words if len(words) <= _LONGEST else f"{words[: cut_before(words, _LONGEST - 1)].rstrip()}…"
    links = (
        chat.link_to(quote.message_id, asked_by=message.message_id)
        for message in unseen
        for quote in message.quoted
        if quote.message_id is not None
    )
    lines = [literal(shown) if words != GO_ON else "", next(links, "")]
    return "".join(f"> {line}\n" for line in filter(None, lines)) + "\n" * any(lines)
