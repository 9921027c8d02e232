"""Guarantee: whatever is killed with -9 while money moves, every acknowledged transfer exists once and comes to an end."""

from __future__ import annotations

import http.client
import itertools
import json
import os
import random
import signal
import threading
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import text

from app import config
from app.checks import verify
from app.database import forget_engine, unit_of_work
from tests import bank as people
from tests.bank import Person
from tests.embedded.bank import Bank, bank, eventually

PARTS = ("gateway", "worker", "postgres", "supervisor")
KILLS_EACH = 3
LOAD_SECONDS = 1.5  # between one kill and the next
FINAL_WITHIN_SECONDS = 30
CLIENTS = 6


class Load:
    """Clients that send transfers with keys and, when they get no answer, ask again with the same key until they do."""

    def __init__(self, customers: list[Person], port: int) -> None:
        self.port = port
        self.acknowledged: dict[str, int] = {}
        self.answers: Counter[int] = Counter()
        self._customers = customers
        self._stopping = threading.Event()
        self._keys = itertools.count()
        self._threads = [threading.Thread(target=self._send_on) for _ in range(CLIENTS)]

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join(60)

    def _send_on(self) -> None:
        while not self._stopping.is_set():
            payer, payee = random.sample(self._customers, 2)
            key = f"key-{next(self._keys)}"
            body = {"src_account": payer.account, "dest_account": payee.account, "amount": 1, "idempotency_key": key}
            self._until_answered(payer, json.dumps(body), key)

    def _until_answered(self, payer: Person, body: str, key: str) -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
                headers = payer.headers | {"Content-Type": "application/json"}
                connection.request("POST", "/transactions/initiate", body, headers)
                response = connection.getresponse()
                answer = json.loads(response.read())
            except (OSError, http.client.HTTPException, ValueError):
                time.sleep(0.05)
                continue
            self.answers[response.status] += 1
            if response.status == 201:
                self.acknowledged[key] = answer["transaction_id"]
            if response.status != 503:
                return
            time.sleep(0.05)


def point_at(running: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", running.run_info()["database_url"])
    monkeypatch.setenv("JWT_SECRET", json.loads((running.folder / "secrets.json").read_text())["jwt_secret"])
    config.get_settings.cache_clear()
    forget_engine()


def kill(running: Bank, part: str) -> None:
    if part == "supervisor":
        running.process.kill()
        running.process.wait()
    else:
        os.kill(running.processes()[part], signal.SIGKILL)


def number_pending() -> int:
    with unit_of_work() as session:
        pending = "SELECT count(*) FROM transactions WHERE status = 'PENDING'"
        waiting = "(SELECT count(*) FROM deliveries) + (SELECT count(*) FROM outbox_unsent)"
        return session.scalar(text(f"SELECT ({pending}) + {waiting}")) or 0


@pytest.mark.slow
class TestKilledUnderLoad:
    """S135, S140, S148, S153.3, S165, S228: gateway, worker, PostgreSQL and supervisor, three times each."""

    @pytest.mark.timeout(400)
    def test_nothing_acknowledged_is_lost_or_doubled(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("RATE_LIMIT_ENABLED", "false")
        monkeypatch.setenv("TRANSACTIONS_PER_MINUTE_MAX", "0")
        with ExitStack() as stack:
            running = stack.enter_context(bank(tmp_path / "bank"))
            point_at(running, monkeypatch)
            customers = [people.Bank(None).customer(1_000_000_00) for _ in range(6)]  # type: ignore[arg-type]
            with Load(customers, running.port) as load:
                for part in PARTS * KILLS_EACH:
                    time.sleep(LOAD_SECONDS)
                    kill(running, part)
                    if part == "supervisor":
                        running = stack.enter_context(bank(tmp_path / "bank"))
                        load.port = running.port
                    assert eventually(running.answers, 30), running.said()
                time.sleep(LOAD_SECONDS)
            point_at(running, monkeypatch)
            assert eventually(lambda: number_pending() == 0, FINAL_WITHIN_SECONDS)
            self.check(load)
            forget_engine()
            assert running.stop() == 0

    def check(self, load: Load) -> None:
        assert len(load.acknowledged) > 100, load.answers
        assert set(load.answers) <= {201, 503}, load.answers
        with unit_of_work() as session:
            kept = dict(
                session.execute(
                    text("SELECT key, transaction_id FROM idempotency_records WHERE route = 'transactions.initiate'")
                ).all()
            )
            statuses = dict(session.execute(text("SELECT id, status FROM transactions WHERE kind = 'transfer'")).all())
        assert load.acknowledged.items() <= kept.items(), "acknowledged, but not there"
        assert len(set(kept.values())) == len(kept) == len(statuses), (
            "a key with two transfers, or a transfer with none"
        )
        assert set(statuses.values()) == {"SUCCESS"}
        with unit_of_work() as session:
            assert verify(session).findings == []
