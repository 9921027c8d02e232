"""How Alembic reaches the database: by the settings, or over a connection that the caller hands in."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection, NullPool

from app.database import new_engine
from app.models import Base

# One migrator at a time: two starts on one database wait for each other instead of colliding.
MIGRATION_LOCK = 0x6D696772617465


def run(connection: Connection) -> None:
    """Run the migrations in one transaction; all or none."""
    context.configure(
        connection=connection, target_metadata=Base.metadata, compare_type=True, compare_server_default=True
    )
    with context.begin_transaction():
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    with new_engine(poolclass=NullPool).connect() as connection:
        run(connection)
