"""How Alembic reaches the database: by the settings, or over a connection that the caller hands in."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from alembic import context
from sqlalchemy import Connection, NullPool

from app.database import new_engine
from app.models import Base

# One migrator at a time: two starts on one database wait for each other instead of colliding.
MIGRATION_LOCK = 0x6D696772617465


# Asked for again and again, and outside of a transaction: an index that is built beside the working bank waits for all older
# transactions, so whoever waited in one for the builder would be waited for.
LOCK_POLL_SECONDS = 0.1


def run(connection: Connection) -> None:
    """Run the migrations in one transaction; all or none, but for what is built beside the working bank (`autocommit_block`)."""
    context.configure(
        connection=connection, target_metadata=Base.metadata, compare_type=True, compare_server_default=True
    )
    with _alone(connection), context.begin_transaction():
        context.run_migrations()


@contextmanager
def _alone(connection: Connection) -> Iterator[None]:
    while not connection.exec_driver_sql(f"SELECT pg_try_advisory_lock({MIGRATION_LOCK})").scalar():
        connection.rollback()
        time.sleep(LOCK_POLL_SECONDS)
    connection.commit()
    try:
        yield
    finally:
        if not connection.invalidated:
            connection.rollback()
            connection.exec_driver_sql(f"SELECT pg_advisory_unlock({MIGRATION_LOCK})")
            connection.commit()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    with new_engine(poolclass=NullPool).connect() as connection:
        run(connection)
