"""Celery's beat, of which any number may run: the one that holds a lock in PostgreSQL sends the ticks, the others stand by."""

from __future__ import annotations

from typing import Any

import psycopg
import structlog
from celery.beat import Scheduler

from app.config import get_settings
from app.core.errors import reason_of
from app.database import PATIENCE

log = structlog.get_logger("tasks")

_LOCK = 7811887808
STAND_BY_SECONDS = 5.0


class OneBeat(Scheduler):
    """In memory: every entry of the schedule comes round again, so nothing needs remembering."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._connection: psycopg.Connection[Any] | None = None
        super().__init__(*args, **kwargs)

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Send what is due, if it is ours to send; return the seconds until it is worth looking again."""
        if not self._is_ours():
            return STAND_BY_SECONDS
        self._follow_a_clock_set_back()
        return float(super().tick(*args, **kwargs))

    def close(self) -> None:
        """Let another one go on."""
        if self._connection is not None:
            self._connection.close()
        super().close()

    def _follow_a_clock_set_back(self) -> None:
        """Let nothing wait for the time of an old clock: what it sent "in the future" was sent now."""
        for entry in self.schedule.values():
            now = entry.default_now()
            if entry.last_run_at > now:
                entry.last_run_at = now
                self._heap = None  # it says by the old clock when each is due; the tick makes a new one

    def _is_ours(self) -> bool:
        """Whether we hold the lock, which lives as long as our connection."""
        try:
            if self._connection is None or self._connection.closed:
                self._connection = psycopg.connect(
                    get_settings().libpq_url, autocommit=True, application_name="nyord-beat", **PATIENCE
                )
                row = self._connection.execute("SELECT pg_try_advisory_lock(%s)", (_LOCK,)).fetchone()
                if row is None or not row[0]:
                    self._connection.close()
                    return False
                log.info("beat holds the schedule")
            self._connection.execute("SELECT 1")
        except psycopg.OperationalError as error:
            log.warning("database away", thread="beat", error=type(error).__name__, reason=reason_of(error))
            self._connection = None
            return False
        return True
