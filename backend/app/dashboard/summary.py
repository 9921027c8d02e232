"""Sums for charts, pure: months of the bank's calendar, what was spent in each, on what, and to whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from app.core import clock
from app.transactions.categories import category_of
from app.transactions.own import Spent

MONTHS = 6
PAYEES_MAX = 5


class Month(NamedTuple):
    """What was spent in a month; `first_day` names it."""

    first_day: date
    amount_minor: int


class Share(NamedTuple):
    """What was spent on something, this month."""

    category: str
    amount_minor: int


class Payee(NamedTuple):
    """What somebody got, this month."""

    user_id: int
    name: str
    amount_minor: int


def first_days(today: date, months: int = MONTHS) -> list[date]:
    """Return the first days of the last `months` months, oldest first; the last one is today's month."""
    found = []
    year, month = today.year, today.month
    for _ in range(months):
        found.append(date(year, month, 1))
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    return found[::-1]


def by_month(payments: Iterable[Spent], today: date) -> list[Month]:
    """Return what was spent in each of the last months; a month without payments has zero."""
    sums: Counter[date] = Counter()
    for one in payments:
        sums[clock.business_date(one.at).replace(day=1)] += one.amount_minor
    return [Month(day, sums[day]) for day in first_days(today)]


def by_category(payments: Iterable[Spent], today: date) -> list[Share]:
    """Return what was spent this month on what, the most first."""
    sums: Counter[str] = Counter()
    for one in _this_month(payments, today):
        sums[category_of(one.kind, one.note, one.payee_name)] += one.amount_minor
    return [Share(name, amount) for name, amount in sorted(sums.items(), key=lambda item: (-item[1], item[0]))]


def by_payee(payments: Iterable[Spent], today: date) -> list[Payee]:
    """Return the people who got the most this month."""
    sums: Counter[int] = Counter()
    names: dict[int, str] = {}
    for one in _this_month(payments, today):
        if one.payee_id is not None:
            sums[one.payee_id] += one.amount_minor
            names[one.payee_id] = one.payee_name
    largest = sorted(sums.items(), key=lambda item: (-item[1], item[0]))[:PAYEES_MAX]
    return [Payee(user_id, names[user_id], amount) for user_id, amount in largest]


def _this_month(payments: Iterable[Spent], today: date) -> list[Spent]:
    first = today.replace(day=1)
    return [one for one in payments if clock.business_date(one.at) >= first]
