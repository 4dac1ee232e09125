"""Decides how much of a conversation the model is shown.

Trimmed in blocks: while the beginning of a prompt stays the same from turn to turn, servers that cache prompts read
only what is new. So a limit that is reached cuts to half of it, and then nothing changes for many turns.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.pictures.size import picture_tokens
from bot.records.attachments import Attachment, AttachmentId, Place, View
from bot.records.history import Exchange, History

QUOTE_LENGTH = 2000
"""Characters of a quoted text that go into the prompt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptBudget:
    """How much of a conversation goes into one request."""

    exchanges: int
    """Before the question."""
    tokens: int
    """Of text, by `text_tokens`, with the question and without the system prompt."""
    pictures: int
    """As pixels; older ones are mentioned in words."""
    picture_tokens: int
    """Of all pictures that go as pixels, by `bot.pictures.size.picture_tokens`."""


def text_tokens(text: str) -> int:
    """An estimate on the safe side, without the model's tokenizer: 3 bytes of UTF-8 a token.

    That is at least one token for each English word and each Chinese character.
    """
    return len(text.encode("utf-8", "replace")) // 3 + 1


def within_budget(history: History, budget: PromptBudget) -> History:
    """What goes into the prompt; always the last exchange, which is the question."""
    exchanges = _trimmed(history.exchanges, budget)
    return History(exchanges=exchanges, pixels_from=_pixels_from(exchanges, history.pixels_from, budget))


def shown_views(exchanges: Sequence[Exchange], pixels_from: AttachmentId) -> Iterator[tuple[Attachment, View]]:
    """The views that go as pixels, each picture once: where it first stands."""
    known: set[str] = set()
    for attachment in attachments_of(exchanges):
        if attachment.id >= pixels_from:
            for view in attachment.views:
                if view.sha256 not in known:
                    known.add(view.sha256)
                    yield attachment, view


def attachments_of(exchanges: Sequence[Exchange]) -> Iterator[Attachment]:
    """All attachments, in the order of the prompt."""
    for exchange in exchanges:
        for message in exchange.messages:
            yield from message.attachments


def fitting_views(question: Exchange, budget: PromptBudget) -> Mapping[AttachmentId, int]:
    """How many views of each attachment of a question fit into one request: its own first, then what it quotes."""
    count, tokens = 0, 0
    fitting: dict[AttachmentId, int] = {}
    order = list(Place)
    known: set[str] = set()
    for attachment in sorted(attachments_of([question]), key=lambda attachment: order.index(attachment.place)):
        fitting[attachment.id] = 0
        for view in attachment.views:
            if view.sha256 not in known:
                count, tokens = count + 1, tokens + picture_tokens(view.width_px, view.height_px)
                if count > budget.pictures or tokens > budget.picture_tokens:
                    break
                known.add(view.sha256)
            fitting[attachment.id] += 1
    return fitting


def words_of(history: History) -> int:
    """Tokens of all texts of a history."""
    return sum(map(_exchange_tokens, history.exchanges))


def _trimmed(exchanges: tuple[Exchange, ...], budget: PromptBudget) -> tuple[Exchange, ...]:
    sizes = [_exchange_tokens(exchange) for exchange in exchanges]
    if len(exchanges) <= budget.exchanges + 1 and sum(sizes) <= budget.tokens:
        return exchanges
    left = budget.tokens // 2
    half = (budget.exchanges + 1) // 2  # Rounded up: who wants one exchange to be remembered gets one.
    earliest = max(0, len(exchanges) - 1 - half)
    start = len(exchanges) - 1
    left -= sizes[start]
    while start > earliest and left >= sizes[start - 1]:
        start -= 1
        left -= sizes[start]
    return exchanges[start:]


def _exchange_tokens(exchange: Exchange) -> int:
    tokens = text_tokens(exchange.answer or "")
    for message in exchange.messages:
        quotes = sum(text_tokens(quote.text[:QUOTE_LENGTH]) for quote in message.quoted)
        files = sum(text_tokens(attachment.text) for attachment in message.attachments if attachment.text)
        tokens += text_tokens(message.text) + text_tokens(message.sender) + quotes + files
    return tokens


def _pixels_from(exchanges: Sequence[Exchange], pixels_from: AttachmentId, budget: PromptBudget) -> AttachmentId:
    costs: dict[AttachmentId, list[int]] = {}
    for attachment, view in shown_views(exchanges, pixels_from):
        costs.setdefault(attachment.id, []).append(picture_tokens(view.width_px, view.height_px))
    every = [cost for of_one in costs.values() for cost in of_one]
    if len(every) <= budget.pictures and sum(every) <= budget.picture_tokens:
        return pixels_from
    asked_about = {attachment.id for attachment in attachments_of(exchanges[-1:])}
    count, tokens = budget.pictures // 2, budget.picture_tokens // 2
    first = AttachmentId(max(costs) + 1)
    for attachment_id, of_one in reversed(costs.items()):
        count, tokens = count - len(of_one), tokens - sum(of_one)
        if attachment_id not in asked_about and (count < 0 or tokens < 0):
            break
        first = min(first, attachment_id)
    return first
