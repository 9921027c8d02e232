"""`/metrics`: what the bank and this gateway say about themselves, in Prometheus's text (S151, S162)."""

from __future__ import annotations

import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta

import psycopg
import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from app import config
from app.core import clock
from app.database import unit_of_work
from app.events.catalogue import BooksVerified
from app.events.outbox import record
from app.telemetry import port
from app.telemetry.figures import ALL
from tests.bank import Bank, Person
from tests.conftest import point_at
from tests.embedded.bank import free_port
from tests.waiting import wait_for_a_waiter

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]
TOKEN = "a scraper's token"


def read(said: str) -> Samples:
    """Return every sample by its name and labels."""
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(said)
        for sample in family.samples
    }


def scrape(bank: Bank, admin: Person | None = None) -> Samples:
    """Return what staff read."""
    answer = (admin or bank.admin()).get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    return read(answer.text)


def of(samples: Samples, name: str, **labels: str) -> float:
    return samples[name, tuple(sorted(labels.items()))]


@pytest.fixture(autouse=True)
def _from_nothing() -> None:
    for spreads in ALL:
        spreads.forget()


class TestAccess:
    """Staff, and whoever knows METRICS_TOKEN."""

    def test_strangers_and_customers_may_not(self, bank: Bank) -> None:
        assert bank.api.get("/metrics").status_code == 401
        assert bank.customer(accounts=0).get("/metrics").status_code == 403

    def test_no_token_set_means_no_token_is_good(self, bank: Bank) -> None:
        for token in ("", TOKEN):
            answer = bank.api.get("/metrics", headers={"Authorization": f"Bearer {token}"})
            assert answer.status_code == 401

    def test_the_token_alone_is_enough(self, bank: Bank, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
        point_at(monkeypatch, database, metrics_token=TOKEN)
        assert bank.api.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200
        assert bank.api.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}!"}).status_code == 401

    def test_it_works_while_postgresql_is_away(self, bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
        point_at(monkeypatch, "postgresql://nobody@127.0.0.1:1/nowhere", metrics_token=TOKEN)
        samples = read(bank.api.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text)
        assert of(samples, "nyord_dependency_up", dependency="database") == 0
        assert ("nyord_outbox_unsent_bundles", ()) not in samples


class TestBank:
    """What PostgreSQL knows, the same at every gateway."""

    def test_what_waits(self, bank: Bank) -> None:
        ravi, asha = bank.customer(balance=100_00), bank.customer()
        bank.settle()
        ravi.send(asha, 1)
        with unit_of_work() as session:
            session.execute(
                text(
                    "INSERT INTO deliveries (queue, outbox_id, lo, hi, available_at) "
                    "SELECT 'banking.fraud', max(id), 0, 1, clock_timestamp() - interval '90 s' FROM outbox"
                )
            )
        samples = scrape(bank)
        assert of(samples, "nyord_outbox_unsent_bundles") >= 1
        assert 0 < of(samples, "nyord_outbox_oldest_seconds") < 60
        assert of(samples, "nyord_queue_events", queue="banking.fraud") == 1
        assert 90 <= of(samples, "nyord_queue_oldest_seconds", queue="banking.fraud") < 150
        assert of(samples, "nyord_queue_events", queue="banking.transactions") == 0
        assert of(samples, "nyord_queue_limit_events") == 50_000

    @pytest.mark.parametrize("seconds", [90, -90])
    def test_how_far_this_gateway_s_clock_is_ahead(self, bank: Bank, seconds: int) -> None:
        admin = bank.admin()
        assert abs(of(scrape(bank, admin), "nyord_clock_ahead_seconds")) < 5
        with clock.at(clock.now() + timedelta(seconds=seconds)):
            told = of(scrape(bank, bank.admin()), "nyord_clock_ahead_seconds")
        assert seconds - 30 < told < seconds + 5

    def test_settled_and_its_latency(self, bank: Bank) -> None:
        ravi, asha, admin = bank.customer(balance=100_00), bank.customer(), bank.admin()
        ravi.send(asha, 1)
        bank.settle()
        samples = scrape(bank, admin)
        assert of(samples, "nyord_outbox_unsent_bundles") == 0
        assert 0 < of(samples, "nyord_recent_settlement_seconds", quantile="0.99") < 60
        assert of(samples, "nyord_event_latency_seconds_count", queue="banking.transactions") == 1
        assert 0 < of(samples, "nyord_event_latency_seconds_sum", queue="banking.transactions") < 60
        assert of(samples, "nyord_batch_events_bucket", queue="banking.transactions", le="1.0") == 1
        assert of(samples, "nyord_batch_seconds_count", queue="banking.transactions") == 1

    def test_what_was_slow_long_ago_pages_nobody_today(self, bank: Bank) -> None:
        ravi, asha, admin = bank.customer(balance=100_00), bank.customer(), bank.admin()
        ravi.send(asha, 1)
        bank.settle()
        figure = ("nyord_recent_settlement_seconds", (("quantile", "0.99"),))
        assert figure in scrape(bank, admin)
        with unit_of_work() as session:
            session.execute(text("SET LOCAL session_replication_role = replica"))
            session.execute(
                text(
                    "UPDATE transactions SET created_at = settled_at - interval '12 minutes', "
                    "settled_at = settled_at - interval '11 minutes'"
                )
            )
        assert figure not in scrape(bank, admin)
        ravi.send(asha, 1)
        bank.settle()
        assert 0 < scrape(bank, admin)[figure] < 10

    def test_dead_letters(self, bank: Bank) -> None:
        with unit_of_work() as session:
            session.execute(
                text(
                    "INSERT INTO dead_letters (queue, message, topic, error, attempts, status) VALUES "
                    "('banking.audit', '{}', 'x', 'x', 6, 'waiting'), ('banking.audit', '{}', 'x', 'x', 6, 'given_up')"
                )
            )
        samples = scrape(bank)
        assert of(samples, "nyord_dead_letters", queue="banking.audit") == 1
        assert of(samples, "nyord_dead_letters", queue="banking.transactions") == 0

    def test_the_last_proof_of_the_books(self, bank: Bank) -> None:
        assert ("nyord_books_findings", ()) not in scrape(bank)
        now = clock.now()
        with unit_of_work() as session:
            record(session, BooksVerified(occurred_at=now - timedelta(hours=2), findings=0, movements=7))
        with unit_of_work() as session:
            record(session, BooksVerified(occurred_at=now - timedelta(hours=1), findings=3, movements=8))
        samples = scrape(bank)
        assert of(samples, "nyord_books_findings") == 3
        assert 3_600 <= of(samples, "nyord_books_verified_age_seconds") < 3_660

    def test_a_transfer_that_waits_for_its_commit(self, bank: Bank, database: str) -> None:
        """What hangs hasn't finished, and no latency counts it."""
        ravi, asha, admin = bank.customer(balance=100_00), bank.customer(), bank.admin()
        assert of(scrape(bank, admin), "nyord_accept_oldest_seconds") == 0
        with ThreadPoolExecutor() as pool, psycopg.connect(database) as somebody:
            somebody.execute("LOCK TABLE transactions IN EXCLUSIVE MODE")
            sent = pool.submit(ravi.send, asha, 1)
            wait_for_a_waiter()
            first = of(scrape(bank, admin), "nyord_accept_oldest_seconds")
            assert 0 < first < of(scrape(bank, admin), "nyord_accept_oldest_seconds")
            somebody.rollback()
            assert sent.result().status_code == 201
        assert of(scrape(bank, admin), "nyord_accept_oldest_seconds") == 0

    def test_sockets(self, bank: Bank) -> None:
        ravi = bank.customer(accounts=0)
        with bank.api.websocket_connect(f"/ws?token={ravi.token}") as socket:
            socket.send_text('{"type":"ping"}')
            socket.receive_text()
            samples = scrape(bank)
        assert (of(samples, "nyord_sockets"), of(samples, "nyord_connected_users")) == (1, 1)


class TestRequests:
    """HTTP by route and status, the busiest route included."""

    def test_by_route_method_and_status(self, bank: Bank) -> None:
        ravi, asha = bank.customer(balance=100_00), bank.customer()
        ravi.send(asha, 1)
        ravi.send(asha, -1)
        ravi.get(f"/accounts/{ravi.account}")
        bank.api.request("BREW", "/coffee/7")
        samples = scrape(bank)

        def count(method: str, route: str, status: int) -> float:
            return of(samples, "nyord_http_request_seconds_count", method=method, route=route, status=str(status))

        assert count("POST", "/transactions/initiate", 201) == 1
        assert count("POST", "/transactions/initiate", 422) == 1
        assert count("GET", "/accounts/{account_id}", 200) == 1
        assert count("other", "none", 404) == 1
        assert of(samples, "process_resident_memory_bytes") > 0

    def test_from_another_origin_it_is_counted_once(self, bank: Bank) -> None:
        ravi, asha = bank.customer(balance=100_00), bank.customer()
        body = {"src_account": ravi.account, "dest_account": asha.account, "amount": 1}
        assert ravi.post("/transactions/initiate", body, Origin="http://localhost:3000").status_code == 201
        samples = scrape(bank)
        found = {key: value for key, value in samples.items() if key[0] == "nyord_http_request_seconds_count"}
        assert sum(value for (_, labels), value in found.items() if ("method", "POST") in labels) == 1


class TestPort:
    """Workers, and gateways that share a port, have a small `/metrics` each, on loopback, if METRICS_PORT says so."""

    def test_each_process_takes_the_next_port(self, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
        first = free_port()
        point_at(monkeypatch, database, metrics_port=str(first))
        with ExitStack() as processes:
            for _ in range(2):
                processes.enter_context(port.serving("worker"))
            taken = []
            for number in range(first, first + port.PORTS_MAX):
                try:
                    with urllib.request.urlopen(f"http://127.0.0.1:{number}/metrics", timeout=2) as answer:
                        taken.append(read(answer.read().decode()))
                except OSError:
                    continue
        assert len(taken) == 2
        assert all(of(samples, "process_resident_memory_bytes") > 0 for samples in taken)

    def test_off_unless_asked_for(self, database: str) -> None:
        assert config.get_settings().metrics_port == 0
        with port.serving("worker"):
            pass
