"""What answers took: summed up from the outcomes that are kept."""

from datetime import datetime

import sqlalchemy as sa

from bot.events import ConversationKey, PersonId
from bot.personal import Spent
from bot.records.attachments import Verdict
from storage.columns import Moment
from storage.conversation.conversations import ID_OF_KEY, key_values
from storage.tables import attachments, conversations, messages, turns

_SINCE = sa.bindparam("since", type_=Moment)
_HERE = sa.select(messages.c.turn_id).where(messages.c.conversation_id == ID_OF_KEY, messages.c.sent_at >= _SINCE)
_IS_ASKED = sa.and_(turns.c.model != "", turns.c.accepted_at >= _SINCE)
_IS_HERE = turns.c.id.in_(_HERE)
_IS_ON_PLATFORM = turns.c.conversation_id.in_(
    sa.select(conversations.c.id).where(conversations.c.platform == sa.bindparam("of_platform"))
)
_IS_OF_PERSON = turns.c.sender_id == sa.bindparam("person")
_TAKEN = sa.select(
    sa.func.count().label("questions"),
    sa.func.coalesce(sa.func.sum(turns.c.prompt_tokens), 0).label("prompt_tokens"),
    sa.func.coalesce(sa.func.sum(turns.c.completion_tokens), 0).label("completion_tokens"),
    sa.func.sum(turns.c.cost_usd).label("cost_usd"),
)
_SEEN = (
    sa.select(sa.func.count())
    .join_from(turns, messages, messages.c.turn_id == turns.c.id)
    .join(attachments, attachments.c.message_id == messages.c.id)
    .where(attachments.c.verdict == Verdict.USABLE.value)
)


def spent(
    connection: sa.Connection, key: ConversationKey, *, person: PersonId | None, is_here: bool, since: datetime
) -> Spent:
    """See `bot.ports.personal_data.PersonalData.spent`."""
    which = {**key_values(key), "person": person, "since": since}
    is_meant = [_IS_ASKED, _IS_HERE if is_here else _IS_ON_PLATFORM, *([] if person is None else [_IS_OF_PERSON])]
    taken = connection.execute(_TAKEN.where(*is_meant), which).one()
    pictures = connection.execute(_SEEN.where(*is_meant), which).scalar_one()
    return Spent(
        questions=taken.questions,
        pictures=pictures,
        prompt_tokens=taken.prompt_tokens,
        completion_tokens=taken.completion_tokens,
        cost_usd=taken.cost_usd,
    )
