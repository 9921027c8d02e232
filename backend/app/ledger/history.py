"""What happened on an account: its movements with a running balance, and what it had at any past instant.

A movement has two sides and an index for each, so one account's history is two index scans, merged by id.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from app.core import clock

PAGE_MAX = 500


class Entry(NamedTuple):
    """A movement as one of its accounts sees it. `change_minor` is negative when money left."""

    movement_id: int
    group_id: int
    leg: int
    kind: str
    change_minor: int
    balance_minor: int
    counterpart_id: int
    currency: str
    value_date: date
    posted_at: datetime


# Each side stops at `:limit` by itself, so the merge reads two short index ranges however long the history is.
_SIDE = """
    (SELECT id, group_id, leg, kind, {sign}amount_minor AS change, {side}_balance_after AS balance,
            {other}_account_id AS counterpart, currency, value_date, posted_at
     FROM movements WHERE {side}_account_id = :account AND {condition} ORDER BY id DESC LIMIT :limit)
"""


def _newest(condition: str) -> TextClause:
    debits = _SIDE.format(sign="-", side="debit", other="credit", condition=condition)
    credits_ = _SIDE.format(sign="", side="credit", other="debit", condition=condition)
    return text(f"{debits} UNION ALL {credits_} ORDER BY id DESC LIMIT :limit")


_BEFORE = _newest("id < :before")
_UP_TO = _newest("posted_at <= :instant")
_ID_MAX = 2**63 - 1


def statement_page(session: Session, account_id: int, *, before_id: int | None = None, limit: int = 50) -> list[Entry]:
    """Return an account's movements, newest first, at most `limit` (`PAGE_MAX`), with the balance right after each.

    `before_id` is the last movement of the page before: rows that arrive meanwhile neither repeat nor hide one.
    """
    assert 0 < limit <= PAGE_MAX, "a page has a size"
    before = _ID_MAX if before_id is None else before_id
    rows = session.execute(_BEFORE, {"account": account_id, "before": before, "limit": limit})
    return [Entry(*row) for row in rows]


_DAYS_MAX = 400
_CLOSING = text(
    """
    SELECT DISTINCT ON (day) day, id, balance FROM (
        SELECT id, (posted_at AT TIME ZONE :zone)::date AS day, debit_balance_after AS balance
        FROM movements WHERE debit_account_id = :account AND posted_at >= :since AND posted_at < :until
        UNION ALL
        SELECT id, (posted_at AT TIME ZONE :zone)::date, credit_balance_after
        FROM movements WHERE credit_account_id = :account AND posted_at >= :since AND posted_at < :until) moved
    ORDER BY day, id DESC
    """
)


def closing_balances(session: Session, account_id: int, *, first: date, last: date) -> list[tuple[date, int]]:
    """Return what an account held at the end of every day (Indian time) from `first` to `last`, in minor units.

    It is what `balance_at` says of a day's last instant: of what was posted by then, the newest movement has the last word,
    though a clock that was set back, or another worker's, dates an earlier one later.

    Raises:
        ValueError: `last` is before `first`, or more than `_DAYS_MAX` days after it.
    """
    if not 0 <= (last - first).days < _DAYS_MAX:
        raise ValueError(f"A period has between 1 and {_DAYS_MAX} days.")
    since = datetime.combine(first, time(), tzinfo=clock.INDIA)
    until = datetime.combine(last + timedelta(days=1), time(), tzinfo=clock.INDIA)
    before = _newest_up_to(session, account_id, since - timedelta(microseconds=1))
    newest, balance = (before.movement_id, before.balance_minor) if before else (0, 0)
    moved = {
        row.day: row
        for row in session.execute(
            _CLOSING, {"account": account_id, "since": since, "until": until, "zone": "Asia/Kolkata"}
        )
    }
    closing: list[tuple[date, int]] = []
    for day in (first + timedelta(days=number) for number in range((last - first).days + 1)):
        row = moved.get(day)
        if row is not None and row.id > newest:
            newest, balance = row.id, row.balance
        closing.append((day, balance))
    return closing


def balance_at(session: Session, account_id: int, instant: datetime) -> int:
    """Return the posted balance in minor units as it was at `instant` (movements at that very instant included).

    Walks back from the newest movement: the further in the past, the more of the account's own rows are read.
    """
    newest = _newest_up_to(session, account_id, instant)
    return newest.balance_minor if newest else 0


def _newest_up_to(session: Session, account_id: int, instant: datetime) -> Entry | None:
    row = session.execute(_UP_TO, {"account": account_id, "instant": instant, "limit": 1}).one_or_none()
    return None if row is None else Entry(*row)
