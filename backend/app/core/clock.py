"""What time it is. One source, so that a test or the demo bank can live on another day."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta, timezone

# The bank's business day: India has one zone and no summer time, so a fixed offset is exact.
INDIA = timezone(timedelta(hours=5, minutes=30), "IST")

_pinned: ContextVar[datetime | None] = ContextVar("pinned_clock", default=None)


def now() -> datetime:
    """Return the current instant in UTC."""
    return _pinned.get() or datetime.now(UTC)


def business_date(instant: datetime | None = None) -> date:
    """Return the bank's calendar day (Indian Standard Time) of an instant, by default of now."""
    return (instant or now()).astimezone(INDIA).date()


@contextmanager
def at(instant: datetime) -> Iterator[None]:
    """Make `now()` answer `instant` inside the block, in this thread or task only."""
    token = _pinned.set(instant.astimezone(UTC))
    try:
        yield
    finally:
        _pinned.reset(token)
