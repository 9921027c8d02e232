"""Waiting until something happens in the database, instead of hoping that it has."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from app.database import new_session


def wait_for_a_waiter() -> None:
    """Return once somebody waits for a lock."""
    deadline = datetime.now(UTC) + timedelta(seconds=15)
    while datetime.now(UTC) < deadline:
        with new_session() as watching:
            if watching.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
                return
    raise AssertionError("nobody waits")
