"""The core, put together: what takes messages in, and what answers them."""

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

from bot.answering.asking import Asking
from bot.answering.dialogue import Dialogue
from bot.answering.look import Looking
from bot.commands.answers import CommandAnswers
from bot.commands.menus import Menus
from bot.conversation import Conversation
from bot.inbox import Inbox
from bot.lanes import Lanes
from bot.ports.chat import Chat
from bot.ports.clock import Clock
from bot.ports.eyes import Eyes
from bot.ports.model import Model
from bot.ports.store import Store
from bot.ports.web import Web
from bot.readiness import Readiness
from bot.retention import keep_forgetting_passing, keep_purging
from bot.rules import (
    asking_rules,
    conversation_rules,
    dialogue_rules,
    inbox_rules,
    offers,
    picture_limits,
    retention_rules,
)
from bot.settings.settings import Settings
from bot.sight.sight import Sight

Work: TypeAlias = tuple[str, Callable[[], Coroutine[Any, Any, None]]]
"""A name for the log, and what runs until it is cancelled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What speaks to the outside, before it is wired together."""

    store: Store
    model: Model
    eyes: Eyes
    web: Web
    chats: Sequence[Chat]


@dataclass(frozen=True, slots=True, kw_only=True)
class Core:
    """A core that is ready to take messages in."""

    inbox: Inbox
    lanes: Lanes
    sight: Sight
    work: Sequence[Work]
    """What has to run beside it."""


def assemble(parts: Parts, settings: Settings, clock: Clock, readiness: Readiness, *, owner: str) -> Core:
    """Wire the core. `owner` names this process in its leases."""
    chats = {chat.platform: chat for chat in parts.chats}
    sight = Sight()
    looking = Looking(
        parts.store,
        parts.eyes,
        parts.web,
        clock,
        max_bytes=settings.picture.max_bytes,
        made_for=picture_limits(settings).mark,
    )
    dialogue = Dialogue(parts.store, parts.model, parts.eyes, looking, clock, sight, dialogue_rules(settings))
    asking = Asking(dialogue, clock, asking_rules(settings))
    commands = CommandAnswers(parts.store, clock, Menus(offers(settings)))
    conversation = Conversation(parts.store, asking, commands, chats, clock, conversation_rules(settings), owner=owner)
    lanes = Lanes(
        conversation.answer,
        clock=clock,
        readiness=readiness,
        per_lane=settings.turns.waiting_per_conversation,
        total=settings.turns.waiting,
        at_once=settings.turns.running_per_conversation,
    )
    inbox = Inbox(
        parts.store, lanes, conversation, chats, clock=clock, readiness=readiness, rules=inbox_rules(settings)
    )
    work: list[Work] = [("leases", conversation.keep_leases), ("words", inbox.keep_saying)]
    work += _deletions(parts.store, settings, clock)
    if settings.model.self_test and not settings.offline:
        work.append(("self-test", partial(sight.test, parts.model, clock)))
    return Core(inbox=inbox, lanes=lanes, sight=sight, work=work)


def _deletions(store: Store, settings: Settings, clock: Clock) -> list[Work]:
    lifetime_s = settings.picture.before_s
    return [
        ("passing pictures", partial(keep_forgetting_passing, store, clock, lifetime_s=lifetime_s)),
        ("purge", partial(keep_purging, store, clock, retention_rules(settings))),
    ]
