"""Column types: what goes in is made storable, and what comes out is as the core wants it."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

from bot.sentences import Sentence

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LARGEST = 2**63 - 1

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""Only a column that SQLite calls INTEGER can number its rows by itself."""


def storable(text: str, limit: int | None = None) -> str:
    """Cut a text to `limit` code points and replace what a database refuses.

    PostgreSQL takes no NUL, and a lone surrogate has no UTF-8: each becomes U+FFFD.
    """
    if limit is not None and len(text) > limit:
        text = text[:limit]
    if "\0" in text:
        text = text.replace("\0", "\ufffd")
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        # The detour through UTF-16 joins two surrogates that are halves of one character.
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


class Words(sa.TypeDecorator[str]):
    """Text from outside: any characters; beyond `limit` code points it is cut."""

    impl = sa.Text
    cache_ok = True

    def __init__(self, limit: int | None = None) -> None:
        super().__init__()
        self.limit = limit

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        del dialect
        return None if value is None else storable(value, self.limit)


class Said(Words):
    """A sentence of the bot's own, kept so that it can be said in any of its languages. Plain text is one too."""

    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return super().process_bind_param(value.for_storage() if isinstance(value, Sentence) else value, dialect)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        del dialect
        return None if value is None else Sentence.from_storage(value)


class Count(sa.TypeDecorator[int]):
    """A number that somebody outside claims: one too large for any database must not cost the message."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: int | None, dialect: Dialect) -> int | None:
        del dialect
        return None if value is None else max(0, min(value, _LARGEST))


class Moment(sa.TypeDecorator[datetime]):
    """A time as whole microseconds since 1970 in UTC: exact, and sorts as it should. Aware in, aware out."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        del dialect
        return None if value is None else (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        del dialect
        return None if value is None else _EPOCH + timedelta(microseconds=value)
