"""Indexes for what is few among millions, and for parts of names and numbers. Nobody waits while they are built."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# Names change rarely and are looked for often: they go into their index at once, not onto a heap that every look reads.
_INDEXES = {
    "ix_users_staff": "users (id) WHERE role = 'admin'",
    "ix_users_parts": "users USING gin "
    "(username gin_trgm_ops, email gin_trgm_ops, full_name gin_trgm_ops) "
    "WITH (fastupdate = off)",
    "ix_accounts_not_approved": "accounts (status, id) WHERE status <> 'approved'",
    "ix_accounts_number_parts": "accounts USING gin (account_number gin_trgm_ops) WITH (fastupdate = off)",
    "ix_audit_log_action": "audit_log (action, id)",
    "ix_transactions_kind": "transactions (kind, id) WHERE kind <> 'transfer'",
}


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")  # its owner may: it is one of those that PostgreSQL trusts
    with op.get_context().autocommit_block():
        for name, what in _INDEXES.items():
            # One that was interrupted is left behind, and is no index: it is made anew.
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            op.execute(f"CREATE INDEX CONCURRENTLY {name} ON {what}")


def downgrade() -> None:
    with op.get_context().autocommit_block():
        for name in _INDEXES:
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")  # the extension may be somebody else's
