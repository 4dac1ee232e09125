"""Inline mode: somebody types ``@bot question`` in any chat, is offered to ask it, and does."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from telegram import Update

from adapters.telegram.convert import person_of
from adapters.telegram.elsewhere import inline_key, of_chosen
from adapters.telegram.errors import telegram_errors
from adapters.telegram.raw import RawBot
from adapters.telegram.writing.posting import article
from bot import texts
from bot.commands.known import parse_command
from bot.events import Action, Address, ConversationKey, MessageId, MessageReceived, PersonId
from bot.ports.parts import Button, Part
from bot.sentences import sentence

TITLE = sentence("Ask Glimpse")

HINT = sentence("Type your question")

_HINT_START = "inline"
"""What ``/start`` brings when somebody follows the hint to the private chat."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What somebody has typed behind the bot's name so far."""

    query_id: str
    question: str
    language: str


def typed(update: Mapping[str, Any]) -> Typed | None:
    """Read an inline query; None if the update is none."""
    match update.get("inline_query"):
        case {"id": str(query_id), "query": str(question), "from": {**person}}:
            return Typed(query_id=query_id, question=question.strip(), language=str(person.get("language_code") or ""))
        case _:
            return None


def chosen(update: Mapping[str, Any], now: datetime) -> MessageReceived | None:
    """The question that somebody sent inline, at about `now`; None if the update is none.

    Without an inline keyboard there would be no id of the message (Bot API, ChosenInlineResult).
    """
    if "chosen_inline_result" not in update:
        return None
    choice = Update.de_json(dict(update), None).chosen_inline_result
    if choice is None or choice.inline_message_id is None or not (question := choice.query.strip()):
        return None
    sender = person_of(choice.from_user)
    return MessageReceived(
        key=inline_key(sender.id, choice.inline_message_id),
        message_id=of_chosen(choice.inline_message_id),
        sender=sender,
        sent_at=now,
        is_private=False,
        text=question,
        raw_text=question,
        address=Address.MENTION,
    )


def asked_under(update: Mapping[str, Any]) -> tuple[ConversationKey, MessageId] | None:
    """Where somebody asked inline who pressed the button that came with their question; None for other updates.

    It stands there until the answer takes its place.
    """
    match update:
        case {"callback_query": {"inline_message_id": str(inline_message_id), "from": {"id": int(person)}}}:
            return inline_key(PersonId(str(person)), inline_message_id), of_chosen(inline_message_id)
        case _:
            return None


async def offer(bot: RawBot, what: Typed) -> None:
    """Answer an inline query: with the one thing that can be chosen, or with a word on what to type.

    No model is asked before somebody chooses. Telegram keeps the offer for nobody else.

    Raises:
        PlatformError: Telegram does not take it, for example after its 30 s.
    """
    parameters: dict[str, Any] = {"inline_query_id": what.query_id, "is_personal": True, "cache_time": 0}
    if what.question and parse_command(what.question) is None:  # A command has its place in the private chat.
        parameters["results"] = [_to_choose(what)]
    else:
        hint = HINT.in_language(what.language)
        parameters |= {"results": [], "button": {"text": hint, "start_parameter": _HINT_START}}
    with telegram_errors("answering an inline query"):
        await bot.raw_answer_inline(parameters)


def _to_choose(what: Typed) -> Mapping[str, Any]:
    """It sends the question, so that others see it too; the answer then takes its place."""
    stop = Button(action=Action.STOP, label=texts.STOP_LABEL.in_language(what.language))
    question = Part(what.question, buttons=((stop,),))
    return article(question, title=TITLE.in_language(what.language), description=what.question)
