"""Guarantee: when something fails for good, or PostgreSQL goes away, the log in Elasticsearch says so, and staff find it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.broker import consume
from app.broker.runner import BrokerRunner
from app.consumers import consumers
from app.core import clock
from app.database import forget_engine, unit_of_work
from app.embedded.home import Home
from app.embedded.postgres import EmbeddedPostgres
from app.enquiries import rebuild
from app.enquiries.indexes import LOGS
from app.enquiries.shipping import shipping
from app.events.inbox import ATTEMPTS_MAX, handle_waiting
from app.events.models import DeadLetter
from app.events.runner import drain
from app.operations import dead_letters
from app.search.engine import search_engine
from app.search.query import Is, Query
from tests.bank import Bank, Person, without_index
from tests.conftest import migrate, point_at
from tests.events.conftest import count, make_due
from tests.events.test_runner import eventually


def lines(admin: Person, words: str, **asked: str) -> list[dict[str, Any]]:
    """Return the log lines that staff find with these words, in the index; our client's own repeat what it asked for."""
    search_engine().refresh(LOGS)
    answer = admin.get("/admin/logs/search", q=words, **asked).json()
    assert answer["degraded"] is False
    found: list[dict[str, Any]] = answer["items"]
    return found


@pytest.mark.usefixtures("elasticsearch")
class TestFailure:
    """S148: an event that fails again and again is a dead letter, a line in Elasticsearch and an alert to staff."""

    def test_from_the_failure_to_the_line_the_alert_and_the_repair(self, bank: Bank) -> None:
        rebuild.build_missing()
        asha, rohan, admin = bank.customer(100_00), bank.customer(), bank.admin()
        bank.settle()

        def broken(*_: object) -> None:
            raise ZeroDivisionError("a fault of ours")

        sent = asha.send(rohan, 40).json()["transaction_id"]
        known = without_index(consumers())
        failing = known["banking.transactions"]._replace(handler=broken)
        with shipping("worker") as shipper:
            assert shipper is not None
            for _ in range(ATTEMPTS_MAX):
                drain(known | {"banking.transactions": failing})
                assert lines(admin, "became dead letter", logger="events") == []
                make_due()
            shipper.ship()
            [line] = lines(admin, "became dead letter", logger="events")
            assert (line["level"], line["data"]["queue"]) == ("error", "banking.transactions")
            assert line["data"]["error"] == "ZeroDivisionError: a fault of ours"
            tries = lines(admin, "put off", logger="events")
            assert sorted(one["data"]["attempts"] for one in tries) == list(range(1, ATTEMPTS_MAX))
        drain(known | {"banking.transactions": failing})
        letter = line["data"]["dead_letter_id"]
        [alert] = [one for one in admin.get("/notifications").json()["items"] if one["type"] == "system.worker_failed"]
        assert alert["related_id"] == letter
        assert (bank.status(sent), count("dead_letters")) == ("PENDING", 1)

        with unit_of_work() as session:
            assert session.get_one(DeadLetter, letter).queue == "banking.transactions"
            dead_letters.replay(session, letter_id=letter, actor_id=admin.id)
        bank.settle()
        assert (bank.status(sent), rohan.balance()) == ("SUCCESS", 40.0)
        assert bank.findings() == []


@pytest.fixture
def postgres(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    """A PostgreSQL that the test may stop."""
    with EmbeddedPostgres(Home(tmp_path / "own"), {"fsync": "off"}) as server:
        yield server


@pytest.mark.slow
class TestDatabaseAway:
    """S163: PostgreSQL is gone: messages wait and come back, Elasticsearch has the log, and the system stays up."""

    def test_until_it_is_back(
        self, postgres: EmbeddedPostgres, gateway: Any, rabbitmq_vhost: str, elasticsearch: None,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        monkeypatch.setattr(consume, "HOLD_SECONDS_MAX", 0.5)
        monkeypatch.setattr("app.broker.topology.RETRY_MILLISECONDS", 500)
        migrate(postgres.url)
        point_at(monkeypatch, postgres.url)
        rebuild.build_missing()
        runner = BrokerRunner(rabbitmq_vhost, without_index(consumers()))
        with TestClient(gateway) as api, shipping("worker") as shipper, ExitStack() as stack:
            assert shipper is not None
            bank = Bank(api)
            asha, rohan, admin = bank.customer(100_00), bank.customer(), bank.admin()
            runner.start()
            stack.callback(runner.stop)
            first = asha.send(rohan, 10).json()["transaction_id"]
            assert eventually(lambda: bank.status(first) == "SUCCESS", 30)
            postgres.stop()
            began = clock.now()
            try:
                refused = asha.send(rohan, 20, key="while-away")
                assert (refused.status_code, refused.json()["code"]) == (503, "try_again")
                assert int(refused.headers["retry-after"]) >= 1
                assert api.get("/health/live").status_code == 200

                def logged() -> bool:
                    shipper.ship()
                    search_engine().refresh(LOGS)
                    warnings = search_engine().find(LOGS, Query((Is("level", ("warning",)),)))
                    return any("away" in str(one.content) for one in warnings.hits)

                assert eventually(logged, 30), "PostgreSQL is away and nobody finds a word about it"
            finally:
                postgres.start()
            assert eventually(lambda: api.get("/health/ready").status_code == 200, 30)
            second = asha.send(rohan, 20, key="while-away")
            assert second.status_code == 201
            assert eventually(lambda: bank.status(second.json()["transaction_id"]) == "SUCCESS", 30)
            found = lines(admin, "database away")
            assert [one for one in found if one["timestamp"] >= began.isoformat()]
            assert bank.findings() == []
            forget_engine()


@pytest.mark.usefixtures("elasticsearch")
class TestDashboard:
    """S146, S152: API → RabbitMQ → the worker → Elasticsearch → what the dashboard asks for. (Its page: TestOverview.)"""

    def test_a_request_becomes_a_figure_and_a_line(self, bank: Bank, rabbitmq_vhost: str) -> None:
        rebuild.build_missing()
        asha, rohan, admin = bank.customer(100_000_00), bank.customer(), bank.admin()

        def figure(series: str) -> int:
            answer = admin.get(f"/admin/analytics/{series}").json()
            return -1 if answer["degraded"] else sum(period["count"] for period in answer["periods"])

        runner = BrokerRunner(rabbitmq_vhost, consumers())
        runner.start()
        try:
            held = asha.send(rohan, 60_000).json()["transaction_id"]
            assert eventually(lambda: bank.status(held) == "UNDER_REVIEW", 30)
            assert eventually(lambda: figure("fraud-alerts") == 2, 30), "held, and suspected"
            assert eventually(lambda: figure("trends") == 2, 30), "the transfer, and what she had before"
            assert eventually(lambda: len(lines(admin, "fraud.suspected", logger="audit")) == 1, 30)
        finally:
            runner.stop()
        assert handle_waiting(consumers()["banking.search"]).events == 0, (
            "it went over the broker, not through PostgreSQL"
        )
