"""Guarantee: the demo bank is the same every time, holds its books, and always says who may sign in."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from sqlalchemy import func, select, text

from app.checks import verify
from app.core import clock
from app.database import unit_of_work
from app.demo.life import year_of_life
from app.demo.service import Login, seed_demo, settle_in
from app.identity.models import User
from app.transactions.models import Transaction
from tests.bank import Bank
from tests.conftest import point_at
from tests.events.test_runner import eventually


class TestLife:
    """A year from one seed."""

    def test_the_same_every_time_and_never_after_today(self) -> None:
        today = date(2026, 11, 23)
        payments = year_of_life(today)
        assert payments == year_of_life(today)
        assert len(payments) > 3_000
        assert all(clock.business_date(payment.at) <= today for payment in payments)
        assert all(payment.amount_minor > 0 for payment in payments)


@pytest.mark.slow
class TestSeed:
    """An empty bank becomes a demo bank once, in one transaction; its logins can be asked for again."""

    def test_seeded_twice_is_seeded_once_and_verifies(
        self, fresh_database: Callable[[], str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        point_at(monkeypatch, fresh_database())
        with ThreadPoolExecutor() as pool:
            with unit_of_work() as session:
                first = seed_demo(session)
                at_once = pool.submit(_seed)  # somebody else has started the bank, too
                assert eventually(_stands_in_line)
            assert at_once.result() == first
        counts = _counts()
        with unit_of_work() as session:  # stopped before anybody was told who may sign in
            assert seed_demo(session) == first
        settle_in()
        assert [(login.username, login.role) for login in first] == [
            ("asha", "customer"), ("rohan", "customer"), ("admin", "admin"),
        ]  # fmt: skip
        assert _counts() == counts
        with unit_of_work() as session:
            assert [finding.text for finding in verify(session).findings] == []
            assert (session.scalar(text("SELECT count(*) FROM notifications")) or 0) > 1_000

    def test_a_bank_with_people_is_left_alone(self, bank: Bank) -> None:
        bank.customer(100_00)
        with unit_of_work() as session:
            assert seed_demo(session) == []
            assert session.scalar(select(func.count()).select_from(User)) == 1


def _seed() -> list[Login]:
    with unit_of_work() as session:
        return seed_demo(session)


def _stands_in_line() -> bool:
    with unit_of_work() as session:
        waiting = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return session.scalar(text(waiting)) == 1


def _counts() -> tuple[int, int]:
    with unit_of_work() as session:
        users = session.scalar(select(func.count()).select_from(User)) or 0
        transactions = session.scalar(select(func.count()).select_from(Transaction)) or 0
    return users, transactions
