"""Who posted what somebody else asked about: it goes when they want to be forgotten."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("attachments", sa.Column("posted_by", sa.Text()))
    op.create_index(
        "ix_attachments_posted_by",
        "attachments",
        ["posted_by"],
        sqlite_where=sa.text("posted_by IS NOT NULL"),
        postgresql_where=sa.text("posted_by IS NOT NULL"),
    )
