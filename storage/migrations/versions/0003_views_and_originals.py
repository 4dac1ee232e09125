"""Attachments are shown by any number of views; originals, pictures of answers, and what was posted to nobody."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _conversations()
    _turns()
    _messages()
    _views()
    _attachments()
    _posted()
    _passing()


def _conversations() -> None:
    op.add_column("conversations", sa.Column("pixels_from", _ID, server_default=sa.text("0"), nullable=False))
    op.add_column("conversations", sa.Column("settings", sa.JSON()))


def _turns() -> None:
    op.add_column("turns", sa.Column("argument", sa.Text(), server_default="", nullable=False))
    op.add_column("turns", sa.Column("pictures", sa.JSON()))


def _messages() -> None:
    op.add_column("messages", sa.Column("album_id", sa.Text()))
    op.create_index(
        "ix_messages_album",
        "messages",
        ["conversation_id", "album_id"],
        sqlite_where=sa.text("album_id IS NOT NULL"),
        postgresql_where=sa.text("album_id IS NOT NULL"),
    )


def _views() -> None:
    op.create_table(
        "views",
        sa.Column("attachment_id", _ID, nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["attachment_id"], ["attachments.id"], name=op.f("fk_views_attachment_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["sha256"], ["pictures.sha256"], name=op.f("fk_views_sha256")),
        sa.PrimaryKeyConstraint("attachment_id", "ordinal", name=op.f("pk_views")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_views_sha256", "views", ["sha256"])
    op.execute(
        "INSERT INTO views (attachment_id, ordinal, sha256)"
        " SELECT id, 0, sha256 FROM attachments WHERE sha256 IS NOT NULL"
    )


def _attachments() -> None:
    for column in (
        sa.Column("place", sa.Text(), server_default="own", nullable=False),
        sa.Column("author", sa.Text(), server_default="", nullable=False),
        sa.Column("posted_in", sa.Text()),
        sa.Column("source", sa.Text(), server_default="file", nullable=False),
        sa.Column("about", sa.Text(), server_default="", nullable=False),
        sa.Column("still", sa.Text(), server_default="", nullable=False),
        sa.Column("original", sa.Text()),
        sa.Column("left_out", sa.Text(), server_default="", nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
    ):
        op.add_column("attachments", column)
    op.execute("UPDATE attachments SET place = 'quoted' WHERE quoted")
    _drop_old_columns()
    op.create_index("ix_attachments_original", "attachments", ["original"])
    op.create_index(
        "ix_attachments_posted_in",
        "attachments",
        ["posted_in"],
        sqlite_where=sa.text("posted_in IS NOT NULL"),
        postgresql_where=sa.text("posted_in IS NOT NULL"),
    )


def _drop_old_columns() -> None:
    # SQLite copies the table for this, and would forget the largest id that was ever given if its row is gone.
    sequence = "FROM sqlite_sequence WHERE name = 'attachments'"
    connection = op.get_bind()
    is_sqlite = connection.dialect.name == "sqlite"
    last = connection.execute(sa.text(f"SELECT seq {sequence}")).scalar() if is_sqlite else None
    op.drop_index("ix_attachments_sha256", "attachments")
    with op.batch_alter_table("attachments", table_kwargs={"sqlite_autoincrement": True}) as batch:
        batch.drop_constraint(op.f("fk_attachments_sha256"), type_="foreignkey")
        batch.drop_column("sha256")
        batch.drop_column("quoted")
    if last is not None:
        connection.execute(sa.text(f"DELETE {sequence}"))
        connection.execute(sa.text("INSERT INTO sqlite_sequence VALUES ('attachments', :last)"), {"last": last})


def _posted() -> None:
    op.create_table(
        "posted",
        sa.Column("turn_id", _ID, nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["turn_id"], ["turns.id"], name=op.f("fk_posted_turn_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["sha256"], ["pictures.sha256"], name=op.f("fk_posted_sha256")),
        sa.PrimaryKeyConstraint("turn_id", "sha256", name=op.f("pk_posted")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_posted_sha256", "posted", ["sha256"])


def _passing() -> None:
    op.create_table(
        "passing",
        sa.Column("id", _ID, nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("chat_id", sa.Text(), nullable=False),
        sa.Column("thread_id", sa.Text(), nullable=False),
        sa.Column("platform_message_id", sa.Text(), nullable=False),
        sa.Column("album_id", sa.Text()),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("refs", sa.JSON(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=False),
        sa.Column("heard_at", sa.BigInteger(), nullable=False),
        sa.Column("is_taken", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passing")),
        sa.UniqueConstraint(
            "platform",
            "chat_id",
            "thread_id",
            "platform_message_id",
            name=op.f("uq_passing_platform_chat_id_thread_id_platform_message_id"),
        ),
    )
    op.create_index("ix_passing_heard_at", "passing", ["heard_at"])
