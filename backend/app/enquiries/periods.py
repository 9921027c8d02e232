"""Hours, days, weeks and months as the bank's calendar has them (Indian Standard Time). Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from app.core.clock import INDIA
from app.core.errors import Invalid

# A chart can't show more, and each costs both engines a little.
PERIODS_MAX = 400


class Interval(StrEnum):
    """How long a period is. A week begins on Monday."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class PeriodInvalid(Invalid):
    """The period can't be divided like this."""

    code = "period_invalid"


_PERIODS_SHOWN = {Interval.HOUR: 24, Interval.DAY: 30, Interval.WEEK: 12, Interval.MONTH: 12}


def bounds(
    interval: Interval, since: datetime | None, until: datetime, *, periods: int | None = None
) -> list[datetime]:
    """Return the limits of the periods that hold everything from `since` up to `until`: one more than there are periods.

    Without `since` they are the usual number for a chart, up to `until`.

    Raises:
        PeriodInvalid: it ends before it begins, has more than `PERIODS_MAX` periods, or is where the calendar ends.
    """
    try:
        return _limits(interval, since, until, periods or _PERIODS_SHOWN[interval])
    except OverflowError:  # Python's years are 1 to 9999, and a period may begin or end beyond them
        raise PeriodInvalid("The calendar ends there. Choose a time nearer to today.") from None


def _limits(interval: Interval, since: datetime | None, until: datetime, periods: int) -> list[datetime]:
    if since is None:
        start = _start(interval, until - timedelta(microseconds=1))
        for _ in range(periods - 1):
            start = _start(interval, start - timedelta(microseconds=1))
    else:
        start = _start(interval, since)
        if since >= until:
            raise PeriodInvalid("The period ends before it begins. Choose a later end.")
    limits = [start]
    while limits[-1] < until:
        limits.append(_next(interval, limits[-1]))
        if len(limits) > PERIODS_MAX + 1:
            raise PeriodInvalid(
                f"That is more than {PERIODS_MAX} periods. Choose a longer interval or a shorter time.",
                periods_max=PERIODS_MAX,
            )
    return limits


def _start(interval: Interval, instant: datetime) -> datetime:
    """Return the beginning of the period that an instant is in."""
    hour = instant.astimezone(INDIA).replace(minute=0, second=0, microsecond=0)
    if interval is Interval.HOUR:
        return hour
    day = hour.replace(hour=0)
    if interval is Interval.DAY:
        return day
    return day - timedelta(days=day.weekday()) if interval is Interval.WEEK else day.replace(day=1)


def _next(interval: Interval, start: datetime) -> datetime:
    if interval is Interval.MONTH:
        return (start.replace(day=28) + timedelta(days=4)).replace(day=1)
    return start + {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(days=7)}[interval.value]
