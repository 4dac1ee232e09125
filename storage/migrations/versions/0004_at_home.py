"""Buttons, the person's language, moved chats, histories of one's own."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("conversations", sa.Column("moved_to", _ID))
    for name in ("language", "about"):
        op.add_column("turns", sa.Column(name, sa.Text()))
    for name in ("buttons", "presses"):
        op.add_column("turns", sa.Column(name, sa.JSON()))
    op.create_index("ix_turns_sender", "turns", ["sender_id", "conversation_id", "id"])
    op.add_column("passing", sa.Column("sender_id", sa.Text(), server_default="", nullable=False))
    _windows()
    _presses()


def _windows() -> None:
    op.create_table(
        "windows",
        sa.Column("sender_id", sa.Text(), nullable=False),
        sa.Column("conversation_id", _ID, nullable=False),
        sa.Column("reset_turn_id", _ID, nullable=False),
        sa.Column("pixels_from", _ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_windows_conversation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("sender_id", "conversation_id", name=op.f("pk_windows")),
        sqlite_with_rowid=False,
    )


def _presses() -> None:
    op.create_table(
        "presses",
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("press_id", sa.Text(), nullable=False),
        sa.Column("pressed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("platform", "press_id", name=op.f("pk_presses")),
        sqlite_with_rowid=False,
    )
