"""Where the bot has been, and what it heard there: for looking back after it was away."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from bot.events import ConversationKey, MessageId, PlatformName
from bot.ports.intake import KnownPlace, Recent
from storage.columns import Id, Moment
from storage.conversation.conversations import ID_OF_KEY, IDS_OF_CHAT, as_key, key_values
from storage.conversation.messages import INNER, IS_OF_PLATFORM
from storage.conversation.passing import IS_KEY as IS_PASSING
from storage.tables import attachments, conversations, deliveries, messages, passing, turns

# By the platform's time: what was found by looking back is stored late.
_own = messages.alias("own")
_NEWEST = (
    sa.select(_own.c.id)
    .where(_own.c.conversation_id == conversations.c.id, ~_own.c.platform_message_id.startswith(INNER, autoescape=True))
    .order_by(_own.c.sent_at.desc(), _own.c.id.desc())
    .limit(1)
    .scalar_subquery()
)
_PLACES = (
    sa.select(
        conversations.c.platform,
        conversations.c.chat_id,
        conversations.c.thread_id,
        conversations.c.is_private,
        messages.c.platform_message_id,
    )
    .join_from(conversations, messages, messages.c.id == _NEWEST)
    .where(conversations.c.platform == sa.bindparam("of_platform"))
    .order_by(messages.c.sent_at.desc(), messages.c.id.desc())
    .limit(sa.bindparam("at_most"))
)
_OF_OWN_MESSAGE = (
    sa.select(conversations.c.platform, conversations.c.chat_id, conversations.c.thread_id)
    .join_from(deliveries, turns)
    .join(conversations)
    .where(
        deliveries.c.platform_message_id == sa.bindparam("of_message"),
        conversations.c.platform == sa.bindparam("of_platform"),
    )
    .limit(1)
)
_OF_TURN = (
    sa.select(conversations.c.platform, conversations.c.chat_id, conversations.c.thread_id)
    .join_from(turns, conversations)
    .where(turns.c.id == sa.bindparam("of_turn", type_=Id), conversations.c.platform == sa.bindparam("of_platform"))
)
_IS_IN_CHAT = conversations.c.chat_id == sa.bindparam("of_chat")
_RECENT = (
    sa.select(messages.c.platform_message_id)
    .where(
        messages.c.conversation_id == ID_OF_KEY,
        messages.c.sent_at >= sa.bindparam("since", type_=Moment),
        messages.c.deleted_at.is_(None),
        IS_OF_PLATFORM,
    )
    .order_by(messages.c.sent_at, messages.c.id)
)
_RECENT_PICTURES = (
    sa.select(attachments.c.handle)
    .join_from(attachments, messages)
    .where(
        attachments.c.posted_in.is_not(None),
        messages.c.conversation_id.in_(IDS_OF_CHAT),
        messages.c.sent_at >= sa.bindparam("since", type_=Moment),
    )
)
_WAITING_PICTURES = sa.select(passing.c.refs).where(IS_PASSING)


def places(connection: sa.Connection, platform: PlatformName, *, limit: int) -> Sequence[KnownPlace]:
    """The conversations that still have a message, the most recently used first.

    A deleted one counts: nothing before it needs to be looked for again.
    """
    rows = connection.execute(_PLACES, {"of_platform": platform, "at_most": limit})
    return [
        KnownPlace(
            key=as_key(row),
            is_private=row.is_private,
            newest=MessageId(row.platform_message_id),
        )
        for row in rows
    ]


def recent(connection: sa.Connection, key: ConversationKey, *, since: datetime) -> Recent:
    """See `bot.ports.taking_in.TakingIn.recent`. Without what is deleted."""
    which = {**key_values(key), "since": since}
    waiting = connection.execute(_WAITING_PICTURES, key_values(key)).scalars()
    return Recent(
        messages=[MessageId(message_id) for message_id in connection.execute(_RECENT, which).scalars()],
        pictures=[
            *connection.execute(_RECENT_PICTURES, which).scalars(),
            *(str(ref["handle"]) for refs in waiting for ref in refs),
        ],
    )


def place_of(
    connection: sa.Connection,
    platform: PlatformName,
    message_id: MessageId,
    *,
    chat_id: str | None,
    turn: int | None,
) -> ConversationKey | None:
    """The conversation with a receipt that names this message of the bot's own, or else with this turn.

    Of this chat, if one is given.
    """
    which = {"of_platform": platform, "of_message": message_id, "of_turn": turn, "of_chat": chat_id}
    for query in (_OF_OWN_MESSAGE, _OF_TURN):
        row = connection.execute(query if chat_id is None else query.where(_IS_IN_CHAT), which).first()
        if row is not None:
            return as_key(row)
    return None
