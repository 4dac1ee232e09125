"""Decides how a turn ends: what must stand in the chat, and what is stored of it."""

from collections.abc import Sequence

from bot import texts
from bot.answering.reading import Answer
from bot.answering.window import attachments_of
from bot.errors import ModelTrouble
from bot.events import Action
from bot.markup.fences import with_closed_fence
from bot.ports.model import FinishReason
from bot.ports.parts import Button
from bot.records.attachments import Attachment, Verdict, numbered
from bot.records.history import Exchange
from bot.records.turns import Buttons, Outcome, TurnState
from bot.sentences import NO_SENTENCE, Sentence

STOPPED = "stopped"
"""A person ended the answer."""

DEADLINE = "deadline"
"""It took too long."""

REPETITION = "repetition"


_GO_ON = Button(action=Action.CONTINUE, label=texts.CONTINUE_LABEL)
_AGAIN = Button(action=Action.RETRY, label=texts.RETRY_LABEL)
_FORGET = Button(action=Action.FORGET, label=texts.FORGET_LABEL)

RETRY: Buttons = ((_AGAIN, _FORGET),)
"""Under a failure."""

_NO_USE = frozenset({ModelTrouble.BLOCKED, ModelTrouble.PICTURES, ModelTrouble.TOO_LARGE})
"""Troubles that are the same when the same is asked again."""


def conclude(answer: Answer, interrupted: str | None, *, language: str) -> Outcome:
    """The outcome of an answer.

    Args:
        answer: As far as it came.
        interrupted: STOPPED, DEADLINE or None.
        language: In which the bot's own sentences are said: an IETF tag, or empty.
    """
    trouble, sentence = _trouble(answer, interrupted)
    below = [note.in_language(language) for note in (sentence, *answer.notes) if note]
    above = [answer.mark + (with_closed_fence(answer.text) if below else answer.text)] if answer.text else []
    finish = answer.finish
    is_failure = bool(trouble) and trouble not in (STOPPED, REPETITION)
    return Outcome(
        state=TurnState.FAILED if is_failure else TurnState.ANSWERED,
        text=answer.quote + "\n\n".join([*above, *below]),
        pictures=tuple(answer.pictures),
        buttons=_buttons(answer, trouble),
        answer=answer.text or None,
        trouble=trouble,
        detail=str(answer.error or ""),
        finish_reason=finish.reason if finish else "",
        model=finish.model if finish else "",
        usage=answer.usage,
        started_at=answer.started_at,
        first_text_at=answer.first_text_at,
    )


def _buttons(answer: Answer, trouble: str) -> Buttons:
    """What may help where an answer is not whole: going on from what there is, asking again, or having it forgotten.

    A whole answer carries none, so that a chat is not full of buttons.
    """
    is_cut_off = answer.finish is not None and answer.finish.reason is FinishReason.LENGTH
    if not (trouble or is_cut_off):
        return ()
    row = [_GO_ON] if answer.text and trouble not in (ModelTrouble.BLOCKED, REPETITION) else []
    row += [_AGAIN] if trouble and trouble not in _NO_USE else []
    return ((*row, _FORGET),)


def notes_on(question: Exchange) -> list[Sentence]:
    """A line for each attachment of the question that the model does not get, or not whole."""
    notes = []
    attachments = list(attachments_of([question]))
    for attachment in attachments:
        if attachment.verdict is Verdict.UNUSABLE:
            notes.append(texts.not_seen(_called(attachment, attachments), attachment.reason))
        elif attachment.left_out:
            notes.append(texts.seen_in_part(_called(attachment, attachments), attachment.left_out))
    if any(quote.is_hidden for message in question.messages for quote in message.quoted):
        notes.append(texts.HIDDEN)
    return notes


def _called(attachment: Attachment, beside: Sequence[Attachment]) -> Sentence:
    is_only = sum(one.medium is attachment.medium for one in beside) == 1
    return texts.called(attachment.medium, None if is_only else numbered(beside)[attachment.id])


def _trouble(answer: Answer, interrupted: str | None) -> tuple[str, Sentence]:
    """A short code and what the person reads under the answer, or instead of one."""
    if interrupted == STOPPED:
        return STOPPED, texts.STOPPED_NOTE if answer.text else texts.STOPPED
    if interrupted == DEADLINE:
        return ModelTrouble.TIMEOUT, _broken_off(answer, texts.TOO_SLOW, ModelTrouble.TIMEOUT)
    if answer.error is not None:
        if answer.text and answer.error.trouble is ModelTrouble.CUT_OFF:
            return ModelTrouble.CUT_OFF, texts.CUT_OFF_NOTE
        return answer.error.trouble, _broken_off(answer, answer.error.person, answer.error.trouble)
    if answer.repeats_itself:
        return REPETITION, texts.REPETITION_NOTE
    return _trouble_of_a_whole(answer)


def _trouble_of_a_whole(answer: Answer) -> tuple[str, Sentence]:
    reason = answer.finish.reason if answer.finish is not None else FinishReason.STOP
    if reason is FinishReason.CONTENT_FILTER:
        return ModelTrouble.BLOCKED, _broken_off(answer, texts.FILTERED, ModelTrouble.BLOCKED)
    if not answer.text:
        return ModelTrouble.EMPTY, texts.TOOL_ASKED if answer.asked_for_tool else texts.EMPTY_ANSWER
    return "", texts.LENGTH_NOTE if reason is FinishReason.LENGTH else NO_SENTENCE


def _broken_off(answer: Answer, sentence: Sentence, trouble: ModelTrouble) -> Sentence:
    if not answer.text:
        return sentence
    return texts.held_back(sentence) if trouble is ModelTrouble.BLOCKED else texts.broke_off(sentence)
