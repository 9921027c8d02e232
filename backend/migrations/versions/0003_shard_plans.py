"""Into how many queues the bank's transfers are split, from which bundle on. No row: one queue, as ever."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "shard_plans",
        sa.Column("first_bundle", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("shards", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("shards > 0", name=op.f("ck_shard_plans_at_least_one")),
        sa.PrimaryKeyConstraint("first_bundle", name=op.f("pk_shard_plans")),
    )


def downgrade() -> None:
    op.drop_table("shard_plans")
