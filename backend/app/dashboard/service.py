"""Gathering what a customer sees first, in a handful of reads."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Row, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.accounts.schemas import AccountRow
from app.core import clock
from app.dashboard import summary
from app.identity.models import User
from app.transactions import own
from app.transactions.models import TransactionStatus
from app.transactions.own import OwnFilters

RECENT = 10
WAITING_MAX = 20
PEOPLE_MAX = 8


class Summary(NamedTuple):
    """The parts of the first page, as rows."""

    accounts: Sequence[AccountRow]
    recent: Sequence[Row[Any]]
    waiting: Sequence[Row[Any]]
    people: Sequence[User]
    months: list[summary.Month]
    categories: list[summary.Share]
    payees: list[summary.Payee]


def of_user(session: Session, user_id: int) -> Summary:
    """Return what a user sees first. Reads never lock."""
    today = clock.business_date()
    since = datetime.combine(summary.first_days(today)[0], time(), tzinfo=clock.INDIA)
    payments = own.spent(session, user_id, since=since)
    waiting = [
        row
        for status in (TransactionStatus.PENDING, TransactionStatus.UNDER_REVIEW)
        for row in own.page(session, user_id, OwnFilters(status=status), after_id=None, limit=WAITING_MAX)
    ]
    return Summary(
        accounts=accounts.of_user(session, user_id),
        recent=own.page(session, user_id, OwnFilters(), after_id=None, limit=RECENT),
        waiting=sorted(waiting, key=lambda row: -row.Transaction.id)[:WAITING_MAX],
        people=_people(session, [one.payee_id for one in payments if one.payee_id is not None]),
        months=summary.by_month(payments, today),
        categories=summary.by_category(payments, today),
        payees=summary.by_payee(payments, today),
    )


def _people(session: Session, payee_ids: Sequence[int]) -> Sequence[User]:
    latest = list(dict.fromkeys(payee_ids))
    order = func.array_position(literal(latest, ARRAY(BigInteger)), User.id)
    return session.scalars(
        select(User).where(User.id.in_(latest), User.is_active).order_by(order).limit(PEOPLE_MAX)
    ).all()
