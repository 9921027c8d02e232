"""Guarantee: 64 clients, two accounts, both directions at once: no deadlock, no overdraft, no lost paisa."""

from __future__ import annotations

import http.client
import json
import random
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text

from app import config
from app.checks import verify
from app.database import forget_engine, unit_of_work
from tests import bank as people
from tests.bank import Person
from tests.embedded.bank import Bank, bank, eventually

CLIENTS = 64
TRANSFERS_EACH = 12
START_MINOR = 100_00
AMOUNT_MINOR_MAX = 60_00  # more than half of what there is: most transfers compete for the same money
FINAL_WITHIN_SECONDS = 30

SETTLED_SUMS = """
SELECT account, sum(amount) FROM (
    SELECT dest_account AS account, amount_minor AS amount FROM transactions WHERE status = 'SUCCESS'
    UNION ALL SELECT src_account, -amount_minor FROM transactions WHERE status = 'SUCCESS') AS moved
WHERE account IS NOT NULL GROUP BY account
"""
BALANCES = """
SELECT a.id, l.credits_posted - l.debits_posted FROM accounts a JOIN ledger_accounts l ON l.id = a.ledger_account_id
"""


@pytest.fixture
def running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bank]:
    """A whole bank in processes of its own, with this process's services on its database."""
    monkeypatch.setenv("RATE_LIMIT_ENABLED", "false")
    monkeypatch.setenv("TRANSACTIONS_PER_MINUTE_MAX", "0")
    with bank(tmp_path / "bank") as started:
        monkeypatch.setenv("DATABASE_URL", started.run_info()["database_url"])
        monkeypatch.setenv("JWT_SECRET", json.loads((started.folder / "secrets.json").read_text())["jwt_secret"])
        config.get_settings.cache_clear()
        forget_engine()
        yield started
        forget_engine()
        config.get_settings.cache_clear()


class Client:
    """One of many, with a connection of its own."""

    def __init__(self, number: int, pair: list[Person], port: int, start: threading.Barrier) -> None:
        self._random = random.Random(number)
        self._payer, self._payee = pair if number % 2 else pair[::-1]
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self._start = start
        self._number = number

    def run(self) -> list[tuple[int, dict[str, str]]]:
        """Send everything as fast as it is answered, and return the answers."""
        self._connection.connect()
        self._start.wait()
        answers = [self._send(turn) for turn in range(TRANSFERS_EACH)]
        self._connection.close()
        return answers

    def _send(self, turn: int) -> tuple[int, dict[str, str]]:
        body = {
            "src_account": self._payer.account, "dest_account": self._payee.account,
            "amount": self._random.randint(1, AMOUNT_MINOR_MAX) / 100, "idempotency_key": f"{self._number}-{turn}",
        }  # fmt: skip
        headers = self._payer.headers | {"Content-Type": "application/json"}
        self._connection.request("POST", "/transactions/initiate", json.dumps(body), headers)
        response = self._connection.getresponse()
        return response.status, json.loads(response.read())


def waiting() -> int:
    """How much the worker still has to do."""
    with unit_of_work() as session:
        pending = "SELECT count(*) FROM transactions WHERE status = 'PENDING'"
        events = "(SELECT count(*) FROM deliveries) + (SELECT count(*) FROM outbox_unsent)"
        return session.scalar(text(f"SELECT ({pending}) + {events}")) or 0


@pytest.mark.slow
class TestContention:
    """S164, S165, S140.5: gateway and worker as real processes, everybody after the same money."""

    def test_sixty_four_clients_two_accounts_both_directions(self, running: Bank) -> None:
        pair = [people.Bank(None).customer(START_MINOR) for _ in range(2)]  # type: ignore[arg-type]
        start = threading.Barrier(CLIENTS)
        clients = [Client(number, pair, running.port, start) for number in range(CLIENTS)]
        with ThreadPoolExecutor(CLIENTS) as pool:
            answers = [answer for sent in pool.map(Client.run, clients) for answer in sent]

        refusals = Counter(body["code"] for status, body in answers if status != 201)
        accepted = [int(body["transaction_id"]) for status, body in answers if status == 201]
        assert set(refusals) <= {"insufficient_funds"}, refusals
        assert len(accepted) > CLIENTS
        assert eventually(lambda: waiting() == 0, FINAL_WITHIN_SECONDS)
        self.check(set(accepted), [person.account for person in pair])

    def check(self, accepted: set[int], accounts: list[int]) -> None:
        with unit_of_work() as session:
            statuses = dict(session.execute(text("SELECT id, status FROM transactions WHERE kind = 'transfer'")).all())
            balances = dict(session.execute(text(BALANCES)).all())
            deadlocks = session.scalar(
                text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
            )
            assert statuses.keys() == accepted
            # Some were accepted while the money was there and settled when it was gone: the worker had the last word.
            assert set(statuses.values()) == {"SUCCESS", "FAILED"}
            assert sum(balances[account] for account in accounts) == 2 * START_MINOR
            assert min(balances.values()) >= 0
            assert balances == {account: int(total) for account, total in session.execute(text(SETTLED_SUMS))}
            assert deadlocks == 0
        with unit_of_work() as session:
            assert verify(session).findings == []
