"""The tables, as the newest migration leaves them."""

from typing import Any

import sqlalchemy as sa

from storage.columns import Count, Id, Moment, Said, Words

NAME_LENGTH = 300
TEXT_LENGTH = 100_000
"""Of one message or text file. Discord allows 4,000 and Telegram 4,096 code points in a message; the terminal has no
bound of its own."""
ANSWER_LENGTH = 1_000_000
DETAIL_LENGTH = 2_000
ARGUMENT_LENGTH = 4_096
"""Of a command: a whole message."""
UNREADABLE_LENGTH = 100_000
"""Of what could not be read. A platform's largest update is some 20,000 characters of JSON."""

metadata = sa.MetaData(
    # Batch migrations on SQLite can drop a constraint only by its name.
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


def _index_of_some(name: str, *columns: sa.Column[Any], where: sa.ColumnElement[bool]) -> None:
    """An index of the rows for which something holds."""
    sa.Index(name, *columns, sqlite_where=where, postgresql_where=where)


conversations = sa.Table(
    "conversations",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("platform", Words, nullable=False),
    sa.Column("chat_id", Words, nullable=False),
    # "" and not NULL outside of a thread: a unique key lets NULLs repeat.
    sa.Column("thread_id", Words, nullable=False),
    sa.Column("is_private", sa.Boolean, nullable=False),
    # History begins after this turn, by a reset or by the window. No foreign key: retention may delete the turn.
    sa.Column("reset_turn_id", Id, nullable=False, server_default=sa.text("0")),
    sa.Column("wait_until", Moment),
    # The first attachment that is still shown as pixels. No foreign key, as above.
    sa.Column("pixels_from", Id, nullable=False, server_default=sa.text("0")),
    # What people chose there, as a `bot.choices.ConversationSettings`; NULL before anybody chose.
    sa.Column("settings", sa.JSON(none_as_null=True)),
    # Where the chat lives on under another id: nothing of this one is here any more.
    sa.Column("moved_to", Id),
    sa.UniqueConstraint("platform", "chat_id", "thread_id"),
)

turns = sa.Table(
    "turns",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("conversation_id", Id, sa.ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False),
    sa.Column("state", Words, nullable=False),
    sa.Column("command", Words),
    sa.Column("sender_id", Words, nullable=False),
    sa.Column("album_id", Words),
    sa.Column("reply_to", Words, nullable=False),
    sa.Column("accepted_at", Moment, nullable=False),
    sa.Column("ready_at", Moment, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False, server_default=sa.text("0")),
    sa.Column("lease_owner", Words(NAME_LENGTH)),
    sa.Column("lease_until", Moment),
    # The final state that was decided, while the answer is still being delivered.
    sa.Column("decided", Words),
    sa.Column("text", Words(ANSWER_LENGTH)),
    sa.Column("answer", Words(ANSWER_LENGTH)),
    sa.Column("trouble", Words(NAME_LENGTH)),
    sa.Column("detail", Words(DETAIL_LENGTH)),
    sa.Column("finish_reason", Words(NAME_LENGTH)),
    sa.Column("model", Words(NAME_LENGTH)),
    sa.Column("prompt_tokens", Count),
    sa.Column("completion_tokens", Count),
    sa.Column("image_tokens", Count),
    sa.Column("cached_tokens", Count),
    sa.Column("cost_usd", sa.Double),
    sa.Column("started_at", Moment),
    sa.Column("first_text_at", Moment),
    sa.Column("finished_at", Moment),
    # Apart from the state, which changes often and would move the turn within the index of the history each time.
    sa.Column("withdrawn_at", Moment),
    sa.Column("argument", Words(ARGUMENT_LENGTH), nullable=False, server_default=""),
    # A list of {sha256, caption}.
    sa.Column("pictures", sa.JSON(none_as_null=True)),
    # Of the sender, as the platform tells.
    sa.Column("language", Words(NAME_LENGTH)),
    # Of a command: the platform's id of the message that it replies to.
    sa.Column("about", Words),
    # Rows of {action, label, value}.
    sa.Column("buttons", sa.JSON(none_as_null=True)),
    # A list of {by, value}: pressed, and not acted on yet.
    sa.Column("presses", sa.JSON(none_as_null=True)),
    # Apart from the lease and the attempts, which do not outlast a restart or an edit.
    sa.Column("never_begun", sa.Boolean, nullable=False, server_default=sa.false()),
    # An id must never come back: a reset and the order of history are told by ids.
    sqlite_autoincrement=True,
)

_index_of_some(
    "ix_turns_history",
    turns.c.conversation_id,
    turns.c.id,
    where=sa.and_(turns.c.command.is_(None), turns.c.withdrawn_at.is_(None)),
)
# For a history of one's own, and for all that is kept of a person.
sa.Index("ix_turns_sender", turns.c.sender_id, turns.c.conversation_id, turns.c.id)
_index_of_some("ix_turns_unfinished", turns.c.conversation_id, where=turns.c.finished_at.is_(None))
_index_of_some("ix_turns_finished", turns.c.finished_at, where=turns.c.finished_at.is_not(None))

messages = sa.Table(
    "messages",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("conversation_id", Id, sa.ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False),
    sa.Column("turn_id", Id, sa.ForeignKey("turns.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("platform_message_id", Words, nullable=False),
    sa.Column("sender_id", Words, nullable=False),
    sa.Column("sender_name", Words(NAME_LENGTH), nullable=False),
    sa.Column("text", Words(TEXT_LENGTH), nullable=False),
    # A list of `bot.records.history.StoredQuote`s, what is default left out.
    sa.Column("quoted", sa.JSON(none_as_null=True)),
    # Spares most readings a second query: few messages have attachments.
    sa.Column("attachment_count", sa.Integer, nullable=False),
    sa.Column("sent_at", Moment, nullable=False),
    # A deleted message leaves its id behind: told of once more, it must not be answered.
    sa.Column("deleted_at", Moment),
    sa.Column("album_id", Words),
    sa.UniqueConstraint("conversation_id", "platform_message_id"),
)

sa.Index("ix_messages_sent", messages.c.conversation_id, messages.c.sent_at)
_index_of_some(
    "ix_messages_album",
    messages.c.conversation_id,
    messages.c.album_id,
    where=messages.c.album_id.is_not(None),
)

pictures = sa.Table(
    "pictures",
    metadata,
    sa.Column("sha256", Words, primary_key=True),
    sa.Column("width_px", sa.Integer, nullable=False),
    sa.Column("height_px", sa.Integer, nullable=False),
    # 0 when retention has removed the bytes.
    sa.Column("size_bytes", sa.BigInteger, nullable=False),
    # The newest turn that used it. No foreign key: retention may delete the turn.
    sa.Column("last_turn_id", Id, nullable=False),
    # Last, because SQLite reads the columns before it without touching the pages of the bytes.
    sa.Column("jpeg", sa.LargeBinary),
)

attachments = sa.Table(
    "attachments",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("message_id", Id, sa.ForeignKey("messages.id", ondelete="CASCADE"), nullable=False),
    sa.Column("ordinal", sa.Integer, nullable=False),
    sa.Column("handle", Words, nullable=False),
    sa.Column("name", Words(NAME_LENGTH), nullable=False),
    sa.Column("media_type", Words(NAME_LENGTH), nullable=False),
    sa.Column("size_bytes", Count),
    sa.Column("verdict", Words, nullable=False),
    sa.Column("reason", Said(DETAIL_LENGTH), nullable=False, server_default=""),
    sa.Column("origin", Words(DETAIL_LENGTH), nullable=False, server_default=""),
    sa.Column("place", Words, nullable=False, server_default="own"),
    sa.Column("author", Words(NAME_LENGTH), nullable=False, server_default=""),
    # The platform's id of the message that it was posted in, where that is another one: deleted there, it goes here.
    sa.Column("posted_in", Words),
    sa.Column("source", Words, nullable=False, server_default="file"),
    sa.Column("about", Words(NAME_LENGTH), nullable=False, server_default=""),
    sa.Column("still", Words, nullable=False, server_default=""),
    # The content hash of the file as it came. The file itself is beside the database: `storage.conversation.originals`.
    sa.Column("original", Words, index=True),
    sa.Column("left_out", Said(DETAIL_LENGTH), nullable=False, server_default=""),
    sa.Column("text", Words(TEXT_LENGTH), nullable=False, server_default=""),
    # Who posted what somebody else asked about, where the platform tells.
    sa.Column("posted_by", Words),
    # See `bot.records.pictures.Prepared`.
    sa.Column("made_for", Words, nullable=False, server_default=""),
    sa.UniqueConstraint("message_id", "ordinal"),
    # An id must never come back: a verdict may arrive after retention.
    sqlite_autoincrement=True,
)

_index_of_some("ix_attachments_posted_in", attachments.c.posted_in, where=attachments.c.posted_in.is_not(None))
_index_of_some("ix_attachments_posted_by", attachments.c.posted_by, where=attachments.c.posted_by.is_not(None))

# What the model is shown of an attachment.
views = sa.Table(
    "views",
    metadata,
    sa.Column("attachment_id", Id, sa.ForeignKey("attachments.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("ordinal", sa.Integer, primary_key=True),
    sa.Column("sha256", Words, sa.ForeignKey("pictures.sha256"), nullable=False, index=True),
    sa.Column("label", Words(NAME_LENGTH), nullable=False, server_default=""),
    sqlite_with_rowid=False,
)

# The pictures that go with answers.
posted = sa.Table(
    "posted",
    metadata,
    sa.Column("turn_id", Id, sa.ForeignKey("turns.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("sha256", Words, sa.ForeignKey("pictures.sha256"), primary_key=True, index=True),
    sqlite_with_rowid=False,
)

# Messages with attachments that somebody posted to nobody, for a question that may follow. None of their words.
# Not by conversation: those are only where the bot was spoken to.
passing = sa.Table(
    "passing",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("platform", Words, nullable=False),
    sa.Column("chat_id", Words, nullable=False),
    sa.Column("thread_id", Words, nullable=False),
    sa.Column("platform_message_id", Words, nullable=False),
    sa.Column("album_id", Words),
    sa.Column("author", Words(NAME_LENGTH), nullable=False),
    # A list of {handle, source, about, still, name, media_type, size_bytes}.
    sa.Column("refs", sa.JSON, nullable=False),
    sa.Column("sent_at", Moment, nullable=False),
    sa.Column("heard_at", Moment, nullable=False, index=True),
    # A question has it, or a newer one. It stays for replies to the rest of its album.
    sa.Column("is_taken", sa.Boolean, nullable=False),
    sa.Column("sender_id", Words, nullable=False, server_default=""),
    sa.UniqueConstraint("platform", "chat_id", "thread_id", "platform_message_id"),
)

deliveries = sa.Table(
    "deliveries",
    metadata,
    sa.Column("turn_id", Id, sa.ForeignKey("turns.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("part", sa.Integer, primary_key=True),
    sa.Column("platform_message_id", Words, index=True),
    sa.Column("state", Words, nullable=False),
    sa.Column("digest", Words, nullable=False, server_default=""),
    sa.Column("sent_after", Words),
    # Two receipts are written for most answers: this spares a page each time.
    sqlite_with_rowid=False,
)

set_aside = sa.Table(
    "set_aside",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("platform", Words, nullable=False),
    sa.Column("platform_id", Words, nullable=False),
    sa.Column("raw", Words(UNREADABLE_LENGTH), nullable=False),
    sa.Column("error", Words(DETAIL_LENGTH), nullable=False),
    sa.Column("set_aside_at", Moment, nullable=False),
    sa.UniqueConstraint("platform", "platform_id"),
    # The newest are told by their ids.
    sqlite_autoincrement=True,
)

cursors = sa.Table(
    "cursors",
    metadata,
    sa.Column("name", Words, primary_key=True),
    sa.Column("value", Words, nullable=False),
    # The newest turn when it moved, for retention. No foreign key: retention may delete the turn.
    sa.Column("last_turn_id", Id, nullable=False),
    sqlite_with_rowid=False,
)

# Where the history of one person begins, in conversations where each has one of their own.
windows = sa.Table(
    "windows",
    metadata,
    sa.Column("sender_id", Words, primary_key=True),
    sa.Column("conversation_id", Id, sa.ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True),
    # As `conversations.reset_turn_id` and `pixels_from`.
    sa.Column("reset_turn_id", Id, nullable=False),
    sa.Column("pixels_from", Id, nullable=False),
    sqlite_with_rowid=False,
)

# Buttons that were pressed: told of once more, they do nothing.
presses = sa.Table(
    "presses",
    metadata,
    sa.Column("platform", Words, primary_key=True),
    sa.Column("press_id", Words, primary_key=True),
    sa.Column("pressed_at", Moment, nullable=False),
    sqlite_with_rowid=False,
)
