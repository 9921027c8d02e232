"""A notification keeps which sentence it is and with which facts; its words are found when somebody reads it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_SAYS_SOMETHING = "sentence IS NOT NULL AND facts IS NOT NULL OR title <> '' AND message <> ''"


def upgrade() -> None:
    # Empty and not null: gateways of the older program read these rows, too, until the last of them is exchanged.
    op.alter_column("notifications", "title", existing_type=sa.String(length=120), server_default="")
    op.alter_column("notifications", "message", existing_type=sa.Text(), server_default="")
    op.create_check_constraint(op.f("ck_notifications_says_something"), "notifications", _SAYS_SOMETHING)


def downgrade() -> None:
    # The words of a sentence are not in the database; the web app says it from its facts.
    op.execute("UPDATE notifications SET title = sentence, message = facts WHERE title = ''")
    op.drop_constraint(op.f("ck_notifications_says_something"), "notifications")
    op.alter_column("notifications", "message", existing_type=sa.Text(), server_default=None)
    op.alter_column("notifications", "title", existing_type=sa.String(length=120), server_default=None)
