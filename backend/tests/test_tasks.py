"""What time causes. Each task is called as the worker calls it, and twice, because the schedule comes round again."""

from __future__ import annotations

from datetime import timedelta

import pytest
import structlog
from sqlalchemy import func, select, text

from app.core import clock
from app.database import unit_of_work
from app.events.models import InboxEntry
from app.ledger.models import Block
from tests.bank import Bank


@pytest.fixture(scope="module", autouse=True)
def tasks() -> object:
    """The tasks' module makes a Celery app, which needs settings."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", "postgresql://nobody@/nowhere")
        patch.setenv("JWT_SECRET", "x" * 32)
        from app import config, tasks

        config.get_settings.cache_clear()
        return tasks


class TestTasks:
    """S14, S137, S153.1: seal, expire, verify, sweep, watch."""

    def test_sealing_twice_is_sealing_once(self, bank: Bank) -> None:
        from app.tasks import seal_movements

        bank.customer(100_00)
        seal_movements()
        seal_movements()
        with unit_of_work() as session:
            assert session.scalar(select(func.count()).select_from(Block)) == 1
        assert bank.findings() == []

    def test_overdue_reviews_expire(self, bank: Bank) -> None:
        from app.tasks import expire_overdue_holds

        alice, bob = bank.customer(100_000_00), bank.customer()
        held = alice.send(bob, 60_000).json()["transaction_id"]
        bank.settle()
        expire_overdue_holds()
        assert bank.status(held) == "UNDER_REVIEW"
        with clock.at(clock.now() + timedelta(days=8)):
            expire_overdue_holds()
        assert bank.status(held) == "FAILED"

    def test_books_that_do_not_hold_are_said_loudly(self, bank: Bank, caplog: pytest.LogCaptureFixture) -> None:
        from app.tasks import verify_books

        alice, admin = bank.customer(100_00), bank.admin()
        verify_books()
        assert "the books hold" in caplog.text
        bank.settle()
        assert admin.get("/notifications").json()["items"] == [], "that all is well isn't news"
        with unit_of_work() as session:
            session.execute(
                text("UPDATE ledger_accounts SET credits_posted = credits_posted + 1 WHERE kind = 'customer'")
            )
        verify_books()
        assert "the books do not hold" in caplog.text
        assert "ledger account" in caplog.text
        assert alice.balance() == 100.01
        bank.settle()
        [told] = admin.get("/notifications").json()["items"]
        assert (told["type"], told["title"]) == ("system.books_verified", "The books do not hold")
        assert "ledger account" in told["message"]

    def test_the_inbox_forgets_after_a_month(self, bank: Bank) -> None:
        from app.tasks import sweep

        alice, bob = bank.customer(100_00), bank.customer()
        alice.send(bob, 1)
        bank.settle()
        sweep()
        with unit_of_work() as session:
            assert session.scalar(select(func.count()).select_from(InboxEntry)) != 0
        with clock.at(clock.now() + timedelta(days=31)):
            sweep()
        with unit_of_work() as session:
            assert session.scalar(select(func.count()).select_from(InboxEntry)) == 0

    def test_a_worker_whose_clock_is_wrong_says_so(self, bank: Bank) -> None:
        """When it is ready, since one that is far ahead finds the schedule's ticks expired, and with each proof of the books."""
        from app.tasks import look_at_the_clock, verify_books

        for look in (look_at_the_clock, verify_books):
            with structlog.testing.capture_logs() as said:
                look()
                assert [line for line in said if line["log_level"] == "warning"] == []
                with clock.at(clock.now() - timedelta(minutes=3)):
                    look()
            [warning] = [line for line in said if line["log_level"] == "warning"]
            assert warning["event"] == "this machine's clock differs from the database's"
            assert -190 < warning["ahead_seconds"] < -170

    def test_watching_quiet_queues_says_nothing(self, bank: Bank) -> None:
        from app.tasks import watch_queues

        bank.settle()
        watch_queues()
        with unit_of_work() as session:
            overflows = "SELECT count(*) FROM outbox WHERE topic = 'system.queue_overflow'"
            assert session.scalar(text(overflows)) == 0
