"""Which turns were never begun: only these wait for more than edits. Of those from before, none counts as one."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("turns", sa.Column("never_begun", sa.Boolean(), server_default=sa.false(), nullable=False))
