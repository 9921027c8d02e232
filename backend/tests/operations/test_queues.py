"""S122, S162: how the queues are, and one alarm a minute for one that grows or stands still."""

from __future__ import annotations

import subprocess
import sys

import pytest
from sqlalchemy import text

from app import config
from app.consumers import consumers
from app.database import unit_of_work
from app.events.outbox import record
from app.events.relay import relay_once
from app.operations import queues
from app.operations.queues import QueueHealth, check_queues
from tests.bank import Bank
from tests.conftest import BACKEND
from tests.money import transfer_completed


def stuck(number: int = 3, *, queue: str = "banking.notifications", seconds: int = 0) -> None:
    """Let events wait in a queue, the first of them for so many seconds."""
    with unit_of_work() as session:
        session.execute(
            text(
                "INSERT INTO deliveries (queue, outbox_id, lo, hi, available_at) "
                "VALUES (:queue, 1, 0, :number, clock_timestamp() - make_interval(secs => :seconds))"
            ),
            {"queue": queue, "number": number, "seconds": seconds},
        )


def alarmed() -> list[str]:
    """Look, and return the queues that an alarm was raised for."""
    with unit_of_work() as session:
        return [alarm.queue for alarm in check_queues(session)]


class TestHealth:
    """`GET /admin/queues`."""

    def test_who_may(self, bank: Bank) -> None:
        assert bank.api.get("/admin/queues").status_code == 401
        assert bank.customer(accounts=0).get("/admin/queues").status_code == 403

    def test_every_queue_also_the_empty(self, bank: Bank) -> None:
        admin = bank.admin()
        bank.settle()
        answer = admin.get("/admin/queues").json()
        names = [queue["queue"] for queue in answer["queues"]]
        assert {"banking.transactions", "banking.notifications", "banking.fraud", "banking.audit"} <= set(names)
        assert answer["unsent_bundles"] == 0
        assert {queue["waiting"] for queue in answer["queues"]} == {0}

    def test_a_gateway_by_itself_knows_them_all(self, database: str) -> None:
        names = "import app.main; from app.events.consumer import consumers; print(*sorted(consumers()))"
        done = subprocess.run([sys.executable, "-c", names], capture_output=True, text=True, check=True, cwd=BACKEND)
        assert done.stdout.split() == sorted(consumers())

    def test_what_waits(self, bank: Bank) -> None:
        admin = bank.admin()
        bank.settle()
        with unit_of_work() as session:
            record(session, transfer_completed(), transfer_completed(transaction_id=2))
        assert admin.get("/admin/queues").json()["unsent_bundles"] == 1
        with unit_of_work() as session:
            relay_once(session)
        answer = admin.get("/admin/queues").json()
        waiting = {queue["queue"]: queue["waiting"] for queue in answer["queues"] if queue["waiting"]}
        assert waiting == {"banking.audit": 2, "banking.notifications": 2, "banking.search": 2}
        assert answer["unsent_bundles"] == 0

    def test_a_retry_does_not_stand_in_line(self, database: str) -> None:
        stuck(1, seconds=500)
        with unit_of_work() as session:
            session.execute(text("UPDATE deliveries SET attempts = 1"))
            [found] = [queue for queue in queues.health(session) if queue.waiting]
        assert found == QueueHealth("banking.notifications", waiting=1, retrying=1, oldest_seconds=0)


class TestCheck:
    """`system.queue_overflow`."""

    def test_all_is_well(self, database: str) -> None:
        stuck(50_000)
        assert alarmed() == []

    @pytest.mark.parametrize(("number", "seconds"), [(50_001, 0), (1, 62)])
    def test_too_long_or_too_old(self, database: str, number: int, seconds: int) -> None:
        stuck(number, seconds=seconds)
        assert alarmed() == ["banking.notifications"]

    def test_once_a_minute_for_each_queue(self, database: str) -> None:
        stuck(60_000)
        assert alarmed() == ["banking.notifications"]
        stuck(60_000, queue="banking.audit")
        assert alarmed() == ["banking.audit"]
        assert alarmed() == []
        with unit_of_work() as session:
            session.execute(text("ALTER TABLE outbox DISABLE TRIGGER append_only"))
            session.execute(text("UPDATE outbox SET recorded_at = recorded_at - interval '61 seconds'"))
            session.execute(text("ALTER TABLE outbox ENABLE TRIGGER append_only"))
        assert sorted(alarmed()) == ["banking.audit", "banking.notifications"]

    def test_an_alarm_of_before_a_clock_was_set_back_silences_nothing(self, database: str) -> None:
        stuck(60_000)
        assert alarmed() == ["banking.notifications"]
        with unit_of_work() as session:
            session.execute(text("ALTER TABLE outbox DISABLE TRIGGER append_only"))
            session.execute(text("UPDATE outbox SET recorded_at = recorded_at + interval '1 day'"))
            session.execute(text("ALTER TABLE outbox ENABLE TRIGGER append_only"))
        assert alarmed() == ["banking.notifications"]
        assert alarmed() == []

    def test_the_limits_are_settings(self, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("QUEUE_LENGTH_MAX", "2")
        config.get_settings.cache_clear()
        stuck(3)
        assert alarmed() == ["banking.notifications"]

    def test_the_staff_hear_of_it_and_it_is_on_record(self, bank: Bank) -> None:
        admin = bank.admin()
        bank.settle()
        stuck(1, queue="nobody.listens", seconds=100)
        assert alarmed() == ["nobody.listens"]
        bank.settle()
        [told] = admin.get("/notifications").json()["items"]
        assert told["type"] == "system.queue_overflow"
        assert told["message"].startswith("nobody.listens holds 1 events, the oldest for 10")
        [kept] = admin.get("/admin/audit", subject_type="queue").json()["items"]
        assert kept["data"]["queue"] == "nobody.listens"

    def test_the_last_alarm_is_found_by_its_index(self, database: str) -> None:
        with unit_of_work() as session:
            session.execute(text("SET LOCAL enable_seqscan = off"))
            plan = session.scalars(
                text("EXPLAIN " + queues._LAST_ALARMS.text),
                {"topic": "system.queue_overflow", "period": queues.ALARM_EVERY},
            )
            assert "ix_outbox_system" in "\n".join(plan)
