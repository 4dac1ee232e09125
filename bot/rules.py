"""From the operator's settings to what each part of the core has to know of them."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from bot.answering.asking import AskingRules
from bot.answering.dialogue import DialogueRules
from bot.answering.patience import Patience
from bot.answering.window import PromptBudget
from bot.choices import ConversationSettings
from bot.commands.pages import Offers
from bot.commands.personas import PERSONAS
from bot.conversation import ConversationRules
from bot.inbox import InboxRules
from bot.pictures.size import PictureLimits
from bot.records.accepting import Joining
from bot.retention import RetentionRules
from bot.settings.settings import Settings


def dialogue_rules(settings: Settings) -> DialogueRules:
    """What asking the model depends on."""
    return DialogueRules(
        system_prompt=settings.prompt,
        model_name=settings.model.name,
        budget=PromptBudget(
            exchanges=settings.history.exchanges,
            tokens=settings.history.tokens,
            pictures=settings.picture.per_request,
            picture_tokens=settings.picture.request_tokens,
        ),
        tools=settings.picture.tools,
        personas=personas(settings),
        models=further_models(settings),
    )


def asking_rules(settings: Settings) -> AskingRules:
    """What getting an answer from the model depends on."""
    return AskingRules(running=settings.turns.running, deadline_s=settings.turns.deadline_s)


def conversation_rules(settings: Settings) -> ConversationRules:
    """What answering depends on."""
    turns = settings.turns
    return ConversationRules(attempts=turns.attempts, lease_s=turns.lease_s, parts=settings.answer.parts)


def offers(settings: Settings) -> Offers:
    """What people can choose from."""
    return Offers(
        personas=personas(settings),
        models=further_models(settings),
        model=settings.model.name,
        exchanges=settings.history.exchanges,
        defaults=defaults(settings),
    )


def further_models(settings: Settings) -> Sequence[str]:
    """What people can choose beside the usual one: each once, whatever the operator lists."""
    return [name for name in dict.fromkeys(settings.model.choices) if name != settings.model.name]


def personas(settings: Settings) -> Mapping[str, str]:
    """Name to what the model is told."""
    return PERSONAS if settings.personas is None else settings.personas


def defaults(settings: Settings) -> ConversationSettings:
    """What counts in groups where nobody chose."""
    return ConversationSettings(answers=settings.groups.answers, wake_word=settings.groups.wake_word)


def picture_limits(settings: Settings) -> PictureLimits:
    """What preparing pictures depends on."""
    chosen = settings.picture
    return PictureLimits(
        max_pixels=chosen.max_pixels,
        tokens=chosen.tokens,
        document_tokens=chosen.document_tokens,
        frames=chosen.frames,
        pages=chosen.pages,
    )


def retention_rules(settings: Settings) -> RetentionRules:
    """How long and how much is kept."""
    return RetentionRules(
        age=timedelta(days=settings.history.days),
        picture_bytes=settings.picture.store_bytes,
        original_bytes=settings.picture.originals_bytes,
    )


def inbox_rules(settings: Settings) -> InboxRules:
    """What receiving depends on."""
    turns = settings.turns
    joining = Joining(cap_s=turns.join_cap_s, late_picture_s=turns.late_picture_s, before_s=settings.picture.before_s)
    return InboxRules(
        patience=Patience(
            album_quiet_s=turns.album_quiet_s,
            photo_quiet_s=turns.photo_quiet_s,
            paste_quiet_s=turns.paste_quiet_s,
            joining=joining,
        ),
        defaults=defaults(settings),
        answer_window_s=turns.answer_window_s,
    )
