"""How far this machine's clock is from the database's. All of a bank's machines are held against that one."""

from __future__ import annotations

from typing import Final

import structlog
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.core import clock

log = structlog.get_logger("operations")

# Two machines that keep to this agree to within what `identity/tokens.py` forgives a token from the future.
CLOCK_AHEAD_SECONDS_MAX: Final = 2.0

_THERE: Final = text("SELECT clock_timestamp()")


def ahead_seconds(session: Session) -> float:
    """Return how many seconds this machine's clock is ahead of the database's; below 0: behind."""
    session.connection()  # connecting may take a while, and mustn't count
    before = clock.now()
    there = session.execute(_THERE).scalar_one()
    after = clock.now()
    return float((before + (after - before) / 2 - there).total_seconds())


def watch_clock(session: Session) -> None:
    """Say so in the log when this machine's clock is wrong, or the database's is."""
    ahead = ahead_seconds(session)
    if abs(ahead) > CLOCK_AHEAD_SECONDS_MAX:
        log.warning("this machine's clock differs from the database's", ahead_seconds=round(ahead, 1))
