"""What keeps search whole without anybody's doing, once a minute in one worker."""

from __future__ import annotations

from datetime import timedelta

import structlog
from sqlalchemy import text

from app.core import clock
from app.database import unit_of_work
from app.enquiries import drift, rebuild
from app.search.port import SearchAway

log = structlog.get_logger("search")

# A million transactions: comparing a whole bank every minute would in the end take longer than a minute.
RANGES_AT_ONCE = 20
LOGS_KEPT = timedelta(days=14)
_ONE_KEEPER = 7811887804  # advisory lock


def keep_search() -> None:
    """Build what is missing, repair what differs, forget old logs. Harmless at any time; never raises for search."""
    with unit_of_work() as session:
        if not session.scalar(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": _ONE_KEEPER}):
            return
        try:
            rebuild.build_missing()
            drift.drift(session, repair=True, ranges_max=RANGES_AT_ONCE)
            rebuild.forget_old_logs(before=clock.now() - LOGS_KEPT)
        except SearchAway as error:
            log.warning("search not kept", reason=error.reason)
