"""A notification says which sentence it is and with which facts. Those that are there already keep their English."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("notifications", sa.Column("sentence", sa.String(length=40), nullable=True))
    op.add_column("notifications", sa.Column("facts", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("notifications", "facts")
    op.drop_column("notifications", "sentence")
