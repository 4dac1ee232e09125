"""By which bounds a file was prepared: it is used again only while they hold."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("attachments", sa.Column("made_for", sa.Text(), server_default="", nullable=False))
