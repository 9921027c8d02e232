"""Dead letters may hold a message that a foreign program published, which no bundle of ours stands behind."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("dead_letters", sa.Column("message", sa.Text(), nullable=True))
    op.alter_column("dead_letters", "outbox_id", nullable=True)
    op.alter_column("dead_letters", "position", nullable=True)
    op.create_check_constraint(
        op.f("ck_dead_letters_bundle_and_position"), "dead_letters", "(outbox_id IS NULL) = (position IS NULL)"
    )
    op.create_check_constraint(
        op.f("ck_dead_letters_bundle_or_message"), "dead_letters", "(outbox_id IS NULL) <> (message IS NULL)"
    )


def downgrade() -> None:
    """Give up what 0001 can't hold: foreign messages, which the bank never believed."""
    op.execute("DELETE FROM dead_letters WHERE outbox_id IS NULL")
    op.drop_constraint(op.f("ck_dead_letters_bundle_or_message"), "dead_letters")
    op.drop_constraint(op.f("ck_dead_letters_bundle_and_position"), "dead_letters")
    op.alter_column("dead_letters", "position", nullable=False)
    op.alter_column("dead_letters", "outbox_id", nullable=False)
    op.drop_column("dead_letters", "message")
